import { assertEquals, assertThrows } from "@std/assert";
import { SyscallError } from "../../../ffi/syscall_error.ts";
import {
  Block,
  compareAndSwapUint32,
  loadUint32,
  swapUint32,
  swapUint64,
} from "../../../usermem/safemem/mod.ts";
import { Pages } from "../_pages.ts";

Deno.test("swapUint32() and the like operate on shared memory, too", () => {
  const words = new Uint32Array(new SharedArrayBuffer(8));
  const block = Block.of(new Uint8Array(words.buffer)).dropFirst(4);
  assertEquals(swapUint32(block, 0xffff_ffff), 0);
  assertEquals(compareAndSwapUint32(block, 0xffff_ffff, 3), 0xffff_ffff);
  assertEquals(loadUint32(block), 3);
  assertEquals([...words], [0, 3]);
});

Deno.test("swapUint32() and the like throw RangeError on a short Block or a bad value", () => {
  const short = Block.of(new Uint8Array(3));
  const block = Block.of(new Uint8Array(8));
  assertThrows(() => swapUint32(short, 0), RangeError);
  assertThrows(() => compareAndSwapUint32(short, 0, 0), RangeError);
  assertThrows(() => loadUint32(short), RangeError);
  assertThrows(() => swapUint64(block.takeFirst(7), 0n), RangeError);
  for (const value of [-1, 2 ** 32, 0.5, NaN]) {
    assertThrows(() => swapUint32(block, value), RangeError);
    assertThrows(() => compareAndSwapUint32(block, value, 0), RangeError);
    assertThrows(() => compareAndSwapUint32(block, 0, value), RangeError);
  }
  for (const value of [-1n, 2n ** 64n]) {
    assertThrows(() => swapUint64(block, value), RangeError);
  }
});

Deno.test("swapUint32() and swapUint64() throw EFAULT on a word that is not aligned", () => {
  const block = Block.of(new Uint8Array(16));
  const four = assertThrows(
    () => swapUint32(block.dropFirst(2), 0),
    SyscallError,
  );
  assertEquals(four.code, "EFAULT");
  assertEquals(
    four.message.endsWith("is not aligned to a 4-byte boundary)"),
    true,
  );
  const eight = assertThrows(
    () => swapUint64(block.dropFirst(4), 0n),
    SyscallError,
  );
  assertEquals(
    eight.message.endsWith("is not aligned to an 8-byte boundary)"),
    true,
  );
});

Deno.test({
  name: "swapUint64() asks before it touches",
  ignore: Deno.build.os !== "linux",
  fn() {
    using pages = new Pages(["rw-", "r--"]);
    assertEquals(swapUint64(Block.at(pages.at(1, -8), 8), 5n), 0n);
    assertEquals(swapUint64(Block.at(pages.at(1, -8), 8), 0n), 5n);
    const error = assertThrows(
      () => swapUint64(Block.at(pages.at(1), 8), 5n),
      SyscallError,
    );
    assertEquals(error.code, "EFAULT");
  },
});
