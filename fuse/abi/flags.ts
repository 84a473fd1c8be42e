/**
 * The names of the protocol's flags, as a trace prints them.
 *
 * @module
 */

import { toUnsigned } from "../../ffi/internal.ts";
import {
  KERNEL_O_LARGEFILE,
  O_ACCMODE,
  O_APPEND,
  O_ASYNC,
  O_CREAT,
  O_DIRECT,
  O_DIRECTORY,
  O_DSYNC,
  O_EXCL,
  O_NOATIME,
  O_NOCTTY,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_SYNC,
  O_TRUNC,
  O_WRONLY,
} from "../../posix/mod.ts";
import * as fuse from "./constants.ts";

/** `FUSE_ATTR_*` flags of {@linkcode Attr.flags}. */
export type AttrFlags = number;
/** One of `DT_*`. */
export type DirentType = number;
/** `FALLOC_FL_*` flags of fallocate(2). */
export type FAllocateFlags = number;
/** `FUSE_FSYNC_*` flags. */
export type FsyncFlags = number;
/** `FUSE_GETATTR_*` flags. */
export type GetattrFlags = number;
/** `FUSE_*` INIT flags, both words as one. */
export type InitFlags = bigint;
/** `FUSE_IOCTL_*` flags. */
export type IoctlFlags = number;
/** `FUSE_LK_*` flags. */
export type LockFlags = number;
/** One of `F_RDLCK`, `F_WRLCK` and `F_UNLCK`. */
export type LockType = number;
/** `O_*` flags of open(2), including the kernel's value of O_LARGEFILE. */
export type OpenFlags = number;
/** `FUSE_OPEN_*` flags. */
export type OpenRequestFlags = number;
/** `FOPEN_*` flags. */
export type OpenResponseFlags = number;
/** `POLL*` events. */
export type PollEvents = number;
/** `FUSE_POLL_*` flags. */
export type PollFlags = number;
/** `FUSE_READ_*` flags. */
export type ReadFlags = number;
/** `FUSE_RELEASE_*` flags. */
export type ReleaseFlags = number;
/** `RENAME_*` flags of renameat2(2). */
export type RenameFlags = number;
/** `FATTR_*` flags: the fields of a SETATTR that are to change. */
export type SetattrValid = number;
/** `FUSE_SETXATTR_*` flags. */
export type SetxattrFlags = number;
/** `FUSE_WRITE_*` flags. */
export type WriteFlags = number;

type Names = readonly (readonly [bits: number, name: string])[];

/** Joins the names of the bits that are set; nameless bits are hexadecimal. */
function join(value: number, names: Names): string {
  const found: string[] = [];
  let rest = toUnsigned("flags", value);
  for (const [bits, name] of names) {
    if ((rest & bits) >>> 0 !== bits) continue;
    found.push(name);
    rest = (rest & ~bits) >>> 0;
  }
  if (rest !== 0) found.push(`0x${rest.toString(16)}`);
  return found.join("+") || "0";
}

/** Returns the name of an enumerated number, or the number in hexadecimal. */
function pick(value: number, names: Names): string {
  const bits = toUnsigned("type", value);
  return names.find(([number]) => number === value)?.[1] ??
    `0x${bits.toString(16)}`;
}

const ACCESS_MODES: Names = [
  [O_RDONLY, "OpenReadOnly"],
  [O_WRONLY, "OpenWriteOnly"],
  [O_RDWR, "OpenReadWrite"],
];

