import { assertEquals } from "@std/assert";
import { AddrRange, AddrRangeSeq } from "../../usermem/mod.ts";
import { type Random, withRandom } from "./_random.ts";

/** A range of the model: what is seen of it, and whether more is hidden. */
interface Part {
  start: number;
  length: number;
  hidden: boolean;
}

const total = (parts: readonly Part[]): number =>
  parts.reduce((sum, { length }) => sum + length, 0);

/** The sequence as a plain list, copied at each step. */
const MODEL = {
  tail: (parts: readonly Part[]): Part[] => parts.slice(1),

  takeFirst(parts: readonly Part[], n: number): Part[] {
    return parts.map((part) => {
      const length = Math.min(part.length, n);
      n -= length;
      return { ...part, length, hidden: part.hidden || length < part.length };
    });
  },

  dropFirst(parts: readonly Part[], n: number): Part[] {
    if (n > total(parts)) return [];
    const rest = parts.map((part) => ({ ...part }));
    if (rest[0]?.length === 0) rest.shift();
    while (n > 0) {
      const first = rest[0]!;
      const step = Math.min(n, first.length);
      n -= step;
      first.start += step;
      first.length -= step;
      // A range that was cut stays, empty, unless it is the last.
      if (first.length > 0 || first.hidden && rest.length > 1) break;
      rest.shift();
    }
    return rest;
  },
};

function check(seq: AddrRangeSeq, parts: readonly Part[]): void {
  const text = parts.map(({ start, length }) =>
    `[0x${start.toString(16)}, 0x${(start + length).toString(16)})`
  );
  assertEquals(`${seq}`, `[${text.join(" ")}]`);
  assertEquals(seq.isEmpty, parts.length === 0);
  assertEquals(seq.numRanges, parts.length);
  assertEquals(seq.numBytes, total(parts));
  if (!seq.isEmpty) assertEquals(`${seq.head()}`, text[0]);
}

function round(random: Random): number {
  let parts = random.list(7, (): Part => ({
    start: random.below(256),
    length: random.pick([0, 0, 1, 2, 3, 8]),
    hidden: false,
  }));
  let seq = AddrRangeSeq.from(
    parts.map(({ start, length }) =>
      new AddrRange(BigInt(start), BigInt(start + length))
    ),
  );
  check(seq, parts);
  const operations = 1 + random.below(8);
  for (let i = 0; i < operations; i++) {
    const n = random.below(total(parts) + 2);
    switch (random.below(seq.isEmpty ? 2 : 3)) {
      case 0:
        seq = seq.dropFirst(random.pick([n, BigInt(n)]));
        parts = MODEL.dropFirst(parts, n);
        break;
      case 1:
        seq = seq.takeFirst(random.pick([n, BigInt(n)]));
        parts = MODEL.takeFirst(parts, n);
        break;
      case 2:
        seq = seq.tail();
        parts = MODEL.tail(parts);
        break;
    }
    check(seq, parts);
  }
  return operations;
}

Deno.test("AddrRangeSeq agrees with a list of ranges under random operations", () => {
  withRandom(40_000, round);
});
