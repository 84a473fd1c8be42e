import { badNumber } from "../ffi/internal.ts";

/** Converts an offset to a C `off_t`, a signed 64-bit integer. */
export function toOffset(
  value: number | bigint,
  name: string = "an offset",
): bigint {
  if (typeof value !== "bigint" && !Number.isSafeInteger(value)) {
    throw badNumber(name, value, "a safe integer");
  }
  const offset = BigInt(value);
  if (BigInt.asIntN(64, offset) !== offset) {
    throw badNumber(name, value, "a signed 64-bit integer");
  }
  return offset;
}
