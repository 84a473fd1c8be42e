/**
 * Checks of arguments that C would silently bend.
 *
 * @module
 */

/** Returns a C `int`. */
export function toInt(name: string, value: number): number {
  if ((value | 0) !== value) {
    throw new RangeError(
      `Cannot use ${value} as ${name}: not a 32-bit integer`,
    );
  }
  return value;
}

/** Returns flags as a C `int`; an unsigned one keeps its bits. */
export function toFlags(value: number): number {
  if (value >>> 0 !== value && (value | 0) !== value) {
    throw new RangeError(`Cannot use ${value} as flags: not a 32-bit integer`);
  }
  return value | 0;
}

/** Returns a C `off_t`, 64 bits and signed. */
export function toOffset(value: number | bigint): bigint {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new RangeError(
      `Cannot use ${value} as an offset: not a safe integer`,
    );
  }
  const offset = BigInt(value);
  if (BigInt.asIntN(64, offset) !== offset) {
    throw new RangeError(`Cannot use ${value} as an offset: not 64 bits`);
  }
  return offset;
}

/** Returns a C `off_t *` for the kernel to read; `NULL` for -1. */
export function toOffsetPointer(
  value: number | bigint,
): BigInt64Array<ArrayBuffer> | null {
  const offset = toOffset(value);
  return offset === -1n ? null : new BigInt64Array([offset]);
}

/** Returns a C `size_t`. */
export function toSize(value: number): bigint {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`Cannot transfer ${value} bytes`);
  }
  return BigInt(value);
}
