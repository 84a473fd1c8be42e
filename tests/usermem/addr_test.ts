import { assertEquals, assertThrows } from "@std/assert";
import {
  addLength,
  AddrRange,
  mustToRange,
  pageOffset,
  roundDown,
  roundUp,
  toPagesRoundUp,
  toRange,
} from "../../usermem/mod.ts";

const BAD_LENGTHS = [-1, 0.5, NaN, Infinity, 2 ** 53, -1n, 2n ** 64n];

Deno.test("addLength() and the like throw RangeError on what is not a length", () => {
  for (const n of BAD_LENGTHS) {
    assertThrows(() => addLength(0n, n), RangeError);
    assertThrows(() => toRange(0n, n), RangeError);
    assertThrows(() => mustToRange(0n, n), RangeError);
    assertThrows(() => toPagesRoundUp(n), RangeError);
  }
  assertEquals(addLength(0n, 2n ** 64n - 1n), 2n ** 64n - 1n);
});

Deno.test("addresses count as their low 64 bits", () => {
  assertEquals(addLength(-1n, 0), 2n ** 64n - 1n);
  assertEquals(roundDown(2n ** 64n + 0x1234n), 0x1000n);
  assertEquals(roundUp(-1n), undefined);
  assertEquals(pageOffset(-1n), 0xfff);
  assertEquals(`${new AddrRange(2n ** 64n + 1n, 2n)}`, "[0x1, 0x2)");
});
