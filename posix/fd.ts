import { errno, libc } from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import { toInt, toUnsigned } from "./_arguments.ts";
import { toOffset } from "./offset.ts";

/**
 * `close(fd)`: closes a file descriptor. See close(2).
 *
 * Linux closes the descriptor even if the call fails with an error other than
 * `EBADF`: never close it again. Mappings of the file stay.
 *
 * @param fd The file descriptor.
 * @throws {SyscallError} `EBADF` if `fd` is not open; `EIO`, `ENOSPC` or
 * `EDQUOT` if data written earlier could not be stored.
 * @throws {RangeError} If `fd` is not a 32-bit integer.
 *
 * @example Usage
 * ```ts
 * import { close, memfdCreate } from "@hostkit/hostkit/posix";
 *
 * close(memfdCreate("scratch", 0));
 * ```
 */
export function close(fd: number): void {
  if (libc().close(toInt("fd", fd)) < 0) {
    throw new SyscallError("close", errno());
  }
}

/**
 * `ftruncate(fd, length)`: sets the size of a file or shared memory object. See
 * ftruncate(2).
 *
 * Shrinking a file discards its end: from then on, access to a mapping of those
 * pages kills the process (SIGBUS). Growing a file adds zeros that occupy no
 * memory yet. macOS sets the size of a shared memory object only once, in whole
 * pages.
 *
 * @param fd A file descriptor that is open for writing.
 * @param length The new size in bytes.
 * @throws {SyscallError} `EINVAL` if `length` is negative or `fd` is not open
 * for writing; `EBADF` if `fd` is not open; `EPERM` if a seal forbids the
 * change; `EFBIG` if the file system does not support the size.
 * @throws {RangeError} If `length` is not a 64-bit integer.
 *
 * @example Usage
 * ```ts
 * import { close, fstat, ftruncate, memfdCreate } from "@hostkit/hostkit/posix";
 *
 * const fd = memfdCreate("scratch", 0);
 * ftruncate(fd, 2 ** 33);
 * console.assert(fstat(fd).size === 8589934592);
 * close(fd);
 * ```
 */
export function ftruncate(fd: number, length: number | bigint): void {
  if (libc().ftruncate(toInt("fd", fd), toOffset(length, "a length")) < 0) {
    throw new SyscallError("ftruncate", errno());
  }
}

/**
 * `fchmod(fd, mode)`: sets the permissions of an open file. See fchmod(2).
 *
 * @param fd The file descriptor.
 * @param mode The permissions, such as `0o640` or `S_IRUSR | S_IWUSR`; the bits
 * of the file type are ignored.
 * @throws {SyscallError} `EBADF` if `fd` is not open; `EPERM` if the caller
 * does not own the file or a seal forbids the change; `EROFS`.
 * @throws {RangeError} If an argument is not a 32-bit integer.
 *
 * @example Usage
 * ```ts
 * import { close, fchmod, fstat, memfdCreate } from "@hostkit/hostkit/posix";
 *
 * const fd = memfdCreate("private", 0);
 * fchmod(fd, 0o600);
 * console.assert((fstat(fd).mode & 0o777) === 0o600);
 * close(fd);
 * ```
 */
export function fchmod(fd: number, mode: number): void {
  if (libc().fchmod(toInt("fd", fd), toUnsigned("mode", mode)) < 0) {
    throw new SyscallError("fchmod", errno());
  }
}

/**
 * `fchown(fd, uid, gid)`: sets the owner and group of an open file. See
 * fchown(2).
 *
 * @param fd The file descriptor.
 * @param uid The new user ID, or -1 to keep the owner.
 * @param gid The new group ID, or -1 to keep the group.
 * @throws {SyscallError} `EBADF` if `fd` is not open; `EPERM` if the caller
 * lacks the privilege; `EINVAL` for an ID that is not mapped in the user
 * namespace; `EROFS`.
 * @throws {RangeError} If an argument is not a 32-bit integer.
 *
 * @example Usage
 * ```ts
 * import { close, fchown, fstat, memfdCreate } from "@hostkit/hostkit/posix";
 *
 * const fd = memfdCreate("mine", 0);
 * fchown(fd, fstat(fd).uid, -1);
 * close(fd);
 * ```
 */
export function fchown(fd: number, uid: number, gid: number): void {
  const result = libc().fchown(
    toInt("fd", fd),
    toUnsigned("uid", uid),
    toUnsigned("gid", gid),
  );
  if (result < 0) throw new SyscallError("fchown", errno());
}

/**
 * `fcntl(fd, cmd, arg)`: controls an open file in one of many ways. See
 * fcntl(2).
 *
 * Only commands with an integer argument are useful here; a command that takes
 * a pointer, such as a lock, fails with `EFAULT`. The C function is variadic:
 * Linux passes `arg` like a named argument, but Apple's arm64 does not, so this
 * function calls the system call stub there.
 *
 * @param fd The file descriptor.
 * @param cmd The command, such as `F_GETFD`.
 * @param arg The argument of the command, if it takes one.
 * @returns The result of the command; 0 if there is none.
 * @throws {SyscallError} `EBADF` if `fd` is not open; `EINVAL` for an unknown
 * command; other errors of the command.
 * @throws {RangeError} If an argument is not a 32-bit integer.
 *
 * @example Usage
 * ```ts
 * import {
 *   close,
 *   F_GETFD,
 *   F_SETFD,
 *   fcntl,
 *   FD_CLOEXEC,
 *   memfdCreate,
 * } from "@hostkit/hostkit/posix";
 *
 * const fd = memfdCreate("inherited", 0);
 * fcntl(fd, F_SETFD, FD_CLOEXEC);
 * console.assert(fcntl(fd, F_GETFD) === FD_CLOEXEC);
 * close(fd);
 * ```
 */
export function fcntl(fd: number, cmd: number, arg: number = 0): number {
  const result = libc().fcntl(
    toInt("fd", fd),
    toInt("cmd", cmd),
    toUnsigned("arg", arg) | 0,
  );
  if (result < 0) throw new SyscallError("fcntl", errno());
  return result;
}
