import { newRequest } from "../../message/internal.ts";
import type { OperationStats } from "./server_stats.ts";

/** The limit of counted opcodes; larger opcodes are counted at 0. */
const OPCODES = 64;
/** The histogram's size, in powers of two of 1 µs: the last is above 30 min. */
const BUCKETS = 32;

/** Counts requests by opcode, in arrays, so that counting allocates nothing. */
export class Recorder {
  readonly #counts = new Float64Array(OPCODES);
  readonly #errors = new Float64Array(OPCODES);
  readonly #bytes = new Float64Array(OPCODES);
  readonly #totalMs = new Float64Array(OPCODES);
  readonly #maxMs = new Float64Array(OPCODES);
  readonly #buckets = new Float64Array(OPCODES * BUCKETS);

  /** Counts a request that has been answered. */
  add(opcode: number, ms: number, isError: boolean, bytes: number): void {
    const at = opcode < OPCODES ? opcode : 0;
    this.#counts[at]!++;
    if (isError) this.#errors[at]!++;
    this.#bytes[at]! += bytes;
    this.#totalMs[at]! += ms;
    if (ms > this.#maxMs[at]!) this.#maxMs[at] = ms;
    const bucket = 32 - Math.clz32(ms * 1000);
    this.#buckets[at * BUCKETS + Math.min(bucket, BUCKETS - 1)]!++;
  }

  /** Returns the statistics of each opcode that was received. */
  snapshot(): OperationStats[] {
    const all: OperationStats[] = [];
    for (const [at, count] of this.#counts.entries()) {
      if (count === 0) continue;
      const start = at * BUCKETS;
      all.push({
        opname: at === 0 ? "OTHER" : newRequest(at).opname,
        count,
        errors: this.#errors[at]!,
        bytes: this.#bytes[at]!,
        totalMs: this.#totalMs[at]!,
        maxMs: this.#maxMs[at]!,
        histogram: [...this.#buckets.subarray(start, start + BUCKETS)],
      });
    }
    return all;
  }
}
