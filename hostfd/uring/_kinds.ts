/**
 * The operations that settle a promise when they complete.
 *
 * @module
 */

import { ENOENT, ETIME } from "../../posix/mod.ts";
import { HostFd } from "../host_fd.ts";
import type { Kind } from "./_operation.ts";

const nothing = (): void => {};
const count = (n: number): number => n;
const orEnd = (n: number): number | null => n > 0 ? n : null;
const owned = (fd: number): HostFd => new HostFd(fd);

export const READ: Kind<number | null> = { syscall: "read", value: orEnd };
/** A read of 0 bytes, whose result of 0 does not mean the end of the file. */
export const READ_NOTHING: Kind<number | null> = {
  syscall: "read",
  value: count,
};
export const WRITE: Kind<number> = { syscall: "write", value: count };
export const READV: Kind<number> = { syscall: "readv", value: count };
export const WRITEV: Kind<number> = { syscall: "writev", value: count };
export const FSYNC: Kind<void> = { syscall: "fsync", value: nothing };
export const OPENAT: Kind<HostFd> = { syscall: "openat", value: owned };
export const CLOSE: Kind<void> = { syscall: "close", value: nothing };
export const STAT: Kind<void> = { syscall: "statx", value: nothing };
export const ACCEPT: Kind<HostFd> = { syscall: "accept4", value: owned };
export const CONNECT: Kind<void> = { syscall: "connect", value: nothing };
export const SEND: Kind<number> = { syscall: "send", value: count };
export const RECV: Kind<number> = { syscall: "recv", value: count };
export const POLL: Kind<number> = { syscall: "poll", value: count };
export const TIMEOUT: Kind<void> = {
  syscall: "timeout",
  expected: ETIME,
  value: nothing,
};
export const CANCEL: Kind<number> = {
  syscall: "cancel",
  expected: ENOENT,
  value: count,
};
export const COMMAND: Kind<number> = { syscall: "uring_cmd", value: count };
