import { assertEquals } from "@std/assert";
import * as posix from "../../../posix/mod.ts";
import * as fuse from "../../../fuse/mod.ts";

type Case = readonly [
  string: (value: number) => string,
  value: number,
  expected: string,
];

const CASES: readonly Case[] = [
  [fuse.attrFlagsString, 3, "AttrSubmount+AttrDAX"],
  [fuse.direntTypeString, fuse.DT_UNKNOWN, "unknown"],
  [fuse.direntTypeString, fuse.DT_SOCK, "socket"],
  [fuse.direntTypeString, fuse.DT_LNK, "link"],
  [fuse.direntTypeString, fuse.DT_REG, "file"],
  [fuse.direntTypeString, fuse.DT_BLK, "block"],
  [fuse.direntTypeString, fuse.DT_DIR, "dir"],
  [fuse.direntTypeString, fuse.DT_CHR, "char"],
  [fuse.direntTypeString, fuse.DT_FIFO, "fifo"],
  [fuse.direntTypeString, 3, "0x3"],
  [fuse.fAllocateFlagsString, 3, "FAllocateKeepSize+FAllocatePunchHole"],
  [fuse.fAllocateFlagsString, 0x90, "FAllocateZeroRange+0x80"],
  [fuse.fsyncFlagsString, 1, "FsyncDataOnly"],
  [fuse.getattrFlagsString, 1, "GetattrFh"],
  [
    fuse.ioctlFlagsString,
    0x3f,
    "IoctlCompat+IoctlUnrestricted+IoctlRetry+Ioctl32Bit+IoctlDir+" +
    "IoctlCompatX32",
  ],
  [fuse.lockFlagsString, 1, "LockFlock"],
  [fuse.lockTypeString, fuse.F_RDLCK, "LockRead"],
  [fuse.lockTypeString, fuse.F_WRLCK, "LockWrite"],
  [fuse.lockTypeString, fuse.F_UNLCK, "LockUnlock"],
  [fuse.lockTypeString, 0xffff_ffff, "0xffffffff"],
  [fuse.openFlagsString, posix.O_RDONLY, "OpenReadOnly"],
  [fuse.openFlagsString, posix.O_WRONLY, "OpenWriteOnly"],
  [fuse.openFlagsString, posix.O_RDWR, "OpenReadWrite"],
  [fuse.openFlagsString, posix.O_ACCMODE, "0x3"],
  [
    fuse.openFlagsString,
    posix.O_RDWR | posix.O_CREAT | posix.O_EXCL | posix.O_APPEND,
    "OpenReadWrite+OpenAppend+OpenCreate+OpenExclusive",
  ],
  [fuse.openFlagsString, posix.O_SYNC, "OpenReadOnly+OpenSync"],
  [fuse.openFlagsString, posix.O_DSYNC, "OpenReadOnly+OpenDataSync"],
  [fuse.openFlagsString, posix.O_DIRECTORY, "OpenReadOnly+OpenDirectory"],
  [fuse.openFlagsString, 0x8000_0001 | 0, "OpenWriteOnly+0x80000000"],
  [fuse.openRequestFlagsString, 1, "OpenKillSUIDGID"],
  [
    fuse.openResponseFlagsString,
    0xff,
    "OpenDirectIO+OpenKeepCache+OpenNonSeekable+OpenCacheDir+OpenStream+" +
    "OpenNoFlush+OpenParallelDirectWrites+OpenPassthrough",
  ],
  [
    fuse.pollEventsString,
    0x27ff,
    "PollIn+PollPriority+PollOut+PollError+PollHangup+PollInvalid+" +
    "PollReadNormal+PollReadOutOfBand+PollWriteNormal+PollWriteOutOfBand+" +
    "PollMessage+PollReadHangup",
  ],
  [
    fuse.pollEventsString,
    fuse.DEFAULT_POLL_MASK,
    "PollIn+PollOut+PollReadNormal+PollWriteNormal",
  ],
  [fuse.pollFlagsString, 1, "PollScheduleNotify"],
  [fuse.readFlagsString, 2, "ReadLockOwner"],
  [fuse.readFlagsString, 3, "ReadLockOwner+0x1"],
  [fuse.releaseFlagsString, 3, "ReleaseFlush+ReleaseFlockUnlock"],
  [fuse.renameFlagsString, 7, "RenameNoReplace+RenameExchange+RenameWhiteout"],
  [
    fuse.setattrValidString,
    0xfff,
    "SetattrMode+SetattrUid+SetattrGid+SetattrSize+SetattrAtime+" +
    "SetattrMtime+SetattrHandle+SetattrAtimeNow+SetattrMtimeNow+" +
    "SetattrLockOwner+SetattrCTime+SetattrKillSUIDGID",
  ],
  [fuse.setxattrFlagsString, 1, "SetxattrACLKillSGID"],
  [fuse.writeFlagsString, 7, "WriteCache+WriteLockOwner+WriteKillSUIDGID"],
  [fuse.writeFlagsString, 0, "0"],
  [fuse.writeFlagsString, 0x8000_0000, "0x80000000"],
];

for (const [string, value, expected] of CASES) {
  Deno.test(`${string.name}() names 0x${(value >>> 0).toString(16)}`, () => {
    assertEquals(string(value), expected);
  });
}

Deno.test("isReadOnly(), isWriteOnly() and isReadWrite() look at the mode", () => {
  const modes = [posix.O_RDONLY, posix.O_WRONLY, posix.O_RDWR];
  for (const mode of modes) {
    for (const flags of [mode, mode | posix.O_CREAT | posix.O_SYNC]) {
      assertEquals([
        fuse.isReadOnly(flags),
        fuse.isWriteOnly(flags),
        fuse.isReadWrite(flags),
      ], modes.map((other) => other === mode));
    }
  }
});

/** Each question about a SETATTR, and the flag that answers it. */
const QUESTIONS: readonly [ask: (valid: number) => boolean, flag: number][] = [
  [fuse.setattrValidMode, fuse.FATTR_MODE],
  [fuse.setattrValidUid, fuse.FATTR_UID],
  [fuse.setattrValidGid, fuse.FATTR_GID],
  [fuse.setattrValidSize, fuse.FATTR_SIZE],
  [fuse.setattrValidAtime, fuse.FATTR_ATIME],
  [fuse.setattrValidMtime, fuse.FATTR_MTIME],
  [fuse.setattrValidHandle, fuse.FATTR_FH],
  [fuse.setattrValidAtimeNow, fuse.FATTR_ATIME_NOW],
  [fuse.setattrValidMtimeNow, fuse.FATTR_MTIME_NOW],
  [fuse.setattrValidLockOwner, fuse.FATTR_LOCKOWNER],
  [fuse.setattrValidCtime, fuse.FATTR_CTIME],
  [fuse.setattrValidKillSuidgid, fuse.FATTR_KILL_SUIDGID],
];

for (const [ask, flag] of QUESTIONS) {
  Deno.test(`${ask.name}() is true for 0x${flag.toString(16)} alone`, () => {
    for (let bit = 0; bit < 32; bit++) {
      assertEquals([bit, ask(1 << bit)], [bit, 1 << bit === flag]);
    }
    assertEquals(ask(0xffff_ffff), true);
  });
}

Deno.test("DEFAULT_ERRNO is EIO", () => {
  assertEquals(fuse.DEFAULT_ERRNO, posix.EIO);
  assertEquals(fuse.toErrno(undefined), fuse.DEFAULT_ERRNO);
});
