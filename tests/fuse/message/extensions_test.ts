import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  type CreateRequest,
  decodeRequest,
  type GetattrRequest,
  type MkdirRequest,
  ProtocolError,
} from "../../../fuse/mod.ts";
import { Frame } from "../../../fuse/message/frame.ts";
import { RequestPool } from "../../../fuse/message/decode.ts";
import { bytesOf } from "../_dump.ts";
import { SAMPLES } from "./_samples.ts";

const MKDIR = 9;

/** A MKDIR of the name "d" with a block of extensions. */
function mkdirWith(extensions: string): Uint8Array<ArrayBuffer> {
  const block = bytesOf(extensions);
  const bytes = new Uint8Array(40 + 8 + 2 + block.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint32(4, MKDIR, true);
  view.setUint16(36, block.length / 8, true);
  bytes[48] = 0x64;
  bytes.set(block, 50);
  return bytes;
}

Deno.test("CreationRequest.supplementaryGroups may be many", () => {
  const request = decodeRequest(mkdirWith(`
    18000000          size: 24
    20000000          type: FUSE_EXT_GROUPS
    03000000          nr_groups
    01000000          a gid
    ffffffff          a gid
    02000000          a gid
  `)) as MkdirRequest;
  assertEquals(request.supplementaryGroups, [1, 0xffff_ffff, 2]);
});

Deno.test("CreationRequest skips extensions it does not know", () => {
  const request = decodeRequest(mkdirWith(`
    0c000000          size: 12, padded to 16
    21000000          type: 33
    ffffffff          what it has
    00000000          padding
    10000000          size
    20000000          type: FUSE_EXT_GROUPS
    01000000          nr_groups
    d2040000          a gid
  `)) as MkdirRequest;
  assertEquals(request.name, "d");
  assertEquals(request.supplementaryGroups, [1234]);
  assertEquals(request.securityContexts, []);
});

Deno.test("A request that makes no node may have extensions all the same", () => {
  const { bytes } = SAMPLES.find(({ title }) => title.startsWith("GETATTR"))!;
  const longer = new Uint8Array(bytes.length + 8);
  longer.set(bytes);
  const view = new DataView(longer.buffer);
  view.setUint32(0, longer.length, true);
  assertThrows(() => decodeRequest(longer), ProtocolError, "24 bytes");
  view.setUint16(36, 1, true);
  const { handle } = decodeRequest(longer) as GetattrRequest;
  assertEquals(handle, 0x8000_0000_0000_0007n);
});

const MALFORMED: [why: string, extensions: string][] = [
  [
    "its size is less than its head",
    `07000000 size
     20000000 type
     00*8     groups`,
  ],
  [
    "its size is 0",
    `00000000 size
     00000000 nr_secctx`,
  ],
  [
    "it goes past the end",
    `11000000 size
     20000000 type
     01000000 nr_groups
     d2040000 a gid`,
  ],
  [
    "its size is the largest",
    `ffffffff size
     00000000 nr_secctx`,
  ],
  [
    "it has more groups than bytes",
    `10000000 size
     20000000 type
     02000000 nr_groups
     d2040000 a gid`,
  ],
  [
    "it has the most groups",
    `10000000 size
     20000000 type
     ffffffff nr_groups
     d2040000 a gid`,
  ],
  [
    "it has no count of groups",
    `08000000 size
     20000000 type`,
  ],
  [
    "it has fewer contexts than it says",
    `08000000 size
     01000000 nr_secctx`,
  ],
  [
    "a context has no name",
    `18000000 size
     01000000 nr_secctx
     01000000 fuse_secctx.size
     00000000 padding
     00       an empty name
     61       the value
     00*6     padding`,
  ],
  [
    "a context's name does not end",
    `18000000 size
     01000000 nr_secctx
     00000000 fuse_secctx.size
     00000000 padding
     61*8     the name`,
  ],
  [
    "a context's value goes past the end",
    `18000000 size
     01000000 nr_secctx
     07000000 fuse_secctx.size
     00000000 padding
     6100     the name
     62*6     the value`,
  ],
  [
    "a context's value is the longest",
    `18000000 size
     01000000 nr_secctx
     ffffffff fuse_secctx.size
     00000000 padding
     6100     the name
     62*6     the value`,
  ],
];

for (const [why, extensions] of MALFORMED) {
  Deno.test(`decodeRequest() refuses an extension when ${why}`, () => {
    const bytes = mkdirWith(extensions);
    assertThrows(() => decodeRequest(bytes), ProtocolError, "cut off");
  });
}

Deno.test("decodeRequest() refuses more extensions than there are bytes", () => {
  for (const count of [3, 7, 0xffff]) {
    const bytes = mkdirWith("0800000000000000");
    new DataView(bytes.buffer).setUint16(36, count, true);
    assertThrows(
      () => decodeRequest(bytes),
      ProtocolError,
      "bytes of extensions",
    );
    // Nor of a request about which nothing else is known.
    bytes[4] = 0xff;
    assertThrows(
      () => decodeRequest(bytes),
      ProtocolError,
      "bytes of extensions",
    );
  }
});

Deno.test("RequestPool.decode() keeps no extensions of an earlier request", () => {
  const pool = new RequestPool();
  const decode = (title: string) => {
    const { bytes } = SAMPLES.find((sample) => sample.title === title)!;
    return pool.decode(new Frame(bytes, bytes.length)) as CreateRequest;
  };
  const request = decode("CREATE with extensions");
  assertEquals(request.securityContexts.length, 2);
  assertStrictEquals(decode("CREATE"), request);
  assertEquals(request.securityContexts, []);
  assertEquals(request.supplementaryGroups, []);
});
