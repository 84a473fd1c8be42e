/**
 * Extended attributes of a file of the source, through a descriptor of it.
 *
 * @module
 */

import { cString } from "../../../ffi/c_string.ts";
import { errno, linuxLibc } from "../../../ffi/libc.ts";
import { SyscallError } from "../../../ffi/syscall_error.ts";
import {
  takeNames,
  takeValue,
  XATTR_MAX,
  XATTR_SCRATCH,
} from "../../../posix/xattr_buffer.ts";
import { ENODATA } from "../../../posix/constants_errno.ts";
import { S_ISGID } from "../../../posix/constants_stat.ts";
import { FUSE_SETXATTR_ACL_KILL_SGID } from "../../abi/constants.ts";
import type { SetxattrRequest } from "../../message/xattr_requests.ts";
import { procPath } from "./scratch_name.ts";
import type { Stat } from "./stat.ts";

const PERMISSIONS = 0o7777;

/** getxattr(2); undefined if there is none of that name. */
export function get(fd: number, name: string): Uint8Array | undefined {
  const { getxattr } = linuxLibc();
  const size = BigInt(XATTR_MAX);
  const length = getxattr(procPath(fd), cString(name), XATTR_SCRATCH, size);
  if (length >= 0) return takeValue(length);
  const error = errno();
  if (error === ENODATA) return undefined;
  throw new SyscallError("getxattr", error);
}

/** listxattr(2) */
export function list(fd: number): string[] {
  const size = BigInt(XATTR_MAX);
  const length = linuxLibc().listxattr(procPath(fd), XATTR_SCRATCH, size);
  if (length < 0) throw new SyscallError("listxattr", errno());
  return takeNames(length);
}

/** setxattr(2) */
export function set(fd: number, request: SetxattrRequest, stat: Stat): void {
  const { name, xattr, flags, setxattrFlags } = request;
  const { setxattr, chmod } = linuxLibc();
  const path = procPath(fd);
  const size = BigInt(xattr.length);
  if (setxattr(path, cString(name), xattr, size, flags) < 0) {
    throw new SyscallError("setxattr", errno());
  }
  if ((setxattrFlags & FUSE_SETXATTR_ACL_KILL_SGID) === 0) return;
  if (!stat.of(fd) || (stat.mode & S_ISGID) === 0) return;
  if (chmod(path, stat.mode & PERMISSIONS & ~S_ISGID) < 0) {
    throw new SyscallError("chmod", errno());
  }
}

/** removexattr(2) */
export function remove(fd: number, name: string): void {
  if (linuxLibc().removexattr(procPath(fd), cString(name)) < 0) {
    throw new SyscallError("removexattr", errno());
  }
}
