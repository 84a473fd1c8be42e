import { assertEquals, assertThrows } from "@std/assert";
import {
  FOPEN_DIRECT_IO,
  FOPEN_KEEP_CACHE,
  GetattrResponse,
  InitResponse,
  LookupResponse,
  OpenResponse,
  Protocol,
  type ReadlinkRequest,
  StatfsResponse,
} from "../../../fuse/mod.ts";
import { assertBytes } from "../_dump.ts";
import { fillAttr, FILLED_ATTR } from "./_filled_attr.ts";
import { header, replyTo, replyWith, requestFor, Sink } from "./_sink.ts";

Deno.test("LookupResponse is struct fuse_entry_out", () => {
  const response = new LookupResponse();
  response.node = 0xfedc_ba98_7654_3210n;
  response.generation = 0xf000_0000_0000_0001n;
  response.entryValidMs = 1500.25;
  response.attr.validMs = 250;
  fillAttr(response.attr);
  const reply = replyWith("LOOKUP", response);
  assertBytes(
    reply,
    `
    ${header("90000000")}
    1032547698badcfe  nodeid
    01000000000000f0  generation
    0100000000000000  entry_valid
    0000000000000000  attr_valid
    9035d11d          entry_valid_nsec: 500250000
    80b2e60e          attr_valid_nsec: 250000000
    ${FILLED_ATTR}
  `,
  );
});

Deno.test("LookupResponse without a node is a negative entry", () => {
  const response = new LookupResponse();
  response.entryValidMs = 60_000;
  const reply = replyWith("LOOKUP", response);
  assertBytes(
    reply,
    `
    ${header("90000000")}
    00*16             nodeid, generation
    3c00000000000000  entry_valid: a minute
    0000000000000000  attr_valid
    00*8              entry_valid_nsec, attr_valid_nsec
    00*88             attr
  `,
  );
});

Deno.test("GetattrResponse is struct fuse_attr_out", () => {
  const response = new GetattrResponse();
  response.attr.validMs = 3_600_000;
  fillAttr(response.attr);
  const reply = replyWith("GETATTR of an open file", response);
  assertBytes(
    reply,
    `
    ${header("78000000")}
    100e000000000000  attr_valid: 3600
    00000000          attr_valid_nsec
    00000000          dummy
    ${FILLED_ATTR}
  `,
  );
});

const VALIDITIES: [validMs: number, seconds: number, nanoseconds: number][] = [
  [0, 0, 0],
  [-0, 0, 0],
  [0.000_001, 0, 1],
  [0.5, 0, 500_000],
  [1, 0, 1_000_000],
  [999.5, 0, 999_500_000],
  [999.999_999_9, 0, 999_999_999],
  [1000, 1, 0],
  [1000.000_25, 1, 250],
  [60_000, 60, 0],
  [2 ** 31 * 1000, 2 ** 31, 0],
  [Number.MAX_VALUE, 2 ** 31, 0],
  [Infinity, 2 ** 31, 0],
  [-1, 0, 0],
  [-Infinity, 0, 0],
];

for (const [validMs, seconds, nanoseconds] of VALIDITIES) {
  Deno.test(`Attr.validMs ${validMs} is ${seconds} s and ${nanoseconds} ns`, () => {
    const response = new GetattrResponse();
    response.attr.validMs = validMs;
    const { buffer } = replyWith("GETATTR of an open file", response);
    const view = new DataView(buffer, 16);
    assertEquals(
      [view.getBigUint64(0, true), view.getUint32(8, true)],
      [BigInt(seconds), nanoseconds],
    );
  });
}

Deno.test("OpenResponse is struct fuse_open_out", () => {
  const response = new OpenResponse();
  response.handle = 0x8000_0000_0000_0007n;
  response.flags = FOPEN_DIRECT_IO | FOPEN_KEEP_CACHE;
  for (const title of ["OPEN", "OPENDIR"]) {
    const reply = replyWith(title, response);
    assertBytes(
      reply,
      `
      ${header("20000000")}
      0700000000000080  fh
      03000000          open_flags
      00000000          backing_id
    `,
    );
  }
});

Deno.test("StatfsResponse is struct fuse_statfs_out", () => {
  const response = new StatfsResponse();
  response.blocks = Number.MAX_SAFE_INTEGER;
  response.bfree = 2 ** 32 + 2;
  response.bavail = 3;
  response.files = 4;
  response.ffree = 5;
  response.bsize = 0x8000_0006;
  response.namelen = 255;
  response.frsize = 4096;
  const reply = replyWith("STATFS", response);
  assertBytes(
    reply,
    `
    ${header("60000000")}
    ffffffffffff1f00  blocks
    0200000001000000  bfree
    0300000000000000  bavail
    0400000000000000  files
    0500000000000000  ffree
    06000080          bsize
    ff000000          namelen
    00100000          frsize
    00000000          padding
    00*24             spare
  `,
  );
});

Deno.test("InitResponse is struct fuse_init_out", () => {
  const response = new InitResponse();
  response.protocol = new Protocol(7, 45);
  response.maxReadahead = 131072;
  response.flags = 0x8000_0400_c000_0021n;
  response.maxBackground = 0xfffe;
  response.congestionThreshold = 9;
  response.maxWrite = 1 << 20;
  response.timeGranNs = 1_000_000_000;
  response.maxPages = 0xffff;
  const reply = replyWith("INIT", response);
  assertBytes(
    reply,
    `
    ${header("50000000")}
    07000000          major
    2d000000          minor
    00000200          max_readahead
    210000c0          flags
    feff              max_background
    0900              congestion_threshold
    00001000          max_write
    00ca9a3b          time_gran
    ffff              max_pages
    0000              map_alignment
    00040080          flags2
    00000000          max_stack_depth
    0000              request_timeout
    00*22             unused
  `,
  );
});

Deno.test("ReadlinkRequest.respond() sends the target without a NUL", () => {
  const reply = replyTo<ReadlinkRequest>(
    "READLINK",
    (request) => request.respond("../é\udcff"),
  );
  assertBytes(
    reply,
    `
    ${header("16000000")}
    2e2e2f            target: ../
    c3a9              é
    ff                a byte that is not UTF-8
  `,
  );
});

Deno.test("ReadlinkRequest.respond() sends the longest target", () => {
  const reply = replyTo<ReadlinkRequest>(
    "READLINK",
    (request) => request.respond("n".repeat(4095)),
  );
  assertBytes(reply, `${header("0f100000")}\n6e*4095`);
});

for (const target of ["", "a\0", "\0", "n".repeat(4096), "é".repeat(2048)]) {
  const title = JSON.stringify(target.slice(0, 4));
  Deno.test(`ReadlinkRequest.respond() refuses ${target.length} of ${title}`, () => {
    const sink = new Sink();
    const request = requestFor("READLINK", sink) as ReadlinkRequest;
    assertThrows(() => request.respond(target), RangeError);
    assertEquals(sink.replies, []);
    request.respond("a");
    assertEquals(sink.replies.length, 1);
  });
}
