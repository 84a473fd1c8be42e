/**
 * Checks of lengths and ranges, before any system call.
 *
 * @module
 */

import { roundUp } from "../ffi/round_up.ts";
import { getpagesize } from "../posix/memory.ts";

/** Returns a length or an offset that is a whole number from 0 on. */
export function checkLength(name: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(
      `Cannot use ${value} as ${name}: not a safe integer from 0 on`,
    );
  }
  return value;
}

/** Checks that a range is a part of `length` bytes. */
export function checkRange(start: number, end: number, length: number): void {
  checkLength("start", start);
  checkLength("end", end);
  if (start > end || end > length) {
    throw new RangeError(
      `Cannot use ${start} to ${end}: not a range of ${length} bytes`,
    );
  }
}

/** Returns a position as `slice()` reads it: negative ones count from the end. */
export function toPosition(value: number, length: number): number {
  const whole = Math.trunc(value) || 0;
  return whole < 0 ? Math.max(length + whole, 0) : Math.min(whole, length);
}

/** Returns the start of the page that a position is in. */
export function pageStart(position: number): number {
  return position - position % getpagesize();
}

/** Returns the end of the last page that begins before a position. */
export function pageEnd(position: number): number {
  return roundUp(position, getpagesize());
}

/** Returns the path that a `file:` URL names, as a string is one already. */
export function toPath(path: string | URL): string {
  if (!(path instanceof URL)) return path;
  if (path.protocol !== "file:" || path.host !== "") {
    throw new TypeError(`Cannot open ${path}: not a file of this machine`);
  }
  return decodeURIComponent(path.pathname);
}
