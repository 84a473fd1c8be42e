/**
 * Search in bytes by means of libc.
 *
 * @module
 */

import { checkBytes, libc, linuxLibc } from "../ffi/internal.ts";
import { addressOf } from "../ffi/mod.ts";

const ENCODER = new TextEncoder();
const NEWLINE = 0x0a;

/** Converts a search argument to bytes: text becomes UTF-8. */
export function toNeedle(
  needle: string | number | Uint8Array,
): Uint8Array<ArrayBuffer> {
  if (typeof needle === "string") return ENCODER.encode(needle);
  if (typeof needle !== "number") {
    return checkBytes("needle", needle).buffer instanceof ArrayBuffer
      ? needle as Uint8Array<ArrayBuffer>
      : new Uint8Array(needle);
  }
  if ((needle & 0xff) !== needle) {
    throw new RangeError(`Cannot search for ${needle}: not a byte`);
  }
  return new Uint8Array([needle]);
}

/** Returns the position of the first match at or after `from`, or -1. */
export function findFirst(
  bytes: Uint8Array<ArrayBuffer>,
  needle: Uint8Array<ArrayBuffer>,
  from: number,
): number {
  if (needle.length === 0) return from;
  const rest = bytes.subarray(from);
  if (needle.length > rest.length) return -1;
  const found = libc().memmem(
    rest,
    BigInt(rest.length),
    needle,
    BigInt(needle.length),
  );
  return found === 0n ? -1 : from + Number(found - addressOf(rest));
}

/** Returns the position of the last match at or before `from`, or -1. */
export function findLast(
  bytes: Uint8Array<ArrayBuffer>,
  needle: Uint8Array<ArrayBuffer>,
  from: number,
): number {
  let start = Math.max(Math.min(from, bytes.length - needle.length), -1);
  if (needle.length === 0) return start;
  const { memrchr } = linuxLibc();
  const base = addressOf(bytes);
  while (start >= 0) {
    const found = memrchr(bytes, needle[0]!, BigInt(start + 1));
    if (found === 0n) return -1;
    start = Number(found - base);
    if (matchesAt(bytes, needle, start)) return start;
    start--;
  }
  return -1;
}

function matchesAt(
  bytes: Uint8Array,
  needle: Uint8Array,
  start: number,
): boolean {
  for (let i = 1; i < needle.length; i++) {
    if (bytes[start + i] !== needle[i]) return false;
  }
  return true;
}

/** Returns the position of the next newline, or the length if there is none. */
export function lineEnd(bytes: Uint8Array, from: number): number {
  // Most lines are short, so this loop is faster than a call of libc.
  const { length } = bytes;
  let at = from;
  while (at < length && bytes[at] !== NEWLINE) at++;
  return at;
}
