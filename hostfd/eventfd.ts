import { badNumber, errno, linuxLibc } from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import { O_CLOEXEC, O_NONBLOCK } from "../posix/mod.ts";
import { toFlags } from "./_arguments.ts";
import { HostFd } from "./host_fd.ts";
import { preadv2, pwritev2 } from "./preadv2.ts";

// sys/eventfd.h
/** A read subtracts 1 from the counter instead of resetting it to 0. */
export const EFD_SEMAPHORE = 0x1;
/** Fail with EAGAIN instead of blocking. */
export const EFD_NONBLOCK: number = O_NONBLOCK;
/** Close the descriptor at execve(2); always set here. */
export const EFD_CLOEXEC: number = O_CLOEXEC;

/**
 * `eventfd(initval, flags)`: creates a counter that poll(2) can wait for. See
 * eventfd(2). Linux only.
 *
 * @param initval The initial value of the counter, from 0 to 2^32 - 1.
 * @param flags Any of `EFD_SEMAPHORE` and `EFD_NONBLOCK`; `EFD_CLOEXEC` is
 * always set.
 * @throws {SyscallError} `EMFILE`; `ENFILE`; `EINVAL` for unknown flags.
 * @throws {RangeError} If an argument is out of range.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { eventfd, eventfdRead, eventfdWrite } from "@hostkit/hostkit/hostfd";
 *
 * using counter = eventfd();
 * eventfdWrite(counter.fd, 2);
 * eventfdWrite(counter.fd, 3);
 * assert.equal(eventfdRead(counter.fd), 5n);
 * ```
 */
export function eventfd(initval: number = 0, flags: number = 0): HostFd {
  if (typeof initval !== "number" || initval >>> 0 !== initval) {
    throw badNumber("initval", initval, "an unsigned 32-bit integer");
  }
  const fd = linuxLibc().eventfd(initval, toFlags(flags) | EFD_CLOEXEC);
  if (fd < 0) throw new SyscallError("eventfd", errno());
  return new HostFd(fd);
}

/**
 * `eventfd_read(fd, value)`: reads the counter and resets it to 0; with
 * `EFD_SEMAPHORE`, subtracts 1. See eventfd(3).
 *
 * While the counter is 0 the call blocks the program; `pollAsync` waits on
 * another thread.
 *
 * @param fd The descriptor.
 * @returns The number subtracted from the counter.
 * @throws {SyscallError} `EAGAIN` if the counter is 0, with `EFD_NONBLOCK`;
 * `EBADF`.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { EFD_SEMAPHORE, eventfd, eventfdRead } from "@hostkit/hostkit/hostfd";
 *
 * using permits = eventfd(3, EFD_SEMAPHORE);
 * assert.equal(eventfdRead(permits.fd), 1n);
 * ```
 */
export function eventfdRead(fd: number): bigint {
  const value = new BigUint64Array(1);
  preadv2(fd, new Uint8Array(value.buffer), -1, 0);
  return value[0]!;
}

/**
 * `eventfd_write(fd, value)`: adds to the counter. See eventfd(3).
 *
 * @param fd The descriptor.
 * @param value The number to add, from 0 to 2^64 - 2.
 * @throws {SyscallError} `EAGAIN` if the sum would exceed 2^64 - 2, with
 * `EFD_NONBLOCK`; without that flag the call blocks. `EINVAL` for 2^64 - 1;
 * `EBADF`.
 * @throws {RangeError} If the value is not an unsigned 64-bit integer.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { eventfd, eventfdWrite, poll, POLLIN } from "@hostkit/hostkit/hostfd";
 *
 * using counter = eventfd();
 * eventfdWrite(counter.fd, 1);
 * assert.deepEqual(poll([{ fd: counter.fd, events: POLLIN }], 0), [POLLIN]);
 * ```
 */
export function eventfdWrite(fd: number, value: number | bigint): void {
  const isWhole = typeof value === "bigint" || Number.isSafeInteger(value);
  const bits = isWhole ? BigInt(value) : -1n;
  if (BigInt.asUintN(64, bits) !== bits) {
    throw badNumber("value", value, "an unsigned 64-bit integer");
  }
  pwritev2(fd, new Uint8Array(new BigUint64Array([bits]).buffer), -1, 0);
}
