/**
 * Workloads in a directory, and the loop that measures them.
 *
 * @module
 */

/** The directory of a workload. */
export interface Scene {
  /** The directory to measure. */
  readonly dir: string;
  /**
   * The same directory by a path that is not measured, for files that must
   * exist beforehand; `dir` itself if there is no other path.
   */
  readonly source: string;
}

/** The time of a repeated operation. */
export interface Timing {
  /** The number of operations. */
  readonly operations: number;
  /** The total time in milliseconds. */
  readonly elapsedMs: number;
  /** The CPU time that another process spent on it, in milliseconds. */
  readonly cpuMs: number;
}

/** An operation to measure, prepared. */
export interface Operation {
  /** Does the operation once. */
  readonly run: () => void;
  /** Prepares the next `runs` runs; not timed. */
  readonly before?: (runs: number) => void;
  /** Cleans up after these runs; not timed. */
  readonly after?: () => void;
  /** Closes the files that `prepare` opened. */
  readonly close?: () => void;
  /** The most runs before a clean-up. Default: no limit. */
  readonly limit?: number;
  /** The number of bytes that one run moves, if the result is a throughput. */
  readonly bytes?: number;
}

/** A named operation to measure. */
export interface Workload {
  /** A description of one operation. */
  readonly title: string;
  /** Opens the files of the operation, and returns it. */
  readonly prepare: (scene: Scene) => Operation;
}

/**
 * Repeats an operation for a given time.
 *
 * @param milliseconds The time to spend, without clean-up. There is at least
 * one run.
 * @param cpuMs Returns the CPU time of the process to observe, in milliseconds.
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
    // The clock is read rarely: a reading costs as much as a system call.
    const left = milliseconds - total.elapsedMs;
    const next = Math.ceil(left * total.operations / total.elapsedMs);
    runs = Math.min(Math.max(next, 1), limit, 2 * total.operations);
  } while (total.elapsedMs < milliseconds);
  return total;
}

/** Formats the time for an operation, or the throughput if `bytes` is given. */
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
