import { assertEquals } from "@std/assert";
import * as fuse from "../../../fuse/mod.ts";

/** A response, and what it prints and is as JSON. */
type Case = readonly [
  title: string,
  response: fuse.FieldsResponse,
  text: string,
  json: unknown,
];

const ATTR_TEXT = "valid=0ms ino=0 size=0 mode=0 nlink=0 uid=0 gid=0";

const ATTR_JSON = {
  validMs: 0,
  inode: "0",
  size: 0,
  blocks: 0,
  atimeNs: "0",
  mtimeNs: "0",
  ctimeNs: "0",
  mode: 0,
  nlink: 0,
  uid: 0,
  gid: 0,
  rdev: 0,
  blockSize: 0,
  flags: 0,
};

const NODE_TEXT = `node=2 generation=0 entryValidMs=0 attr=${ATTR_TEXT}`;

const NODE_JSON = {
  node: "2",
  generation: "0",
  entryValidMs: 0,
  attr: ATTR_JSON,
};

const OPEN = { handle: 7n, flags: fuse.FOPEN_KEEP_CACHE };

const OPEN_TEXT = "handle=7 flags=OpenKeepCache backingId=0";

const OPEN_JSON = { handle: "7", flags: 2, backingId: 0 };

const LISTED = new fuse.ListxattrResponse();
LISTED.append("user.a", "user.b");

const FILLED = new fuse.ReadResponse();
FILLED.fromFd(3, 0);
FILLED._limit(4096);

const data = new Uint8Array(3);

const CASES: readonly Case[] = [
  [
    "LookupResponse",
    Object.assign(new fuse.LookupResponse(), { node: 2n }),
    NODE_TEXT,
    NODE_JSON,
  ],
  [
    "GetattrResponse",
    new fuse.GetattrResponse(),
    `attr=${ATTR_TEXT}`,
    { attr: ATTR_JSON },
  ],
  [
    "SetattrResponse",
    new fuse.SetattrResponse(),
    `attr=${ATTR_TEXT}`,
    { attr: ATTR_JSON },
  ],
  [
    "SymlinkResponse",
    Object.assign(new fuse.SymlinkResponse(), { node: 2n }),
    NODE_TEXT,
    NODE_JSON,
  ],
  [
    "MkdirResponse",
    Object.assign(new fuse.MkdirResponse(), { node: 2n }),
    NODE_TEXT,
    NODE_JSON,
  ],
  [
    "OpenResponse",
    Object.assign(new fuse.OpenResponse(), OPEN),
    OPEN_TEXT,
    OPEN_JSON,
  ],
  [
    "CreateResponse",
    Object.assign(new fuse.CreateResponse(), { node: 2n }, OPEN),
    `${NODE_TEXT} ${OPEN_TEXT}`,
    { ...NODE_JSON, ...OPEN_JSON },
  ],
  [
    "ReadResponse of data",
    Object.assign(new fuse.ReadResponse(), { data }),
    "size=3",
    { size: 3 },
  ],
  ["ReadResponse of an open file", FILLED, "size=4096", { size: 4096 }],
  [
    "WriteResponse",
    Object.assign(new fuse.WriteResponse(), { size: 3 }),
    "size=3",
    { size: 3 },
  ],
  [
    "StatfsResponse",
    Object.assign(new fuse.StatfsResponse(), { blocks: 1, namelen: 255 }),
    "blocks=1 bfree=0 bavail=0 files=0 ffree=0 bsize=4096 namelen=255 frsize=0",
    {
      blocks: 1,
      bfree: 0,
      bavail: 0,
      files: 0,
      ffree: 0,
      bsize: 4096,
      namelen: 255,
      frsize: 0,
    },
  ],
  [
    "GetxattrResponse",
    Object.assign(new fuse.GetxattrResponse(), { xattr: data }),
    "size=3",
    { size: 3 },
  ],
  ["ListxattrResponse", LISTED, "size=14", { size: 14 }],
  [
    "QueryLockResponse",
    new fuse.QueryLockResponse(),
    "start=0 end=0 type=LockUnlock pid=0",
    { start: "0", end: "0", type: 2, pid: 0 },
  ],
  [
    "BmapResponse",
    Object.assign(new fuse.BmapResponse(), { block: 2n ** 63n }),
    "block=9223372036854775808",
    { block: "9223372036854775808" },
  ],
  [
    "IoctlResponse",
    Object.assign(new fuse.IoctlResponse(), { result: -1, data }),
    "result=-1 size=3",
    { result: -1, size: 3 },
  ],
  [
    "PollResponse",
    Object.assign(new fuse.PollResponse(), { revents: fuse.POLLIN }),
    "revents=PollIn",
    { revents: 1 },
  ],
  [
    "LseekResponse",
    Object.assign(new fuse.LseekResponse(), { offset: 2n ** 62n }),
    "offset=4611686018427387904",
    { offset: "4611686018427387904" },
  ],
  [
    "CopyFileRangeResponse",
    Object.assign(new fuse.CopyFileRangeResponse(), { size: 5 }),
    "size=5",
    { size: 5 },
  ],
  [
    "StatxResponse",
    Object.assign(new fuse.StatxResponse(), { btimeNs: -1n }),
    `attr=${ATTR_TEXT} btimeNs=-1 attributes=0 attributesMask=0`,
    { attr: ATTR_JSON, btimeNs: "-1", attributes: "0", attributesMask: "0" },
  ],
];

for (const [title, response, text, json] of CASES) {
  Deno.test(`${title} prints its fields`, () => {
    assertEquals(`${response}`, text);
  });

  Deno.test(`${title} is safe to make JSON of`, () => {
    assertEquals(JSON.parse(JSON.stringify(response)), json);
  });
}
