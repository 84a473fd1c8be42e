import { checkArray, checkOptions, errno, linuxLibc } from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import type { BlockSeq } from "../usermem/safemem/mod.ts";
import { toFlags, toInt } from "./_arguments.ts";
import { holding } from "./_hold.ts";
import { Message } from "./_msghdr.ts";
import { blockSeqOf } from "./_transfer.ts";
import { MSG_NOSIGNAL, SCM_MAX_FD } from "./constants_socket.ts";

/** Options of {@linkcode sendmsg}. */
export interface SendOptions {
  /** Descriptors to pass, 253 at most. The caller still owns them. */
  fds?: readonly number[];
  /** Any of the `MSG_*` constants; `MSG_NOSIGNAL` is always set. */
  flags?: number;
}

/**
 * `sendmsg(fd, msg, flags)`: sends bytes, and descriptors with them, through a
 * connected socket. See sendmsg(2) and SCM_RIGHTS in unix(7). Linux only.
 *
 * The receiver gets duplicates, which stay open when the sender closes its own.
 * The call blocks the program until there is room; `pollAsync` with `POLLOUT`
 * waits on another thread.
 *
 * @param fd The socket.
 * @param srcs The bytes to send, {@linkcode MAX_SEND_RECV_MSG_IOV} Blocks at
 * most. Descriptors need at least one byte.
 * @param options The descriptors, and the flags.
 * @returns The number of bytes sent, which a stream may cut short. The
 * descriptors go with the first byte.
 * @throws {SyscallError} `EBADF` if the socket, or a descriptor to pass, is not
 * open; `EPIPE` if the peer is gone; `ETOOMANYREFS` if too many descriptors of
 * this user are in flight; `EMSGSIZE` for too many Blocks, or a message that is
 * too long; `EAGAIN`; `EINTR`; `ENOTSOCK`; `ENOTCONN`.
 * @throws {RangeError} If there are too many descriptors, or descriptors and no
 * byte, or a number is not a 32-bit integer.
 *
 * @example Pass a descriptor on
 * ```ts
 * import assert from "node:assert/strict";
 * import { HostFd, recvmsg, sendmsg, socketpair } from "@hostkit/hostkit/hostfd";
 *
 * const [a, b] = socketpair();
 * using _a = a;
 * using _b = b;
 * {
 *   using zeroes = HostFd.open("/dev/zero");
 *   sendmsg(a.fd, new Uint8Array(1), { fds: [zeroes.fd] });
 * }
 * using message = recvmsg(b.fd, new Uint8Array(1), { maxFds: 1 });
 * assert.equal(message.fds[0]!.readSync(new Uint8Array(8)), 8);
 * ```
 */
export function sendmsg(
  fd: number,
  srcs: BlockSeq | Uint8Array,
  options: SendOptions = {},
): number {
  const { fds = [], flags = 0 } = checkOptions("options", options);
  if (checkArray("fds", fds).length > SCM_MAX_FD) {
    throw new RangeError(
      `Cannot send ${fds.length} descriptors: ${SCM_MAX_FD} at most`,
    );
  }
  const blocks = blockSeqOf(srcs);
  // On a stream the kernel would send nothing, and report no error.
  if (fds.length > 0 && blocks.isEmpty) {
    throw new RangeError("Cannot send descriptors without a byte");
  }
  const socket = toInt("fd", fd);
  const bits = toFlags(flags) | MSG_NOSIGNAL;
  const message = new Message(blocks, fds.length);
  message.fds = fds.map((passed) => toInt("fd", passed));
  return holding(message, () => {
    const n = linuxLibc().sendmsg(socket, message.header, bits);
    if (n < 0) throw new SyscallError("sendmsg", errno());
    return n;
  });
}
