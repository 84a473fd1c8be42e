import { toUnsigned } from "../../ffi/internal.ts";
import * as fuse from "./constants.ts";
import type { SetattrValid } from "./flags.ts";

/** Returns whether the handle is valid. */
export function setattrValidHandle(valid: SetattrValid): boolean {
  return (toUnsigned("valid", valid) & fuse.FATTR_FH) !== 0;
}

/** Returns whether the lock owner is valid. */
export function setattrValidLockOwner(valid: SetattrValid): boolean {
  return (toUnsigned("valid", valid) & fuse.FATTR_LOCKOWNER) !== 0;
}

/** Returns whether the mode is to change. */
export function setattrValidMode(valid: SetattrValid): boolean {
  return (toUnsigned("valid", valid) & fuse.FATTR_MODE) !== 0;
}

/** Returns whether the owner is to change. */
export function setattrValidUid(valid: SetattrValid): boolean {
  return (toUnsigned("valid", valid) & fuse.FATTR_UID) !== 0;
}

/** Returns whether the group is to change. */
export function setattrValidGid(valid: SetattrValid): boolean {
  return (toUnsigned("valid", valid) & fuse.FATTR_GID) !== 0;
}

/** Returns whether the size is to change. */
export function setattrValidSize(valid: SetattrValid): boolean {
  return (toUnsigned("valid", valid) & fuse.FATTR_SIZE) !== 0;
}

/** Returns whether the time of last access is to change. */
export function setattrValidAtime(valid: SetattrValid): boolean {
  return (toUnsigned("valid", valid) & fuse.FATTR_ATIME) !== 0;
}

/** Returns whether the time of last access is to become the current time. */
export function setattrValidAtimeNow(valid: SetattrValid): boolean {
  return (toUnsigned("valid", valid) & fuse.FATTR_ATIME_NOW) !== 0;
}

/** Returns whether the time of last modification is to change. */
export function setattrValidMtime(valid: SetattrValid): boolean {
  return (toUnsigned("valid", valid) & fuse.FATTR_MTIME) !== 0;
}

/**
 * Returns whether the time of last modification is to become the current one.
 */
export function setattrValidMtimeNow(valid: SetattrValid): boolean {
  return (toUnsigned("valid", valid) & fuse.FATTR_MTIME_NOW) !== 0;
}

/** Returns whether the time of last status change is to change. */
export function setattrValidCtime(valid: SetattrValid): boolean {
  return (toUnsigned("valid", valid) & fuse.FATTR_CTIME) !== 0;
}

/**
 * Returns whether the set-user-ID and set-group-ID bits are to be cleared as
 * well.
 */
export function setattrValidKillSuidgid(valid: SetattrValid): boolean {
  return (toUnsigned("valid", valid) & fuse.FATTR_KILL_SUIDGID) !== 0;
}
