/**
 * Locks: flock(2), and those of fcntl(2) that belong to a process or to an open
 * file.
 *
 * @module
 */

import { c, done, doneLater } from "./libc.ts";

export const LOCK_SH = 1;
export const LOCK_EX = 2;
export const LOCK_NB = 4;
export const LOCK_UN = 8;

export const F_GETLK = 5;
export const F_SETLK = 6;
export const F_SETLKW = 7;
export const F_OFD_GETLK = 36;
export const F_OFD_SETLK = 37;
export const F_OFD_SETLKW = 38;

export const F_RDLCK = 0;
export const F_WRLCK = 1;
export const F_UNLCK = 2;

/** `struct flock`. */
export interface Lock {
  readonly type: number;
  readonly start: number;
  /** 0 for all that follows. */
  readonly length: number;
  readonly pid: number;
}

/** `flock(fd, operation)`. */
export function flock(fd: number, operation: number): void {
  done("flock", c().flock(fd, operation));
}

/** The same on a thread of its own: it may wait. */
export async function flockLater(fd: number, operation: number): Promise<void> {
  await doneLater("flock", c().flockAsync(fd, operation));
}

/** `fcntl(fd, command, &lock)`; returns the lock as the kernel leaves it. */
export function lock(
  fd: number,
  command: number,
  type: number,
  start = 0,
  length = 0,
): Lock {
  const bytes = encode(type, start, length);
  done("fcntl", c().fcntlLock(fd, command, bytes));
  return decode(bytes);
}

/** The same on a thread of its own: it may wait. */
export async function lockLater(
  fd: number,
  command: number,
  type: number,
  start = 0,
  length = 0,
): Promise<Lock> {
  const bytes = encode(type, start, length);
  await doneLater("fcntl", c().fcntlLockAsync(fd, command, bytes));
  return decode(bytes);
}

function encode(
  type: number,
  start: number,
  length: number,
): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(32));
  view.setInt16(0, type, true);
  view.setBigInt64(8, BigInt(start), true);
  view.setBigInt64(16, BigInt(length), true);
  return new Uint8Array(view.buffer);
}

function decode({ buffer }: Uint8Array<ArrayBuffer>): Lock {
  const view = new DataView(buffer);
  return {
    type: view.getInt16(0, true),
    start: Number(view.getBigInt64(8, true)),
    length: Number(view.getBigInt64(16, true)),
    pid: view.getInt32(24, true),
  };
}