/** The flags of open(2); O_SYNC includes O_DSYNC, so O_SYNC comes first. */
const OPEN_FLAGS: Names = [
  [O_APPEND, "OpenAppend"],
  [O_CREAT, "OpenCreate"],
  [O_DIRECTORY, "OpenDirectory"],
  [O_EXCL, "OpenExclusive"],
  [O_NONBLOCK, "OpenNonblock"],
  [O_SYNC, "OpenSync"],
  [O_DSYNC, "OpenDataSync"],
  [O_TRUNC, "OpenTruncate"],
  [O_NOCTTY, "OpenNoControlTTY"],
  [O_ASYNC, "OpenAsync"],
  [O_DIRECT, "OpenDirect"],
  [O_NOFOLLOW, "OpenNoFollow"],
  [O_NOATIME, "OpenNoAccessTime"],
  [KERNEL_O_LARGEFILE, "OpenLargeFile"],
];

/**
 * Returns the access mode of open(2) and the names of the other flags.
 *
 * @example Usage
 * ```ts
 * import { openFlagsString } from "@hostkit/hostkit/fuse";
 *
 * console.assert(openFlagsString(0o1002) === "OpenReadWrite+OpenTruncate");
 * ```
 */
export function openFlagsString(flags: OpenFlags): string {
  toUnsigned("flags", flags);
  const mode = pick(flags & O_ACCMODE, ACCESS_MODES);
  const rest = flags & ~O_ACCMODE;
  return rest === 0 ? mode : `${mode}+${join(rest, OPEN_FLAGS)}`;
}

/** Returns whether flags of open(2) ask for reading only. */
export function isReadOnly(flags: OpenFlags): boolean {
  return (toUnsigned("flags", flags) & O_ACCMODE) === O_RDONLY;
}

/** Returns whether flags of open(2) ask for writing only. */
export function isWriteOnly(flags: OpenFlags): boolean {
  return (toUnsigned("flags", flags) & O_ACCMODE) === O_WRONLY;
}

/** Returns whether flags of open(2) ask for reading and writing. */
export function isReadWrite(flags: OpenFlags): boolean {
  return (toUnsigned("flags", flags) & O_ACCMODE) === O_RDWR;
}

const DIRENT_TYPE: Names = [
  [fuse.DT_UNKNOWN, "unknown"],
  [fuse.DT_SOCK, "socket"],
  [fuse.DT_LNK, "link"],
  [fuse.DT_REG, "file"],
  [fuse.DT_BLK, "block"],
  [fuse.DT_DIR, "dir"],
  [fuse.DT_CHR, "char"],
  [fuse.DT_FIFO, "fifo"],
];

/** Returns the name of a {@linkcode DirentType}: `"socket"`. */
export function direntTypeString(type: DirentType): string {
  return pick(type, DIRENT_TYPE);
}

const LOCK_TYPE: Names = [
  [fuse.F_RDLCK, "LockRead"],
  [fuse.F_WRLCK, "LockWrite"],
  [fuse.F_UNLCK, "LockUnlock"],
];

/** Returns the name of a {@linkcode LockType}: `"LockWrite"`. */
export function lockTypeString(type: LockType): string {
  return pick(type, LOCK_TYPE);
}

const ATTR_FLAGS: Names = [
  [fuse.FUSE_ATTR_SUBMOUNT, "AttrSubmount"],
  [fuse.FUSE_ATTR_DAX, "AttrDAX"],
];

/** Returns the names of {@linkcode AttrFlags}: `"AttrSubmount+AttrDAX"`. */
export function attrFlagsString(flags: AttrFlags): string {
  return join(flags, ATTR_FLAGS);
}

const F_ALLOCATE_FLAGS: Names = [
  [fuse.FALLOC_FL_KEEP_SIZE, "FAllocateKeepSize"],
  [fuse.FALLOC_FL_PUNCH_HOLE, "FAllocatePunchHole"],
  [fuse.FALLOC_FL_ZERO_RANGE, "FAllocateZeroRange"],
];

/** Returns the names of {@linkcode FAllocateFlags}: `"FAllocateKeepSize"`. */
export function fAllocateFlagsString(flags: FAllocateFlags): string {
  return join(flags, F_ALLOCATE_FLAGS);
}

const FSYNC_FLAGS: Names = [
  [fuse.FUSE_FSYNC_FDATASYNC, "FsyncDataOnly"],
];

