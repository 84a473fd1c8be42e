/**
 * A request of each kind that opens, reads, writes and closes, as the kernel
 * sends it, made from `<linux/fuse.h>`.
 *
 * @module
 */

import * as fuse from "../../../fuse/mod.ts";
import * as posix from "../../../posix/mod.ts";
import { bytesOf } from "../_dump.ts";
import {
  HANDLE,
  header,
  hex,
  LOCK_OWNER,
  NAMELESS,
  O_LARGEFILE,
  OWNER,
  type Sample,
  u32,
} from "./_sample.ts";

const OPEN_FLAGS = posix.O_RDWR + posix.O_TRUNC + O_LARGEFILE + NAMELESS;
/** What opendir(3) says. */
const DIR_FLAGS = posix.O_DIRECTORY | O_LARGEFILE | posix.O_NONBLOCK;
const DIR_FLAGS_TEXT = "OpenReadOnly+OpenDirectory+OpenNonblock+OpenLargeFile";

export const HANDLE_SAMPLES: readonly Sample[] = [
  {
    title: "OPEN",
    type: fuse.OpenRequest,
    bytes: bytesOf(`
      ${header("30000000", "0e000000")}
      ${u32(OPEN_FLAGS)}    flags: O_RDWR, O_TRUNC, O_LARGEFILE, the top bit
      01000000          open_flags: FUSE_OPEN_KILL_SUIDGID
    `),
    fields: {
      opname: "OPEN",
      dir: false,
      flags: OPEN_FLAGS,
      openFlags: fuse.FUSE_OPEN_KILL_SUIDGID,
    },
    text: ` flags=OpenReadWrite+OpenTruncate+OpenLargeFile+${hex(NAMELESS)} ` +
      "openFlags=OpenKillSUIDGID",
    json: { flags: OPEN_FLAGS, openFlags: 1 },
  },
  {
    title: "READ",
    type: fuse.ReadRequest,
    bytes: bytesOf(`
      ${header("50000000", "0f000000")}
      0700000000000080  fh
      0010000001001f00  offset, past 2^52
      00000200          size
      02000000          read_flags: FUSE_READ_LOCKOWNER
      ${LOCK_OWNER}     lock_owner
      ${u32(O_LARGEFILE)}   flags
      00000000          padding
    `),
    fields: {
      opname: "READ",
      dir: false,
      handle: HANDLE,
      offset: 0x1f_0001_0000_1000,
      size: 131072,
      flags: fuse.FUSE_READ_LOCKOWNER,
      lockOwner: OWNER,
      fileFlags: O_LARGEFILE,
    },
    text: " handle=9223372036854775815 offset=8725728573001728 size=131072 " +
      "flags=ReadLockOwner lockOwner=17375808098319191535 " +
      `fileFlags=OpenReadOnly+OpenLargeFile`,
    json: {
      handle: "9223372036854775815",
      offset: "8725728573001728",
      size: 131072,
      flags: 2,
      lockOwner: "17375808098319191535",
      fileFlags: O_LARGEFILE,
    },
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
    title: "FLUSH",
    type: fuse.FlushRequest,
    bytes: bytesOf(`
      ${header("40000000", "19000000")}
      0700000000000080  fh
      00000000          unused
      00000000          padding
      ${LOCK_OWNER}     lock_owner
    `),
    fields: {
      opname: "FLUSH",
      handle: HANDLE,
      lockOwner: OWNER,
    },
    text: " handle=9223372036854775815 lockOwner=17375808098319191535",
    json: {
      handle: "9223372036854775815",
      lockOwner: "17375808098319191535",
    },
  },
  {
    title: "RELEASE",
    type: fuse.ReleaseRequest,
    bytes: bytesOf(`
      ${header("40000000", "12000000")}
      0700000000000080  fh
      ${u32(posix.O_WRONLY | O_LARGEFILE)} flags
      02000000          release_flags: FUSE_RELEASE_FLOCK_UNLOCK
      ${LOCK_OWNER}     lock_owner
    `),
    fields: {
      opname: "RELEASE",
      dir: false,
      handle: HANDLE,
      flags: posix.O_WRONLY | O_LARGEFILE,
      releaseFlags: fuse.FUSE_RELEASE_FLOCK_UNLOCK,
      lockOwner: OWNER,
    },
    text: " handle=9223372036854775815 " +
      `flags=OpenWriteOnly+OpenLargeFile releaseFlags=ReleaseFlockUnlock`,
    json: {
      handle: "9223372036854775815",
      flags: posix.O_WRONLY | O_LARGEFILE,
      releaseFlags: 2,
    },
  },
  {
    title: "OPENDIR",
    type: fuse.OpenRequest,
    bytes: bytesOf(`
      ${header("30000000", "1b000000")}
      ${u32(DIR_FLAGS)}     flags: O_DIRECTORY, O_LARGEFILE, O_NONBLOCK
      00000000          open_flags
    `),
    fields: { opname: "OPENDIR", dir: true, flags: DIR_FLAGS, openFlags: 0 },
    text: ` flags=${DIR_FLAGS_TEXT} openFlags=0`,
    json: { flags: DIR_FLAGS, openFlags: 0 },
  },
  {
    title: "READDIR",
    type: fuse.ReadRequest,
    bytes: bytesOf(`
      ${header("50000000", "1c000000")}
      0700000000000000  fh
      ffffffffffff1f00  offset: 2^53 - 1
      00100000          size
      00000000          read_flags
      00*8              lock_owner
      ${u32(DIR_FLAGS)}     flags
      00000000          padding
    `),
    fields: {
      opname: "READDIR",
      dir: true,
      handle: 7n,
      offset: Number.MAX_SAFE_INTEGER,
      size: 4096,
      flags: 0,
      lockOwner: 0n,
      fileFlags: DIR_FLAGS,
    },
    text: " handle=7 offset=9007199254740991 size=4096 " +
      `fileFlags=${DIR_FLAGS_TEXT}`,
    json: {
      handle: "7",
      offset: "9007199254740991",
      size: 4096,
      fileFlags: DIR_FLAGS,
    },
  },
  {
    title: "READDIRPLUS",
    type: fuse.ReaddirplusRequest,
    bytes: bytesOf(`
      ${header("50000000", "2c000000")}
      0700000000000000  fh
      0000000000000000  offset
      00800000          size
      00000000          read_flags
      00*8              lock_owner
      ${u32(DIR_FLAGS)}     flags
      00000000          padding
    `),
    fields: {
      opname: "READDIRPLUS",
      dir: true,
      handle: 7n,
      offset: 0,
      size: 32768,
      flags: 0,
      lockOwner: 0n,
      fileFlags: DIR_FLAGS,
    },
    text: " handle=7 offset=0 size=32768 " +
      `fileFlags=${DIR_FLAGS_TEXT}`,
    json: { handle: "7", offset: "0", size: 32768, fileFlags: DIR_FLAGS },
  },
  {
    title: "RELEASEDIR",
    type: fuse.ReleaseRequest,
    bytes: bytesOf(`
      ${header("40000000", "1d000000")}
      0700000000000000  fh
      ${u32(DIR_FLAGS)}     flags
      01000000          release_flags: FUSE_RELEASE_FLUSH
      00*8              lock_owner
    `),
    fields: {
      opname: "RELEASEDIR",
      dir: true,
      handle: 7n,
      flags: DIR_FLAGS,
      releaseFlags: fuse.FUSE_RELEASE_FLUSH,
      lockOwner: 0n,
    },
    text: ` handle=7 flags=${DIR_FLAGS_TEXT} releaseFlags=ReleaseFlush`,
    json: { handle: "7", flags: DIR_FLAGS, releaseFlags: 1 },
  },
];
