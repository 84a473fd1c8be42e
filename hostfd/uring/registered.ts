/**
 * Resources registered with a ring, which has an index for each: memory that
 * stays pinned, and open files that need no lookup for each operation.
 *
 * @module
 */

import { badType } from "../../ffi/internal.ts";

/**
 * Memory that the kernel has pinned, which makes each transfer cheaper.
 *
 * {@linkcode RawRing.registerBuffers} creates it.
 *
 * @example Read a header and a body into parts of a buffer
 * ```ts ignore
 * import assert from "node:assert/strict";
 * import { HostFd } from "@hostkit/hostkit/hostfd";
 * import { Ring } from "@hostkit/hostkit/hostfd/uring";
 *
 * await using ring = new Ring();
 * using zeroes = HostFd.open("/dev/zero");
 * const [memory] = ring.registerBuffers([new Uint8Array(4096).fill(1)]);
 * const parts = [memory!.subarray(0, 16), memory!.subarray(16, 100)];
 * await Promise.all(parts.map((part) => ring.read(zeroes.fd, part, 0)));
 * assert.equal(memory!.bytes.indexOf(1), 100);
 * ```
 */
export class RegisteredBuffer {
  /** The memory itself, not a copy. */
  readonly bytes: Uint8Array;
  /**
   * The index of the ring's buffer that this memory is part of: `buf_index`.
   */
  readonly index: number;
  /** The address of the first byte. */
  readonly address: number;

  /** @internal */
  constructor(bytes: Uint8Array, index: number, address: number) {
    this.bytes = bytes;
    this.index = index;
    this.address = address;
  }

  /** The length in bytes; 0 once the memory is detached. */
  get length(): number {
    return this.bytes.length;
  }

  /**
   * Returns a part of the buffer, for a separate transfer.
   *
   * @param start The first byte, as in `Uint8Array.subarray`.
   * @param end The end, as in `Uint8Array.subarray`.
   */
  subarray(start?: number, end?: number): RegisteredBuffer {
    const part = this.bytes.subarray(start, end);
    const distance = part.byteOffset - this.bytes.byteOffset;
    return new RegisteredBuffer(part, this.index, this.address + distance);
  }
}

/**
 * An open file registered with a ring; it stays open when its descriptor is
 * closed.
 *
 * {@linkcode RawRing.registerFiles} creates it.
 *
 * @example Usage
 * ```ts ignore
 * import assert from "node:assert/strict";
 * import { HostFd } from "@hostkit/hostkit/hostfd";
 * import { Ring } from "@hostkit/hostkit/hostfd/uring";
 *
 * await using ring = new Ring();
 * const zeroes = HostFd.open("/dev/zero");
 * const [file] = ring.registerFiles([zeroes.fd]);
 * zeroes.close();
 * assert.equal(await ring.read(file!, new Uint8Array(8), 0), 8);
 * ```
 */
export class RegisteredFile {
  /** The index of the file in the ring. */
  readonly index: number;

  /** @internal */
  constructor(index: number) {
    this.index = index;
  }
}

/** Returns the index of a registered file, after checking its type. */
export function indexOf(file: RegisteredFile): number {
  if (file instanceof RegisteredFile) return file.index;
  throw badType("file", file, "a descriptor or a RegisteredFile");
}
