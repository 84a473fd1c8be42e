/**
 * What a replay is asked, and what it finds.
 *
 * @module
 */

/** How to compare. */
export interface ReplayOptions {
  /**
   * Compare time stamps as well, and how much room STATFS says there is, which
   * others on the same disk change. Default: false.
   */
  times?: boolean;
  /**
   * How long an answer may take that the recorded server gave, in
   * milliseconds. Default: 10 seconds.
   */
  timeoutMs?: number;
}

/** Something that the recorded server answered otherwise. */
export interface ReplayDifference {
  /** Which request it is, counted from 0. */
  readonly index: number;
  /** The request, as it was recorded. */
  readonly request: string;
  /** What differs: a field of the answer, `""` for all of it. */
  readonly field: string;
  /** What the recorded server said. */
  readonly recorded: string;
  /** What the server says now. */
  readonly replayed: string;
}

/** What a replay found. */
export interface ReplayReport {
  /** How many requests the file system got. */
  readonly requests: number;
  /** How many answers were compared. */
  readonly answers: number;
  /** Where they differ, in the order of the record. */
  readonly differences: readonly ReplayDifference[];
}
