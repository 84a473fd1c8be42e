import { assertEquals } from "@std/assert";
import {
  AddrRange,
  AddrRangeSeq,
  type IOOpts,
  IOSequence,
  ProcessIO,
} from "../../usermem/mod.ts";
import { BlockSeqReader, BlockSeqWriter } from "../../usermem/safemem/mod.ts";
import { blocksOf, type Outcome, outcome } from "./_case.ts";
import { isDenied } from "./_case_kernel.ts";
import { PAGE, Pages } from "./_pages.ts";
import { type Random, withRandom } from "./_random.ts";
import { isQemu } from "../_support/platform.ts";

const COUNT = 5;
/** Fewer ranges than these have a system call to themselves. */
const FEW = 5;
const READABLE = ["rw-", "r--", "r-x"];
const WRITABLE = ["rw-", "-w-"];
const KINDS = [...READABLE, "rw-", "rw-", "---", "hole", "sigbus"];

// The memfd that stands in for process_vm_readv(2) can read such a page.
if (Deno.build.os === "linux" && !isDenied()) KINDS.push("-w-");

/** What the pages are, and every byte of them. */
class Model {
  readonly bytes = new Uint8Array(COUNT * PAGE);
  readonly kinds: readonly string[];
  readonly forced: boolean;

  constructor(kinds: readonly string[], forced: boolean) {
    this.kinds = kinds;
    this.forced = forced;
  }

  /** Returns how many bytes of some places there are, up to a fault. */
  reach(places: readonly number[], allowed: readonly string[]): Outcome {
    const stop = places.findIndex((place) => {
      const kind = this.kinds[Math.floor(place / PAGE)]!;
      // The pages are private, so that force reaches all there are.
      return this.forced
        ? kind === "hole" || kind === "sigbus"
        : !allowed.includes(kind);
    });
    return stop < 0
      ? { n: places.length, err: null }
      : { n: stop, err: "EFAULT" };
  }
}

/** Returns a place near the edge of a page. */
function edge(random: Random): number {
  const place = random.below(COUNT + 1) * PAGE + random.below(7) - 3;
  return Math.min(Math.max(place, 0), COUNT * PAGE);
}

/** Returns some ranges, of which few may be long. */
function rangesOf(random: Random, most: number): [number, number][] {
  return random.list(most, () => {
    const a = edge(random);
    const b = most === FEW
      ? edge(random)
      : Math.min(a + random.below(9), COUNT * PAGE);
    return [Math.min(a, b), Math.max(a, b)];
  });
}

function round(random: Random): number {
  const most = random.pick([FEW, 40]);
  // Many ranges take a way on which the CPU says what can be read.
  const allowed = most === FEW ? KINDS : KINDS.filter((kind) => kind !== "-w-");
  const kinds = Array.from({ length: COUNT }, () => random.pick(allowed));
  const opts: IOOpts = { ignorePermissions: random.below(4) === 0 };
  using pages = new Pages(kinds);
  using io = ProcessIO.self();
  const model = new Model(kinds, opts.ignorePermissions!);
  const operations = 10;
  for (let i = 0; i < operations; i++) {
    const ranges = rangesOf(random, most);
    const places = ranges.flatMap(([start, end]) =>
      Array.from({ length: end - start }, (_, k) => start + k)
    );
    const sequence = new IOSequence(
      io,
      AddrRangeSeq.from(
        ranges.map(([start, end]) =>
          new AddrRange(pages.at(0, start), pages.at(0, end))
        ),
      ),
      opts,
    );
    const bytes = new Uint8Array(places.length);
    const operation = random.below(5);
    if (operation < 2) {
      const wanted = model.reach(places, READABLE);
      const copy = bytes.map((_, k) =>
        k < wanted.n ? model.bytes[places[k]!]! : 0
      );
      const writer = new BlockSeqWriter(blocksOf([bytes]));
      const result = operation === 0
        ? outcome(() => sequence.copyIn(bytes), {})
        : outcome(() => sequence.copyInTo(writer), {});
      assertEquals(result, wanted);
      assertEquals(bytes, copy);
      continue;
    }
    if (operation > 2) bytes.fill(1 + random.below(255));
    const wanted = model.reach(places, WRITABLE);
    const reader = new BlockSeqReader(blocksOf([bytes]));
    const result = operation === 2
      ? outcome(() => sequence.zeroOut(bytes.length), {})
      : operation === 3
      ? outcome(() => sequence.copyOut(bytes), {})
      : outcome(() => sequence.copyOutFrom(reader), {});
    assertEquals(result, wanted);
    for (let k = 0; k < wanted.n; k++) model.bytes[places[k]!] = bytes[k]!;
  }
  return operations;
}

Deno.test({
  name: "ProcessIO agrees with a map of bytes over pages of every kind",
  // Each of its faults takes the emulator long.
  ignore: Deno.build.os !== "linux" || isQemu,
  fn: () => withRandom(1000, round),
});
