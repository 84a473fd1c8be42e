/** Converts an offset to a C `off_t`, a signed 64-bit integer. */
export function toOffset(value: number | bigint): bigint {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new RangeError(
      `Cannot use ${value} as an offset: not a safe integer`,
    );
  }
  const offset = BigInt(value);
  if (BigInt.asIntN(64, offset) !== offset) {
    throw new RangeError(
      `Cannot use ${value} as an offset: not a signed 64-bit integer`,
    );
  }
  return offset;
}