/** Returns the names of {@linkcode FsyncFlags}: `"FsyncDataOnly"`. */
export function fsyncFlagsString(flags: FsyncFlags): string {
  return join(flags, FSYNC_FLAGS);
}

const GETATTR_FLAGS: Names = [
  [fuse.FUSE_GETATTR_FH, "GetattrFh"],
];

/** Returns the names of {@linkcode GetattrFlags}: `"GetattrFh"`. */
export function getattrFlagsString(flags: GetattrFlags): string {
  return join(flags, GETATTR_FLAGS);
}

const IOCTL_FLAGS: Names = [
  [fuse.FUSE_IOCTL_COMPAT, "IoctlCompat"],
  [fuse.FUSE_IOCTL_UNRESTRICTED, "IoctlUnrestricted"],
  [fuse.FUSE_IOCTL_RETRY, "IoctlRetry"],
  [fuse.FUSE_IOCTL_32BIT, "Ioctl32Bit"],
  [fuse.FUSE_IOCTL_DIR, "IoctlDir"],
  [fuse.FUSE_IOCTL_COMPAT_X32, "IoctlCompatX32"],
];

/** Returns the names of {@linkcode IoctlFlags}: `"IoctlCompat+Ioctl32Bit"`. */
export function ioctlFlagsString(flags: IoctlFlags): string {
  return join(flags, IOCTL_FLAGS);
}

const LOCK_FLAGS: Names = [
  [fuse.FUSE_LK_FLOCK, "LockFlock"],
];

/** Returns the names of {@linkcode LockFlags}: `"LockFlock"`. */
export function lockFlagsString(flags: LockFlags): string {
  return join(flags, LOCK_FLAGS);
}

const OPEN_REQUEST_FLAGS: Names = [
  [fuse.FUSE_OPEN_KILL_SUIDGID, "OpenKillSUIDGID"],
];

/** Returns the names of {@linkcode OpenRequestFlags}: `"OpenKillSUIDGID"`. */
export function openRequestFlagsString(flags: OpenRequestFlags): string {
  return join(flags, OPEN_REQUEST_FLAGS);
}

const OPEN_RESPONSE_FLAGS: Names = [
  [fuse.FOPEN_DIRECT_IO, "OpenDirectIO"],
  [fuse.FOPEN_KEEP_CACHE, "OpenKeepCache"],
  [fuse.FOPEN_NONSEEKABLE, "OpenNonSeekable"],
  [fuse.FOPEN_CACHE_DIR, "OpenCacheDir"],
  [fuse.FOPEN_STREAM, "OpenStream"],
  [fuse.FOPEN_NOFLUSH, "OpenNoFlush"],
  [fuse.FOPEN_PARALLEL_DIRECT_WRITES, "OpenParallelDirectWrites"],
  [fuse.FOPEN_PASSTHROUGH, "OpenPassthrough"],
];

/** Returns the names of {@linkcode OpenResponseFlags}: `"OpenKeepCache"`. */
export function openResponseFlagsString(flags: OpenResponseFlags): string {
  return join(flags, OPEN_RESPONSE_FLAGS);
}

const POLL_EVENTS: Names = [
  [fuse.POLLIN, "PollIn"],
  [fuse.POLLPRI, "PollPriority"],
  [fuse.POLLOUT, "PollOut"],
  [fuse.POLLERR, "PollError"],
  [fuse.POLLHUP, "PollHangup"],
  [fuse.POLLNVAL, "PollInvalid"],
  [fuse.POLLRDNORM, "PollReadNormal"],
  [fuse.POLLRDBAND, "PollReadOutOfBand"],
  [fuse.POLLWRNORM, "PollWriteNormal"],
  [fuse.POLLWRBAND, "PollWriteOutOfBand"],
  [fuse.POLLMSG, "PollMessage"],
  [fuse.POLLRDHUP, "PollReadHangup"],
];

