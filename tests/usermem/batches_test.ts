import { assertEquals } from "@std/assert";
import { readRanges, writeRanges } from "../../usermem/_batches.ts";
import { AddrRange, AddrRangeSeq } from "../../usermem/mod.ts";
import type { Iovecs, Memory } from "../../posix/process_memory/memory.ts";

/** Zeroes that note how many ranges each call had. */
class Zeroes implements Memory {
  readonly readCall = "read";
  readonly writeCall = "write";
  readonly readAhead: number;
  readonly counts: number[] = [];

  constructor(readAhead: number) {
    this.readAhead = readAhead;
  }

  read(_ranges: Iovecs, count: number, dst: Uint8Array): number {
    this.counts.push(count);
    dst.fill(0);
    return dst.length;
  }

  write(_ranges: Iovecs, count: number, src: Uint8Array): number {
    this.counts.push(count);
    return src.length;
  }
}

/** Returns so many ranges of 4 bytes, `step` bytes from start to start. */
function rangesOf(count: number, step: number): AddrRangeSeq {
  return AddrRangeSeq.from(
    Array.from({ length: count }, (_, i) => {
      const start = 0x1000n + BigInt(i * step);
      return new AddrRange(start, start + 4n);
    }),
  );
}

Deno.test("readRanges() and writeRanges() make one call for 1024 ranges", () => {
  const memory = new Zeroes(0);
  const bytes = new Uint8Array(4 * 2500);
  assertEquals(readRanges(memory, rangesOf(2500, 8), bytes), bytes.length);
  assertEquals(writeRanges(memory, rangesOf(2500, 8), bytes), bytes.length);
  assertEquals(memory.counts, [1024, 1024, 452, 1024, 1024, 452]);
});

Deno.test("readRanges() reads what lies between near ranges, but writes it not", () => {
  const memory = new Zeroes(100);
  const bytes = new Uint8Array(4 * 10).fill(9);
  assertEquals(readRanges(memory, rangesOf(10, 104), bytes), 40);
  assertEquals(bytes, new Uint8Array(40));
  assertEquals(readRanges(memory, rangesOf(10, 105), bytes), 40);
  assertEquals(writeRanges(memory, rangesOf(10, 104), bytes), 40);
  assertEquals(memory.counts, [1, 10, 10]);
});
