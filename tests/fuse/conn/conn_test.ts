import { assertEquals, assertRejects } from "@std/assert";
import { SyscallError } from "../../../ffi/mod.ts";
import {
  LookupRequest,
  ProtocolError,
  type WriteRequest,
} from "../../../fuse/mod.ts";
import { assertBytes, bytesOf } from "../_dump.ts";
import { FakeChannel } from "../_fake_channel.ts";

const LOOKUP = bytesOf(`
  2a000000          len
  01000000          opcode
  0600000000000000  unique
  0100000000000000  nodeid
  00*16             uid, gid, pid, total_extlen, padding
  6100              name
`);

/** A WRITE of one byte. */
const write = (byte: string) =>
  bytesOf(`
    51000000          len
    10000000          opcode
    0400000000000000  unique
    0200000000000000  nodeid
    00*16             uid, gid, pid, total_extlen, padding
    00*16             fh, offset
    01000000          size
    00*20             write_flags, lock_owner, flags, padding
    ${byte}           data
  `);

Deno.test("Conn.readRequest() answers EIO to what it cannot decode, and goes on", async () => {
  const channel = new FakeChannel();
  const conn = channel.connect();
  const malformed = LOOKUP.slice();
  malformed[41] = 0x61; // The name does not end.
  channel.push(malformed, LOOKUP);
  await assertRejects(() => conn.readRequest(), ProtocolError);
  assertEquals(channel.replies.length, 1);
  assertBytes(
    channel.replies[0]!,
    `
      10000000          len
      fbffffff          error: EIO
      0600000000000000  unique
    `,
  );
  assertEquals(await conn.readRequest() instanceof LookupRequest, true);
  await conn.close();
});

Deno.test("The data of a request that Conn read outlives the next request", async () => {
  const channel = new FakeChannel();
  const conn = channel.connect();
  channel.push(write("61"), write("62"));
  const [first, second] = [await conn.readRequest(), await conn.readRequest()];
  assertEquals((first as WriteRequest).data, Uint8Array.of(0x61));
  assertEquals((second as WriteRequest).data, Uint8Array.of(0x62));
  await conn.close();
});

Deno.test("Conn.readRequest() returns null once Conn is closed", async () => {
  const channel = new FakeChannel();
  const conn = channel.connect();
  const waiting = conn.readRequest();
  await conn.close();
  assertEquals(await waiting, null);
  channel.push(LOOKUP);
  assertEquals(await conn.readRequest(), null);
  await conn.close();
});

Deno.test("Conn.retrieve() throws ECONNABORTED when the session ends before the reply", async () => {
  const channel = new FakeChannel();
  const conn = channel.connect();
  const retrieving = conn.retrieve(2n, 0, 1);
  await conn.close();
  const error = await assertRejects(() => retrieving, SyscallError);
  assertEquals((error as SyscallError).code, "ECONNABORTED");
});

Deno.test("Conn.close() aborts the signals of what is in flight", async () => {
  const channel = new FakeChannel();
  const conn = channel.connect();
  channel.push(LOOKUP);
  const request = await conn.readRequest();
  assertEquals(request!.signal.aborted, false);
  await conn.close();
  assertEquals(request!.signal.aborted, true);
});
