import { assertEquals, assertThrows } from "@std/assert";
import { addressOf } from "../../../ffi/mod.ts";
import {
  Block,
  BlockSeq,
  BlockSeqReader,
  BlockSeqWriter,
  copy,
  iovecsFromBlockSeq,
  zero,
} from "../../../usermem/safemem/mod.ts";

const BAD_COUNTS = [-1, 0.5, NaN, Infinity, 2 ** 53];

Deno.test("Block.of() shares the view's bytes, and keeps its length", () => {
  const buffer = new ArrayBuffer(8, { maxByteLength: 16 });
  const bytes = new Uint8Array(buffer);
  const block = Block.of(bytes);
  buffer.resize(16);
  assertEquals(block.length, 8);
  block.dropFirst(3).toSlice()[0] = 9;
  assertEquals(bytes[3], 9);
  assertEquals(block.address, addressOf(bytes));
  assertEquals(block.dropFirst(3).address, addressOf(bytes) + 3n);
});

Deno.test("Block.of() takes shared memory", () => {
  const bytes = new Uint8Array(new SharedArrayBuffer(8));
  Block.of(bytes).takeFirst(2).toSlice().fill(1);
  assertEquals([...bytes], [1, 1, 0, 0, 0, 0, 0, 0]);
});

Deno.test("Block.of() throws TypeError on a detached buffer", () => {
  const bytes = new Uint8Array(8);
  bytes.buffer.transfer();
  assertThrows(() => Block.of(bytes), TypeError, "detached");
});

Deno.test("A Block whose bytes are gone throws TypeError at every use", () => {
  const shrunk = new ArrayBuffer(8, { maxByteLength: 8 });
  const views: [Uint8Array, () => void][] = [new Uint8Array(8)].map((bytes) => [
    bytes,
    () => void bytes.buffer.transfer(),
  ]);
  views.push([new Uint8Array(shrunk), () => shrunk.resize(4)]);
  const fixed = new ArrayBuffer(8, { maxByteLength: 8 });
  views.push([new Uint8Array(fixed, 4, 4), () => fixed.resize(6)]);
  for (const [bytes, lose] of views) {
    const block = Block.of(bytes);
    lose();
    const blocks = BlockSeq.of(block);
    const other = Block.of(new Uint8Array(8));
    for (
      const use of [
        () => block.address,
        () => block.toSlice(),
        () => block.takeFirst(1),
        () => iovecsFromBlockSeq(blocks),
        () => copy(other, block),
        () => copy(block, other),
        () => zero(block),
        () => new BlockSeqReader(blocks).readToBlocks(BlockSeq.of(other)),
        () => new BlockSeqWriter(blocks).writeFromBlocks(BlockSeq.of(other)),
      ]
    ) assertThrows(use, TypeError, "detached or shrunk");
    assertEquals(`${blocks}`, "[<detached>]");
  }
});

Deno.test("Block.of() keeps the length of a shared view that grows", () => {
  const buffer = new SharedArrayBuffer(4, { maxByteLength: 8 });
  const block = Block.of(new Uint8Array(buffer));
  buffer.grow(8);
  assertEquals(block.toSlice().length, 4);
});

Deno.test("Block.at() throws RangeError on what is not a range", () => {
  for (const length of BAD_COUNTS) {
    assertThrows(() => Block.at(0x1000n, length), RangeError);
  }
  assertThrows(() => Block.at(-1n, 4), RangeError);
  assertThrows(() => Block.at(2n ** 64n - 4n, 4), RangeError);
  assertThrows(() => Block.at(2n ** 64n, 0), RangeError);
  assertEquals(Block.at(2n ** 64n - 4n, 3).length, 3);
});

Deno.test("Block.at() keeps the address of an empty Block", () => {
  const block = Block.at(0x1000n, 0);
  assertEquals(`${block}`, "[0x1000-0x1000)*");
  assertEquals(block.toSlice().length, 0);
  assertEquals(`${block.dropFirst(0)}`, "<nil>");
});

Deno.test("Block.at() touches memory directly only if told so", () => {
  const bytes = new Uint8Array(4);
  const block = Block.at(addressOf(bytes), 4, false);
  assertEquals(block.needSafecopy, false);
  block.toSlice()[1] = 5;
  assertEquals(bytes[1], 5);
});

Deno.test("Block.dropFirst() and takeFirst() throw RangeError on what is not a count", () => {
  const block = Block.of(new Uint8Array(4));
  for (const n of BAD_COUNTS) {
    assertThrows(() => block.dropFirst(n), RangeError);
    assertThrows(() => block.takeFirst(n), RangeError);
  }
});
