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
