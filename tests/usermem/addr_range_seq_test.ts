import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { AddrRange, AddrRangeSeq } from "../../usermem/mod.ts";

const SEQ = AddrRangeSeq.from([
  new AddrRange(0x10n, 0x18n),
  new AddrRange(0x20n, 0x28n),
]);

Deno.test("AddrRangeSeq.dropFirst() and takeFirst() throw RangeError on what is not a count", () => {
  for (const seq of [SEQ, AddrRangeSeq.from([])]) {
    for (const n of [-1, 0.5, NaN, Infinity, 2 ** 53, -1n, 2n ** 64n]) {
      assertThrows(() => seq.dropFirst(n), RangeError);
      assertThrows(() => seq.takeFirst(n), RangeError);
    }
  }
});

Deno.test("AddrRangeSeq.from() does not see what becomes of the list", () => {
  const list = [new AddrRange(0n, 1n)];
  const seq = AddrRangeSeq.from(list);
  list.push(new AddrRange(0n, 1n));
  assertEquals(seq.numRanges, 1);
});

Deno.test("AddrRangeSeq hands out the ranges it was given, where they are whole", () => {
  const first = SEQ.head();
  assertStrictEquals(SEQ.head(), first);
  assertStrictEquals(SEQ.takeFirst(9).head(), first);
  assertStrictEquals(SEQ.takeFirst(99), SEQ);
});

Deno.test("AddrRangeSeq counts exactly above 2^53", () => {
  const seq = AddrRangeSeq.from([new AddrRange(0n, 2n ** 62n)]);
  assertEquals(seq.dropFirst(1).numBytes64, 2n ** 62n - 1n);
  assertEquals(seq.numBytes, 2 ** 62);
});
