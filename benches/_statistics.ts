/**
 * Statistics of several rounds.
 *
 * @module
 */

import type { Timing } from "../cli/internal.ts";

/** Returns the time of one operation in nanoseconds. */
export function nsPerOperation({ elapsedMs, operations }: Timing): number {
  return elapsedMs * 1e6 / operations;
}

/** Returns the median time of an operation over all rounds, in nanoseconds. */
export function medianNs(rounds: readonly Timing[]): number {
  return median(rounds.map(nsPerOperation));
}

/**
 * Returns the CPU time of an operation in nanoseconds, over all rounds: a
 * single round is too short for the kernel's clock.
 */
export function cpuNs(rounds: readonly Timing[]): number {
  const total = (key: keyof Timing): number =>
    rounds.reduce((sum, round) => sum + round[key], 0);
  return total("cpuMs") * 1e6 / total("operations");
}

/** Returns the interquartile range of the rounds relative to the median. */
export function spread(rounds: readonly Timing[]): number {
  const times = rounds.map(nsPerOperation);
  return (quantile(times, 0.75) - quantile(times, 0.25)) / median(times);
}

/** Returns the median of some numbers. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const below = sorted[Math.floor(at)]!;
  const above = sorted[Math.ceil(at)]!;
  return below + (above - below) * (at % 1);
}
