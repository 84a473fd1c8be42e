/**
 * C structs of sockets: sys/socket.h, with one layout on x86-64 and arm64.
 *
 * @module
 */

import { struct } from "../ffi/internal.ts";

/** `struct msghdr` of sendmsg(2) and recvmsg(2). */
export const MSGHDR = struct("sys/socket.h", "msghdr", {
  msg_name: "u64",
  msg_namelen: "u32",
  msg_iov: "u64",
  msg_iovlen: "u64",
  msg_control: "u64",
  msg_controllen: "u64",
  msg_flags: "i32",
});

/**
 * The header of a control message, see cmsg(3); the data follows at byte 16.
 */
export const CMSGHDR = struct("sys/socket.h", "cmsghdr", {
  cmsg_len: "u64",
  cmsg_level: "i32",
  cmsg_type: "i32",
});
