import { libc } from "../../ffi/libc.ts";

/** The most bytes that the kernel moves at once: MAX_RW_COUNT. */
export const TRANSFER_MAX = 0x7ffff000;

/**
 * Returns where the first byte of some memory is; 0 for none.
 *
 * The address holds while the buffer is alive. It is a number, exact since no
 * process has more than 2^52 bytes of addresses, and cheaper than a `bigint`.
 *
 * @throws {TypeError} If the buffer is detached.
 */
export function addressOf(view: ArrayBufferView): number {
  // Whose buffer was asked for is no longer moved by the garbage collector.
  const { buffer } = view;
  if (view.byteLength > 0 && buffer.byteLength > 0) {
    return Number(libc().addressOf(view as Uint8Array<ArrayBuffer>));
  }
  if ((buffer as ArrayBuffer).detached) {
    throw new TypeError("Cannot use a detached buffer");
  }
  return 0;
}
