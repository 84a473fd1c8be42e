/**
 * The buffer that the kernel writes extended attributes to, shared by all calls
 * that read them, and the conversion of its contents.
 *
 * @module
 */

import { decodeBytes } from "../ffi/internal.ts";

/**
 * XATTR_SIZE_MAX and XATTR_LIST_MAX of linux/limits.h, in bytes. No value or
 * list of names is longer, so no call fails with `ERANGE` or must be repeated.
 */
export const XATTR_MAX = 65536;

/** The buffer for the kernel; its contents are valid until the next call. */
export const XATTR_SCRATCH: Uint8Array<ArrayBuffer> = new Uint8Array(
  new ArrayBuffer(XATTR_MAX),
);

/** Copies a value of `length` bytes out of the buffer. */
export function takeValue(length: number): Uint8Array<ArrayBuffer> {
  return XATTR_SCRATCH.slice(0, length);
}

/** Decodes a list of names of `length` bytes in the buffer. */
export function takeNames(length: number): string[] {
  const names = decodeBytes(XATTR_SCRATCH.subarray(0, length));
  return names.split("\0").slice(0, -1);
}
