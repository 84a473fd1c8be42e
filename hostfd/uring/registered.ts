/**
 * What a ring knows by an index: memory that stays pinned, and open files that
 * are not looked up again for each operation.
 *
 * @module
 */

/**
 * Memory that the kernel has pinned, so that each transfer is cheaper.
 *
 * {@linkcode RawRing.registerBuffers} makes it.
 *
 * @example Read a header and a body into parts of it
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
  /** Which of the ring's buffers it is a part of: `buf_index`. */
  readonly index: number;
  /** Where its first byte is. */
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
   * Returns a part of it, for a transfer of its own.
   *
   * @param start Where it starts, in bytes; as of `Uint8Array.subarray`.
   * @param end Where it ends.
   */
  subarray(start?: number, end?: number): RegisteredBuffer {
    const part = this.bytes.subarray(start, end);
    const distance = part.byteOffset - this.bytes.byteOffset;
    return new RegisteredBuffer(part, this.index, this.address + distance);
  }
}

/**
 * An open file that a ring knows, whatever becomes of its descriptor.
 *
 * {@linkcode RawRing.registerFiles} makes it.
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
  /** Which of the ring's files it is. */
  readonly index: number;

  /** @internal */
  constructor(index: number) {
    this.index = index;
  }
}
