/**
 * io_uring(7) in TypeScript: asynchronous input and output without a thread for
 * each operation, with many operations in one system call.
 *
 * Needs `--allow-ffi` at the first call; importing needs nothing. Linux 5.6 or
 * newer; where the kernel, its settings or a container's filter refuse
 * io_uring, the error of {@linkcode Ring}'s constructor says which.
 *
 * ```ts ignore
 * import assert from "node:assert/strict";
 * import { AT_FDCWD, Ring } from "@hostkit/hostkit/hostfd/uring";
 *
 * await using ring = new Ring();
 * using zeroes = await ring.openat(AT_FDCWD, "/dev/zero");
 * const bytes = new Uint8Array([1, 2, 3]);
 * assert.equal(await ring.read(zeroes.fd, bytes, 0), 3);
 * assert.deepEqual(bytes, new Uint8Array(3));
 * ```
 *
 * @module
 */

export type { HostFd } from "../host_fd.ts";
export type { Stat, Timespec } from "../../posix/mod.ts";
export type { Block, BlockSeq } from "../../usermem/safemem/mod.ts";
export * from "./constants_io_uring.ts";
export { RawRing } from "./raw_ring.ts";
export type { OnCompletion, RingOptions } from "./ring_options.ts";
export { RegisteredBuffer, RegisteredFile } from "./registered.ts";
export { FileRing } from "./file_ring.ts";
export type {
  DriverCommand,
  OperationOptions,
  RingFile,
  SyncOptions,
  TransferOptions,
} from "./options.ts";
export { Ring } from "./ring.ts";
export { SubmissionEntry } from "./submission_entry.ts";
