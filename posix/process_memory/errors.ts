/**
 * What a failed transfer tells: where it stopped, and after how many bytes.
 *
 * @module
 */

import { SyscallError } from "../../ffi/syscall_error.ts";
import { EFAULT } from "../constants_errno.ts";

/** Returns the `EFAULT` of `call` that stopped at `address`. */
export function fault(
  call: string,
  address: bigint,
  transferred: number = 0,
): SyscallError {
  const hint = `at ${hex(BigInt.asUintN(64, address))}`;
  return new SyscallError(call, EFAULT, { transferred, hint });
}

/** Returns an address as C prints it: `0x7f00`. */
export function hex(address: bigint): string {
  return `0x${address.toString(16)}`;
}

/** Returns how many bytes moved before `error`: 0 when it does not say. */
export function transferredOf(error: unknown): number {
  const count = (error as { transferred?: unknown } | undefined)?.transferred;
  return typeof count === "number" ? count : 0;
}

/**
 * Sets how many bytes moved before `error`, and returns it.
 *
 * The error itself is changed, so that its class, code and stack stay what the
 * reader, writer or IO that threw it made them. One that is frozen, or not an
 * object, stays as it is.
 */
export function withTransferred(error: unknown, count: number): unknown {
  if (error instanceof Object) Reflect.set(error, "transferred", count);
  return error;
}

/** Calls `move`, and adds `before` to the count of what it throws. */
export function counting<T>(before: number, move: () => T): T {
  try {
    return move();
  } catch (error) {
    throw withTransferred(error, before + transferredOf(error));
  }
}

/**
 * Checks a length or count.
 *
 * @throws {RangeError} If it is not a whole number from 0 to 2^53 - 1.
 */
export function checkCount(n: number): void {
  if (!Number.isSafeInteger(n) || n < 0) {
    throw new RangeError(`Cannot count ${n} bytes`);
  }
}