/** Returns the names of {@linkcode PollEvents}: `"PollIn+PollPriority"`. */
export function pollEventsString(flags: PollEvents): string {
  return join(flags, POLL_EVENTS);
}

const POLL_FLAGS: Names = [
  [fuse.FUSE_POLL_SCHEDULE_NOTIFY, "PollScheduleNotify"],
];

/** Returns the names of {@linkcode PollFlags}: `"PollScheduleNotify"`. */
export function pollFlagsString(flags: PollFlags): string {
  return join(flags, POLL_FLAGS);
}

const READ_FLAGS: Names = [
  [fuse.FUSE_READ_LOCKOWNER, "ReadLockOwner"],
];

/** Returns the names of {@linkcode ReadFlags}: `"ReadLockOwner"`. */
export function readFlagsString(flags: ReadFlags): string {
  return join(flags, READ_FLAGS);
}

const RELEASE_FLAGS: Names = [
  [fuse.FUSE_RELEASE_FLUSH, "ReleaseFlush"],
  [fuse.FUSE_RELEASE_FLOCK_UNLOCK, "ReleaseFlockUnlock"],
];

/** Returns the names of {@linkcode ReleaseFlags}: `"ReleaseFlush"`. */
export function releaseFlagsString(flags: ReleaseFlags): string {
  return join(flags, RELEASE_FLAGS);
}

const RENAME_FLAGS: Names = [
  [fuse.RENAME_NOREPLACE, "RenameNoReplace"],
  [fuse.RENAME_EXCHANGE, "RenameExchange"],
  [fuse.RENAME_WHITEOUT, "RenameWhiteout"],
];

/** Returns the names of {@linkcode RenameFlags}: `"RenameNoReplace"`. */
export function renameFlagsString(flags: RenameFlags): string {
  return join(flags, RENAME_FLAGS);
}

const SETATTR_VALID: Names = [
  [fuse.FATTR_MODE, "SetattrMode"],
  [fuse.FATTR_UID, "SetattrUid"],
  [fuse.FATTR_GID, "SetattrGid"],
  [fuse.FATTR_SIZE, "SetattrSize"],
  [fuse.FATTR_ATIME, "SetattrAtime"],
  [fuse.FATTR_MTIME, "SetattrMtime"],
  [fuse.FATTR_FH, "SetattrHandle"],
  [fuse.FATTR_ATIME_NOW, "SetattrAtimeNow"],
  [fuse.FATTR_MTIME_NOW, "SetattrMtimeNow"],
  [fuse.FATTR_LOCKOWNER, "SetattrLockOwner"],
  [fuse.FATTR_CTIME, "SetattrCTime"],
  [fuse.FATTR_KILL_SUIDGID, "SetattrKillSUIDGID"],
];

/** Returns the names of {@linkcode SetattrValid}: `"SetattrMode"`. */
export function setattrValidString(flags: SetattrValid): string {
  return join(flags, SETATTR_VALID);
}

const SETXATTR_FLAGS: Names = [
  [fuse.FUSE_SETXATTR_ACL_KILL_SGID, "SetxattrACLKillSGID"],
];

/** Returns the names of {@linkcode SetxattrFlags}: `"SetxattrACLKillSGID"`. */
export function setxattrFlagsString(flags: SetxattrFlags): string {
  return join(flags, SETXATTR_FLAGS);
}

const WRITE_FLAGS: Names = [
  [fuse.FUSE_WRITE_CACHE, "WriteCache"],
  [fuse.FUSE_WRITE_LOCKOWNER, "WriteLockOwner"],
  [fuse.FUSE_WRITE_KILL_SUIDGID, "WriteKillSUIDGID"],
];

/** Returns the names of {@linkcode WriteFlags}: `"WriteCache"`. */
export function writeFlagsString(flags: WriteFlags): string {
  return join(flags, WRITE_FLAGS);
}
