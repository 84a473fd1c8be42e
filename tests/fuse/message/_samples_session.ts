/**
 * A request of each kind that is about the session or the whole file system, as
 * the kernel sends it, made from `<linux/fuse.h>`.
 *
 * @module
 */

import * as fuse from "../../../fuse/mod.ts";
import { bytesOf } from "../_dump.ts";
import { header, type Sample } from "./_sample.ts";

/** The flags that Linux 6.18 offers, and one that has no name yet. */
const LINUX_6_18_FLAGS = "InitAsyncRead+InitPOSIXLocks+InitAtomicTrunc+" +
  "InitExportSupport+InitBigWrites+InitDontMask+InitSpliceWrite+" +
  "InitSpliceMove+InitSpliceRead+InitFlockLocks+InitHasIoctlDir+" +
  "InitAutoInvalData+InitDoReaddirplus+InitReaddirplusAuto+InitAsyncDIO+" +
  "InitWritebackCache+InitNoOpenSupport+InitParallelDirOps+" +
  "InitHandleKillPriv+InitPosixACL+InitAbortError+InitMaxPages+" +
  "InitCacheSymlinks+InitNoOpenDirSupport+InitExplicitInvalidateData+" +
  "InitHandleKillPrivV2+InitSetxattrExt+InitExt+InitSecurityCtx+" +
  "InitCreateSuppGroup+InitHasExpireOnly+InitDirectIOAllowMmap+" +
  "InitPassthrough+InitNoExportSupport+InitHasResend+InitAllowIdmap+" +
  "InitRequestTimeout+0x8000000000000000";

export const SESSION_SAMPLES: readonly Sample[] = [
  {
    title: "INIT before protocol 7.36",
    type: fuse.InitRequest,
    bytes: bytesOf(`
      ${header("38000000", "1a000000")}
      07000000          major
      1f000000          minor
      00000200          max_readahead
      21000080          flags: FUSE_ASYNC_READ, FUSE_BIG_WRITES, bit 31
    `),
    fields: {
      opname: "INIT",
      protocol: new fuse.Protocol(7, 31),
      maxReadahead: 131072,
      flags: 0x8000_0021n,
    },
    text: ' protocol="7.31" maxReadahead=131072 ' +
      "flags=InitAsyncRead+InitBigWrites+0x80000000",
    json: {
      protocol: "7.31",
      maxReadahead: 131072,
      flags: `${0x8000_0021}`,
    },
  },
  {
    title: "INIT",
    type: fuse.InitRequest,
    bytes: bytesOf(`
      ${header("68000000", "1a000000")}
      07000000          major
      2d000000          minor
      00000200          max_readahead
      fbffff73          flags, as Linux 6.18 sends them
      fd050080          flags2, and bit 31 of them
      00*44             unused
    `),
    fields: {
      opname: "INIT",
      protocol: new fuse.Protocol(7, 45),
      maxReadahead: 131072,
      flags: 0x8000_05fd_73ff_fffbn,
    },
    text: ' protocol="7.45" maxReadahead=131072 ' +
      `flags=${LINUX_6_18_FLAGS}`,
    json: {
      protocol: "7.45",
      maxReadahead: 131072,
      flags: `${0x8000_05fd_73ff_fffbn}`,
    },
  },
  {
    title: "INIT of a kernel that says more",
    type: fuse.InitRequest,
    bytes: bytesOf(`
      ${header("78000000", "1a000000")}
      07000000          major
      63000000          minor
      00000000          max_readahead
      00000040          flags: FUSE_INIT_EXT
      01000000          flags2: FUSE_SECURITY_CTX
      00*44             unused
      ff*16             what we do not know
    `),
    fields: {
      opname: "INIT",
      protocol: new fuse.Protocol(7, 99),
      maxReadahead: 0,
      flags: 0x1_4000_0000n,
    },
    text: ' protocol="7.99" maxReadahead=0 flags=InitExt+InitSecurityCtx',
    json: {
      protocol: "7.99",
      maxReadahead: 0,
      flags: `${0x1_4000_0000}`,
    },
  },
  {
    title: "STATFS",
    type: fuse.StatfsRequest,
    bytes: bytesOf(header("28000000", "11000000")),
    fields: { opname: "STATFS" },
    text: "",
    json: {},
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
    title: "INTERRUPT",
    type: fuse.InterruptRequest,
    bytes: bytesOf(`
      ${header("30000000", "24000000")}
      0480000000000080  unique
    `),
    fields: { opname: "INTERRUPT", intrId: 0x8000_0000_0000_8004n },
    text: " intrId=9223372036854808580",
    json: { intrId: "9223372036854808580" },
  },
  {
    title: "DESTROY",
    type: fuse.DestroyRequest,
    bytes: bytesOf(header("28000000", "26000000")),
    fields: { opname: "DESTROY" },
    text: "",
    json: {},
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
    title: "an opcode that has no class",
    type: fuse.UnrecognizedRequest,
    bytes: bytesOf(`
      ${header("2c000000", "ffffffff")}
      01020304          a body
    `),
    fields: { opname: "opcode 4294967295", opcode: 0xffff_ffff },
    text: "",
    json: {},
  },
];
