import { libc } from "../../ffi/internal.ts";

/** The most bytes that one system call moves: MAX_RW_COUNT. */
export const TRANSFER_MAX = 0x7ffff000;

/**
 * Returns the address of the first byte of a view; 0 for an empty view.
 *
 * The address is valid while the buffer is alive. It is a number, which is
 * cheaper than a `bigint` and exact because user addresses are below 2^52.
 *
 * @throws {TypeError} If the buffer is detached.
 */
export function addressOf(view: ArrayBufferView): number {
  // Reading `buffer` stops the garbage collector from moving the memory.
  const { buffer } = view;
  if (view.byteLength > 0 && buffer.byteLength > 0) {
    return Number(libc().addressOf(view as Uint8Array<ArrayBuffer>));
  }
  if ((buffer as ArrayBuffer).detached) {
    throw new TypeError("Cannot use a detached buffer");
  }
  return 0;
}
