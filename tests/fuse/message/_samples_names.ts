/**
 * A request of each kind that makes, moves or removes a name as the kernel
 * sends it, made from `<linux/fuse.h>`.
 *
 * @module
 */

import * as fuse from "../../../fuse/mod.ts";
import * as posix from "../../../posix/mod.ts";
import { bytesOf } from "../_dump.ts";
import {
  header,
  hex,
  NAMELESS,
  O_LARGEFILE,
  type Sample,
  u32,
} from "./_sample.ts";

const CREATE_FLAGS = posix.O_RDWR + posix.O_CREAT + posix.O_TRUNC +
  O_LARGEFILE + NAMELESS;

/** A block of extensions: two security contexts, and a group. */
const EXTENSIONS = `
  48000000          fuse_secctx_header.size: 72
  02000000          nr_secctx
  05000000          fuse_secctx.size
  00000000          padding
  73656375726974792e security.
  736d61636b        smack
  00                the name's end
  5f00ff0a5f        the value, with a NUL
  00*4              padding to 8
  00000000          fuse_secctx.size: an empty value
  00000000          padding
  73656375726974792e security.
  6c6f6e6765722e6e616d65 longer.name
  00                the name's end
  00*3              padding to 8
  10000000          fuse_ext_header.size: 16
  20000000          type: FUSE_EXT_GROUPS
  01000000          nr_groups
  d2040000          a gid
`;

/** What {@linkcode EXTENSIONS} means. */
const EXTENSION_FIELDS = {
  securityContexts: [
    {
      name: "security.smack",
      value: new Uint8Array([0x5f, 0, 0xff, 0x0a, 0x5f]),
    },
    { name: "security.longer.name", value: new Uint8Array(0) },
  ],
  supplementaryGroups: [1234],
};

/** What {@linkcode EXTENSIONS} prints. */
const EXTENSION_JSON = {
  securityContexts: "security.smack,security.longer.name",
  supplementaryGroups: "1234",
};

const EXTENSION_TEXT =
  ' securityContexts="security.smack,security.longer.name" ' +
  'supplementaryGroups="1234"';

const NO_EXTENSIONS = { securityContexts: [], supplementaryGroups: [] };

