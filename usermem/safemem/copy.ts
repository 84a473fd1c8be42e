import { badType, checkInstance } from "../../ffi/internal.ts";
import {
  addingTransferred,
  ownMemory,
  readMemory,
  transferredOf,
  withTransferred,
  writeMemory,
  zeroMemory,
} from "../../posix/process_memory/internal.ts";
import { Block } from "./block.ts";

/** The size of the buffer for a copy with system calls on both sides, in bytes. */
const BOUNCE_SIZE = 65536;

/**
 * Copies from one Block to another until the shorter one ends.
 *
 * If the Blocks overlap, the resulting bytes are unspecified.
 *
 * @param dst The destination.
 * @param src The source.
 * @returns The number of bytes copied: the shorter length.
 * @throws {SyscallError} `EFAULT` if a part of either Block cannot be accessed;
 * `transferred` is the number of bytes copied before.
 * @see {@link https://man7.org/linux/man-pages/man2/process_vm_readv.2.html | process_vm_readv(2)}
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { Block, copy } from "@hostkit/hostkit/safemem";
 *
 * const dst = new Uint8Array(2);
 * assert.equal(copy(Block.of(dst), Block.of(new Uint8Array([7, 8, 9]))), 2);
 * assert.deepEqual(dst, new Uint8Array([7, 8]));
 * ```
 */
export function copy(dst: Block, src: Block): number {
  // Here and not in a function of all classes, which would take longer.
  if (!(dst instanceof Block)) throw badType("dst", dst, "a Block");
  if (!(src instanceof Block)) throw badType("src", src, "a Block");
  const length = Math.min(dst.length, src.length);
  if (length === 0) return 0;
  if (!src.needSafecopy) {
    const bytes = firstBytes(src, length);
    if (dst.needSafecopy) {
      return writeMemory(ownMemory(), dst.address, bytes);
    }
    dst.toSlice().set(bytes);
    return length;
  }
  if (!dst.needSafecopy) {
    return readMemory(ownMemory(), src.address, firstBytes(dst, length));
  }
  return copyAcross(dst.address, src.address, length);
}

/** Returns a view of a Block's first `length` bytes. */
function firstBytes(block: Block, length: number): Uint8Array {
  const bytes = block.toSlice();
  // Making another view takes longer than copying a few bytes.
  return block.length === length ? bytes : bytes.subarray(0, length);
}

/** Copies with system calls on both sides. */
function copyAcross(dst: bigint, src: bigint, length: number): number {
  const buffer = new Uint8Array(Math.min(BOUNCE_SIZE, length));
  for (let done = 0; done < length;) {
    const at = BigInt(done);
    let part = buffer.subarray(0, length - done);
    let stop: unknown;
    try {
      readMemory(ownMemory(), src + at, part);
    } catch (error) {
      stop = error;
      part = part.subarray(0, transferredOf(error));
    }
    done += addingTransferred(
      done,
      () => writeMemory(ownMemory(), dst + at, part),
    );
    if (stop !== undefined) throw withTransferred(stop, done);
  }
  return length;
}

/**
 * Sets all bytes of a Block to zero.
 *
 * @param dst The Block.
 * @returns The number of bytes set: the Block's length.
 * @throws {SyscallError} `EFAULT` if a part of the Block cannot be written;
 * `transferred` is the number of bytes set before.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { Block, zero } from "@hostkit/hostkit/safemem";
 *
 * const bytes = new Uint8Array([1, 2, 3]);
 * assert.equal(zero(Block.of(bytes).takeFirst(2)), 2);
 * assert.deepEqual(bytes, new Uint8Array([0, 0, 3]));
 * ```
 */
export function zero(dst: Block): number {
  checkInstance("dst", dst, Block);
  if (dst.needSafecopy) {
    return zeroMemory(ownMemory(), dst.address, dst.length);
  }
  dst.toSlice().fill(0);
  return dst.length;
}
