/**
 * Constants of sockets: sys/socket.h and bits/socket.h of Linux.
 *
 * @module
 */

/** Sockets local to this machine, see unix(7). */
export const AF_UNIX = 1;
/** Sockets of IP version 4, see ip(7). */
export const AF_INET = 2;
/** Sockets of IP version 6, see ipv6(7). */
export const AF_INET6 = 10;

/** A connected stream of bytes in both directions. */
export const SOCK_STREAM = 1;
/** Messages of bounded length, without a connection (datagrams). */
export const SOCK_DGRAM = 2;
/** Messages of bounded length, in order, over a connection. */
export const SOCK_SEQPACKET = 5;

/** Leave the message in the queue for the next call. */
export const MSG_PEEK = 0x2;
/** The control data was truncated: descriptors did not arrive. */
export const MSG_CTRUNC = 0x8;
/** The message was truncated: the rest did not fit, and is lost. */
export const MSG_TRUNC = 0x20;
/** Fail with EAGAIN instead of waiting. */
export const MSG_DONTWAIT = 0x40;
/** The message ends here. */
export const MSG_EOR = 0x80;
/** Wait until the Blocks are full. */
export const MSG_WAITALL = 0x100;
/** Fail with EPIPE without raising SIGPIPE; always set here. */
export const MSG_NOSIGNAL = 0x4000;
/** More data follows: do not send a packet yet. */
export const MSG_MORE = 0x8000;
/** Close received descriptors at execve(2); always set here. */
export const MSG_CMSG_CLOEXEC = 0x40000000;

/**
 * The most descriptors of one message: SCM_MAX_FD of the kernel's net/scm.h.
 */
export const SCM_MAX_FD = 253;
