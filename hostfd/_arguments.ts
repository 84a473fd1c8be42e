/**
 * Checks of arguments that a conversion to a C type would silently change.
 *
 * @module
 */

import { toOffset } from "../posix/offset.ts";

/** Returns `value` if a C `int` can hold it. */
export function toInt(name: string, value: number): number {
  if ((value | 0) !== value) {
    throw new RangeError(
      `Cannot use ${value} as ${name}: not a 32-bit integer`,
    );
  }
  return value;
}

/** Returns flags as a C `int`; an unsigned value keeps its bits. */
export function toFlags(value: number): number {
  if (value >>> 0 !== value && (value | 0) !== value) {
    throw new RangeError(`Cannot use ${value} as flags: not a 32-bit integer`);
  }
  return value | 0;
}

/** Returns an offset as a C `off_t *`; `NULL` for -1. */
export function toOffsetPointer(
  value: number | bigint,
): BigInt64Array<ArrayBuffer> | null {
  const offset = toOffset(value);
  return offset === -1n ? null : new BigInt64Array([offset]);
}

/** Returns a byte count as a C `size_t`. */
export function toSize(value: number): bigint {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`Cannot transfer ${value} bytes`);
  }
  return BigInt(value);
}
