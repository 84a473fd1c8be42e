/**
 * fusermount3, the set-user-ID program that mounts and unmounts for ordinary
 * users: fusermount3(1), and doc/README.mount of libfuse.
 *
 * @module
 */

import { errnoString } from "../ffi/errno.ts";
import { SyscallError } from "../ffi/syscall_error.ts";
import { recvFds } from "../hostfd/pass_fds.ts";
import { socketpair } from "../hostfd/unix_socket.ts";
import {
  EACCES,
  ENODEV,
  ENOENT,
  ENOSPC,
  EPERM,
} from "../posix/constants_errno.ts";
import { getenv, run, type SpawnOptions } from "./_spawn.ts";

/** The number that the program's end of the socket has there. */
const COMM_FD = 3;

/** What the program says without the words of strerror(3), and what it means. */
const REFUSALS: readonly [pattern: RegExp, errno: number][] = [
  [/too many FUSE filesystems/, ENOSPC],
  [/device not found/, ENODEV],
  [/no write access|not owned by user/, EACCES],
];

/**
 * Mounts by fusermount3.
 *
 * @param options Those of mount(8), separated by commas.
 * @param refusal Why this process cannot do it itself.
 * @returns The descriptor of `/dev/fuse`.
 * @throws {SyscallError} What the program found wrong; the refusal if there is
 * no such program, and what to install.
 */
export async function fusermount(
  path: string,
  options: string,
  refusal: SyscallError,
): Promise<number> {
  const [ours, theirs] = socketpair();
  using _ours = ours;
  {
    using _theirs = theirs;
    await runFusermount(path, ["-o", options, "--", path], refusal, {
      env: { _FUSE_COMMFD: `${COMM_FD}` },
      fds: [[theirs.fd, COMM_FD]],
    });
  }
  const [device] = recvFds(ours.fd, 1);
  return device!.release();
}

/** Unmounts by fusermount3, and throws as {@linkcode fusermount}. */
export async function fuserunmount(
  path: string,
  lazy: boolean,
  refusal: SyscallError,
): Promise<void> {
  const args = ["-u", ...lazy ? ["-z"] : [], "--", path];
  await runFusermount(path, args, refusal);
}

/** Returns an error again, with what to do about it. */
export function again(cause: SyscallError, hint: string): SyscallError {
  const { syscall, errno, path } = cause;
  return new SyscallError(syscall, errno, { path, hint, cause });
}

/** Runs the first of the programs that there is. */
async function runFusermount(
  path: string,
  args: readonly string[],
  refusal: SyscallError,
  options?: SpawnOptions,
): Promise<void> {
  const chosen = getenv("FUSERMOUNT_PATH");
  for (const program of chosen ? [chosen] : ["fusermount3", "fusermount"]) {
    try {
      const { code, stderr } = await run(program, args, options);
      if (code === 0) return;
      throw told(program, path, stderr);
    } catch (error) {
      const { errno, message, syscall } = error as SyscallError;
      if (syscall !== "posix_spawn") throw error;
      if (errno !== ENOENT) throw again(refusal, message);
    }
  }
  const missing = chosen ? `there is no ${chosen}` : "there is no fusermount3";
  throw again(refusal, `${missing}: run as root, or install the package fuse3`);
}

/** Returns the error that a program told of. */
function told(program: string, path: string, said: string): SyscallError {
  const [, errno = errnoAtEnd(said) ?? EPERM] =
    REFUSALS.find(([pattern]) => pattern.test(said)) ?? [];
  const lines = said.trim().split(/\s*\n\s*/);
  const words = lines.map((line) => line.replace(/^fusermount3?: /, ""));
  return new SyscallError(program, errno, { path, hint: words.join("; ") });
}

/** Returns the error number whose description ends a text. */
function errnoAtEnd(text: string): number | undefined {
  const end = text.trimEnd().replace(/^.*: /s, "");
  for (let errno = 1; errno < 256; errno++) {
    if (end !== "" && errnoString(errno) === end) return errno;
  }
  return undefined;
}
