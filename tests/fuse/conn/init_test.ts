import { assertEquals } from "@std/assert";
import { Reply } from "../../../fuse/message/reply.ts";
import {
  decodeRequest,
  type InitRequest,
  InitResponse,
  Protocol,
} from "../../../fuse/mod.ts";
import { assertBytes, bytesOf } from "../_dump.ts";

Deno.test("INIT without FUSE_INIT_EXT has nothing in its second word", () => {
  const request = decodeRequest(bytesOf(`
    68000000          len
    1a000000          opcode
    0200000000000000  unique
    00*24             nodeid, uid, gid, pid, total_extlen, padding
    07000000  major
    24000000  minor
    00000200  max_readahead
    fbffff33  flags
    ffffffff  flags2
    00*44     unused
  `)) as InitRequest;
  assertEquals(request.flags, 0x33ff_fffbn);
});

function encoded(protocol: Protocol): Uint8Array {
  const response = Object.assign(new InitResponse(), {
    protocol,
    maxReadahead: 0x0102_0304,
    flags: 0x1112_1314_2122_2324n,
    maxBackground: 0x3132,
    congestionThreshold: 0x4142,
    maxWrite: 0x5152_5354,
    timeGranNs: 0x6162_6364,
    maxPages: 0x7172,
    mapAlignment: 0x0182,
    maxStackDepth: 0x9192_9394,
    requestTimeoutS: 0xa1a2,
  });
  const reply = new Reply(8);
  response._encode(reply);
  return reply.bytes.slice(16, reply.length);
}

for (const minor of [23, 28, 45]) {
  Deno.test(`The answer to INIT of 7.${minor} has 64 bytes`, () => {
    assertBytes(
      encoded(new Protocol(7, minor)),
      `
        07000000                      major
        ${minor.toString(16)}000000   minor
        04030201                      max_readahead
        24232221                      flags
        3231                          max_background
        4241                          congestion_threshold
        54535251                      max_write
        64636261                      time_gran
        7271                          max_pages
        8201                          map_alignment
        14131211                      flags2
        94939291                      max_stack_depth
        a2a1                          request_timeout
        00*22                         unused
      `,
    );
  });
}

for (const minor of [5, 22]) {
  Deno.test(`The answer to INIT of 7.${minor} has 24 bytes`, () => {
    assertBytes(
      encoded(new Protocol(7, minor)),
      `
        07000000                                     major
        ${minor.toString(16).padStart(2, "0")}000000 minor
        04030201                                     max_readahead
        24232221                                     flags
        3231                                         max_background
        4241                                         congestion_threshold
        54535251                                     max_write
      `,
    );
  });
}

for (const minor of [0, 4]) {
  Deno.test(`The answer to INIT of 7.${minor} has 8 bytes`, () => {
    assertBytes(
      encoded(new Protocol(7, minor)),
      `
        07000000          major
        0${minor}000000   minor
      `,
    );
  });
}
