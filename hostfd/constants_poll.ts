/**
 * Events of poll(2): asm-generic/poll.h.
 *
 * @module
 */

/** There is something to read. */
export const POLLIN = 0x1;
/** There is something urgent: out-of-band data, or a change of a watched file. */
export const POLLPRI = 0x2;
/** There is room to write. */
export const POLLOUT = 0x4;
/** An error, or nobody is left to read from the pipe; always watched for. */
export const POLLERR = 0x8;
/** The other side hung up; always watched for. */
export const POLLHUP = 0x10;
/** The descriptor is not open; always watched for. */
export const POLLNVAL = 0x20;
/** The other side of a socket writes no more. */
export const POLLRDHUP = 0x2000;
