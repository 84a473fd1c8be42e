import { assertEquals } from "@std/assert";
import {
  Block,
  BlockSeq,
  copySeq,
  zeroSeq,
} from "../../usermem/safemem/mod.ts";
import { type Random, withRandom } from "./_random.ts";

/** A byte of the model: which of a list of buffers, and where in it. */
type Place = readonly [buffer: number, index: number];

/** Makes Blocks over some buffers, which may overlap, and lists their bytes. */
function makeSeq(
  random: Random,
  buffers: readonly Uint8Array[],
): { seq: BlockSeq; places: Place[] } {
  const places: Place[] = [];
  const blocks = random.list(6, () => {
    const buffer = random.below(buffers.length);
    const bytes = buffers[buffer]!;
    const start = random.below(bytes.length + 1);
    const end = start + random.below(bytes.length + 1 - start);
    for (let i = start; i < end; i++) places.push([buffer, i]);
    return Block.of(bytes.subarray(start, end));
  });
  return { seq: BlockSeq.from(blocks), places };
}

function check(
  seq: BlockSeq,
  places: readonly Place[],
  buffers: readonly Uint8Array[],
): void {
  const bytes = [...seq].flatMap((block) => [...block.toSlice()]);
  assertEquals(bytes, places.map(([buffer, i]) => buffers[buffer]![i]!));
  assertEquals(seq.numBytes, places.length);
  assertEquals(seq.isEmpty, places.length === 0);
  assertEquals(seq.numBlocks, [...seq].length);
  if (!seq.isEmpty) assertEquals(seq.head().length, [...seq][0]!.length);
}

function round(random: Random): number {
  const make = (length: number): Uint8Array =>
    Uint8Array.from({ length }, () => 1 + random.below(255));
  const dsts = [make(5), make(9)];
  const srcs = [make(7), make(4)];
  let { seq, places } = makeSeq(random, dsts);
  check(seq, places, dsts);
  const operations = 1 + random.below(8);
  for (let i = 0; i < operations; i++) {
    const n = random.below(places.length + 2);
    switch (random.below(seq.isEmpty ? 4 : 5)) {
      case 0:
        seq = seq.dropFirst(n);
        places = places.slice(n);
        break;
      case 1:
        seq = seq.takeFirst(n);
        places = places.slice(0, n);
        break;
      case 2: {
        const from = makeSeq(random, srcs);
        const model = dsts.map((bytes) => bytes.slice());
        const count = Math.min(places.length, from.places.length);
        for (let k = 0; k < count; k++) {
          const [buffer, index] = places[k]!;
          const [source, at] = from.places[k]!;
          model[buffer]![index] = srcs[source]![at]!;
        }
        assertEquals(copySeq(seq, from.seq), count);
        assertEquals(dsts, model);
        break;
      }
      case 3: {
        const model = dsts.map((bytes) => bytes.slice());
        for (const [buffer, index] of places) model[buffer]![index] = 0;
        assertEquals(zeroSeq(seq), places.length);
        assertEquals(dsts, model);
        break;
      }
      case 4:
        places = places.slice(seq.head().length);
        seq = seq.tail();
        break;
    }
    check(seq, places, dsts);
  }
  return operations;
}

Deno.test("BlockSeq agrees with a list of bytes under random operations", () => {
  withRandom(30_000, round);
});
