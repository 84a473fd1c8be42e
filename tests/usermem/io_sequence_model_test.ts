import { assertEquals } from "@std/assert";
import {
  AddrRange,
  AddrRangeSeq,
  BytesIO,
  IOSequence,
} from "../../usermem/mod.ts";
import { BlockSeqReader, BlockSeqWriter } from "../../usermem/safemem/mod.ts";
import { blocksOf, type Outcome, outcome } from "./_case.ts";
import { type Random, withRandom } from "./_random.ts";

/** The addresses that exist are those below. */
const SIZE = 24;

/** The model: a map from address to byte, and the addresses still to come. */
class Model {
  readonly memory: Map<number, number>;
  places: number[];

  constructor(bytes: Uint8Array, places: number[]) {
    this.memory = new Map(bytes.entries());
    this.places = places;
  }

  /** Visits up to `limit` addresses, up to the first that is not there. */
  each(limit: number, visit: (address: number, i: number) => void): Outcome {
    const wanted = Math.min(limit, this.places.length);
    for (let n = 0; n < wanted; n++) {
      const address = this.places[n]!;
      if (!this.memory.has(address)) return { n, err: "EFAULT" };
      visit(address, n);
    }
    return { n: wanted, err: null };
  }

  copyIn(dst: Uint8Array): Outcome {
    return this.each(dst.length, (address, i) => {
      dst[i] = this.memory.get(address)!;
    });
  }

  copyOut(src: Uint8Array): Outcome {
    return this.each(src.length, (address, i) => {
      this.memory.set(address, src[i]!);
    });
  }
}

/** What the cursor of a sequence makes of a read. */
function asRead(result: Outcome, model: Model): Outcome {
  model.places = model.places.slice(result.n);
  return result.err === null && result.n === 0 && model.places.length === 0
    ? { n: 0, err: "EOF" }
    : result;
}

/** What the cursor of a sequence makes of a write. */
function asWrite(result: Outcome, model: Model, src: Uint8Array): Outcome {
  model.places = model.places.slice(result.n);
  return result.err === null && result.n < src.length
    ? { ...result, err: "ErrEndOfIOSequence" }
    : result;
}

function round(random: Random): number {
  const bytes = Uint8Array.from({ length: SIZE }, () => random.below(256));
  const ranges = random.list(6, (): [number, number] => {
    const start = random.below(SIZE + 4);
    return [start, start + random.below(8)];
  });
  const places = ranges.flatMap(([start, end]) =>
    Array.from({ length: end - start }, (_, i) => start + i)
  );
  const model = new Model(bytes, places);
  const io = new BytesIO(bytes);
  let sequence = new IOSequence(
    io,
    AddrRangeSeq.from(
      ranges.map(([start, end]) => new AddrRange(BigInt(start), BigInt(end))),
    ),
  );
  const operations = 1 + random.below(8);
  for (let i = 0; i < operations; i++) {
    const n = random.below(model.places.length + 4);
    const [got, wanted] = [new Uint8Array(n), new Uint8Array(n)];
    const src = got.map(() => random.below(256));
    const expect = (transfer: () => number | null, result: Outcome): void => {
      assertEquals(outcome(transfer, {}), result);
    };
    switch (random.below(9)) {
      case 0:
        expect(() => sequence.copyIn(got), model.copyIn(wanted));
        break;
      case 1:
        expect(() => sequence.copyOut(src), model.copyOut(src));
        break;
      case 2:
        expect(() => sequence.zeroOut(n), model.copyOut(wanted));
        break;
      case 3:
        sequence = sequence.dropFirst(n);
        model.places = model.places.slice(n);
        break;
      case 4:
        sequence = sequence.takeFirst(n);
        model.places = model.places.slice(0, n);
        break;
      case 5: {
        const rest = model.places;
        const reader = sequence.reader();
        expect(() => reader.read(got), asRead(model.copyIn(wanted), model));
        assertEquals(reader.numBytes, model.places.length);
        model.places = rest;
        break;
      }
      case 6: {
        const rest = model.places;
        const writer = sequence.writer();
        expect(
          () => writer.write(src),
          asWrite(model.copyOut(src), model, src),
        );
        assertEquals(writer.numBytes, model.places.length);
        model.places = rest;
        break;
      }
      case 7: {
        // One write of all that can be read, into memory that is large enough.
        const all = new Uint8Array(model.places.length);
        const writer = new BlockSeqWriter(blocksOf([all]));
        const copy = all.slice();
        expect(() => sequence.copyInTo(writer), model.copyIn(copy));
        assertEquals(all, copy);
        break;
      }
      case 8: {
        // The Reader has enough for all addresses.
        const all = new Uint8Array(model.places.length).fill(n);
        const reader = new BlockSeqReader(blocksOf([all]));
        expect(() => sequence.copyOutFrom(reader), model.copyOut(all));
        break;
      }
    }
    assertEquals(got, wanted);
    assertEquals(sequence.numBytes, model.places.length);
    assertEquals(new Map(io.bytes.entries()), model.memory);
  }
  return operations;
}

Deno.test("IOSequence agrees with a map of bytes under random operations", () => {
  withRandom(30_000, round);
});
