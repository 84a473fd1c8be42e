/**
 * What every reader of extended attributes shares: the memory that the kernel
 * writes into, and what is made of it.
 *
 * @module
 */

import { decodeBytes } from "../ffi/c_string.ts";

/**
 * linux/limits.h: XATTR_SIZE_MAX and XATTR_LIST_MAX. No value and no list of
 * names is longer, so that no call has to be made twice for want of room
 * (`ERANGE`), while others change what it reads.
 */
export const XATTR_MAX = 65536;

/** What system calls write into; copied out before the next one. */
export const XATTR_SCRATCH: Uint8Array<ArrayBuffer> = new Uint8Array(
  new ArrayBuffer(XATTR_MAX),
);

/** Returns a copy of the value that a call has written. */
export function takeValue(length: number): Uint8Array<ArrayBuffer> {
  return XATTR_SCRATCH.slice(0, length);
}

/** Returns the names that a call has written. */
export function takeNames(length: number): string[] {
  const names = decodeBytes(XATTR_SCRATCH.subarray(0, length));
  return names.split("\0").slice(0, -1);
}
