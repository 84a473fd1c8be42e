import { errno, libc } from "../ffi/libc.ts";
import { SyscallError } from "../ffi/syscall_error.ts";
import { toInt, toUnsigned } from "./_arguments.ts";
import { toOffset } from "./offset.ts";

/**
 * `close(fd)`: closes a file descriptor. See close(2).
 *
 * On Linux the descriptor is gone even when the call fails, except with
 * `EBADF`: never close it again. Mappings made from it stay.
 *
 * @param fd The descriptor.
 * @throws {SyscallError} `EBADF` if it is not open; `EIO`, `ENOSPC` or `EDQUOT`
 * if data written before could not be stored.
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
 * What is cut off is lost, and a mapping of it kills the process at the next
 * touch (SIGBUS). What is added reads as zeros and takes no memory yet. macOS
 * sets the size of a shared memory object only once, in whole pages.
 *
 * @param fd A descriptor open for writing.
 * @param length The new size in bytes.
 * @throws {SyscallError} `EINVAL` if `length` is negative or the descriptor
 * is not writable; `EBADF` if it is not open; `EPERM` if a seal forbids it;
 * `EFBIG` if the file system cannot hold it.
 * @throws {RangeError} If `length` is not a whole number of 64 bits.
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
  if (libc().ftruncate(toInt("fd", fd), toOffset(length)) < 0) {
    throw new SyscallError("ftruncate", errno());
  }
}

/**
 * `fchmod(fd, mode)`: sets the permissions of an open file. See fchmod(2).
 *
 * @param fd The descriptor.
 * @param mode The permissions, such as `0o640` or `S_IRUSR | S_IWUSR`; bits of
 * the file type are ignored.
 * @throws {SyscallError} `EBADF` if it is not open; `EPERM` if the caller does
 * not own the file or a seal forbids it; `EROFS`.
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
 * @param fd The descriptor.
 * @param uid The user ID, or -1 to keep it.
 * @param gid The group ID, or -1 to keep it.
 * @throws {SyscallError} `EBADF` if it is not open; `EPERM` without the
 * privilege; `EINVAL` for an ID unknown to the user namespace; `EROFS`.
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
 * `fcntl(fd, cmd, arg)`: does one of many things to an open file. See fcntl(2).
 *
 * Only commands whose argument is an integer make sense here; a command that
 * takes a pointer, such as a lock, fails with `EFAULT`. The C function is
 * variadic: Linux passes `arg` as any other, and on Apple's arm64, which does
 * not, the system call stub behind it is called.
 *
 * @param fd The descriptor.
 * @param cmd The command, such as `F_GETFD`.
 * @param arg Its argument, where it takes one.
 * @returns What the command returns; 0 where it has nothing to tell.
 * @throws {SyscallError} `EBADF` if it is not open; `EINVAL` for an unknown
 * command; what the command adds.
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
