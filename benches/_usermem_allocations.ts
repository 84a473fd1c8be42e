/**
 * The bytes that a call allocates: the growth of the heap over many calls
 * without a garbage collection, with room for all of them in V8's young
 * generation. This is a separate process, since V8 accepts these settings only
 * at its start.
 *
 * A sequence has 64 bytes, and a bigint 16 or 24.
 *
 * @module
 */

import { AddrRange, AddrRangeSeq } from "@hostkit/hostkit/usermem";

/** Bytes for each call, by number of ranges. */
type Sizes = Record<string, number>;

const FLAGS = "--v8-flags=--expose-gc,--min-semi-space-size=64";
const CALLS = 20_000;
const LENGTHS = [2, 1_000, 100_000];
const LIMIT_MS = 120_000;

const OPERATIONS: Record<string, (seq: AddrRangeSeq) => unknown> = {
  "dropFirst in a range": (seq) => seq.dropFirst(3),
  "dropFirst of a range": (seq) => seq.dropFirst(8),
  "takeFirst": (seq) => seq.takeFirst(5),
  "tail": (seq) => seq.tail(),
  "a copied list instead": (seq) => [...seq].slice(1),
};

/** Returns the bytes that each call of each operation allocates. */
export async function bytesPerCall(): Promise<Record<string, Sizes>> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", FLAGS, import.meta.url],
    signal: AbortSignal.timeout(LIMIT_MS),
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

function measure(operation: () => unknown, calls: number): number {
  const { gc } = globalThis as unknown as { gc(): void };
  // V8 might optimize away a result that is never used.
  let last: unknown;
  const repeat = (times: number): void => {
    for (let i = 0; i < times; i++) last = operation();
  };
  repeat(calls);
  gc();
  const before = Deno.memoryUsage().heapUsed;
  repeat(calls);
  const after = Deno.memoryUsage().heapUsed;
  if (last === undefined) throw new Error("no result");
  return (after - before) / calls;
}

function main(): void {
  const results: Record<string, Sizes> = {};
  for (const [name, operation] of Object.entries(OPERATIONS)) {
    const sizes: Sizes = results[name] = {};
    for (const length of LENGTHS) {
      const seq = AddrRangeSeq.from(
        Array.from(
          { length },
          (_, i) => new AddrRange(BigInt(16 * i), BigInt(16 * i + 8)),
        ),
      );
      const copies = name.startsWith("a copied");
      const calls = copies ? Math.ceil(CALLS / length) : CALLS;
      sizes[length] = measure(() => operation(seq), calls);
    }
  }
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(results)));
}

if (import.meta.main) main();
