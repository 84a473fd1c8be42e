import { checkArray, checkNumber } from "../../../ffi/internal.ts";

/** What a server has done with the requests of one kind. */
export interface OperationStats {
  /** The request's name, as the kernel spells it without `FUSE_`. */
  readonly opname: string;
  /** How many there were. */
  readonly count: number;
  /**
   * How many were answered with an error. A lookup of a name that does not
   * exist is one, unless `negativeValidMs` says to remember it.
   */
  readonly errors: number;
  /** How many bytes of file data they moved: those of READ and WRITE. */
  readonly bytes: number;
  /** How long they took together, in milliseconds. */
  readonly totalMs: number;
  /** How long the slowest took, in milliseconds. */
  readonly maxMs: number;
  /**
   * How many took how long: entry 0 less than 1 microsecond, each other entry
   * `i` less than 2^i microseconds and at least half of that, the last one more
   * too. From reading the request to having sent the answer.
   */
  readonly histogram: readonly number[];
}

/** How files were opened that the kernel could read and write itself. */
export interface PassthroughStats {
  /** How many the kernel reads and writes: nothing of it counts here. */
  readonly opened: number;
  /** How many it does not, so that they are served like any other. */
  readonly refused: number;
  /**
   * Why it refused, the last time it did so: the name of an errno, such as
   * EPERM without CAP_SYS_ADMIN.
   */
  readonly error: string | undefined;
}

/** What a server has done for one caller. */
export interface CallerStats {
  /** Its thread id; 0 for the kernel itself. */
  readonly pid: number;
  /** How many requests it made. */
  readonly count: number;
  /** How long it waited for them together, in milliseconds. */
  readonly totalMs: number;
  /** How long it waited for the slowest, in milliseconds. */
  readonly maxMs: number;
}

/** What a server has done so far, and what it is at. */
export interface ServerStats {
  /** How many requests have been served, those without an answer included. */
  readonly operations: number;
  /** How many were answered with an error. */
  readonly errors: number;
  /** How many bytes of files were read. */
  readonly bytesRead: number;
  /** How many bytes were written to files. */
  readonly bytesWritten: number;
  /** How many requests wait for the promise of a handler. */
  readonly inFlight: number;
  /** How many nodes the kernel knows, the root included. */
  readonly nodes: number;
  /** How many files and directories are open. */
  readonly handles: number;
  /** How files whose handler named a backing file were opened. */
  readonly passthrough: PassthroughStats;
  /** The same for each kind of request that came. */
  readonly byOperation: readonly OperationStats[];
  /** The 64 callers who waited longest, the longest first. */
  readonly callers: readonly CallerStats[];
}

/**
 * Returns how long the slowest of a share of requests took at most.
 *
 * @param histogram That of an {@linkcode OperationStats}, or the difference of
 * two of them.
 * @param share From 0 to 1: 0.5 for the median.
 * @returns Milliseconds, rounded up to a power of two of a microsecond; 0 if
 * there were no requests.
 *
 * @example Usage
 * ```ts
 * import { latencyMs } from "@hostkit/hostkit/fuse/fs";
 *
 * const histogram = [0, 0, 90, 0, 10]; // 90 of 2 to 4 µs, 10 of 8 to 16 µs
 * console.assert(latencyMs(histogram, 0.5) === 0.004);
 * console.assert(latencyMs(histogram, 0.99) === 0.016);
 * ```
 */
export function latencyMs(
  histogram: readonly number[],
  share: number,
): number {
  checkNumber("share", share);
  const all = checkArray("histogram", histogram).reduce(
    (sum, count) => sum + count,
    0,
  );
  if (all === 0) return 0;
  let seen = 0;
  const bucket = histogram.findIndex((count) => (seen += count) >= share * all);
  return 2 ** bucket / 1000;
}
