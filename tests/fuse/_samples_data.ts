/**
 * A request of each kind that is about a file's content, locks or attributes as
 * the kernel sends it, made from `<linux/fuse.h>`.
 *
 * @module
 */

import * as fuse from "../../fuse/mod.ts";
import { bytesOf } from "./_dump.ts";
import { header, LOCK_OWNER, type Sample } from "./_sample.ts";

/** What {@linkcode LOCK_OWNER} means. */
const OWNER = 0xf123_4567_89ab_cdefn;

const HANDLE = 0x8000_0000_0000_0007n;

const LOCK_FIELDS = { handle: HANDLE, lockOwner: OWNER };

const LOCK_JSON = { handle: `${HANDLE}`, lockOwner: `${OWNER}` };

export const DATA_SAMPLES: readonly Sample[] = [
  {
    title: "SETATTR of everything",
    type: fuse.SetattrRequest,
    bytes: bytesOf(`
      ${header("80000000", "04000000")}
      ff0f0000          valid: all there are
      00000000          padding
      0700000000000080  fh
      ffffffffffffffff  size
      ${LOCK_OWNER}     lock_owner
      ffffffffffffffff  atime: the second before 1970
      0100000001000000  mtime: 2106 and a second
      800830edffffffff  ctime: 1960
      0065cd1d          atimensec: 500000000
      01000000          mtimensec
      ffc99a3b          ctimensec: 999999999
      a4810000          mode
      00000000          unused4
      feffffff          uid
      e9030000          gid
      00000000          unused5
    `),
    fields: {
      opname: "SETATTR",
      valid: 0xfff,
      handle: HANDLE,
      size: 2 ** 64,
      size64: 2n ** 64n - 1n,
      lockOwner: OWNER,
      atimeNs: -500_000_000n,
      mtimeNs: 4_294_967_297_000_000_001n,
      ctimeNs: BigInt(Date.UTC(1960, 0, 1)) * 1_000_000n + 999_999_999n,
      mode: 0o100644,
      uid: 0xffff_fffe,
      gid: 1001,
    },
    text: " valid=SetattrMode+SetattrUid+SetattrGid+SetattrSize+SetattrAtime+" +
      "SetattrMtime+SetattrHandle+SetattrAtimeNow+SetattrMtimeNow+" +
      "SetattrLockOwner+SetattrCTime+SetattrKillSUIDGID " +
      `handle=${HANDLE} lockOwner=${OWNER} mode=0o100644 uid=4294967294 ` +
      "gid=1001 size=18446744073709551615 atimeNs=-500000000 " +
      "mtimeNs=4294967297000000001 ctimeNs=-315619199000000001",
    json: {
      valid: 0xfff,
      handle: `${HANDLE}`,
      lockOwner: `${OWNER}`,
      mode: 0o100644,
      uid: 0xffff_fffe,
      gid: 1001,
      size: "18446744073709551615",
      atimeNs: "-500000000",
      mtimeNs: "4294967297000000001",
      ctimeNs: "-315619199000000001",
    },
  },
  {
    title: "SETATTR of nothing",
    type: fuse.SetattrRequest,
    bytes: bytesOf(`
      ${header("80000000", "04000000")}
      00*88             all of it
    `),
    fields: {
      opname: "SETATTR",
      valid: 0,
      handle: 0n,
      size: 0,
      lockOwner: 0n,
      atimeNs: 0n,
      mtimeNs: 0n,
      ctimeNs: 0n,
      mode: 0,
      uid: 0,
      gid: 0,
    },
    text: " valid=0",
    json: { valid: 0 },
  },
  {
    title: "WRITE",
    type: fuse.WriteRequest,
    bytes: bytesOf(`
      ${header("55000000", "10000000")}
      0700000000000080  fh
      ffffffffffffff7f  offset: 2^63 - 1
      05000000          size
      07000000          write_flags: all there are
      ${LOCK_OWNER}     lock_owner
      01141000          flags: O_WRONLY, O_APPEND, O_SYNC
      00000000          padding
      00ff0a0020        the data, with a NUL
    `),
    fields: {
      opname: "WRITE",
      handle: HANDLE,
      offset: 2 ** 63,
      offset64: 2n ** 63n - 1n,
      data: new Uint8Array([0, 0xff, 0x0a, 0, 0x20]),
      flags: 7,
      lockOwner: OWNER,
      fileFlags: 0o4012001,
    },
    text: ` handle=${HANDLE} offset=9223372036854775807 size=5 ` +
      "flags=WriteCache+WriteLockOwner+WriteKillSUIDGID " +
      `lockOwner=${OWNER} fileFlags=OpenWriteOnly+OpenAppend+OpenSync`,
    json: {
      handle: `${HANDLE}`,
      offset: "9223372036854775807",
      size: 5,
      flags: 7,
      lockOwner: `${OWNER}`,
      fileFlags: 0o4012001,
    },
  },
  {
    title: "WRITE of nothing",
    type: fuse.WriteRequest,
    bytes: bytesOf(`
      ${header("50000000", "10000000")}
      0700000000000000  fh
      0010000001001f00  offset, past 2^52
      00000000          size
      00000000          write_flags
      00*8              lock_owner
      02000000          flags: O_RDWR
      00000000          padding
    `),
    fields: {
      opname: "WRITE",
      handle: 7n,
      offset: 0x1f_0001_0000_1000,
      offset64: 0x1f_0001_0000_1000n,
      data: new Uint8Array(0),
      flags: 0,
      lockOwner: 0n,
      fileFlags: 2,
    },
    text: " handle=7 offset=8725728573001728 size=0 fileFlags=OpenReadWrite",
    json: { handle: "7", offset: "8725728573001728", size: 0, fileFlags: 2 },
  },
  {
    title: "FSYNC",
    type: fuse.FsyncRequest,
    bytes: bytesOf(`
      ${header("38000000", "14000000")}
      0700000000000080  fh
      01000000          fsync_flags: FUSE_FSYNC_FDATASYNC
      00000000          padding
    `),
    fields: { opname: "FSYNC", dir: false, handle: HANDLE, flags: 1 },
    text: ` handle=${HANDLE} flags=FsyncDataOnly`,
    json: { handle: `${HANDLE}`, flags: 1 },
  },
  {
    title: "FSYNCDIR",
    type: fuse.FsyncRequest,
    bytes: bytesOf(`
      ${header("38000000", "1e000000")}
      0700000000000000  fh
      00000000          fsync_flags
      00000000          padding
    `),
    fields: { opname: "FSYNCDIR", dir: true, handle: 7n, flags: 0 },
    text: " handle=7 flags=0",
    json: { handle: "7", flags: 0 },
  },
  {
    title: "SETXATTR without FUSE_SETXATTR_EXT",
    type: fuse.SetxattrRequest,
    bytes: bytesOf(`
      ${header("3e000000", "15000000")}
      06000000          size
      01000000          flags: XATTR_CREATE
      757365722e        user.
      63ff              c and a byte that is not UTF-8
      00                its end
      00616200ff00      the value, with NULs
    `),
    fields: {
      opname: "SETXATTR",
      name: "user.c\udcff",
      xattr: new Uint8Array([0, 0x61, 0x62, 0, 0xff, 0]),
      flags: fuse.XATTR_CREATE,
      setxattrFlags: 0,
    },
    text: ' name="user.c\\udcff" size=6 flags=1 setxattrFlags=0',
    json: { name: "user.c\udcff", size: 6, flags: 1, setxattrFlags: 0 },
  },
  {
    title: "SETXATTR of an empty value without FUSE_SETXATTR_EXT",
    type: fuse.SetxattrRequest,
    bytes: bytesOf(`
      ${header("37000000", "15000000")}
      00000000          size
      00000000          flags
      757365722e61      user.a
      00                its end
    `),
    fields: {
      opname: "SETXATTR",
      name: "user.a",
      xattr: new Uint8Array(0),
      flags: 0,
      setxattrFlags: 0,
    },
    text: ' name="user.a" size=0 flags=0 setxattrFlags=0',
    json: { name: "user.a", size: 0, flags: 0, setxattrFlags: 0 },
  },
  {
    title: "SETXATTR",
    type: fuse.SetxattrRequest,
    bytes: bytesOf(`
      ${header("52000000", "15000000")}
      02000000          size
      02000000          flags: XATTR_REPLACE
      01000000          setxattr_flags: FUSE_SETXATTR_ACL_KILL_SGID
      00000000          padding
      73797374656d2e    system.
      706f7369785f61636c5f616363657373 posix_acl_access
      00                its end
      0200              the value
    `),
    fields: {
      opname: "SETXATTR",
      name: "system.posix_acl_access",
      xattr: new Uint8Array([2, 0]),
      flags: fuse.XATTR_REPLACE,
      setxattrFlags: fuse.FUSE_SETXATTR_ACL_KILL_SGID,
    },
    text: ' name="system.posix_acl_access" size=2 flags=2 ' +
      "setxattrFlags=SetxattrACLKillSGID",
    json: {
      name: "system.posix_acl_access",
      size: 2,
      flags: 2,
      setxattrFlags: 1,
    },
  },
  {
    title: "SETXATTR of an empty value",
    type: fuse.SetxattrRequest,
    bytes: bytesOf(`
      ${header("3a000000", "15000000")}
      00000000          size
      00000000          flags
      00000000          setxattr_flags
      00000000          padding
      61                name: a
      00                its end
    `),
    fields: {
      opname: "SETXATTR",
      name: "a",
      xattr: new Uint8Array(0),
      flags: 0,
      setxattrFlags: 0,
    },
    text: ' name="a" size=0 flags=0 setxattrFlags=0',
    json: { name: "a", size: 0, flags: 0, setxattrFlags: 0 },
  },
  {
    title: "REMOVEXATTR",
    type: fuse.RemovexattrRequest,
    bytes: bytesOf(`
      ${header("2f000000", "18000000")}
      757365722e        user.
      61                a
      00                its end
    `),
    fields: { opname: "REMOVEXATTR", name: "user.a" },
    text: ' name="user.a"',
    json: { name: "user.a" },
  },
  {
    title: "GETLK",
    type: fuse.QueryLockRequest,
    bytes: bytesOf(`
      ${header("58000000", "1f000000")}
      0700000000000080  fh
      ${LOCK_OWNER}     owner
      0100000000000040  lk.start
      ffffffffffffff7f  lk.end: 2^63 - 1
      01000000          lk.type: F_WRLCK
      d3040000          lk.pid
      00000000          lk_flags
      00000000          padding
    `),
    fields: {
      opname: "GETLK",
      ...LOCK_FIELDS,
      lock: {
        start: 0x4000_0000_0000_0001n,
        end: 2n ** 63n - 1n,
        type: fuse.F_WRLCK,
        pid: 1235,
      },
      lockFlags: 0,
    },
    text: ` handle=${HANDLE} lockOwner=${OWNER} start=4611686018427387905 ` +
      "end=9223372036854775807 type=LockWrite pid=1235 lockFlags=0",
    json: {
      ...LOCK_JSON,
      start: "4611686018427387905",
      end: "9223372036854775807",
      type: 1,
      pid: 1235,
      lockFlags: 0,
    },
  },
  {
    title: "SETLK",
    type: fuse.LockRequest,
    bytes: bytesOf(`
      ${header("58000000", "20000000")}
      0700000000000080  fh
      ${LOCK_OWNER}     owner
      00*8              lk.start
      ffffffffffffff7f  lk.end: 2^63 - 1
      00000000          lk.type: F_RDLCK
      d3040000          lk.pid
      01000000          lk_flags: FUSE_LK_FLOCK
      00000000          padding
    `),
    fields: {
      opname: "SETLK",
      ...LOCK_FIELDS,
      lock: { start: 0n, end: 2n ** 63n - 1n, type: fuse.F_RDLCK, pid: 1235 },
      lockFlags: fuse.FUSE_LK_FLOCK,
    },
    text: ` handle=${HANDLE} lockOwner=${OWNER} start=0 ` +
      "end=9223372036854775807 type=LockRead pid=1235 lockFlags=LockFlock",
    json: {
      ...LOCK_JSON,
      start: "0",
      end: "9223372036854775807",
      type: 0,
      pid: 1235,
      lockFlags: 1,
    },
  },
  {
    title: "SETLKW",
    type: fuse.LockWaitRequest,
    bytes: bytesOf(`
      ${header("58000000", "21000000")}
      0700000000000080  fh
      ${LOCK_OWNER}     owner
      0a00000000000000  lk.start
      1300000000000000  lk.end
      01000000          lk.type: F_WRLCK
      ffffffff          lk.pid: -1
      00000000          lk_flags
      00000000          padding
    `),
    fields: {
      opname: "SETLKW",
      ...LOCK_FIELDS,
      lock: { start: 10n, end: 19n, type: fuse.F_WRLCK, pid: -1 },
      lockFlags: 0,
    },
    text: ` handle=${HANDLE} lockOwner=${OWNER} start=10 end=19 ` +
      "type=LockWrite pid=-1 lockFlags=0",
    json: {
      ...LOCK_JSON,
      ...{ start: "10", end: "19", type: 1, pid: -1, lockFlags: 0 },
    },
  },
  ...["SETLK", "SETLKW"].map((opname, i): Sample => ({
    title: `${opname} that unlocks`,
    type: fuse.UnlockRequest,
    bytes: bytesOf(`
      ${header("58000000", i === 0 ? "20000000" : "21000000")}
      0700000000000080  fh
      ${LOCK_OWNER}     owner
      0a00000000000000  lk.start
      1300000000000000  lk.end
      02000000          lk.type: F_UNLCK
      d3040000          lk.pid
      00000000          lk_flags
      00000000          padding
    `),
    fields: {
      opname: "UNLOCK",
      ...LOCK_FIELDS,
      lock: { start: 10n, end: 19n, type: fuse.F_UNLCK, pid: 1235 },
      lockFlags: 0,
    },
    text: ` handle=${HANDLE} lockOwner=${OWNER} start=10 end=19 ` +
      "type=LockUnlock pid=1235 lockFlags=0",
    json: {
      ...LOCK_JSON,
      ...{ start: "10", end: "19", type: 2, pid: 1235, lockFlags: 0 },
    },
  })),
  {
    title: "BMAP",
    type: fuse.BmapRequest,
    bytes: bytesOf(`
      ${header("38000000", "25000000")}
      0100000000000080  block
      00100000          blocksize
      00000000          padding
    `),
    fields: {
      opname: "BMAP",
      block: 0x8000_0000_0000_0001n,
      blockSize: 4096,
    },
    text: " block=9223372036854775809 blockSize=4096",
    json: { block: "9223372036854775809", blockSize: 4096 },
  },
  {
    title: "IOCTL",
    type: fuse.IoctlRequest,
    bytes: bytesOf(`
      ${header("4c000000", "27000000")}
      0700000000000080  fh
      10000000          flags: FUSE_IOCTL_DIR
      016604c0          cmd: _IOWR('f', 1, int)
      f0deffffff7f0000  arg: an address
      04000000          in_size
      04000000          out_size
      d2040000          the int
    `),
    fields: {
      opname: "IOCTL",
      handle: HANDLE,
      flags: fuse.FUSE_IOCTL_DIR,
      cmd: 0xc004_6601,
      arg: 0x7fff_ffff_def0n,
      outSize: 4,
      data: new Uint8Array([0xd2, 4, 0, 0]),
    },
    text: ` handle=${HANDLE} flags=IoctlDir cmd=0xc0046601 ` +
      "arg=140737488346864 inSize=4 outSize=4",
    json: {
      handle: `${HANDLE}`,
      flags: 16,
      cmd: 0xc004_6601,
      arg: "140737488346864",
      inSize: 4,
      outSize: 4,
    },
  },
  {
    title: "IOCTL that is unrestricted, by a 32-bit program",
    type: fuse.IoctlRequest,
    bytes: bytesOf(`
      ${header("48000000", "27000000")}
      0700000000000000  fh
      0b000000          flags: COMPAT, UNRESTRICTED, 32BIT
      01540000          cmd: TCGETS
      f0deffff00000000  arg: an address
      00000000          in_size
      00000000          out_size
    `),
    fields: {
      opname: "IOCTL",
      handle: 7n,
      flags: fuse.FUSE_IOCTL_COMPAT | fuse.FUSE_IOCTL_UNRESTRICTED |
        fuse.FUSE_IOCTL_32BIT,
      cmd: 0x5401,
      arg: 0xffff_def0n,
      outSize: 0,
      data: new Uint8Array(0),
    },
    text: " handle=7 flags=IoctlCompat+IoctlUnrestricted+Ioctl32Bit " +
      "cmd=0x5401 arg=4294958832 inSize=0 outSize=0",
    json: {
      handle: "7",
      flags: 11,
      cmd: 0x5401,
      arg: "4294958832",
      inSize: 0,
      outSize: 0,
    },
  },
  {
    title: "POLL",
    type: fuse.PollRequest,
    bytes: bytesOf(`
      ${header("40000000", "28000000")}
      0700000000000080  fh
      88776655443322f1  kh
      01000000          flags: FUSE_POLL_SCHEDULE_NOTIFY
      45200080          events, and one without a name
    `),
    fields: {
      opname: "POLL",
      handle: HANDLE,
      flags: fuse.FUSE_POLL_SCHEDULE_NOTIFY,
      events: 0x8000_2045,
    },
    text: ` handle=${HANDLE} kernelHandle=17375506680932366216 ` +
      "flags=PollScheduleNotify " +
      "events=PollIn+PollOut+PollReadNormal+PollReadHangup+0x80000000",
    json: {
      handle: `${HANDLE}`,
      kernelHandle: "17375506680932366216",
      flags: 1,
      events: 0x8000_2045,
    },
  },
  {
    title: "NOTIFY_REPLY",
    type: fuse.NotifyReply,
    bytes: bytesOf(`
      ${header("53000000", "29000000")}
      00*8              dummy1
      0010000000000040  offset
      03000000          size
      00000000          dummy2
      00*16             dummy3, dummy4
      00ff62            the data
    `),
    fields: {
      opname: "NOTIFY_REPLY",
      offset: 2 ** 62 + 4096,
      offset64: 0x4000_0000_0000_1000n,
      data: new Uint8Array([0, 0xff, 0x62]),
    },
    text: " offset=4611686018427392000 size=3",
    json: { offset: "4611686018427392000", size: 3 },
  },
  {
    title: "NOTIFY_REPLY of nothing",
    type: fuse.NotifyReply,
    bytes: bytesOf(`
      ${header("50000000", "29000000")}
      00*40             all of it
    `),
    fields: {
      opname: "NOTIFY_REPLY",
      offset: 0,
      data: new Uint8Array(0),
    },
    text: " offset=0 size=0",
    json: { offset: "0", size: 0 },
  },
  {
    title: "FALLOCATE",
    type: fuse.FAllocateRequest,
    bytes: bytesOf(`
      ${header("48000000", "2b000000")}
      0700000000000080  fh
      0100000000002000  offset: 2^53 + 1
      ffffffffffffff7f  length: 2^63 - 1
      13000000          mode: all that Linux lets through
      00000000          padding
    `),
    fields: {
      opname: "FALLOCATE",
      handle: HANDLE,
      offset: 2 ** 53,
      offset64: 2n ** 53n + 1n,
      length: 2 ** 63,
      length64: 2n ** 63n - 1n,
      mode: fuse.FALLOC_FL_KEEP_SIZE | fuse.FALLOC_FL_PUNCH_HOLE |
        fuse.FALLOC_FL_ZERO_RANGE,
    },
    text: ` handle=${HANDLE} offset=9007199254740993 ` +
      "length=9223372036854775807 " +
      "mode=FAllocateKeepSize+FAllocatePunchHole+FAllocateZeroRange",
    json: {
      handle: `${HANDLE}`,
      offset: "9007199254740993",
      length: "9223372036854775807",
      mode: 0x13,
    },
  },
  {
    title: "LSEEK",
    type: fuse.LseekRequest,
    bytes: bytesOf(`
      ${header("40000000", "2e000000")}
      0700000000000080  fh
      ffffffffffffffff  offset: -1
      04000000          whence: SEEK_HOLE
      00000000          padding
    `),
    fields: {
      opname: "LSEEK",
      handle: HANDLE,
      offset: 2 ** 64,
      offset64: 2n ** 64n - 1n,
      whence: fuse.SEEK_HOLE,
    },
    text: ` handle=${HANDLE} offset=18446744073709551615 whence=4`,
    json: {
      handle: `${HANDLE}`,
      offset: "18446744073709551615",
      whence: 4,
    },
  },
  ...[fuse.CopyFileRangeRequest, fuse.CopyFileRange64Request].map((
    type,
    i,
  ): Sample => ({
    title: i === 0 ? "COPY_FILE_RANGE" : "COPY_FILE_RANGE_64",
    type,
    bytes: bytesOf(`
      ${header("60000000", i === 0 ? "2f000000" : "35000000")}
      0700000000000080  fh_in
      0100000000000040  off_in
      0900000000000080  nodeid_out
      0800000000000080  fh_out
      0200000000000040  off_out
      00f0ffffffffff7f  len: what no limit means
      0100000000000080  flags: none has a name
    `),
    fields: {
      opname: i === 0 ? "COPY_FILE_RANGE" : "COPY_FILE_RANGE_64",
      handleIn: HANDLE,
      offsetIn: 2 ** 62,
      offsetIn64: 0x4000_0000_0000_0001n,
      nodeOut: 0x8000_0000_0000_0009n,
      handleOut: 0x8000_0000_0000_0008n,
      offsetOut: 2 ** 62,
      offsetOut64: 0x4000_0000_0000_0002n,
      length: 0x7fff_ffff_ffff_f000,
      length64: 0x7fff_ffff_ffff_f000n,
      flags: 0x8000_0000_0000_0001n,
    },
    text: ` handleIn=${HANDLE} offsetIn=4611686018427387905 ` +
      "nodeOut=9223372036854775817 handleOut=9223372036854775816 " +
      "offsetOut=4611686018427387906 length=9223372036854771712 " +
      "flags=9223372036854775809",
    json: {
      handleIn: `${HANDLE}`,
      offsetIn: "4611686018427387905",
      nodeOut: "9223372036854775817",
      handleOut: "9223372036854775816",
      offsetOut: "4611686018427387906",
      length: "9223372036854771712",
      flags: "9223372036854775809",
    },
  })),
  {
    title: "SETUPMAPPING",
    type: fuse.SetupmappingRequest,
    bytes: bytesOf(`
      ${header("50000000", "30000000")}
      ffffffffffffffff  fh: none
      0010000000000080  foffset
      0000200000000000  len
      0300000000000000  flags: WRITE, READ
      0000400000000000  moffset
    `),
    fields: {
      opname: "SETUPMAPPING",
      handle: 2n ** 64n - 1n,
      fileOffset: 0x8000_0000_0000_1000n,
      length: 0x20_0000n,
      flags: fuse.FUSE_SETUPMAPPING_FLAG_WRITE |
        fuse.FUSE_SETUPMAPPING_FLAG_READ,
      windowOffset: 0x40_0000n,
    },
    text: " handle=18446744073709551615 fileOffset=9223372036854779904 " +
      "length=2097152 flags=3 windowOffset=4194304",
    json: {
      handle: "18446744073709551615",
      fileOffset: "9223372036854779904",
      length: "2097152",
      flags: "3",
      windowOffset: "4194304",
    },
  },
  {
    title: "REMOVEMAPPING",
    type: fuse.RemovemappingRequest,
    bytes: bytesOf(`
      ${header("4c000000", "31000000")}
      02000000          count
      0000200000000000  moffset
      0000400000000000  len
      0000600000000080  moffset
      ffffffffffffffff  len
    `),
    fields: {
      opname: "REMOVEMAPPING",
      mappings: [
        { windowOffset: 0x20_0000n, length: 0x40_0000n },
        { windowOffset: 0x8000_0000_0060_0000n, length: 2n ** 64n - 1n },
      ],
    },
    text: " count=2",
    json: { count: 2 },
  },
  {
    title: "SYNCFS",
    type: fuse.SyncfsRequest,
    bytes: bytesOf(`
      ${header("30000000", "32000000")}
      00*8              padding
    `),
    fields: { opname: "SYNCFS" },
    text: "",
    json: {},
  },
  {
    title: "STATX",
    type: fuse.StatxRequest,
    bytes: bytesOf(`
      ${header("40000000", "34000000")}
      01000000          getattr_flags: FUSE_GETATTR_FH
      00000000          reserved
      0700000000000080  fh
      00200000          sx_flags: AT_STATX_FORCE_SYNC
      ff0f0000          sx_mask: BASIC_STATS, BTIME
    `),
    fields: {
      opname: "STATX",
      flags: fuse.FUSE_GETATTR_FH,
      handle: HANDLE,
      statxFlags: 0x2000,
      mask: fuse.STATX_BASIC_STATS | fuse.STATX_BTIME,
    },
    text: ` flags=GetattrFh handle=${HANDLE} statxFlags=0x2000 mask=0xfff`,
    json: {
      flags: 1,
      handle: `${HANDLE}`,
      statxFlags: 0x2000,
      mask: 0xfff,
    },
  },
];
