import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertNotStrictEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { Frame } from "../../../fuse/message/frame.ts";
import { newRequest, RequestPool } from "../../../fuse/message/decode.ts";
import {
  decodeRequest,
  type InitRequest,
  type LookupRequest,
  ProtocolError,
  type ReadRequest,
  UnrecognizedRequest,
} from "../../../fuse/mod.ts";
import { opcodes } from "../abi/_abi_tables.ts";
import { bytesOf } from "../_dump.ts";
import { HEADER, HEADER_TEXT, SAMPLES } from "./_samples.ts";

/** Returns a sample's bytes, for the test to change. */
function sample(title: string): Uint8Array<ArrayBuffer> {
  return SAMPLES.find((sample) => sample.title === title)!.bytes.slice();
}

for (const { title, type, bytes, fields, text, json } of SAMPLES) {
  Deno.test(`decodeRequest() decodes ${title}`, () => {
    const request = decodeRequest(bytes);
    assertStrictEquals(request.constructor, type);
    const { conn, id, node, uid, gid, pid } = request.header;
    assertEquals({ id, node, uid, gid, pid }, HEADER);
    assertEquals(conn, undefined);
    for (const [name, expected] of Object.entries(fields)) {
      assertEquals([name, Reflect.get(request, name)], [name, expected]);
    }
  });

  Deno.test(`${type.name} prints ${title}`, () => {
    const request = decodeRequest(bytes);
    assertEquals(`${request}`, `${fields.opname} ${HEADER_TEXT}${text}`);
  });

  Deno.test(`${type.name} makes JSON of ${title}`, () => {
    const { opname } = fields;
    const header = { ...HEADER, id: `${HEADER.id}`, node: `${HEADER.node}` };
    assertEquals(
      JSON.parse(JSON.stringify(decodeRequest(bytes))),
      { opname, header, ...json },
    );
  });
}

Deno.test("There is a sample of every request class", () => {
  const sampled = new Set(SAMPLES.map(({ bytes }) => bytes[4]));
  for (let opcode = 0; opcode < 0x100; opcode++) {
    const { constructor } = newRequest(opcode);
    if (constructor === UnrecognizedRequest) continue;
    assert(sampled.has(opcode), `none of ${constructor.name}`);
  }
});

Deno.test("There is a request class of every opcode of protocol 7.45", () => {
  assertEquals(opcodes.size, 51);
  for (const [name, opcode] of opcodes) {
    const request = newRequest(Number(opcode));
    assert(!(request instanceof UnrecognizedRequest), name);
    assertEquals(request.opname, name.slice("FUSE_".length));
  }
});

Deno.test("newRequest() has no class for opcodes that do not exist", () => {
  // 7 and 19 were never given out; 26 << 24 is INIT of the other byte order.
  for (const opcode of [0, 7, 19, 54, 0x100, 4096, 26 << 24, 0xffff_ffff]) {
    assertInstanceOf(newRequest(opcode), UnrecognizedRequest);
  }
});

Deno.test("decodeRequest() decodes bytes in the middle of a buffer", () => {
  const bytes = sample("LOOKUP of a name beyond ASCII");
  const buffer = new Uint8Array(bytes.length + 8).fill(0x2f);
  buffer.set(bytes, 3);
  const request = decodeRequest(buffer.subarray(3, 3 + bytes.length));
  assertEquals(`${request}`, `${decodeRequest(bytes)}`);
});

Deno.test("decodeRequest() copies names, not views of the buffer", () => {
  const bytes = sample("LOOKUP");
  const request = decodeRequest(bytes);
  bytes.fill(0);
  assertEquals(`${request}`, `LOOKUP ${HEADER_TEXT} name="hello"`);
});

for (const length of [1, 32, 33, 255, 4095]) {
  Deno.test(`decodeRequest() decodes names of ${length} bytes`, () => {
    const name = new Uint8Array(length).fill(0x6e);
    name[length - 1] = 0xff;
    const bytes = new Uint8Array([
      ...sample("LOOKUP").subarray(0, 40),
      ...name,
      0,
    ]);
    new DataView(bytes.buffer).setUint32(0, bytes.length, true);
    const request = decodeRequest(bytes) as LookupRequest;
    assertEquals(request.name, "n".repeat(length - 1) + "\udcff");
  });
}

Deno.test("ReadRequest.offset is exact below 2^53, rounded beyond", () => {
  const bytes = sample("READ");
  const view = new DataView(bytes.buffer);
  for (const offset of [2n ** 53n - 1n, 2n ** 53n + 1n, 2n ** 64n - 1n]) {
    view.setBigUint64(48, offset, true);
    const request = decodeRequest(bytes) as ReadRequest;
    assertEquals(request.offset, Number(offset));
  }
});

Deno.test("AccessRequest refuses bits that access(2) does not have", () => {
  const bytes = sample("ACCESS");
  bytes[40] = 8;
  assertThrows(() => decodeRequest(bytes), ProtocolError, "unknown bits: 8");
});

Deno.test("InitRequest has no second flag word without FUSE_INIT_EXT", () => {
  const bytes = sample("INIT of a kernel that says more");
  bytes.set(bytesOf("01000000"), 40 + 12);
  assertEquals((decodeRequest(bytes) as InitRequest).flags, 1n);
});

Deno.test("Request.signal is aborted once the caller gives up", () => {
  const request = decodeRequest(sample("READ"));
  const { signal } = request;
  assertEquals(signal.aborted, false);
  request._interrupt();
  assertEquals(signal.aborted, true);
  assertStrictEquals(request.signal, signal);
  const late = decodeRequest(sample("READ"));
  late._interrupt();
  assertEquals(late.signal.aborted, true);
});

/** A frame that holds one request, as the device reads it. */
function frameOf(bytes: Uint8Array): Frame {
  const buffer = new Uint8Array(8192);
  buffer.set(bytes);
  return new Frame(buffer, bytes.length);
}

Deno.test("RequestPool.decode() uses one object for each opcode", () => {
  const pool = new RequestPool();
  const first = pool.decode(frameOf(sample("LOOKUP")));
  first._interrupt();
  first.respondError(undefined);
  const other = pool.decode(frameOf(sample("READ")));
  const again = pool.decode(frameOf(sample("LOOKUP of a name beyond ASCII")));
  assertNotStrictEquals(other, first);
  assertStrictEquals(again, first);
  assertEquals(`${again}`, `LOOKUP ${HEADER_TEXT} name="é€😀"`);
  // It is as good as new: not interrupted, and not answered.
  assertEquals(again.signal.aborted, false);
  again.respondError(undefined);
});

Deno.test("RequestPool.keep() gives the object away", () => {
  const pool = new RequestPool();
  const first = pool.decode(frameOf(sample("LOOKUP")));
  pool.keep(1);
  const second = pool.decode(frameOf(sample("LOOKUP of a name beyond ASCII")));
  assertNotStrictEquals(second, first);
  assertEquals(`${first}`, `LOOKUP ${HEADER_TEXT} name="hello"`);
});
