/**
 * Flags of splice(2): bits/fcntl-linux.h.
 *
 * @module
 */

/** Move pages instead of copying them, where possible. */
export const SPLICE_F_MOVE = 0x1;
/** Do not block on the pipe; the other file may still block. */
export const SPLICE_F_NONBLOCK = 0x2;
/** More data follows: do not send a packet yet. */
export const SPLICE_F_MORE = 0x4;
