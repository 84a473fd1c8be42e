import { errno, linuxLibc } from "../ffi/libc.ts";
import { SyscallError } from "../ffi/syscall_error.ts";
import { O_CLOEXEC, O_NONBLOCK } from "../posix/constants_fcntl.ts";
import { toFlags } from "./_arguments.ts";
import { HostFd } from "./host_fd.ts";
import { preadv2, pwritev2 } from "./preadv2.ts";

// sys/eventfd.h
/** Reading takes one from the counter instead of all. */
export const EFD_SEMAPHORE = 0x1;
/** Fail with EAGAIN instead of waiting. */
export const EFD_NONBLOCK: number = O_NONBLOCK;
/** Close the descriptor when a new program is executed; always set here. */
export const EFD_CLOEXEC: number = O_CLOEXEC;

/**
 * `eventfd(initval, flags)`: makes a counter that poll(2) can wait for. See
 * eventfd(2). Linux only.
 *
 * @param initval What the counter starts at, from 0 to 2^32 - 1.
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
  if (initval >>> 0 !== initval) {
    throw new RangeError(`Cannot start an eventfd at ${initval}: not 32 bits`);
  }
  const fd = linuxLibc().eventfd(initval, toFlags(flags) | EFD_CLOEXEC);
  if (fd < 0) throw new SyscallError("eventfd", errno());
  return new HostFd(fd);
}

/**
 * `eventfd_read(fd, value)`: takes the counter, or one of it with
 * `EFD_SEMAPHORE`. See eventfd(3).
 *
 * While the counter is 0 it waits, and holds up the whole program; `pollAsync`
 * waits elsewhere.
 *
 * @param fd The descriptor.
 * @returns What was taken.
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
 * @param value What to add, from 0 to 2^64 - 2.
 * @throws {SyscallError} `EAGAIN` if the sum would be over 2^64 - 2, with
 * `EFD_NONBLOCK`; else it waits. `EINVAL` for 2^64 - 1; `EBADF`.
 * @throws {RangeError} If the value is not a whole number of 64 bits.
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
  const bits = BigInt(value);
  if (BigInt.asUintN(64, bits) !== bits) {
    throw new RangeError(`Cannot add ${value}: not 64 bits`);
  }
  pwritev2(fd, new Uint8Array(new BigUint64Array([bits]).buffer), -1, 0);
}
