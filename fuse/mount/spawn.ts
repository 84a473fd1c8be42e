/**
 * Programs that the library starts by posix_spawn(3), which needs no permission
 * besides `--allow-ffi`.
 *
 * @module
 */

import {
  asyncErrno,
  cString,
  decodeBytes,
  fromCString,
  libc,
  linuxLibc,
} from "../../ffi/internal.ts";
import { addressOf, SyscallError, viewAt } from "../../ffi/mod.ts";
import { HostFd } from "../../hostfd/mod.ts";
import {
  ECHILD,
  EINTR,
  fstat,
  memfdCreate,
  MFD_CLOEXEC,
} from "../../posix/mod.ts";

/** The room for the opaque structs of spawn.h: 80 and 336 bytes in glibc. */
const STRUCT_SIZE = 512;
/** spawn.h: the child begins a session, and no terminal's signal reaches it. */
const POSIX_SPAWN_SETSID = 0x80;
/** The search path if `PATH` is not set, as in execvp(3). */
const DEFAULT_PATH = "/bin:/usr/bin";

/** The options of a program to start. */
export interface SpawnOptions {
  /** The environment, besides `PATH`. */
  env?: Readonly<Record<string, string>>;
  /** The descriptors that it inherits, and their numbers in the program. */
  fds?: readonly (readonly [ours: number, theirs: number])[];
  /** Whether it starts a session, so that it survives our terminal's end. */
  newSession?: boolean;
}

/** The outcome of a program. */
export interface Outcome {
  /** The exit status, as {@linkcode exitOf} returns it. */
  readonly code: number | undefined;
  /** The program's output to standard error. */
  readonly stderr: string;
}

/** Returns a variable of this process's environment. */
export function getenv(name: string): string | undefined {
  const address = libc().getenv(cString(name));
  if (address === 0n) return undefined;
  const length = Number(libc().strlen(address));
  return fromCString(new Uint8Array(viewAt(address, length)));
}

/**
 * Starts a program, which is searched for in `PATH`.
 *
 * @returns Its process id, to wait for with {@linkcode exitOf}.
 * @throws {SyscallError} ENOENT if there is no such program, EACCES if this
 * user may not run it.
 */
export function spawn(
  program: string,
  args: readonly string[],
  { env = {}, fds = [], newSession = false }: SpawnOptions = {},
): number {
  const spawn = linuxLibc();
  const actions = new Uint8Array(new ArrayBuffer(STRUCT_SIZE));
  const attributes = new Uint8Array(new ArrayBuffer(STRUCT_SIZE));
  spawn.posix_spawn_file_actions_init(actions);
  spawn.posix_spawnattr_init(attributes);
  try {
    for (const [ours, theirs] of fds) {
      spawn.posix_spawn_file_actions_adddup2(actions, ours, theirs);
    }
    const flags = newSession ? POSIX_SPAWN_SETSID : 0;
    spawn.posix_spawnattr_setflags(attributes, flags);
    const variables = { PATH: getenv("PATH") ?? DEFAULT_PATH, ...env };
    const pid = new Int32Array(new ArrayBuffer(4));
    const error = spawn.posix_spawnp(
      new Uint8Array(pid.buffer),
      cString(program),
      actions,
      attributes,
      stringArray([program, ...args]),
      stringArray(
        Object.entries(variables).map(([name, value]) => `${name}=${value}`),
      ),
    );
    if (error === 0) return pid[0]!;
    throw new SyscallError("posix_spawn", error, { path: program });
  } finally {
    spawn.posix_spawn_file_actions_destroy(actions);
    spawn.posix_spawnattr_destroy(attributes);
  }
}

/** Returns a `char *[]`, followed by its strings in the same buffer. */
function stringArray(texts: readonly string[]): Uint8Array<ArrayBuffer> {
  const strings = texts.map(cString);
  const start = 8 * (texts.length + 1);
  const size = strings.reduce((sum, { length }) => sum + length, start);
  const bytes = new Uint8Array(new ArrayBuffer(size));
  const view = new DataView(bytes.buffer);
  const address = addressOf(bytes);
  let at = start;
  for (const [i, string] of strings.entries()) {
    bytes.set(string, at);
    view.setBigUint64(8 * i, address + BigInt(at), true);
    at += string.length;
  }
  return bytes;
}

/**
 * Waits for a program to end, and reaps it.
 *
 * @returns Its exit status, or 128 plus the signal that killed it; `undefined`
 * if the status is unavailable, since this process was started with SIGCHLD
 * ignored.
 */
export async function exitOf(pid: number): Promise<number | undefined> {
  const status = new DataView(new ArrayBuffer(4));
  const bytes = new Uint8Array(status.buffer);
  for (;;) {
    const result = await linuxLibc().waitpidAsync(pid, bytes, 0);
    if (result === pid) break;
    const error = asyncErrno(result);
    if (error === ECHILD) return undefined;
    if (error !== EINTR) throw new SyscallError("waitpid", error);
  }
  const signal = status.getInt32(0, true) & 0x7f;
  return signal === 0 ? status.getInt32(0, true) >> 8 & 0xff : 128 + signal;
}

/**
 * Runs a program to its end.
 *
 * @throws {SyscallError} As {@linkcode spawn}.
 */
export async function run(
  program: string,
  args: readonly string[],
  { fds = [], ...options }: SpawnOptions = {},
): Promise<Outcome> {
  // Unlike a pipe, a file can be read while children of the program live on.
  using stderr = new HostFd(memfdCreate("stderr", MFD_CLOEXEC));
  const pid = spawn(program, args, {
    ...options,
    fds: [[stderr.fd, 2], ...fds],
  });
  const code = await exitOf(pid);
  const said = new Uint8Array(new ArrayBuffer(fstat(stderr.fd).size));
  libc().pread(stderr.fd, said, BigInt(said.length), 0n);
  return { code, stderr: decodeBytes(said) };
}
