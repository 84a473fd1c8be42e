import { checkOptions, errno, linuxLibc, show } from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import { EMFILE, EMSGSIZE } from "../posix/mod.ts";
import type { BlockSeq } from "../usermem/safemem/mod.ts";
import { toFlags, toInt } from "./_arguments.ts";
import { holding } from "./_hold.ts";
import { Message } from "./_msghdr.ts";
import { blockSeqOf } from "./_transfer.ts";
import {
  MSG_CMSG_CLOEXEC,
  MSG_CTRUNC,
  SCM_MAX_FD,
} from "./constants_socket.ts";
import { HostFd } from "./host_fd.ts";

/** Options of {@linkcode recvmsg}. */
export interface ReceiveOptions {
  /** The most descriptors to accept, from 0, the default, to 253. */
  maxFds?: number;
  /** Any of the `MSG_*` constants; `MSG_CMSG_CLOEXEC` is always set. */
  flags?: number;
}

/**
 * A message from {@linkcode recvmsg}; disposing of it closes the descriptors.
 */
export class ReceivedMessage implements Disposable {
  /** The number of bytes; 0 at the end of a stream, or for an empty message. */
  readonly length: number;
  /** The descriptors, in the order they were sent. */
  readonly fds: readonly HostFd[];
  /** The flags that the kernel set: `MSG_TRUNC`, `MSG_EOR` and others. */
  readonly flags: number;

  /**
   * Creates a message.
   *
   * @param length The number of bytes.
   * @param fds The descriptors.
   * @param flags The flags that the kernel set.
   */
  constructor(length: number, fds: readonly HostFd[], flags: number) {
    this.length = length;
    this.fds = fds;
    this.flags = flags;
  }

  /** Closes the descriptors that are still owned by their objects. */
  [Symbol.dispose](): void {
    for (const fd of this.fds) fd.close();
  }
}

/**
 * `recvmsg(fd, msg, flags)`: receives bytes, and descriptors with them, from a
 * socket. See recvmsg(2) and SCM_RIGHTS in unix(7). Linux only.
 *
 * A peer can send any descriptor, of a device for example: check each before
 * using it. The call blocks the program until a message arrives; `pollAsync`
 * with `POLLIN` waits on another thread.
 *
 * @param fd The socket.
 * @param dsts The memory to receive into: {@linkcode MAX_SEND_RECV_MSG_IOV}
 * Blocks at most.
 * @param options The most descriptors to accept, and the flags.
 * @returns The message.
 * @throws {SyscallError} `EMSGSIZE` if the peer sent more than `maxFds`
 * descriptors, and `EMFILE` if this process may not open so many: all of them
 * are closed, and `transferred` counts the bytes received. `EAGAIN`; `EINTR`;
 * `ECONNRESET`; `EFAULT`; `ENOTSOCK`; `EBADF`; `EMSGSIZE` for too many Blocks.
 * @throws {RangeError} If `maxFds` is out of range, or a number is not a 32-bit
 * integer.
 *
 * @example Wait for a message
 * ```ts
 * import assert from "node:assert/strict";
 * import { pollAsync, POLLIN, recvmsg, sendmsg, socketpair } from "@hostkit/hostkit/hostfd";
 *
 * const [a, b] = socketpair();
 * using _a = a;
 * using _b = b;
 * setTimeout(() => sendmsg(a.fd, new TextEncoder().encode("hello")));
 *
 * await pollAsync([{ fd: b.fd, events: POLLIN }]);
 * const bytes = new Uint8Array(16);
 * using message = recvmsg(b.fd, bytes);
 * assert.equal(new TextDecoder().decode(bytes.subarray(0, message.length)), "hello");
 * ```
 */
export function recvmsg(
  fd: number,
  dsts: BlockSeq | Uint8Array,
  options: ReceiveOptions = {},
): ReceivedMessage {
  const { maxFds = 0, flags = 0 } = checkOptions("options", options);
  if (!Number.isInteger(maxFds) || maxFds < 0 || maxFds > SCM_MAX_FD) {
    throw new RangeError(
      `Cannot accept ${show(maxFds)} descriptors: not from 0 to ${SCM_MAX_FD}`,
    );
  }
  const socket = toInt("fd", fd);
  const bits = toFlags(flags) | MSG_CMSG_CLOEXEC;
  const message = new Message(blockSeqOf(dsts), maxFds);
  const n = holding(message, () => {
    const n = linuxLibc().recvmsg(socket, message.header, bits);
    if (n < 0) throw new SyscallError("recvmsg", errno());
    return n;
  });
  const fds = message.fds.map((received) => new HostFd(received));
  // The kernel echoes MSG_CMSG_CLOEXEC.
  const resultFlags = message.flags & ~MSG_CMSG_CLOEXEC;
  const received = new ReceivedMessage(n, fds, resultFlags);
  if ((resultFlags & MSG_CTRUNC) !== 0) {
    received[Symbol.dispose]();
    throw truncationError(n, fds.length, maxFds);
  }
  return received;
}

/** Returns the error of a message that lost descriptors. */
function truncationError(
  transferred: number,
  received: number,
  maxFds: number,
): SyscallError {
  return received < maxFds
    ? new SyscallError("recvmsg", EMFILE, {
      transferred,
      hint: `${received} descriptors arrived and were closed`,
    })
    : new SyscallError("recvmsg", EMSGSIZE, {
      transferred,
      hint: `the peer sent more than ${maxFds} descriptors; all were closed`,
    });
}
