import { POLLFD } from "../../ffi/internal.ts";

const { offset, size } = POLLFD;

// poll.h
const POLLIN = 0x1;
const POLLERR = 0x8;

/** Returns an array of `struct pollfd` that waits for input on each fd. */
export function pollfds(...fds: number[]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(size * fds.length));
  for (const [i, fd] of fds.entries()) {
    view.setInt32(i * size + offset.fd, fd, true);
    view.setInt16(i * size + offset.events, POLLIN, true);
  }
  return new Uint8Array(view.buffer);
}

/** Whether poll(2) reported an error (POLLERR) for the first descriptor. */
export function isError(fds: Uint8Array<ArrayBuffer>): boolean {
  const view = new DataView(fds.buffer);
  return (view.getInt16(offset.revents, true) & POLLERR) !== 0;
}
