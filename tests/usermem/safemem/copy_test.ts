import { assertEquals, assertThrows } from "@std/assert";
import { SyscallError } from "../../../ffi/syscall_error.ts";
import { addressOf } from "../../../ffi/mod.ts";
import {
  Block,
  BlockSeq,
  copy,
  copySeq,
  zero,
  zeroSeq,
} from "../../../usermem/safemem/mod.ts";
import { outcome } from "../_case.ts";
import { PAGE, Pages } from "../_pages.ts";

/** Registers a test that needs Linux. */
function test(name: string, fn: () => void): void {
  Deno.test({ name, ignore: Deno.build.os !== "linux", fn });
}

test("copy() between foreign Blocks stops at the first fault of either", () => {
  using dst = new Pages(["rw-", "rw-", "r--"]);
  using src = new Pages(["rw-", "rw-", "---"]);
  const pattern = Uint8Array.from({ length: 2 * PAGE }, (_, i) => i * 5);
  copy(Block.at(src.at(0), 2 * PAGE), Block.of(pattern));
  for (const dstRoom of [0, 1, 77, PAGE + 5]) {
    for (const srcRoom of [0, 1, 78, PAGE + 5]) {
      zero(Block.at(dst.at(0), 2 * PAGE));
      const to = Block.at(dst.at(2, -dstRoom), dstRoom + 9);
      const from = Block.at(src.at(2, -srcRoom), srcRoom + 9);
      const n = Math.min(dstRoom, srcRoom);
      const result = outcome(() => copy(to, from), {});
      assertEquals(result, { n, err: "EFAULT" });
      const got = new Uint8Array(n);
      copy(Block.of(got), to);
      assertEquals(got, pattern.subarray(2 * PAGE - srcRoom).subarray(0, n));
    }
  }
});

test("copy() between foreign Blocks moves more than fits into a step", () => {
  const src = Uint8Array.from({ length: 200_000 }, (_, i) => i * 11);
  const dst = new Uint8Array(src.length);
  const to = Block.at(addressOf(dst), dst.length);
  assertEquals(copy(to, Block.at(addressOf(src), src.length)), dst.length);
  assertEquals(dst, src);
  assertEquals(zero(to), dst.length);
  assertEquals(dst.findIndex((byte) => byte !== 0), -1);
});

test("copy() between foreign Blocks counts all steps before a fault", () => {
  const kinds = Array(40).fill("rw-");
  using dst = new Pages(kinds);
  using src = new Pages([...kinds.slice(0, 30), "---"]);
  const to = Block.at(dst.at(0), 40 * PAGE);
  const wanted = { n: 30 * PAGE, err: "EFAULT" };
  const from = Block.at(src.at(0), 40 * PAGE);
  assertEquals(outcome(() => copy(to, from), {}), wanted);
  assertEquals(outcome(() => copy(from, to), {}), wanted);
});

test("copy() and zero() tell where they stopped", () => {
  using pages = new Pages(["rw-", "---"]);
  const bytes = Block.of(new Uint8Array(100));
  const block = Block.at(pages.at(1, -30), 100);
  for (const call of [() => copy(block, bytes), () => zero(block)]) {
    const error = assertThrows(call, SyscallError);
    assertEquals(error.transferred, 30);
    assertEquals(error.message.includes(pages.at(1).toString(16)), true);
  }
});

test("zero() of a large foreign Block counts all that it set", () => {
  using pages = new Pages([...Array(40).fill("rw-"), "---"]);
  const result = outcome(() => zero(Block.at(pages.at(0), 50 * PAGE)), {});
  assertEquals(result, { n: 40 * PAGE, err: "EFAULT" });
});

test("copySeq() and zeroSeq() count the Blocks before a fault", () => {
  using pages = new Pages(["rw-", "---"]);
  const good = Block.of(new Uint8Array(10));
  const bad = Block.at(pages.at(1, -5), 10);
  const seq = BlockSeq.from([good, bad, good]);
  const other = BlockSeq.of(Block.of(new Uint8Array(30)));
  const wanted = { n: 15, err: "EFAULT" };
  assertEquals(outcome(() => copySeq(seq, other), {}), wanted);
  assertEquals(outcome(() => copySeq(other, seq), {}), wanted);
  assertEquals(outcome(() => zeroSeq(seq), {}), wanted);
});
