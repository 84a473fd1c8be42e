import {
  assert,
  assertEquals,
  assertNotStrictEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { Frame } from "../../../fuse/message/frame.ts";
import { RequestPool } from "../../../fuse/message/decode.ts";
import {
  decodeRequest,
  NotifyReply,
  NotifyRetrieval,
  ProtocolError,
  type SetxattrRequest,
  UnlockRequest,
  type WriteRequest,
} from "../../../fuse/mod.ts";
import { SAMPLES } from "./_samples.ts";

/** Returns a sample's bytes, for the test to change. */
function sample(title: string): Uint8Array<ArrayBuffer> {
  return SAMPLES.find((sample) => sample.title === title)!.bytes.slice();
}

/** A server's buffer with one request in it. */
function frameOf(bytes: Uint8Array): Frame {
  const frame = new Frame(new Uint8Array(8192), bytes.length);
  frame.bytes.set(bytes);
  return frame;
}

/** The requests whose data is a view of the frame. */
const HOLDING = /^(WRITE|SETXATTR|IOCTL|NOTIFY_REPLY)\b/;

for (const { title, bytes } of SAMPLES) {
  Deno.test(`Request._holdsFrame is right for ${title}`, () => {
    const { _holdsFrame } = decodeRequest(bytes);
    assertEquals(_holdsFrame, HOLDING.test(title));
  });
}

Deno.test("WriteRequest.data is a view of the bytes, not a copy", () => {
  const bytes = sample("WRITE");
  const { data } = decodeRequest(bytes) as WriteRequest;
  assertStrictEquals(data.buffer, bytes.buffer);
  assertEquals(data.byteOffset, 80);
  bytes[80] = 0x77;
  assertEquals(data[0], 0x77);
});

Deno.test("SetxattrRequest.xattr is a view of the bytes, not a copy", () => {
  const bytes = sample("SETXATTR");
  const { xattr } = decodeRequest(bytes) as SetxattrRequest;
  assertStrictEquals(xattr.buffer, bytes.buffer);
});

Deno.test("WriteRequest.data of equal writes is one view", () => {
  const pool = new RequestPool();
  const frame = frameOf(sample("WRITE"));
  const request = pool.decode(frame) as WriteRequest;
  const { data } = request;
  pool.decode(frame);
  assertStrictEquals(request.data, data);
  // Not so in another buffer, or for another length.
  pool.decode(frameOf(sample("WRITE")));
  assertNotStrictEquals(request.data, data);
  assertEquals(request.data, data);
  pool.decode(frameOf(sample("WRITE of nothing")));
  assertEquals(request.data.length, 0);
});

Deno.test("WriteRequest.data in the middle of a buffer is what was sent", () => {
  const bytes = sample("WRITE");
  const buffer = new Uint8Array(3 + bytes.length).fill(0x41);
  buffer.set(bytes, 3);
  const { data } = decodeRequest(buffer.subarray(3)) as WriteRequest;
  assertEquals(data.toHex(), "00ff0a0020");
});

for (const size of [1 << 20, 4096]) {
  Deno.test(`WriteRequest.data may have ${size} bytes`, () => {
    const bytes = new Uint8Array(80 + size).fill(0xa5);
    bytes.set(sample("WRITE of nothing"));
    const view = new DataView(bytes.buffer);
    view.setUint32(0, bytes.length, true);
    view.setUint32(40 + 16, size, true);
    const { data } = decodeRequest(bytes) as WriteRequest;
    assertEquals(data.length, size);
    assert(data.every((byte) => byte === 0xa5));
    view.setUint32(40 + 16, size + 1, true);
    assertThrows(() => decodeRequest(bytes), ProtocolError);
  });
}

Deno.test("NotifyRetrieval.finish() copies the data of its own reply", () => {
  const bytes = sample("NOTIFY_REPLY");
  const reply = decodeRequest(bytes) as NotifyReply;
  assert(reply instanceof NotifyReply);
  const data = new NotifyRetrieval(reply.header.id).finish(reply);
  bytes.fill(0);
  assertEquals(data.toHex(), "00ff62");
  const other = new NotifyRetrieval(7n);
  assertThrows(() => other.finish(reply), RangeError, "retrieval 7");
});

Deno.test("RequestPool.keep() gives an unlock away like a lock", () => {
  const pool = new RequestPool();
  const frame = frameOf(sample("SETLKW that unlocks"));
  const unlock = pool.decode(frame);
  assert(unlock instanceof UnlockRequest);
  assertStrictEquals(pool.decode(frame), unlock);
  const lock = pool.decode(frameOf(sample("SETLKW")));
  assertNotStrictEquals<unknown>(lock, unlock);
  pool.keep(33);
  assertNotStrictEquals(pool.decode(frame), unlock);
});
