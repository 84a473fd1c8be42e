/**
 * The sets of buffers and files that a ring has registered with the kernel.
 *
 * @module
 */

import { checkArray, checkBytes } from "../../ffi/internal.ts";
import { SyscallError } from "../../ffi/mod.ts";
import { EBADF, EINVAL } from "../../posix/mod.ts";
import { toInt } from "../_arguments.ts";
import type { Core } from "./_core.ts";
import { addressOf } from "./_memory.ts";
import { register } from "./_setup.ts";
import { RegisteredBuffer, RegisteredFile } from "./registered.ts";

// linux/io_uring.h
const IORING_REGISTER_BUFFERS = 0;
const IORING_UNREGISTER_BUFFERS = 1;
const IORING_REGISTER_FILES = 2;
const IORING_UNREGISTER_FILES = 3;

/** Registers memory with a ring; returns a handle for each view. */
export function registerBuffers(
  core: Core,
  memory: readonly Uint8Array[],
): RegisteredBuffer[] {
  for (const view of checkArray("memory", memory)) checkBytes("memory", view);
  const iovecs = new BigUint64Array(
    memory.flatMap((view) => [
      BigInt(addressOf(view)),
      BigInt(view.byteLength),
    ]),
  );
  registerSet(core, IORING_REGISTER_BUFFERS, iovecs, memory.length);
  core.registered = memory;
  return memory.map((view, i) =>
    new RegisteredBuffer(view, i, addressOf(view))
  );
}

/** Removes the registered memory of a ring. */
export function unregisterBuffers(core: Core): void {
  registerSet(core, IORING_UNREGISTER_BUFFERS, null, 0);
  core.registered = undefined;
}

/** Registers open files with a ring; returns a handle for each descriptor. */
export function registerFiles(
  core: Core,
  fds: readonly number[],
): RegisteredFile[] {
  const words = Int32Array.from(
    checkArray("fds", fds),
    (fd) => toInt("fd", fd),
  );
  registerSet(core, IORING_REGISTER_FILES, words, fds.length);
  return fds.map((_, i) => new RegisteredFile(i));
}

/** Removes the registered files of a ring. */
export function unregisterFiles(core: Core): void {
  registerSet(core, IORING_UNREGISTER_FILES, null, 0);
}

function registerSet(
  core: Core,
  opcode: number,
  memory: ArrayBufferView | null,
  count: number,
): void {
  // Kernels differ in how they treat -1, and an empty set.
  const errno = core.isClosed ? EBADF : EINVAL;
  if (errno === EBADF || memory !== null && count === 0) {
    throw new SyscallError("io_uring_register", errno);
  }
  register(core.queues.fd, opcode, memory, count);
}
