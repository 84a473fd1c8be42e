import { assertEquals, assertRejects } from "@std/assert";
import { ClosedWithoutInitError, OldVersionError } from "../../../fuse/mod.ts";
import { assertBytes, bytesOf } from "../_dump.ts";
import { FakeChannel } from "../_fake_channel.ts";

/** INIT of a kernel, each number in hexadecimal as it lies in memory. */
function init(major: string, minor: string): Uint8Array<ArrayBuffer> {
  return bytesOf(`
    68000000          len
    1a000000          opcode
    0200000000000000  unique
    00*24             nodeid, uid, gid, pid, total_extlen, padding
    ${major}          major
    ${minor}          minor
    00000200          max_readahead
    00000000          flags
    00*48             flags2, unused
  `);
}

Deno.test("A connection is what INIT and its answer agree on", async () => {
  const channel = new FakeChannel();
  const conn = channel.connect();
  channel.push(init("07000000", "2d000000"));
  await conn._handshake({});
  assertEquals([`${conn.protocol}`, conn.features], ["7.45", 0n]);
  await conn.close();
});

Deno.test("A kernel before 7.28 gets EIO, and the caller an OldVersionError", async () => {
  const channel = new FakeChannel();
  const conn = channel.connect();
  channel.push(init("07000000", "1b000000"));
  const error = await assertRejects(
    () => conn._handshake({}),
    OldVersionError,
    "7.27",
  );
  assertEquals(`${(error as OldVersionError).kernel}`, "7.27");
  assertEquals(channel.replies.length, 1);
  assertBytes(
    channel.replies[0]!,
    `
      10000000          len
      fbffffff          error: EIO
      0200000000000000  unique
    `,
  );
  await conn.close();
});

Deno.test("A kernel of a later major version gets ours, and sends INIT again", async () => {
  const channel = new FakeChannel();
  const conn = channel.connect();
  channel.push(init("08000000", "00000000"), init("07000000", "2c000000"));
  await conn._handshake({});
  assertEquals(`${conn.protocol}`, "7.44");
  assertEquals(channel.replies.length, 2);
  assertBytes(
    channel.replies[0]!.slice(16, 24),
    `
      07000000  major
      2d000000  minor
    `,
  );
  await conn.close();
});

Deno.test("A connection that ends before INIT is a ClosedWithoutInitError", async () => {
  const channel = new FakeChannel();
  const conn = channel.connect();
  channel.end();
  await assertRejects(() => conn._handshake({}), ClosedWithoutInitError);
  await conn.close();
});
