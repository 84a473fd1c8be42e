import { cString, errno, linuxLibc } from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
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
 * A symbolic link is followed; {@linkcode lgetxattr} reads an attribute of the
 * link itself.
 *
 * @param path The path of the file.
 * @param name The full name, such as `user.colour`.
 * @returns A copy of the value.
 * @throws {SyscallError} `ENODATA` if the file has no such attribute;
 * `EOPNOTSUPP`; `ENOENT`; `EACCES`.
 * @throws {Error} On a system other than Linux.
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
 * `lgetxattr(path, name)`: like {@linkcode getxattr}, but does not follow a
 * symbolic link at the end of the path.
 *
 * @param path The path of the file or link.
 * @param name The full name, such as `user.colour`.
 * @returns A copy of the value.
 * @throws {SyscallError} `ENODATA` if the file has no such attribute;
 * `EOPNOTSUPP`; `ENOENT`; `EACCES`.
 * @throws {Error} On a system other than Linux.
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
 * `fgetxattr(fd, name)`: like {@linkcode getxattr}, but for an open file.
 *
 * @param fd The file descriptor, opened without `O_PATH`.
 * @param name The full name, such as `user.colour`.
 * @returns A copy of the value.
 * @throws {SyscallError} `ENODATA` if the file has no such attribute;
 * `EOPNOTSUPP`; `EBADF` if `fd` is not open.
 * @throws {RangeError} If `fd` is not a 32-bit integer.
 * @throws {Error} On a system other than Linux.
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
 * `listxattr(path)`: returns the names of the extended attributes of a file
 * that the caller may see. See listxattr(2).
 *
 * A symbolic link is followed; {@linkcode llistxattr} lists the attributes of
 * the link itself.
 *
 * @param path The path of the file.
 * @returns The full names. A byte that is not UTF-8 becomes a lone surrogate,
 * which {@linkcode getxattr} accepts.
 * @throws {SyscallError} `EOPNOTSUPP`; `E2BIG`; `ENOENT`; `EACCES`.
 * @throws {Error} On a system other than Linux.
 */
export function listxattr(path: string): string[] {
  const { listxattr } = linuxLibc();
  const length = listxattr(cString(path), XATTR_SCRATCH, SIZE);
  if (length < 0) throw new SyscallError("listxattr", errno(), { path });
  return takeNames(length);
}

/**
 * `llistxattr(path)`: like {@linkcode listxattr}, but does not follow a
 * symbolic link at the end of the path.
 *
 * @param path The path of the file or link.
 * @returns The full names. A byte that is not UTF-8 becomes a lone surrogate,
 * which {@linkcode lgetxattr} accepts.
 * @throws {SyscallError} `EOPNOTSUPP`; `E2BIG`; `ENOENT`; `EACCES`.
 * @throws {Error} On a system other than Linux.
 */
export function llistxattr(path: string): string[] {
  const { llistxattr } = linuxLibc();
  const length = llistxattr(cString(path), XATTR_SCRATCH, SIZE);
  if (length < 0) throw new SyscallError("llistxattr", errno(), { path });
  return takeNames(length);
}

/**
 * `flistxattr(fd)`: like {@linkcode listxattr}, but for an open file.
 *
 * @param fd The file descriptor, opened without `O_PATH`.
 * @returns The full names. A byte that is not UTF-8 becomes a lone surrogate,
 * which {@linkcode fgetxattr} accepts.
 * @throws {SyscallError} `EOPNOTSUPP`; `E2BIG`; `EBADF` if `fd` is not open.
 * @throws {RangeError} If `fd` is not a 32-bit integer.
 * @throws {Error} On a system other than Linux.
 */
export function flistxattr(fd: number): string[] {
  const { flistxattr } = linuxLibc();
  const length = flistxattr(toInt("fd", fd), XATTR_SCRATCH, SIZE);
  if (length < 0) throw new SyscallError("flistxattr", errno());
  return takeNames(length);
}
