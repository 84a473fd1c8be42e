/**
 * The options and the result of a replay.
 *
 * @module
 */

/** The options of a comparison. */
export interface ReplayOptions {
  /**
   * Also compare time stamps, and the free space in STATFS, which other users
   * of the disk change. Default: false.
   */
  times?: boolean;
  /**
   * The time in milliseconds to wait for an answer that the record contains.
   * Default: 10 seconds.
   */
  timeoutMs?: number;
}

/** A difference between a recorded answer and the present one. */
export interface ReplayDifference {
  /** The index of the request, counted from 0. */
  readonly index: number;
  /** The request, as it was recorded. */
  readonly request: string;
  /** The field that differs; `""` for the whole answer. */
  readonly field: string;
  /** The recorded value. */
  readonly recorded: string;
  /** The present value. */
  readonly replayed: string;
}

/** The result of a replay. */
export interface ReplayReport {
  /** The number of requests that the file system received. */
  readonly requests: number;
  /** The number of answers that were compared. */
  readonly answers: number;
  /** The differences, in the order of the record. */
  readonly differences: readonly ReplayDifference[];
}
