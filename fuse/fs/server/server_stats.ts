import { checkArray, checkNumber } from "../../../ffi/internal.ts";

/** Statistics of the requests of one opcode. */
export interface OperationStats {
  /** The request's name, as the kernel spells it without `FUSE_`. */
  readonly opname: string;
  /** The number of requests. */
  readonly count: number;
  /**
   * The number of requests that were answered with an error. This includes a
   * LOOKUP of a name that does not exist, unless `negativeValidMs` lets the
   * kernel cache the absence.
   */
  readonly errors: number;
  /** The bytes of file data that READ and WRITE requests transferred. */
  readonly bytes: number;
  /** The total time of the requests, in milliseconds. */
  readonly totalMs: number;
  /** The time of the slowest request, in milliseconds. */
  readonly maxMs: number;
  /**
   * The number of requests by duration: entry 0 counts those below 1
   * microsecond, entry `i` those from 2^(i-1) up to 2^i microseconds, and the
   * last entry also all that took longer. The duration runs from reading the
   * request to having sent the answer.
   */
  readonly histogram: readonly number[];
}

/** Statistics of opened files that named a backing file. */
export interface PassthroughStats {
  /**
   * The number of files that the kernel reads and writes itself. These reads
   * and writes are not in the statistics.
   */
  readonly opened: number;
  /**
   * The number of files whose backing file was refused: the server serves them.
   */
  readonly refused: number;
  /**
   * The errno name of the last refusal, such as EPERM without CAP_SYS_ADMIN.
   */
  readonly error: string | undefined;
}

/** Statistics of one caller's requests. */
export interface CallerStats {
  /**
   * The caller's thread id; 0 for the kernel itself, and for callers outside
   * the mount's PID namespace.
   */
  readonly pid: number;
  /** The number of its requests. */
  readonly count: number;
  /** The total time that it waited for them, in milliseconds. */
  readonly totalMs: number;
  /** The time that it waited for the slowest, in milliseconds. */
  readonly maxMs: number;
}

/** Statistics of a server, since it started and at the moment. */
export interface ServerStats {
  /** The number of requests served, including requests that need no answer. */
  readonly operations: number;
  /** The number of requests that were answered with an error. */
  readonly errors: number;
  /** The number of bytes read from files. */
  readonly bytesRead: number;
  /** The number of bytes written to files. */
  readonly bytesWritten: number;
  /** The number of requests that wait for the promise of a handler. */
  readonly inFlight: number;
  /** The number of nodes that the kernel knows, including the root. */
  readonly nodes: number;
  /** The number of open files and directories. */
  readonly handles: number;
  /** Statistics of opened files whose handler named a backing file. */
  readonly passthrough: PassthroughStats;
  /** The statistics of each opcode that was received. */
  readonly byOperation: readonly OperationStats[];
  /** The 64 callers that waited longest, the longest first. */
  readonly callers: readonly CallerStats[];
}

/**
 * Returns an upper bound of the time within which a share of the requests was
 * answered.
 *
 * @param histogram The histogram of an {@linkcode OperationStats}, or the
 * difference of two histograms.
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
