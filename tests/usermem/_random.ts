/**
 * Random tests that can be repeated: `HOSTKIT_SEED` sets the seed that a failure
 * names.
 *
 * @module
 */

import { rounds } from "../_support/platform.ts";

/** Whole numbers from a seed: the generator mulberry32. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** Returns a whole number from 0 up to, and without, `end`. */
  below(end: number): number {
    this.#state = this.#state + 0x6d2b79f5 | 0;
    let x = Math.imul(this.#state ^ this.#state >>> 15, this.#state | 1);
    x = x + Math.imul(x ^ x >>> 7, x | 61) ^ x;
    return Math.floor(((x ^ x >>> 14) >>> 0) / 2 ** 32 * end);
  }

  /** Returns one of some values. */
  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }

  /** Returns a list of a random length below `end`. */
  list<T>(end: number, make: () => T): T[] {
    return Array.from({ length: this.below(end) }, make);
  }
}

/**
 * Runs rounds of random operations until there were enough.
 *
 * @param few How many, of which `rounds` makes more or less.
 * @param round Does one round and returns how many operations it did; each has a
 * seed of its own, which the error of a failed one names.
 */
export function withRandom(
  few: number,
  round: (random: Random) => number,
): void {
  const wanted = rounds(few);
  const given = Deno.env.get("HOSTKIT_SEED");
  let seed = Number(given ?? Math.floor(Math.random() * 2 ** 31));
  for (let done = 0; done < wanted; seed++) {
    try {
      done += round(new Random(seed));
    } catch (cause) {
      throw new Error(`Failed with HOSTKIT_SEED=${seed}`, { cause });
    }
    if (given !== undefined) return;
  }
}
