/**
 * Extended attributes of a file of the source, through a descriptor of it.
 *
 * @module
 */

import { cString, errno, linuxLibc } from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import {
  takeNames,
  takeValue,
  XATTR_MAX,
  XATTR_SCRATCH,
} from "../../../posix/internal.ts";
import { ENODATA, S_ISGID } from "../../../posix/mod.ts";
import { FUSE_SETXATTR_ACL_KILL_SGID } from "../../abi/mod.ts";
import type { SetxattrRequest } from "../../message/mod.ts";
import { procPath } from "./scratch_name.ts";
import type { Stat } from "./stat.ts";

const PERMISSIONS = 0o7777;

/** Calls getxattr(2); returns undefined if there is no such attribute. */
export function get(fd: number, name: string): Uint8Array | undefined {
  const { getxattr } = linuxLibc();
  const size = BigInt(XATTR_MAX);
  const length = getxattr(procPath(fd), cString(name), XATTR_SCRATCH, size);
  if (length >= 0) return takeValue(length);
  const error = errno();
  if (error === ENODATA) return undefined;
  throw new SyscallError("getxattr", error);
}

/** Returns the names of all attributes: listxattr(2). */
export function list(fd: number): string[] {
  const size = BigInt(XATTR_MAX);
  const length = linuxLibc().listxattr(procPath(fd), XATTR_SCRATCH, size);
  if (length < 0) throw new SyscallError("listxattr", errno());
  return takeNames(length);
}

/** Sets an attribute: setxattr(2). Clears the set-group-ID bit if asked to. */
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

/** Removes an attribute: removexattr(2). */
export function remove(fd: number, name: string): void {
  if (linuxLibc().removexattr(procPath(fd), cString(name)) < 0) {
    throw new SyscallError("removexattr", errno());
  }
}
