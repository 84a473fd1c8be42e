import { cString } from "../ffi/c_string.ts";
import { errno, linuxLibc } from "../ffi/libc.ts";
import { SyscallError } from "../ffi/syscall_error.ts";
import { toInt } from "./_arguments.ts";
import {
  takeNames,
  takeValue,
  XATTR_MAX,
  XATTR_SCRATCH,
} from "./xattr_buffer.ts";

const SIZE = BigInt(XATTR_MAX);

/**
 * `getxattr(path, name)`: returns the value of an extended attribute of a file.
 * See getxattr(2), and xattr(7) for the names.
 *
 * A symbolic link is followed: {@linkcode lgetxattr} reads that of the link.
 *
 * @param path The file.
 * @param name The whole name, such as `user.colour`.
 * @returns A copy of the value.
 * @throws {SyscallError} `ENODATA` if there is none of that name; `EOPNOTSUPP`; `ENOENT`, `EACCES`.
 * @throws {Error} On another system than Linux.
 */
export function getxattr(
  path: string,
  name: string,
): Uint8Array<ArrayBuffer> {
  const { getxattr } = linuxLibc();
  const length = getxattr(cString(path), cString(name), XATTR_SCRATCH, SIZE);
  if (length < 0) throw new SyscallError("getxattr", errno(), { path });
  return takeValue(length);
}

/**
 * `lgetxattr(path, name)`: as {@linkcode getxattr}, but of a symbolic link that is
 * the last part of the path, not of what it leads to.
 *
 * @param path The file.
 * @param name The whole name, such as `user.colour`.
 * @returns A copy of the value.
 * @throws {SyscallError} `ENODATA` if there is none of that name; `EOPNOTSUPP`; `ENOENT`, `EACCES`.
 * @throws {Error} On another system than Linux.
 */
export function lgetxattr(
  path: string,
  name: string,
): Uint8Array<ArrayBuffer> {
  const { lgetxattr } = linuxLibc();
  const length = lgetxattr(cString(path), cString(name), XATTR_SCRATCH, SIZE);
  if (length < 0) throw new SyscallError("lgetxattr", errno(), { path });
  return takeValue(length);
}

/**
 * `fgetxattr(fd, name)`: as {@linkcode getxattr}, of an open file.
 *
 * @param fd The descriptor; `O_PATH` does not do.
 * @param name The whole name, such as `user.colour`.
 * @returns A copy of the value.
 * @throws {SyscallError} `ENODATA` if there is none of that name; `EOPNOTSUPP`; `EBADF` if it is not open.
 * @throws {RangeError} If `fd` is not a 32-bit integer.
 * @throws {Error} On another system than Linux.
 *
 * @example Usage
 * ```ts
 * import { close, fgetxattr, fsetxattr, memfdCreate } from "@hostkit/hostkit/posix";
 *
 * const fd = memfdCreate("tagged", 0);
 * fsetxattr(fd, "user.colour", new TextEncoder().encode("green"));
 * const value = fgetxattr(fd, "user.colour");
 * console.assert(new TextDecoder().decode(value) === "green");
 * close(fd);
 * ```
 */
export function fgetxattr(
  fd: number,
  name: string,
): Uint8Array<ArrayBuffer> {
  const { fgetxattr } = linuxLibc();
  const length = fgetxattr(toInt("fd", fd), cString(name), XATTR_SCRATCH, SIZE);
  if (length < 0) throw new SyscallError("fgetxattr", errno());
  return takeValue(length);
}

/**
 * `listxattr(path)`: returns the names of the extended attributes of a file that
 * the caller may see. See listxattr(2).
 *
 * A symbolic link is followed: {@linkcode llistxattr} reads those of the link.
 *
 * @param path The file.
 * @returns The whole names; bytes that are not UTF-8 as lone surrogates, which
 * {@linkcode getxattr} takes.
 * @throws {SyscallError} `EOPNOTSUPP`; `E2BIG`; `ENOENT`, `EACCES`.
 * @throws {Error} On another system than Linux.
 */
export function listxattr(path: string): string[] {
  const { listxattr } = linuxLibc();
  const length = listxattr(cString(path), XATTR_SCRATCH, SIZE);
  if (length < 0) throw new SyscallError("listxattr", errno(), { path });
  return takeNames(length);
}

/**
 * `llistxattr(path)`: as {@linkcode listxattr}, but of a symbolic link that is the
 * last part of the path, not of what it leads to.
 *
 * @param path The file.
 * @returns The whole names; bytes that are not UTF-8 as lone surrogates, which
 * {@linkcode lgetxattr} takes.
 * @throws {SyscallError} `EOPNOTSUPP`; `E2BIG`; `ENOENT`, `EACCES`.
 * @throws {Error} On another system than Linux.
 */
export function llistxattr(path: string): string[] {
  const { llistxattr } = linuxLibc();
  const length = llistxattr(cString(path), XATTR_SCRATCH, SIZE);
  if (length < 0) throw new SyscallError("llistxattr", errno(), { path });
  return takeNames(length);
}

/**
 * `flistxattr(fd)`: as {@linkcode listxattr}, of an open file.
 *
 * @param fd The descriptor; `O_PATH` does not do.
 * @returns The whole names; bytes that are not UTF-8 as lone surrogates, which
 * {@linkcode fgetxattr} takes.
 * @throws {SyscallError} `EOPNOTSUPP`; `E2BIG`; `EBADF` if it is not open.
 * @throws {RangeError} If `fd` is not a 32-bit integer.
 * @throws {Error} On another system than Linux.
 */
export function flistxattr(fd: number): string[] {
  const { flistxattr } = linuxLibc();
  const length = flistxattr(toInt("fd", fd), XATTR_SCRATCH, SIZE);
  if (length < 0) throw new SyscallError("flistxattr", errno());
  return takeNames(length);
}
