import { assert, assertEquals } from "@std/assert";
import { Reply } from "../../../fuse/message/reply.ts";
import { assertBytes, bytesOf } from "../_dump.ts";
import { header, requestFor, Sink } from "./_sink.ts";

Deno.test("Reply keeps nothing of what it carried before", () => {
  const { _unique } = requestFor("LOOKUP", new Sink()).header;
  const reply = new Reply(32);
  reply.begin(_unique);
  reply.setBody(new Uint8Array(32).fill(0xff));
  reply.fail(2);
  assertEquals(reply.errno, 2);
  reply.begin(_unique);
  assert(reply.errno === 0);
  reply.zeroBody(24);
  reply.finish();
  assertBytes(
    reply.bytes.subarray(0, reply.length),
    `
    ${header("28000000")}
    00*24             the body
  `,
  );
});

Deno.test("Reply.reserve() keeps the request's id when it grows", () => {
  const reply = new Reply(0);
  reply.begin(requestFor("LOOKUP", new Sink()).header._unique);
  reply.setBody(bytesOf("0102"));
  assertEquals(reply.capacity, 2);
  reply.finish();
  assertBytes(reply.bytes, `${header("12000000")}\n0102`);
});
