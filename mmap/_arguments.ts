/**
 * Checks and conversions of lengths, ranges and paths.
 *
 * @module
 */

import { checkCount, roundUp } from "../ffi/internal.ts";
import { getpagesize } from "../posix/mod.ts";

/** Checks that a range lies within `length` bytes. */
export function checkRange(start: number, end: number, length: number): void {
  checkCount("start", start);
  checkCount("end", end);
  if (start > end || end > length) {
    throw new RangeError(
      `Cannot use ${start} to ${end}: not a range within ${length} bytes`,
    );
  }
}

/**
 * Converts a position as `slice()` does: a negative one counts from the end.
 */
export function toPosition(value: number, length: number): number {
  const whole = Math.trunc(value) || 0;
  return whole < 0 ? Math.max(length + whole, 0) : Math.min(whole, length);
}

/** Rounds a position down to the start of its page. */
export function pageStart(position: number): number {
  return position - position % getpagesize();
}

/** Rounds a position up to the end of a page. */
export function pageEnd(position: number): number {
  return roundUp(position, getpagesize());
}

/** Converts a `file:` URL to a path; returns a string unchanged. */
export function toPath(path: string | URL): string {
  if (!(path instanceof URL)) return path;
  if (path.protocol !== "file:" || path.host !== "") {
    throw new TypeError(`Cannot open ${path}: not a local file`);
  }
  return decodeURIComponent(path.pathname);
}
