import { encodeBytes } from "../../ffi/internal.ts";

/** linux/limits.h: PATH_MAX, without the NUL. */
const MAX_TARGET = 4095;

/**
 * Returns the bytes of a symbolic link's target.
 *
 * @throws {RangeError} If they are none or more than 4095, or have a NUL.
 * @throws {TypeError} If it is no string.
 */
export function encodeTarget(target: string): Uint8Array<ArrayBuffer> {
  if (typeof target !== "string") {
    throw new TypeError("Cannot point to what is no string");
  }
  const bytes = encodeBytes(target);
  const { length } = bytes;
  if (length === 0 || length > MAX_TARGET || bytes.includes(0)) {
    throw new RangeError(`Cannot point to ${JSON.stringify(target)}`);
  }
  return bytes;
}
