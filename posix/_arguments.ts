/**
 * Checks for arguments that a C call would silently convert: a fraction, NaN, a
 * number above 2^53, and -1 for a constant that the platform lacks.
 *
 * @module
 */

import { SyscallError } from "../ffi/syscall_error.ts";
import { ABSENT } from "./_by_platform.ts";
import { EINVAL } from "./constants_errno.ts";

/** Checks that a number is a C `int`, and returns it. */
export function toInt(name: string, value: number): number {
  if ((value | 0) !== value) {
    throw new RangeError(
      `Cannot use ${value} as ${name}: not a 32-bit integer`,
    );
  }
  return value;
}

/** Converts a number to a C `unsigned int`; a negative `int` keeps its bits. */
export function toUnsigned(name: string, value: number): number {
  const bits = value >>> 0;
  if (bits !== value && (value | 0) !== value) {
    throw new RangeError(
      `Cannot use ${value} as ${name}: not a 32-bit integer`,
    );
  }
  return bits;
}

/**
 * Converts flags to a C `int`.
 *
 * @throws {SyscallError} `EINVAL` for -1, the value of a constant that the
 * platform lacks and of any combination with it.
 */
export function toFlags(syscall: string, value: number): number {
  const bits = toUnsigned("flags", value) | 0;
  if (bits === ABSENT) {
    throw new SyscallError(syscall, EINVAL, {
      hint: "a flag that this platform lacks",
    });
  }
  return bits;
}

/**
 * Converts a length to a C `size_t`.
 *
 * @throws {SyscallError} `EINVAL` if it is negative.
 */
export function toSize(syscall: string, value: number): bigint {
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`Cannot use ${value} as a length: not a safe integer`);
  }
  if (value < 0) throw new SyscallError(syscall, EINVAL);
  return BigInt(value);
}

/** Checks that an address is an unsigned 64-bit integer; returns 0 for `null`. */
export function toAddress(value: bigint | null): bigint {
  if (value === null) return 0n;
  if (BigInt.asUintN(64, value) !== value) {
    throw new RangeError(
      `Cannot use ${value} as an address: not an unsigned 64-bit integer`,
    );
  }
  return value;
}
