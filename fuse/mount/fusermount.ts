/**
 * fusermount3, the set-user-ID program that mounts and unmounts for ordinary
 * users: fusermount3(1), and doc/README.mount of libfuse.
 *
 * @module
 */

import { errnoString } from "../../ffi/internal.ts";
import { SyscallError } from "../../ffi/mod.ts";
import { MSG_DONTWAIT, recvmsg, socketpair } from "../../hostfd/mod.ts";
import {
  EACCES,
  EAGAIN,
  ENODEV,
  ENOENT,
  ENOSPC,
  EPERM,
} from "../../posix/mod.ts";
import { getenv, type Outcome, run, type SpawnOptions } from "./spawn.ts";

/** The number of the socket's descriptor in the child process. */
const COMM_FD = 3;

/** The messages of the program without strerror(3) text, and their errnos. */
const REFUSALS: readonly [pattern: RegExp, errno: number][] = [
  [/too many FUSE filesystems/, ENOSPC],
  [/device not found/, ENODEV],
  [/no write access|not owned by user/, EACCES],
];

/**
 * Mounts a file system by fusermount3.
 *
 * @param options The options of mount(8), separated by commas.
 * @param refusal The error by which this process could not mount directly.
 * @returns The descriptor of `/dev/fuse`.
 * @throws {SyscallError} The error that the program reports; `refusal` with a
 * hint what to install, if there is no such program.
 */
export async function fusermount(
  path: string,
  options: string,
  refusal: SyscallError,
): Promise<number> {
  const [ours, theirs] = socketpair();
  using _ours = ours;
  let ended: Ended;
  {
    using _theirs = theirs;
    ended = await runFusermount(["-o", options, "--", path], refusal, {
      env: { _FUSE_COMMFD: `${COMM_FD}` },
      fds: [[theirs.fd, COMM_FD]],
    });
  }
  try {
    using message = recvmsg(ours.fd, new Uint8Array(1), {
      maxFds: 1,
      flags: MSG_DONTWAIT,
    });
    const [device] = message.fds;
    if (device !== undefined) return device.release();
  } catch (error) {
    // A child that the program left behind keeps the socket open.
    if ((error as SyscallError).errno !== EAGAIN) throw error;
  }
  throw reportedError(path, ended);
}

/** Unmounts a file system by fusermount3; throws as {@linkcode fusermount}. */
export async function fuserunmount(
  path: string,
  lazy: boolean,
  refusal: SyscallError,
): Promise<void> {
  const args = ["-u", ...lazy ? ["-z"] : [], "--", path];
  const ended = await runFusermount(args, refusal);
  const { code, stderr } = ended;
  if (code === undefined ? stderr !== "" : code !== 0) {
    throw reportedError(path, ended);
  }
}

/** Returns a copy of an error with a hint. */
export function withHint(cause: SyscallError, hint: string): SyscallError {
  const { syscall, errno, path } = cause;
  return new SyscallError(syscall, errno, { path, hint, cause });
}

/** The program that ran, and its outcome. */
interface Ended extends Outcome {
  readonly program: string;
}

/** Runs the first of the programs that exists. */
async function runFusermount(
  args: readonly string[],
  refusal: SyscallError,
  options?: SpawnOptions,
): Promise<Ended> {
  const chosen = getenv("FUSERMOUNT_PATH");
  for (const program of chosen ? [chosen] : ["fusermount3", "fusermount"]) {
    try {
      return { program, ...await run(program, args, options) };
    } catch (error) {
      const { errno, message, syscall } = error as SyscallError;
      if (syscall !== "posix_spawn") throw error;
      if (errno !== ENOENT) throw withHint(refusal, message);
    }
  }
  const missing = chosen ? `there is no ${chosen}` : "there is no fusermount3";
  throw withHint(
    refusal,
    `${missing}: run as root, or install the package fuse3`,
  );
}

/** Returns the error that a program reported on standard error. */
function reportedError(
  path: string,
  { program, code, stderr }: Ended,
): SyscallError {
  const [, errno = errnoAtEnd(stderr) ?? EPERM] =
    REFUSALS.find(([pattern]) => pattern.test(stderr)) ?? [];
  const lines = stderr.trim().split(/\s*\n\s*/).filter(Boolean);
  const words = lines.map((line) => line.replace(/^fusermount3?: /, ""));
  const hint = words.length > 0
    ? words.join("; ")
    : `it ended with status ${code ?? "unknown"} and said nothing`;
  return new SyscallError(program, errno, { path, hint });
}

/** Returns the error number whose description ends a text. */
function errnoAtEnd(text: string): number | undefined {
  const end = text.trimEnd().replace(/^.*: /s, "");
  for (let errno = 1; errno < 256; errno++) {
    if (end !== "" && errnoString(errno) === end) return errno;
  }
  return undefined;
}
