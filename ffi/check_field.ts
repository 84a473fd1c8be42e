/**
 * Checks of the fields that a user sets and that are written to memory. A
 * DataView would write a value of a wrong type or out of range as another
 * number.
 *
 * @module
 */

import { badType, show } from "./check.ts";

/** Creates the error of a field that is set to an invalid value. */
export function unfit(
  name: string,
  value: unknown,
  type: "number" | "bigint" = "number",
): Error {
  const actual: string = typeof value;
  return actual === type
    ? new RangeError(`Cannot set ${name} to ${show(value)}`)
    : badType(name, value, `a ${type}`);
}

/** Checks that a field is an unsigned 32-bit integer, and returns it. */
export function checkU32(name: string, value: number): number {
  if (typeof value === "number" && value >>> 0 === value) return value;
  throw unfit(name, value);
}

/** Checks that a field is an unsigned 16-bit integer, and returns it. */
export function checkU16(name: string, value: number): number {
  if (checkU32(name, value) <= 0xffff) return value;
  throw unfit(name, value);
}

/** Checks that a field is a signed or unsigned 32-bit integer; returns it. */
export function checkBits(name: string, value: number): number {
  if (
    typeof value === "number" &&
    ((value | 0) === value || value >>> 0 === value)
  ) return value;
  throw unfit(name, value);
}

/** Checks that a field is an integer from 0 to 2^53 - 1, and returns it. */
export function checkCountField(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw unfit(name, value);
}

/** Checks that a field is a number of milliseconds, and returns it. */
export function checkMs(name: string, value: number): number {
  if (typeof value === "number" && !Number.isNaN(value)) return value;
  throw unfit(name, value);
}

/** Checks that a field is an unsigned 64-bit integer, and returns it. */
export function checkU64Field(name: string, value: bigint): bigint {
  if (typeof value === "bigint" && BigInt.asUintN(64, value) === value) {
    return value;
  }
  throw unfit(name, value, "bigint");
}
