/**
 * Events of poll(2): asm-generic/poll.h.
 *
 * @module
 */

export { POLLIN } from "../ffi/internal.ts";
/**
 * There is something urgent: out-of-band data, or a change of a watched file.
 */
export const POLLPRI = 0x2;
/** There is room to write. */
export const POLLOUT = 0x4;
/** An error, or all readers of the pipe are gone; always reported. */
export const POLLERR = 0x8;
/** The peer hung up; always reported. */
export const POLLHUP = 0x10;
/** The descriptor is not open; always reported. */
export const POLLNVAL = 0x20;
/** The peer of a stream socket has shut down its writing side. */
export const POLLRDHUP = 0x2000;
