import { encodeBytes } from "../../ffi/internal.ts";

/** linux/limits.h: PATH_MAX, without the NUL. */
const MAX_TARGET = 4095;

/**
 * Returns the bytes of a symbolic link's target.
 *
 * @throws {RangeError} If the target is empty, has more than 4095 bytes, or has
 * a NUL.
 * @throws {TypeError} If `target` is not a string.
 */
export function encodeTarget(target: string): Uint8Array<ArrayBuffer> {
  if (typeof target !== "string") {
    throw new TypeError(
      "Cannot make a symbolic link: the target is not a string",
    );
  }
  const bytes = encodeBytes(target);
  const { length } = bytes;
  if (length === 0 || length > MAX_TARGET || bytes.includes(0)) {
    throw new RangeError(`Cannot point to ${JSON.stringify(target)}`);
  }
  return bytes;
}
