import { assertEquals } from "@std/assert";
import { viewAt } from "../../../ffi/mod.ts";
import {
  FUSE_IN_HEADER,
  FUSE_URING_ENT_IN_OUT,
  FUSE_URING_REQ_HEADER,
} from "../../../fuse/abi/structs.ts";
import { countCpus } from "../../../fuse/channel/possible_cpus.ts";
import { Reply, REPLY_BODY } from "../../../fuse/message/reply.ts";
import { UringEntry } from "../../../fuse/channel/uring_entry.ts";
import { U64 } from "../../../fuse/abi/u64.ts";
import { decodeFrame } from "../../../fuse/message/decode.ts";
import {
  FUSE_LOOKUP,
  FUSE_READ,
  FUSE_WRITE,
} from "../../../fuse/abi/constants.ts";
import { LookupRequest, ReadRequest, WriteRequest } from "../../../fuse/mod.ts";

const PAYLOAD = 8192;
const HEADERS = FUSE_URING_REQ_HEADER.offset;
const COMMIT_ID = HEADERS.ring_ent_in_out +
  FUSE_URING_ENT_IN_OUT.offset.commit_id;
const PAYLOAD_SIZE = HEADERS.ring_ent_in_out +
  FUSE_URING_ENT_IN_OUT.offset.payload_sz;
const ID = 0x1_0000_0002;

/** An entry, and its memory as the kernel sees it. */
class Scene {
  readonly entry = new UringEntry({ id: 3, size: 1, held: 0 }, 7, PAYLOAD);
  readonly headers: DataView;
  readonly payload: Uint8Array;

  constructor() {
    const [headers, headersSize, payload, size] = this.entry.iovecs();
    assertEquals([headersSize, size], [288n, BigInt(PAYLOAD)]);
    this.headers = new DataView(viewAt(headers!, Number(headersSize)));
    this.payload = new Uint8Array(viewAt(payload!, Number(size)));
  }

  /** Puts a request there, as the kernel does. */
  put(opcode: number, struct: number[], rest: Uint8Array): void {
    const { headers } = this;
    const length = FUSE_IN_HEADER.size + 8 * struct.length + rest.length;
    headers.setUint32(FUSE_IN_HEADER.offset.len, length, true);
    headers.setUint32(FUSE_IN_HEADER.offset.opcode, opcode, true);
    headers.setBigUint64(FUSE_IN_HEADER.offset.unique, BigInt(ID), true);
    headers.setBigUint64(FUSE_IN_HEADER.offset.nodeid, 1n, true);
    for (const [i, word] of struct.entries()) {
      headers.setBigUint64(HEADERS.op_in + 8 * i, BigInt(word), true);
    }
    this.payload.set(rest);
    headers.setBigUint64(COMMIT_ID, BigInt(ID), true);
    headers.setUint32(PAYLOAD_SIZE, rest.length, true);
  }

  /** The answer's error and body, as the kernel finds them. */
  get answer(): [error: number, body: number[]] {
    const size = this.headers.getUint32(PAYLOAD_SIZE, true);
    return [
      this.headers.getInt32(4, true),
      Array.from(this.payload.subarray(0, size)),
    ];
  }
}

Deno.test("UringEntry.request() puts a name behind the header", () => {
  const scene = new Scene();
  scene.put(FUSE_LOOKUP, [], new TextEncoder().encode("name\0"));
  const request = decodeFrame(scene.entry.request()) as LookupRequest;
  assertEquals(request instanceof LookupRequest, true);
  assertEquals([request.name, request.header.id], ["name", BigInt(ID)]);
  assertEquals([scene.entry.key, scene.entry.opcode], [ID, FUSE_LOOKUP]);
});

Deno.test("UringEntry.request() puts a struct between header and data, without a copy of these", () => {
  const scene = new Scene();
  const data = new Uint8Array(PAYLOAD).map((_, i) => i);
  scene.put(FUSE_WRITE, [5, 4096, PAYLOAD, 0, 0], data);
  const request = decodeFrame(scene.entry.request()) as WriteRequest;
  assertEquals(request instanceof WriteRequest, true);
  assertEquals([request.handle, request.offset], [5n, 4096]);
  assertEquals(request.data, data);
  scene.payload[0] = 77;
  assertEquals(request.data[0], 77);
});

Deno.test("UringEntry.request() leaves nothing of an earlier request", () => {
  const scene = new Scene();
  scene.put(FUSE_WRITE, [5, 4096, 3, 0, 0], new Uint8Array(3));
  scene.entry.request();
  scene.put(FUSE_READ, [6, 8192, 100, 0, 0], new Uint8Array(0));
  const request = decodeFrame(scene.entry.request()) as ReadRequest;
  assertEquals(request instanceof ReadRequest, true);
  assertEquals([request.handle, request.offset, request.size], [6n, 8192, 100]);
});

/** Begins a reply to the request in the entry. */
function begin(reply: Reply): Reply {
  const unique = new U64();
  unique.lo = 2;
  unique.hi = 1;
  reply.begin(unique);
  return reply;
}

Deno.test("UringEntry.answer() takes bodies, errors and nothing at all", () => {
  const scene = new Scene();
  const { entry } = scene;
  scene.put(FUSE_READ, [6, 0, 100, 0, 0], new Uint8Array(0));
  entry.request();
  for (const reply of [entry.reply, new Reply()]) {
    begin(reply).setBody(new Uint8Array([1, 2, 3]));
    entry.answer(reply);
    assertEquals(scene.answer, [0, [1, 2, 3]]);
    begin(reply).fail(2);
    entry.answer(reply);
    assertEquals(scene.answer, [-2, []]);
    entry.answer(begin(reply));
    assertEquals(scene.answer, [0, []]);
  }
});

Deno.test("UringEntry.answer() fails with E2BIG where the kernel has no room", () => {
  const scene = new Scene();
  for (const reply of [scene.entry.reply, new Reply()]) {
    begin(reply).setBody(new Uint8Array(PAYLOAD + 1));
    scene.entry.answer(reply);
    assertEquals(scene.answer, [-7, []]);
    assertEquals(reply.length, REPLY_BODY);
  }
});

Deno.test("UringEntry.answer() reads a source into the payload, or fails as that does", async () => {
  const scene = new Scene();
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, new Uint8Array([1, 2, 3, 4]));
    const { openSync, closeSync } = await import("node:fs");
    const fd = openSync(path, "r");
    const reply = begin(new Reply());
    reply.source = { fd, offset: 1, size: 100 };
    scene.entry.answer(reply);
    assertEquals(scene.answer, [0, [2, 3, 4]]);
    closeSync(fd);
    begin(reply).source = { fd: -1, offset: 0, size: 100 };
    scene.entry.answer(reply);
    assertEquals(scene.answer, [-9, []]);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("countCpus() counts lists of ranges", () => {
  for (
    const [list, count] of [
      ["0\n", 1],
      ["0-1\n", 2],
      ["0-3,8\n", 5],
      ["0,2-3,16-31", 19],
    ] as const
  ) assertEquals(countCpus(list), count);
});