export const NAME_SAMPLES: readonly Sample[] = [
  {
    title: "SYMLINK",
    type: fuse.SymlinkRequest,
    bytes: bytesOf(`
      ${header("38000000", "06000000")}
      6e6577            newName: new
      00                its end
      2e2e2f            target: ../
      ff                a byte that is not UTF-8
      746f2074686973    to this
      00                its end
    `),
    fields: {
      opname: "SYMLINK",
      newName: "new",
      target: "../\udcffto this",
      ...NO_EXTENSIONS,
    },
    text: ' newName="new" target="../\\udcffto this"',
    json: { newName: "new", target: "../\udcffto this" },
  },
  {
    title: "SYMLINK with extensions",
    type: fuse.SymlinkRequest,
    bytes: bytesOf(`
      ${header("84000000", "06000000", "0b00")}
      61                newName: a
      00                its end
      62                target: b
      00                its end
      ${EXTENSIONS}
    `),
    fields: {
      opname: "SYMLINK",
      newName: "a",
      target: "b",
      ...EXTENSION_FIELDS,
    },
    text: ` newName="a" target="b"${EXTENSION_TEXT}`,
    json: { newName: "a", target: "b", ...EXTENSION_JSON },
  },
  {
    title: "MKNOD",
    type: fuse.MknodRequest,
    bytes: bytesOf(`
      ${header("40000000", "08000000")}
      b6610000          mode: S_IFBLK | 0666
      01081080          rdev
      12000000          umask
      00000000          padding
      6465762d736461    name: dev-sda
      00                its end
    `),
    fields: {
      opname: "MKNOD",
      name: "dev-sda",
      mode: 0o060666,
      rdev: 0x8010_0801,
      umask: 0o22,
      ...NO_EXTENSIONS,
    },
    text: ' name="dev-sda" mode=0o60666 rdev=2148534273 umask=0o22',
    json: { name: "dev-sda", mode: 0o060666, rdev: 2148534273, umask: 0o22 },
  },
  {
    title: "MKNOD with extensions",
    type: fuse.MknodRequest,
    bytes: bytesOf(`
      ${header("92000000", "08000000", "0b00")}
      b6110000          mode: S_IFIFO | 0666
      00000000          rdev
      00000000          umask
      00000000          padding
      70                name: p
      00                its end
      ${EXTENSIONS}
    `),
    fields: {
      opname: "MKNOD",
      name: "p",
      mode: 0o010666,
      rdev: 0,
      umask: 0,
      ...EXTENSION_FIELDS,
    },
    text: ` name="p" mode=0o10666 rdev=0 umask=0o0${EXTENSION_TEXT}`,
    json: { name: "p", mode: 0o010666, rdev: 0, umask: 0, ...EXTENSION_JSON },
  },
  {
    title: "MKDIR",
    type: fuse.MkdirRequest,
    bytes: bytesOf(`
      ${header("33000000", "09000000")}
      ff030000          mode: 01777
      3f000000          umask
      c3                name: the first half of a character
      64                d
      00                its end
    `),
    fields: {
      opname: "MKDIR",
      name: "\udcc3d",
      mode: 0o1777,
      umask: 0o77,
      ...NO_EXTENSIONS,
    },
    text: ' name="\\udcc3d" mode=0o1777 umask=0o77',
    json: { name: "\udcc3d", mode: 0o1777, umask: 0o77 },
  },
  {
    title: "MKDIR with extensions",
    type: fuse.MkdirRequest,
    bytes: bytesOf(`
      ${header("8a000000", "09000000", "0b00")}
      ed010000          mode
      00000000          umask
      64                name: d
      00                its end
      ${EXTENSIONS}
    `),
    fields: {
      opname: "MKDIR",
      name: "d",
      mode: 0o755,
      umask: 0,
      ...EXTENSION_FIELDS,
    },
    text: ` name="d" mode=0o755 umask=0o0${EXTENSION_TEXT}`,
    json: { name: "d", mode: 0o755, umask: 0, ...EXTENSION_JSON },
  },
  {
    title: "UNLINK",
    type: fuse.RemoveRequest,
    bytes: bytesOf(`
      ${header("2d000000", "0a000000")}
      66696c65          name: file
      00                its end
    `),
    fields: { opname: "UNLINK", dir: false, name: "file" },
    text: ' name="file"',
    json: { name: "file" },
  },
  {
    title: "RMDIR",
    type: fuse.RemoveRequest,
    bytes: bytesOf(`
      ${header("2c000000", "0b000000")}
      646972            name: dir
      00                its end
    `),
    fields: { opname: "RMDIR", dir: true, name: "dir" },
    text: ' name="dir"',
    json: { name: "dir" },
  },
  {
    title: "RENAME",
    type: fuse.RenameRequest,
    bytes: bytesOf(`
      ${header("38000000", "0c000000")}
      0900000000000080  newdir
      6f6c64            oldName: old
      00                its end
      6e65              newName: ne
      80                a byte that is not UTF-8
      00                its end
    `),
    fields: {
      opname: "RENAME",
      newDir: 0x8000_0000_0000_0009n,
      oldName: "old",
      newName: "ne\udc80",
      flags: 0,
    },
    text: ' oldName="old" newDir=9223372036854775817 newName="ne\\udc80"',
    json: {
      oldName: "old",
      newDir: "9223372036854775817",
      newName: "ne\udc80",
    },
  },
  {
    title: "RENAME2",
    type: fuse.Rename2Request,
    bytes: bytesOf(`
      ${header("3c000000", "2d000000")}
      0100000000000000  newdir
      03000000          flags: RENAME_NOREPLACE, RENAME_EXCHANGE
      00000000          padding
      61                oldName: a
      00                its end
      62                newName: b
      00                its end
    `),
    fields: {
      opname: "RENAME2",
      newDir: 1n,
      oldName: "a",
      newName: "b",
      flags: fuse.RENAME_NOREPLACE | fuse.RENAME_EXCHANGE,
    },
    text: ' oldName="a" newDir=1 newName="b" ' +
      "flags=RenameNoReplace+RenameExchange",
    json: { oldName: "a", newDir: "1", newName: "b", flags: 3 },
  },
  {
    title: "LINK",
    type: fuse.LinkRequest,
    bytes: bytesOf(`
      ${header("35000000", "0d000000")}
      0a000000000000f0  oldnodeid
      6c696e6b          newName: link
      00                its end
    `),
    fields: {
      opname: "LINK",
      oldNode: 0xf000_0000_0000_000an,
      newName: "link",
    },
    text: ' oldNode=17293822569102704650 newName="link"',
    json: { oldNode: "17293822569102704650", newName: "link" },
  },
  {
    title: "CREATE",
    type: fuse.CreateRequest,
    bytes: bytesOf(`
      ${header("3b000000", "23000000")}
      ${u32(CREATE_FLAGS)}  flags
      a4810000          mode
      12000000          umask
      01000000          open_flags: FUSE_OPEN_KILL_SUIDGID
      6e65              name: ne
      00                its end
    `),
    fields: {
      opname: "CREATE",
      name: "ne",
      flags: CREATE_FLAGS,
      mode: 0o100644,
      umask: 0o22,
      openFlags: fuse.FUSE_OPEN_KILL_SUIDGID,
      ...NO_EXTENSIONS,
    },
    text: ' name="ne" ' +
      `flags=OpenReadWrite+OpenCreate+OpenTruncate+OpenLargeFile+${
        hex(NAMELESS)
      } ` +
      "mode=0o100644 umask=0o22 openFlags=OpenKillSUIDGID",
    json: {
      name: "ne",
      flags: CREATE_FLAGS,
      mode: 0o100644,
      umask: 0o22,
      openFlags: 1,
    },
  },
  {
    title: "CREATE with extensions",
    type: fuse.CreateRequest,
    bytes: bytesOf(`
      ${header("92000000", "23000000", "0b00")}
      41000000          flags: O_WRONLY, O_CREAT
      a4810000          mode
      00000000          umask
      00000000          open_flags
      66                name: f
      00                its end
      ${EXTENSIONS}
    `),
    fields: {
      opname: "CREATE",
      name: "f",
      flags: 0o101,
      mode: 0o100644,
      umask: 0,
      openFlags: 0,
      ...EXTENSION_FIELDS,
    },
    text: ' name="f" flags=OpenWriteOnly+OpenCreate mode=0o100644 umask=0o0 ' +
      `openFlags=0${EXTENSION_TEXT}`,
    json: {
      name: "f",
      flags: 0o101,
      mode: 0o100644,
      umask: 0,
      openFlags: 0,
      ...EXTENSION_JSON,
    },
  },
  {
    title: "TMPFILE with no security context",
    type: fuse.TmpfileRequest,
    bytes: bytesOf(`
      ${header("42000000", "33000000", "0100")}
      02000000          flags: O_RDWR
      80810000          mode
      3f000000          umask
      00000000          open_flags
      2f                name: only there to fill the place
      00                its end
      08000000          fuse_secctx_header.size
      00000000          nr_secctx
    `),
    fields: {
      opname: "TMPFILE",
      flags: 2,
      mode: 0o100600,
      umask: 0o77,
      openFlags: 0,
      ...NO_EXTENSIONS,
    },
    text: " flags=OpenReadWrite mode=0o100600 umask=0o77 openFlags=0",
    json: { flags: 2, mode: 0o100600, umask: 0o77, openFlags: 0 },
  },
];
