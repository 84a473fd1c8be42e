/**
 * A request of each kind that is about a node and its metadata, as the kernel
 * sends it, made from `<linux/fuse.h>`.
 *
 * @module
 */

import * as fuse from "../../../fuse/mod.ts";
import { bytesOf } from "../_dump.ts";
import { HANDLE, header, LOCK_OWNER, OWNER, type Sample } from "./_sample.ts";

export const NODE_SAMPLES: readonly Sample[] = [
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
      handle: HANDLE,
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
