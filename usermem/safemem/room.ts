/**
 * Buffers for memory that may not exist, of any requested length.
 *
 * @module
 */

import { transferredOf } from "../../posix/process_memory/internal.ts";

/** The maximum size of a transfer, in bytes: `MAX_RW_COUNT` of linux/fs.h. */
export const MAX_RW_COUNT = 0x7fff_f000;

/** The initial size of a buffer, in bytes. */
const FIRST_ROOM = 1 << 20;

/** Allocates `length` bytes, or as many as one transfer and memory allow. */
export function allocateUpTo(length: number): Uint8Array<ArrayBuffer> {
  for (let size = Math.min(length, MAX_RW_COUNT);;) {
    try {
      return new Uint8Array(size);
    } catch (error) {
      if (size <= FIRST_ROOM) throw error;
      size = Math.floor(size / 2);
    }
  }
}

/** The bytes that were read, and the error that ended the read early. */
export interface AvailableBytes {
  /** The bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The error, if any. */
  readonly stop: unknown;
}

/**
 * Reads up to `length` bytes, but at most {@linkcode MAX_RW_COUNT}, into a
 * buffer that grows only while there are bytes to read.
 *
 * @param length The number of bytes.
 * @param read Fills the part of the buffer after the first `done` bytes.
 */
export function readAvailable(
  length: number,
  read: (part: Uint8Array<ArrayBuffer>, done: number) => number,
): AvailableBytes {
  const most = Math.min(length, MAX_RW_COUNT);
  let room = new Uint8Array(Math.min(most, FIRST_ROOM));
  let done = 0;
  try {
    for (;;) {
      done += read(room.subarray(done), done);
      if (done < room.length || done === most) break;
      const larger = new Uint8Array(Math.min(4 * done, most));
      larger.set(room);
      room = larger;
    }
    return { bytes: room.subarray(0, done), stop: undefined };
  } catch (stop) {
    return { bytes: room.subarray(0, done + transferredOf(stop)), stop };
  }
}
