/**
 * What can be measured in a directory, and how.
 *
 * @module
 */

/** Where a workload works. */
export interface Scene {
  /** The directory that is measured. */
  readonly dir: string;
  /**
   * The same directory by a way that is not measured, for what has to be there
   * first; `dir` itself if there is no other way.
   */
  readonly source: string;
}

/** How long something took that was done again and again. */
export interface Timing {
  /** How often it was done. */
  readonly operations: number;
  /** How long that took, in milliseconds. */
  readonly elapsedMs: number;
  /** How much CPU time somebody else spent on it, in milliseconds. */
  readonly cpuMs: number;
}

/** Something to measure, ready to be done. */
export interface Operation {
  /** Does it once. */
  readonly run: () => void;
  /** Makes what that many runs need; it does not count. */
  readonly before?: (runs: number) => void;
  /** Clears up after them; it does not count. */
  readonly after?: () => void;
  /** Closes what was opened for it. */
  readonly close?: () => void;
  /** How many runs there may be before clearing up. Default: any number. */
  readonly limit?: number;
  /** How many bytes one run moves, where a throughput says more than a time. */
  readonly bytes?: number;
}

/** Something to measure. */
export interface Workload {
  /** What one operation does. */
  readonly title: string;
  /** Opens what it needs and returns the operation. */
  readonly prepare: (scene: Scene) => Operation;
}

/**
 * Does an operation for a while.
 *
 * @param milliseconds For how long, clearing up apart; at least once.
 * @param cpuMs Returns the CPU time that counts, in milliseconds.
 */
export function measure(
  { run, before, after, limit = Infinity }: Operation,
  milliseconds: number,
  cpuMs: () => number = () => 0,
): Timing {
  const total = { operations: 0, elapsedMs: 0, cpuMs: 0 };
  let runs = 1;
  do {
    before?.(runs);
    const cpuStart = cpuMs();
    const start = performance.now();
    for (let i = 0; i < runs; i++) run();
    total.elapsedMs += performance.now() - start;
    total.cpuMs += cpuMs() - cpuStart;
    total.operations += runs;
    after?.();
    // The clock is asked seldom: asking costs as much as a system call.
    const left = milliseconds - total.elapsedMs;
    const next = Math.ceil(left * total.operations / total.elapsedMs);
    runs = Math.min(Math.max(next, 1), limit, 2 * total.operations);
  } while (total.elapsedMs < milliseconds);
  return total;
}

/** Returns a time for each operation, or a throughput, as people read it. */
export function rateText(
  nsPerOperation: number,
  bytes: number | undefined,
): string {
  if (bytes !== undefined) {
    return `${(bytes / nsPerOperation * 1e3).toFixed(0)} MB/s`;
  }
  return nsPerOperation < 1e6
    ? `${(nsPerOperation / 1e3).toFixed(1)} µs`
    : `${(nsPerOperation / 1e6).toFixed(1)} ms`;
}
