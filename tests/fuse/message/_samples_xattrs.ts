/**
 * A request of each kind that is about extended attributes, as the kernel sends
 * it, made from `<linux/fuse.h>`.
 *
 * @module
 */

import * as fuse from "../../../fuse/mod.ts";
import { bytesOf } from "../_dump.ts";
import { header, type Sample } from "./_sample.ts";

export const XATTR_SAMPLES: readonly Sample[] = [
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
];
