/**
 * Web streams over a descriptor that the stream does not own.
 *
 * @module
 */

import { SyscallError } from "../ffi/mod.ts";
import { EAGAIN, fstat, S_ISBLK, S_ISREG } from "../posix/mod.ts";
import { POLLIN, POLLOUT } from "./constants_poll.ts";
import { pollAsync } from "./poll.ts";
import { preadv2, pwritev2 } from "./preadv2.ts";

/** The number of bytes that one read asks for. */
const CHUNK = 64 * 1024;

/**
 * The number of bytes that a pipe accepts without blocking once poll(2) reports
 * POLLOUT. A larger write could block the program.
 */
const PIPE_BUF = 4096;

/** Calls `transfer` once the descriptor is ready for it. */
async function whenReady<T>(
  fd: number,
  events: number,
  signal: AbortSignal,
  transfer: () => T,
): Promise<T> {
  for (;;) {
    await pollAsync([{ fd, events }], { signal });
    // If the descriptor was closed meanwhile, its number may belong to another
    // file.
    signal.throwIfAborted();
    try {
      return transfer();
    } catch (error) {
      // EAGAIN of a non-blocking descriptor: another reader or writer was
      // faster, or less room is left than poll(2) saw.
      if (!(error instanceof SyscallError && error.errno === EAGAIN)) {
        throw error;
      }
    }
  }
}

/**
 * Returns a stream that reads from a descriptor.
 *
 * @param fd The descriptor.
 * @param closed A signal that is aborted before the descriptor is closed.
 */
export function readableOf(
  fd: number,
  closed: AbortSignal,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const cancelled = new AbortController();
  const signal = AbortSignal.any([closed, cancelled.signal]);
  let pulling: Promise<unknown> | undefined;
  return new ReadableStream({
    async pull(controller) {
      const bytes = new Uint8Array(CHUNK);
      const reading = whenReady(
        fd,
        POLLIN,
        signal,
        () => preadv2(fd, bytes, -1, 0),
      );
      pulling = reading.catch(() => {});
      const n = await reading;
      if (n === null) controller.close();
      else controller.enqueue(bytes.subarray(0, n));
    },
    async cancel(reason) {
      cancelled.abort(reason);
      await pulling;
    },
  }, { highWaterMark: 0 });
}

/**
 * Returns a stream that writes to a descriptor.
 *
 * @param fd The descriptor.
 * @param closed A signal that is aborted before the descriptor is closed.
 */
export function writableOf(
  fd: number,
  closed: AbortSignal,
): WritableStream<Uint8Array> {
  const { mode } = fstat(fd);
  const max = S_ISREG(mode) || S_ISBLK(mode) ? Infinity : PIPE_BUF;
  let signal = closed;
  return new WritableStream({
    start(controller) {
      signal = AbortSignal.any([closed, controller.signal]);
    },
    async write(chunk) {
      for (let done = 0; done < chunk.length;) {
        const part = chunk.subarray(done, done + max);
        done += await whenReady(
          fd,
          POLLOUT,
          signal,
          () => pwritev2(fd, part, -1, 0),
        );
      }
    },
  });
}
