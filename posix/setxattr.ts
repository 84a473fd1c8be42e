import { checkBytes, cString, errno, linuxLibc } from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import { toFlags, toInt } from "./_arguments.ts";
import type { XattrFlags } from "./flags.ts";

/**
 * `setxattr(path, name, value, flags)`: sets an extended attribute of a file.
 * See setxattr(2), and xattr(7) for the names and who may set them.
 *
 * A symbolic link is followed; {@linkcode lsetxattr} sets an attribute of the
 * link itself.
 *
 * @param path The path of the file.
 * @param name The full name, such as `user.colour`.
 * @param value The value, of at most 65,536 bytes.
 * @param flags `XATTR_CREATE`, `XATTR_REPLACE`, or 0 to create or replace.
 * @throws {SyscallError} `EEXIST` or `ENODATA` as `flags` require;
 * `EOPNOTSUPP`; `EPERM`; `ERANGE` for a name of more than 255 bytes; `E2BIG`;
 * `ENOSPC`; `ENOENT`; `EACCES`.
 * @throws {TypeError} If `value` is not a `Uint8Array`, or is detached.
 * @throws {RangeError} If `flags` is not a 32-bit integer.
 * @throws {Error} On a system other than Linux.
 */
export function setxattr(
  path: string,
  name: string,
  value: Uint8Array,
  flags: XattrFlags = 0,
): void {
  const { setxattr } = linuxLibc();
  const result = setxattr(
    cString(path),
    cString(name),
    checkBytes("value", value),
    BigInt(value.length),
    toFlags("setxattr", flags),
  );
  if (result < 0) throw new SyscallError("setxattr", errno(), { path });
}

/**
 * `lsetxattr(path, name, value, flags)`: like {@linkcode setxattr}, but does
 * not follow a symbolic link at the end of the path. Linux refuses names that
 * begin with `user.` on a link with `EPERM`.
 *
 * @param path The path of the file.
 * @param name The full name, such as `user.colour`.
 * @param value The value, of at most 65,536 bytes.
 * @param flags `XATTR_CREATE`, `XATTR_REPLACE`, or 0 to create or replace.
 * @throws {SyscallError} `EEXIST` or `ENODATA` as `flags` require;
 * `EOPNOTSUPP`; `EPERM`; `ERANGE` for a name of more than 255 bytes; `E2BIG`;
 * `ENOSPC`; `ENOENT`; `EACCES`.
 * @throws {TypeError} If `value` is not a `Uint8Array`, or is detached.
 * @throws {RangeError} If `flags` is not a 32-bit integer.
 * @throws {Error} On a system other than Linux.
 */
export function lsetxattr(
  path: string,
  name: string,
  value: Uint8Array,
  flags: XattrFlags = 0,
): void {
  const { lsetxattr } = linuxLibc();
  const result = lsetxattr(
    cString(path),
    cString(name),
    checkBytes("value", value),
    BigInt(value.length),
    toFlags("lsetxattr", flags),
  );
  if (result < 0) throw new SyscallError("lsetxattr", errno(), { path });
}

/**
 * `fsetxattr(fd, name, value, flags)`: like {@linkcode setxattr}, but for an
 * open file.
 *
 * @param fd The file descriptor, opened without `O_PATH`.
 * @param name The full name, such as `user.colour`.
 * @param value The value, of at most 65,536 bytes.
 * @param flags `XATTR_CREATE`, `XATTR_REPLACE`, or 0 to create or replace.
 * @throws {SyscallError} `EEXIST` or `ENODATA` as `flags` require;
 * `EOPNOTSUPP`; `EPERM`; `ERANGE` for a name of more than 255 bytes; `E2BIG`;
 * `ENOSPC`; `EBADF` if `fd` is not open.
 * @throws {TypeError} If `value` is not a `Uint8Array`, or is detached.
 * @throws {RangeError} If `fd` or `flags` is not a 32-bit integer.
 * @throws {Error} On a system other than Linux.
 */
export function fsetxattr(
  fd: number,
  name: string,
  value: Uint8Array,
  flags: XattrFlags = 0,
): void {
  const { fsetxattr } = linuxLibc();
  const result = fsetxattr(
    toInt("fd", fd),
    cString(name),
    checkBytes("value", value),
    BigInt(value.length),
    toFlags("fsetxattr", flags),
  );
  if (result < 0) throw new SyscallError("fsetxattr", errno());
}

/**
 * `removexattr(path, name)`: removes an extended attribute of a file. See
 * removexattr(2).
 *
 * A symbolic link is followed; {@linkcode lremovexattr} removes an attribute of
 * the link itself.
 *
 * @param path The path of the file.
 * @param name The full name, such as `user.colour`.
 * @throws {SyscallError} `ENODATA` if the file has no such attribute;
 * `EOPNOTSUPP`; `EPERM`; `ENOENT`; `EACCES`.
 * @throws {Error} On a system other than Linux.
 */
export function removexattr(path: string, name: string): void {
  const { removexattr } = linuxLibc();
  if (removexattr(cString(path), cString(name)) < 0) {
    throw new SyscallError("removexattr", errno(), { path });
  }
}

/**
 * `lremovexattr(path, name)`: like {@linkcode removexattr}, but does not follow
 * a symbolic link at the end of the path.
 *
 * @param path The path of the file.
 * @param name The full name, such as `user.colour`.
 * @throws {SyscallError} `ENODATA` if the file has no such attribute;
 * `EOPNOTSUPP`; `EPERM`; `ENOENT`; `EACCES`.
 * @throws {Error} On a system other than Linux.
 */
export function lremovexattr(path: string, name: string): void {
  const { lremovexattr } = linuxLibc();
  if (lremovexattr(cString(path), cString(name)) < 0) {
    throw new SyscallError("lremovexattr", errno(), { path });
  }
}

/**
 * `fremovexattr(fd, name)`: like {@linkcode removexattr}, but for an open file.
 *
 * @param fd The file descriptor, opened without `O_PATH`.
 * @param name The full name, such as `user.colour`.
 * @throws {SyscallError} `ENODATA` if the file has no such attribute;
 * `EOPNOTSUPP`; `EPERM`; `EBADF` if `fd` is not open.
 * @throws {RangeError} If `fd` is not a 32-bit integer.
 * @throws {Error} On a system other than Linux.
 */
export function fremovexattr(fd: number, name: string): void {
  const { fremovexattr } = linuxLibc();
  if (fremovexattr(toInt("fd", fd), cString(name)) < 0) {
    throw new SyscallError("fremovexattr", errno());
  }
}
