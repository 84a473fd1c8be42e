/**
 * Room for bytes of memory that may not be there, however many are asked for.
 *
 * @module
 */

import { transferredOf } from "../../posix/process_memory/errors.ts";

/** The most bytes one call moves: `MAX_RW_COUNT` of linux/fs.h. */
export const MAX_RW_COUNT = 0x7fff_f000;

/** How much room there is before anything was read. */
const FIRST_ROOM = 1 << 20;

/** Returns room for `length` bytes, or for as many as there can be at once. */
export function roomFor(length: number): Uint8Array<ArrayBuffer> {
  for (let size = Math.min(length, MAX_RW_COUNT);;) {
    try {
      return new Uint8Array(size);
    } catch (error) {
      if (size <= FIRST_ROOM) throw error;
      size = Math.floor(size / 2);
    }
  }
}

/** Bytes that were read, and what ended that early. */
export interface WhatIsThere {
  /** The bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The error, if there was one. */
  readonly stop: unknown;
}

/**
 * Reads up to `length` bytes, or {@linkcode MAX_RW_COUNT} if that is less, into
 * room that grows only while there is something to read.
 *
 * @param length The number of bytes.
 * @param read Fills a part, which comes after the first `done` bytes.
 */
export function readWhatIsThere(
  length: number,
  read: (part: Uint8Array<ArrayBuffer>, done: number) => number,
): WhatIsThere {
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
