/**
 * Checks for arguments that a C call would silently convert: a fraction, NaN, a
 * number above 2^53, and -1 for a constant that the platform lacks.
 *
 * @module
 */

import { badNumber, checkU64, toUnsigned } from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import { ABSENT } from "./_by_platform.ts";
import { EINVAL } from "./constants_errno.ts";

export { toInt, toUnsigned } from "../ffi/internal.ts";

/**
 * Converts flags to a C `int`.
 *
 * @throws {SyscallError} `EINVAL` for -1, the value of a constant that the
 * platform lacks and of any combination with it.
 */
export function toFlags(
  syscall: string,
  value: number,
  name: string = "flags",
): number {
  const bits = toUnsigned(name, value) | 0;
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
    throw badNumber("a length", value, "a safe integer");
  }
  if (value < 0) throw new SyscallError(syscall, EINVAL);
  return BigInt(value);
}

/** Checks that an address is an unsigned 64-bit integer; returns 0 for `null`. */
export function toAddress(value: bigint | null): bigint {
  return value === null ? 0n : checkU64("address", value);
}
