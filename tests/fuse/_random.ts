/**
 * Random numbers that come again from the same seed.
 *
 * @module
 */

/** What makes this run's numbers; set HOSTKIT_SEED to one that failed. */
export const SEED: number = Number(
  Deno.env.get("HOSTKIT_SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0],
);

/** Returns the next number below 2^bits, for up to 64. */
export type RandomBits = (bits: number) => bigint;

/** Returns the next number below a limit. */
export type RandomBelow = (limit: number) => number;

/** A generator of numbers below 2^bits, the same again from the same seed. */
export function randomBits(seed: number): RandomBits {
  let state = BigInt(seed) | 1n;
  return (bits) => {
    // Knuth's multiplier for 64 bits; the high bits are the random ones.
    state = BigInt.asUintN(
      128,
      state * 6364136223846793005n + 1442695040888963407n,
    );
    return BigInt.asUintN(bits, state >> 64n ^ state >> 17n);
  };
}

/** Marsaglia's xorshift: fast, for numbers of 32 bits. */
export function randomNumbers(seed: number): RandomBelow {
  let state = seed | 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}
