import type { Addr } from "./addr.ts";
import { copyStringIn } from "./copy_string.ts";
import { ProcessIO } from "./process_io.ts";

/** The default of the maximum number of bytes to read. */
const MAX_LENGTH = 1 << 20;

/**
 * Reads the C string at an address in this process.
 *
 * An invalid pointer throws an error instead of crashing the process.
 *
 * @param address The address of the first byte, such as the result of a C
 * function.
 * @param maxLength The maximum number of bytes to read, including the NUL.
 * @returns The string, without the NUL; a byte that is not UTF-8 becomes the
 * lone surrogate U+DC00 + byte.
 * @throws {PartialStringError} As {@linkcode copyStringIn}: `EFAULT`, or
 * `ENAMETOOLONG`.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { addressOf } from "@hostkit/hostkit/ffi";
 * import { readCString } from "@hostkit/hostkit/usermem";
 *
 * const bytes = new TextEncoder().encode("hello\0");
 * assert.equal(readCString(addressOf(bytes)), "hello");
 * assert.throws(() => readCString(0n), { code: "EFAULT" });
 * assert.equal(bytes.length, 6);
 * ```
 */
export function readCString(
  address: Addr,
  maxLength: number = MAX_LENGTH,
): string {
  return copyStringIn(ProcessIO.self(), address, maxLength);
}
