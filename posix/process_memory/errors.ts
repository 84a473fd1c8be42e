/**
 * Errors of a transfer, with the address and number of bytes where it stopped.
 *
 * @module
 */

import { show } from "../../ffi/internal.ts";
import { SyscallError } from "../../ffi/mod.ts";
import { EFAULT } from "../constants_errno.ts";

/** Creates the `EFAULT` error of a call that stopped at `address`. */
export function fault(
  call: string,
  address: bigint,
  transferred: number = 0,
): SyscallError {
  const hint = `at ${hex(BigInt.asUintN(64, address))}`;
  return new SyscallError(call, EFAULT, { transferred, hint });
}

/** Formats an address in hexadecimal, as C does: `0x7f00`. */
export function hex(address: bigint): string {
  return `0x${address.toString(16)}`;
}

/** Returns the bytes transferred before `error`; 0 if it does not say. */
export function transferredOf(error: unknown): number {
  const count = (error as { transferred?: unknown } | undefined)?.transferred;
  return typeof count === "number" ? count : 0;
}

/**
 * Sets the number of bytes transferred before `error`, and returns the error.
 *
 * The error itself is changed, so its class, code and stack stay as they were
 * when the reader, writer or IO threw it. An error that is frozen, or not an
 * object, is returned unchanged.
 */
export function withTransferred(error: unknown, count: number): unknown {
  if (error instanceof Object) Reflect.set(error, "transferred", count);
  return error;
}

/** Calls `move`; adds `before` to the transferred bytes of an error it throws. */
export function addingTransferred<T>(before: number, move: () => T): T {
  try {
    return move();
  } catch (error) {
    throw withTransferred(error, before + transferredOf(error));
  }
}

/**
 * Checks a number of bytes.
 *
 * @throws {RangeError} If it is not an integer from 0 to 2^53 - 1.
 */
export function checkCount(n: number): void {
  if (!Number.isSafeInteger(n) || n < 0) {
    throw new RangeError(
      `Cannot use ${
        show(n)
      } as a number of bytes: not an integer from 0 to 2^53 - 1`,
    );
  }
}
