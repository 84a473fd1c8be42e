import { toUnsigned } from "../../ffi/internal.ts";
import * as fuse from "./constants.ts";
import type { SetattrValid } from "./flags.ts";

/** Whether the handle is valid. */
export function setattrValidHandle(valid: SetattrValid): boolean {
  return (toUnsigned("valid", valid) & fuse.FATTR_FH) !== 0;
}

/** Whether the lock owner is valid. */
export function setattrValidLockOwner(valid: SetattrValid): boolean {
  return (toUnsigned("valid", valid) & fuse.FATTR_LOCKOWNER) !== 0;
}

/** Whether the mode is to change. */
export function setattrValidMode(valid: SetattrValid): boolean {
  return (toUnsigned("valid", valid) & fuse.FATTR_MODE) !== 0;
}

/** Whether the owner is to change. */
export function setattrValidUid(valid: SetattrValid): boolean {
  return (toUnsigned("valid", valid) & fuse.FATTR_UID) !== 0;
}

/** Whether the group is to change. */
export function setattrValidGid(valid: SetattrValid): boolean {
  return (toUnsigned("valid", valid) & fuse.FATTR_GID) !== 0;
}

/** Whether the size is to change. */
export function setattrValidSize(valid: SetattrValid): boolean {
  return (toUnsigned("valid", valid) & fuse.FATTR_SIZE) !== 0;
}

/** Whether the time of last access is to change. */
export function setattrValidAtime(valid: SetattrValid): boolean {
  return (toUnsigned("valid", valid) & fuse.FATTR_ATIME) !== 0;
}

/** Whether the time of last access is to become the present. */
export function setattrValidAtimeNow(valid: SetattrValid): boolean {
  return (toUnsigned("valid", valid) & fuse.FATTR_ATIME_NOW) !== 0;
}

/** Whether the time of last modification is to change. */
export function setattrValidMtime(valid: SetattrValid): boolean {
  return (toUnsigned("valid", valid) & fuse.FATTR_MTIME) !== 0;
}

/** Whether the time of last modification is to become the present. */
export function setattrValidMtimeNow(valid: SetattrValid): boolean {
  return (toUnsigned("valid", valid) & fuse.FATTR_MTIME_NOW) !== 0;
}

/** Whether the time of last inode change is to change. */
export function setattrValidCtime(valid: SetattrValid): boolean {
  return (toUnsigned("valid", valid) & fuse.FATTR_CTIME) !== 0;
}

/** Whether the set-user-ID and set-group-ID bits are to be cleared as well. */
export function setattrValidKillSuidgid(valid: SetattrValid): boolean {
  return (toUnsigned("valid", valid) & fuse.FATTR_KILL_SUIDGID) !== 0;
}
