import { POLLFD } from "../ffi/abi_linux.ts";

const { offset, size } = POLLFD;

/** poll.h: there is something to read. */
export const POLLIN = 0x1;

/** Returns an array of `struct pollfd` that waits for input on each fd. */
export function pollfds(...fds: number[]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(size * fds.length));
  for (const [i, fd] of fds.entries()) {
    view.setInt32(i * size + offset.fd, fd, true);
    view.setInt16(i * size + offset.events, POLLIN, true);
  }
  return new Uint8Array(view.buffer);
}
