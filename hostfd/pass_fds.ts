import { badNumber, checkArray, toInt } from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import { EBADMSG, ECONNRESET } from "../posix/mod.ts";
import type { HostFd } from "./host_fd.ts";
import { recvmsg } from "./recvmsg.ts";
import { sendmsg } from "./sendmsg.ts";

/**
 * Sends descriptors through a Unix socket, with one meaningless byte, for
 * {@linkcode recvFds} to receive. Linux only.
 *
 * @param socket The connected socket.
 * @param fds The descriptors, from 1 to 253. The caller still owns them.
 * @throws {SyscallError} As {@linkcode sendmsg}.
 * @throws {RangeError} If there is no descriptor, or too many.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { recvFds, sendFds, socketpair } from "@hostkit/hostkit/hostfd";
 *
 * const [a, b] = socketpair();
 * using _a = a;
 * using _b = b;
 * sendFds(a.fd, [0, 1]);
 * const fds = recvFds(b.fd, 2);
 * assert.equal(fds.length, 2);
 * fds.forEach((fd) => fd.close());
 * ```
 */
export function sendFds(socket: number, fds: readonly number[]): void {
  toInt("socket", socket);
  if (checkArray("fds", fds).length === 0) {
    throw new RangeError("Cannot send 0 descriptors");
  }
  sendmsg(socket, new Uint8Array(1), { fds });
}

/**
 * Receives exactly `count` descriptors from a Unix socket. Linux only.
 *
 * The call blocks the program until they arrive; `pollAsync` with `POLLIN`
 * waits on another thread.
 *
 * @param socket The connected socket.
 * @param count The number of descriptors, from 1 to 253.
 * @returns The descriptors, which the caller owns.
 * @throws {SyscallError} `ECONNRESET` if the peer closed instead of sending;
 * `EBADMSG` if it sent fewer descriptors, and `EMSGSIZE` if more; otherwise as
 * {@linkcode recvmsg}. After an error no received descriptor is left open.
 * @throws {RangeError} If `count` is out of range.
 *
 * @example A peer that sends none
 * ```ts
 * import assert from "node:assert/strict";
 * import { recvFds, sendmsg, socketpair } from "@hostkit/hostkit/hostfd";
 *
 * const [a, b] = socketpair();
 * using _a = a;
 * using _b = b;
 * sendmsg(a.fd, new Uint8Array(1));
 * assert.throws(() => recvFds(b.fd, 1), { code: "EBADMSG" });
 * ```
 */
export function recvFds(socket: number, count: number): HostFd[] {
  toInt("socket", socket);
  if (toInt("count", count) < 1) {
    throw badNumber("count", count, "a positive number");
  }
  const message = recvmsg(socket, new Uint8Array(1), { maxFds: count });
  const { length, fds } = message;
  if (fds.length === count) return [...fds];
  message[Symbol.dispose]();
  if (length === 0) {
    const hint = "the peer closed the socket before it sent descriptors";
    throw new SyscallError("recvmsg", ECONNRESET, { hint });
  }
  const hint = `the peer sent ${fds.length} descriptors instead of ${count}`;
  throw new SyscallError("recvmsg", EBADMSG, { transferred: length, hint });
}
