/**
 * A request of each kind that changes nothing as the kernel sends it, made from
 * `<linux/fuse.h>`.
 *
 * @module
 */

import * as fuse from "../../fuse/mod.ts";
import { bytesOf } from "./_dump.ts";
import { header, LOCK_OWNER, type Sample } from "./_sample.ts";

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

export const READ_SAMPLES: readonly Sample[] = [
  {
    title: "LOOKUP",
    type: fuse.LookupRequest,
    bytes: bytesOf(`
      ${header("2e000000", "01000000")}
      68656c6c6f        name: hello
      00                its end
    `),
    fields: { opname: "LOOKUP", name: "hello" },
    text: ' name="hello"',
    json: { name: "hello" },
  },
  {
    title: "LOOKUP of a name beyond ASCII",
    type: fuse.LookupRequest,
    bytes: bytesOf(`
      ${header("32000000", "01000000")}
      c3a9              name: é
      e282ac            €
      f09f9880          😀
      00                its end
    `),
    fields: { opname: "LOOKUP", name: "é€😀" },
    text: ' name="é€😀"',
    json: { name: "é€😀" },
  },
  {
    title: "LOOKUP of a name that is not UTF-8",
    type: fuse.LookupRequest,
    bytes: bytesOf(`
      ${header("2e000000", "01000000")}
      61                name: a
      ff                no byte of UTF-8
      c3                the first half of a character
      62                b
      0a                a line feed
      00                its end
    `),
    fields: { opname: "LOOKUP", name: "a\udcff\udcc3b\n" },
    text: ' name="a\\udcff\\udcc3b\\n"',
    json: { name: "a\udcff\udcc3b\n" },
  },
  {
    title: "FORGET",
    type: fuse.ForgetRequest,
    bytes: bytesOf(`
      ${header("30000000", "02000000")}
      0300000001000000  nlookup
    `),
    fields: { opname: "FORGET", n: 2 ** 32 + 3 },
    text: " n=4294967299",
    json: { n: 2 ** 32 + 3 },
  },
  {
    title: "GETATTR of an open file",
    type: fuse.GetattrRequest,
    bytes: bytesOf(`
      ${header("38000000", "03000000")}
      01000000          getattr_flags: FUSE_GETATTR_FH
      00000000          dummy
      0700000000000080  fh
    `),
    fields: {
      opname: "GETATTR",
      flags: fuse.FUSE_GETATTR_FH,
      handle: 0x8000_0000_0000_0007n,
    },
    text: " flags=GetattrFh handle=9223372036854775815",
    json: { flags: 1, handle: "9223372036854775815" },
  },
  {
    title: "READLINK",
    type: fuse.ReadlinkRequest,
    bytes: bytesOf(header("28000000", "05000000")),
    fields: { opname: "READLINK" },
    text: "",
    json: {},
  },
  {
    title: "OPEN",
    type: fuse.OpenRequest,
    bytes: bytesOf(`
      ${header("30000000", "0e000000")}
      02820080          flags: O_RDWR, O_TRUNC, O_LARGEFILE, the top bit
      01000000          open_flags: FUSE_OPEN_KILL_SUIDGID
    `),
    fields: {
      opname: "OPEN",
      dir: false,
      flags: 0x8000_8202,
      openFlags: fuse.FUSE_OPEN_KILL_SUIDGID,
    },
    text: " flags=OpenReadWrite+OpenTruncate+0x80008000 " +
      "openFlags=OpenKillSUIDGID",
    json: { flags: 0x8000_8202, openFlags: 1 },
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
      00800000          flags
      00000000          padding
    `),
    fields: {
      opname: "READ",
      dir: false,
      handle: 0x8000_0000_0000_0007n,
      offset: 0x1f_0001_0000_1000,
      size: 131072,
      flags: fuse.FUSE_READ_LOCKOWNER,
      lockOwner: 0xf123_4567_89ab_cdefn,
      fileFlags: 0o100000,
    },
    text: " handle=9223372036854775815 offset=8725728573001728 size=131072 " +
      "flags=ReadLockOwner lockOwner=17375808098319191535 " +
      "fileFlags=OpenReadOnly+0x8000",
    json: {
      handle: "9223372036854775815",
      offset: "8725728573001728",
      size: 131072,
      flags: 2,
      lockOwner: "17375808098319191535",
      fileFlags: 0o100000,
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
    title: "RELEASE",
    type: fuse.ReleaseRequest,
    bytes: bytesOf(`
      ${header("40000000", "12000000")}
      0700000000000080  fh
      01800000          flags
      02000000          release_flags: FUSE_RELEASE_FLOCK_UNLOCK
      ${LOCK_OWNER}     lock_owner
    `),
    fields: {
      opname: "RELEASE",
      dir: false,
      handle: 0x8000_0000_0000_0007n,
      flags: 0o100001,
      releaseFlags: fuse.FUSE_RELEASE_FLOCK_UNLOCK,
      lockOwner: 0xf123_4567_89ab_cdefn,
    },
    text: " handle=9223372036854775815 flags=OpenWriteOnly+0x8000 " +
      "releaseFlags=ReleaseFlockUnlock",
    json: { handle: "9223372036854775815", flags: 32769, releaseFlags: 2 },
  },
  {
    title: "GETXATTR",
    type: fuse.GetxattrRequest,
    bytes: bytesOf(`
      ${header("3a000000", "16000000")}
      00000100          size
      00000000          padding
      757365722e        name: user.
      636f6c            col
      f6                a byte that is not UTF-8
      00                its end
    `),
    fields: { opname: "GETXATTR", size: 65536, name: "user.col\udcf6" },
    text: ' name="user.col\\udcf6" size=65536',
    json: { name: "user.col\udcf6", size: 65536 },
  },
  {
    title: "LISTXATTR",
    type: fuse.ListxattrRequest,
    bytes: bytesOf(`
      ${header("30000000", "17000000")}
      000000ff          size
      00000000          padding
    `),
    fields: { opname: "LISTXATTR", size: 0xff00_0000 },
    text: " size=4278190080",
    json: { size: 4278190080 },
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
      handle: 0x8000_0000_0000_0007n,
      lockOwner: 0xf123_4567_89ab_cdefn,
    },
    text: " handle=9223372036854775815 lockOwner=17375808098319191535",
    json: {
      handle: "9223372036854775815",
      lockOwner: "17375808098319191535",
    },
  },
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
      'flags="InitAsyncRead+InitBigWrites+0x80000000"',
    json: {
      protocol: "7.31",
      maxReadahead: 131072,
      flags: "InitAsyncRead+InitBigWrites+0x80000000",
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
      `flags="${LINUX_6_18_FLAGS}"`,
    json: { protocol: "7.45", maxReadahead: 131072, flags: LINUX_6_18_FLAGS },
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
    text: ' protocol="7.99" maxReadahead=0 flags="InitExt+InitSecurityCtx"',
    json: {
      protocol: "7.99",
      maxReadahead: 0,
      flags: "InitExt+InitSecurityCtx",
    },
  },
  {
    title: "OPENDIR",
    type: fuse.OpenRequest,
    bytes: bytesOf(`
      ${header("30000000", "1b000000")}
      00880100          flags: O_DIRECTORY, O_LARGEFILE, O_NONBLOCK
      00000000          open_flags
    `),
    fields: { opname: "OPENDIR", dir: true, flags: 0x1_8800, openFlags: 0 },
    text: " flags=OpenReadOnly+OpenDirectory+OpenNonblock+0x8000 openFlags=0",
    json: { flags: 0x1_8800, openFlags: 0 },
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
      00880100          flags
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
      fileFlags: 0x1_8800,
    },
    text: " handle=7 offset=9007199254740991 size=4096 " +
      "fileFlags=OpenReadOnly+OpenDirectory+OpenNonblock+0x8000",
    json: {
      handle: "7",
      offset: "9007199254740991",
      size: 4096,
      fileFlags: 0x1_8800,
    },
  },
  {
    title: "RELEASEDIR",
    type: fuse.ReleaseRequest,
    bytes: bytesOf(`
      ${header("40000000", "1d000000")}
      0700000000000000  fh
      00880100          flags
      01000000          release_flags: FUSE_RELEASE_FLUSH
      00*8              lock_owner
    `),
    fields: {
      opname: "RELEASEDIR",
      dir: true,
      handle: 7n,
      flags: 0x1_8800,
      releaseFlags: fuse.FUSE_RELEASE_FLUSH,
      lockOwner: 0n,
    },
    text: " handle=7 flags=OpenReadOnly+OpenDirectory+OpenNonblock+0x8000 " +
      "releaseFlags=ReleaseFlush",
    json: { handle: "7", flags: 0x1_8800, releaseFlags: 1 },
  },
  {
    title: "ACCESS",
    type: fuse.AccessRequest,
    bytes: bytesOf(`
      ${header("30000000", "22000000")}
      07000000          mask: R_OK, W_OK, X_OK
      00000000          padding
    `),
    fields: { opname: "ACCESS", mask: 7 },
    text: " mask=7",
    json: { mask: 7 },
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
    title: "BATCH_FORGET of nothing",
    type: fuse.BatchForgetRequest,
    bytes: bytesOf(`
      ${header("30000000", "2a000000")}
      00000000          count
      00000000          dummy
    `),
    fields: { opname: "BATCH_FORGET", forget: [] },
    text: " count=0",
    json: { count: 0 },
  },
  {
    title: "BATCH_FORGET of one node",
    type: fuse.BatchForgetRequest,
    bytes: bytesOf(`
      ${header("40000000", "2a000000")}
      01000000          count
      00000000          dummy
      0200000000000080  nodeid
      0100000000000000  nlookup
    `),
    fields: {
      opname: "BATCH_FORGET",
      forget: [{ node: 0x8000_0000_0000_0002n, n: 1 }],
    },
    text: " count=1",
    json: { count: 1 },
  },
  {
    title: "BATCH_FORGET of three nodes",
    type: fuse.BatchForgetRequest,
    bytes: bytesOf(`
      ${header("60000000", "2a000000")}
      03000000          count
      00000000          dummy
      0200000000000000  nodeid
      0100000000000000  nlookup
      ffffffffffffffff  nodeid
      0200000001000000  nlookup
      0400000000000000  nodeid
      0000000000000000  nlookup
    `),
    fields: {
      opname: "BATCH_FORGET",
      forget: [
        { node: 2n, n: 1 },
        { node: 0xffff_ffff_ffff_ffffn, n: 2 ** 32 + 2 },
        { node: 4n, n: 0 },
      ],
    },
    text: " count=3",
    json: { count: 3 },
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
      00880100          flags
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
      fileFlags: 0x1_8800,
    },
    text: " handle=7 offset=0 size=32768 " +
      "fileFlags=OpenReadOnly+OpenDirectory+OpenNonblock+0x8000",
    json: { handle: "7", offset: "0", size: 32768, fileFlags: 0x1_8800 },
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
