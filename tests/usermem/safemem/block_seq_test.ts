import { assertEquals, assertThrows } from "@std/assert";
import {
  Block,
  BlockSeq,
  iovecsFromBlockSeq,
} from "../../../usermem/safemem/mod.ts";

Deno.test("BlockSeq.from() throws RangeError on more bytes than can be counted", () => {
  const half = Block.at(0x1000n, 2 ** 52);
  assertEquals(BlockSeq.from([half]).numBytes, 2 ** 52);
  assertThrows(() => BlockSeq.from([half, half]), RangeError);
});

Deno.test("BlockSeq.from() does not see what becomes of the list", () => {
  const list = [Block.of(new Uint8Array(2))];
  const seq = BlockSeq.from(list);
  list.push(Block.of(new Uint8Array(2)));
  assertEquals(seq.numBlocks, 1);
});

Deno.test("BlockSeq.dropFirst() and takeFirst() throw RangeError on what is not a count", () => {
  for (
    const seq of [BlockSeq.of(Block.of(new Uint8Array(4))), BlockSeq.from([])]
  ) {
    for (const n of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
      assertThrows(() => seq.dropFirst(n), RangeError);
      assertThrows(() => seq.takeFirst(n), RangeError);
    }
  }
});

Deno.test("BlockSeq.toString() lists the Blocks", () => {
  const blocks = [Block.at(0x1000n, 16), Block.at(0x2000n, 4, false)];
  const seq = BlockSeq.from(blocks);
  assertEquals(`${seq}`, "[[0x1000-0x1010)* [0x2000-0x2004)]");
  assertEquals(`${seq.dropFirst(20)}`, "[]");
});

Deno.test("iovecsFromBlockSeq() describes at most as many Blocks as wanted", () => {
  const seq = BlockSeq.from([1, 2, 3].map((n) => Block.at(0x1000n, n)));
  assertEquals(
    iovecsFromBlockSeq(seq, 2),
    new BigUint64Array([0x1000n, 1n, 0x1000n, 2n]),
  );
  assertEquals(iovecsFromBlockSeq(seq, 9).length, 6);
  assertEquals(iovecsFromBlockSeq(seq.takeFirst(2)).at(-1), 1n);
});
