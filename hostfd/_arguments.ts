/**
 * Checks of arguments that a conversion to a C type would silently change.
 *
 * @module
 */

import { show, toUnsigned } from "../ffi/internal.ts";
import { toOffset } from "../posix/internal.ts";

export { toInt } from "../ffi/internal.ts";

/** Returns flags as a C `int`; an unsigned value keeps its bits. */
export function toFlags(value: number): number {
  return toUnsigned("flags", value) | 0;
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
    throw new RangeError(`Cannot transfer ${show(value)} bytes`);
  }
  return BigInt(value);
}
