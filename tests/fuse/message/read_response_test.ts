import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { Reply } from "../../../fuse/message/reply.ts";
import {
  appendDirent,
  DT_DIR,
  DT_REG,
  ReadResponse,
} from "../../../fuse/mod.ts";
import { assertBytes, bytesOf } from "../_dump.ts";
import { header, replyWith, requestFor, Sink } from "./_sink.ts";

/** Answers a sample with data. */
function replyWithData(title: string, data: Uint8Array): Uint8Array {
  const response = new ReadResponse();
  response.data = data;
  return replyWith(title, response);
}

Deno.test("ReadResponse is the data", () => {
  assertBytes(
    replyWithData("READ", bytesOf("68656c6c6f")),
    `
    ${header("15000000")}
    68656c6c6f        the data
  `,
  );
  assertBytes(replyWithData("READ", new Uint8Array(0)), header("10000000"));
});

Deno.test("ReadResponse is cut off at the size asked for", () => {
  assertBytes(
    replyWithData("READDIR", new Uint8Array(5000).fill(0xab)),
    `
    ${header("10100000")}
    ab*4096           the data
  `,
  );
});

Deno.test("ReadResponse carries the entries of appendDirent()", () => {
  const data = appendDirent(
    appendDirent(new Uint8Array(0), { inode: 2n, type: DT_DIR, name: "é" }),
    { inode: 0x8000_0000_0000_0003n, type: DT_REG, name: "a\udcff345678" },
  );
  assertBytes(
    replyWithData("READDIR", data),
    `
    ${header("50000000")}
    0200000000000000  ino
    2000000000000000  off: of the next entry
    02000000          namelen
    04000000          type
    c3a9              name
    00*6              padding
    0300000000000080  ino
    4000000000000000  off: the end
    08000000          namelen
    08000000          type
    61ff333435363738  name
  `,
  );
});

Deno.test("ReadResponse.buffer lies in the reply", () => {
  const reply = new Reply(16);
  reply.begin(requestFor("READ", new Sink()).header._unique);
  const response = new ReadResponse();
  response._bind(reply, 600);
  assertEquals(response.buffer.length, 600);
  response.buffer.set(bytesOf("68656c6c6fff"));
  response.length = 5;
  response._encode(reply);
  reply.finish();
  assertBytes(
    reply.bytes.subarray(0, reply.length),
    `
    ${header("15000000")}
    68656c6c6f        the data
  `,
  );
});

Deno.test("ReadResponse.length is at most that of the buffer", () => {
  const response = new ReadResponse();
  response._bind(new Reply(), 8);
  response.length = 0;
  response.length = 8;
  for (const length of [-1, 9, NaN, Infinity]) {
    assertThrows(() => response.length = length, RangeError, `${length} of 8`);
  }
});

Deno.test("ReadResponse forgets the last answer when it is bound again", () => {
  const reply = new Reply();
  const response = new ReadResponse();
  response._bind(reply, 8);
  const { buffer } = response;
  response.length = 8;
  response._bind(reply, 8);
  assertStrictEquals(response.buffer, buffer);
  response._encode(reply);
  assertEquals(reply.length, 16);
  response._bind(reply, 4);
  assertEquals(response.buffer.length, 4);
});
