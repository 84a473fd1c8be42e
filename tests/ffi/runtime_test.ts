import { assertEquals, assertThrows } from "@std/assert";
import { addressOf, viewAt } from "../../ffi/mod.ts";
import { platform } from "../../ffi/platform.ts";
import { openLibrary } from "../../ffi/runtime.ts";

Deno.test("viewAt(addressOf(x)) is the same memory, in both directions", () => {
  // V8 may keep small ones in the heap, where its collector moves them.
  for (const length of [1, 8, 64, 4096, 1 << 20]) {
    const memory = new Uint8Array(length);
    const same = new Uint8Array(viewAt(addressOf(memory), length));
    memory[0] = 42;
    assertEquals(same[0], 42);
    same[length - 1] = 7;
    assertEquals(memory[length - 1], 7);
  }
});

Deno.test("addressOf() of a view is that of its first byte", () => {
  const memory = new ArrayBuffer(4096);
  const start = addressOf(memory);
  assertEquals(addressOf(new Uint8Array(memory)), start);
  assertEquals(addressOf(new Uint8Array(memory, 16)), start + 16n);
  assertEquals(addressOf(new Uint8Array(memory).subarray(1, 9)), start + 1n);
  assertEquals(addressOf(new BigUint64Array(memory, 64, 2)), start + 64n);
  assertEquals(addressOf(new DataView(memory, 4095)), start + 4095n);
});

Deno.test("addressOf() knows shared and resizable memory", () => {
  const shared = new Uint8Array(new SharedArrayBuffer(16));
  const resizable = new Uint8Array(new ArrayBuffer(16, { maxByteLength: 32 }));
  for (const memory of [shared, resizable]) {
    new Uint8Array(viewAt(addressOf(memory), 16))[15] = 9;
    assertEquals(memory[15], 9);
  }
});

Deno.test("addressOf() stays the same while the heap churns", () => {
  const memory = new Uint8Array(8);
  const address = addressOf(memory);
  const heap: unknown[] = [];
  for (let i = 0; i < 200_000; i++) heap[i % 1000] = new Uint8Array(i % 128);
  assertEquals(addressOf(memory), address);
});

Deno.test("addressOf() is 0n where there is no memory", () => {
  assertEquals(addressOf(new ArrayBuffer(0)), 0n);
  assertEquals(addressOf(new Uint8Array(0)), 0n);
  assertEquals(addressOf(new Uint8Array(new ArrayBuffer(16), 8, 0)), 0n);
  const detached = new Uint8Array(8);
  detached.buffer.transfer(0);
  assertEquals(addressOf(detached), 0n);
});

Deno.test("viewAt() throws RangeError on an address that is none", () => {
  for (const address of [0n, -1n, -(2n ** 63n), 2n ** 64n]) {
    assertThrows(() => viewAt(address, 1), RangeError, `address ${address}`);
  }
  const real = addressOf(new Uint8Array(8));
  assertThrows(() => viewAt(real + 2n ** 64n, 8), RangeError);
});

Deno.test("viewAt() throws TypeError on an address that is no bigint", () => {
  assertThrows(() => viewAt(4096 as unknown as bigint, 1), TypeError);
});

Deno.test("viewAt() throws RangeError on a length that is no count of bytes", () => {
  const address = addressOf(new Uint8Array(8));
  for (const length of [-1, 1.5, NaN, Infinity, 2 ** 53]) {
    assertThrows(() => viewAt(address, length), RangeError, `${length} bytes`);
  }
});

Deno.test("viewAt() views no bytes where asked for none", () => {
  assertEquals(viewAt(addressOf(new Uint8Array(8)), 0).byteLength, 0);
});

Deno.test("viewAt()'s buffer can be detached, and leaves the memory alone", () => {
  const memory = new Uint8Array(8).fill(5);
  const buffer = viewAt(addressOf(memory), 8);
  const view = new Uint8Array(buffer);
  buffer.transfer(0);
  assertEquals([buffer.detached, view.length], [true, 0]);
  assertEquals(memory, new Uint8Array(8).fill(5));
});

Deno.test("openLibrary() throws where there is no such library or function", () => {
  assertThrows(() => openLibrary("no_such_library.so", {}), Error);
  const table = {
    no_such_function: { parameters: [], result: "void" },
  } as const;
  assertThrows(
    () => openLibrary(platform().libc, table),
    Error,
    "no_such_function",
  );
});
