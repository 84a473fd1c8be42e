import {
  badNumber,
  checkBytes,
  checkMethod,
  checkOptional,
} from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import { EINVAL } from "../posix/mod.ts";
import { fault, withTransferred } from "../posix/process_memory/internal.ts";
import { countInside, partsOf } from "./_bounds.ts";
import { type Addr, toNumber } from "./addr.ts";
import type { AddrRangeSeq } from "./addr_range_seq.ts";
import type { IO, IOOpts } from "./io.ts";
import { checkUint32 } from "./safemem/internal.ts";
import { Block, BlockSeq, type Reader, type Writer } from "./safemem/mod.ts";

/**
 * An {@linkcode IO} whose addresses are offsets into a view.
 *
 * An access beyond the end of the view is `EFAULT`; bytes before the end are
 * copied. Options are ignored. An empty range is valid at any address. A word
 * need not be aligned, but only an aligned word is accessed atomically.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { BytesIO } from "@hostkit/hostkit/usermem";
 *
 * const io = new BytesIO(new Uint8Array(4));
 * io.copyOut(1n, new Uint8Array([7, 8]));
 * assert.deepEqual(io.bytes, new Uint8Array([0, 7, 8, 0]));
 *
 * const dst = new Uint8Array(3);
 * assert.throws(() => io.copyIn(2n, dst), { code: "EFAULT", transferred: 2 });
 * assert.deepEqual(dst, new Uint8Array([8, 0, 0]));
 * ```
 */
export class BytesIO implements IO {
  /** The memory. */
  bytes: Uint8Array;

  /**
   * Creates an address space over a view, which shares its memory.
   *
   * @param bytes The view.
   */
  constructor(bytes: Uint8Array) {
    this.bytes = checkBytes("bytes", bytes);
  }

  /** Copies `src` to the bytes at `addr`; see {@linkcode IO.copyOut}. */
  copyOut(addr: Addr, src: Uint8Array, opts?: IOOpts): number {
    checkOptional("opts", opts);
    checkBytes("src", src);
    const { bytes } = this;
    const at = toNumber(addr);
    const n = countInside(at, src.length, bytes.length);
    if (n > 0) bytes.set(n < src.length ? src.subarray(0, n) : src, at);
    if (n < src.length) throw fault("copyOut", addr + BigInt(n), n);
    return n;
  }

  /** Copies the bytes at `addr` to `dst`; see {@linkcode IO.copyIn}. */
  copyIn(addr: Addr, dst: Uint8Array, opts?: IOOpts): number {
    checkOptional("opts", opts);
    checkBytes("dst", dst);
    const { bytes } = this;
    const at = toNumber(addr);
    const n = countInside(at, dst.length, bytes.length);
    if (n > 0) dst.set(n < bytes.length ? bytes.subarray(at, at + n) : bytes);
    if (n < dst.length) throw fault("copyIn", addr + BigInt(n), n);
    return n;
  }

  /**
   * Sets `n` bytes at `addr` to zero; see {@linkcode IO.zeroOut}.
   *
   * @throws {SyscallError} `EINVAL` if `n` is negative.
   * @throws {RangeError} If `n` is not an integer.
   */
  zeroOut(addr: Addr, n: number, opts?: IOOpts): number {
    checkOptional("opts", opts);
    if (!Number.isInteger(n)) throw badNumber("n", n, "an integer");
    if (n < 0) throw new SyscallError("zeroOut", EINVAL);
    const at = toNumber(addr);
    const inside = countInside(at, n, this.bytes.length);
    if (inside > 0) this.bytes.fill(0, at, at + inside);
    if (inside < n) throw fault("zeroOut", addr + BigInt(inside), inside);
    return n;
  }

  /**
   * Copies from a Reader to the bytes at `ars`; see {@linkcode IO.copyOutFrom}.
   *
   * The Reader is called once, even if there is no memory to read into; its
   * error takes precedence over `EFAULT`.
   */
  copyOutFrom(ars: AddrRangeSeq, src: Reader, opts?: IOOpts): number {
    checkOptional("opts", opts);
    checkMethod("src", src, "readToBlocks");
    const { blocks, stop } = this.#blocks("copyOutFrom", ars);
    const n = src.readToBlocks(blocks);
    if (n === null) return 0;
    if (stop !== undefined) throw withTransferred(stop, n);
    return n;
  }

  /**
   * Copies the bytes at `ars` to a Writer; see {@linkcode IO.copyInTo}.
   *
   * The Writer is called once, even if there are no bytes to write; its error
   * takes precedence over `EFAULT`.
   */
  copyInTo(ars: AddrRangeSeq, dst: Writer, opts?: IOOpts): number {
    checkOptional("opts", opts);
    checkMethod("dst", dst, "writeFromBlocks");
    const { blocks, stop } = this.#blocks("copyInTo", ars);
    const n = dst.writeFromBlocks(blocks);
    if (stop !== undefined) throw withTransferred(stop, n);
    return n;
  }

  /** Sets the word at `addr`; see {@linkcode IO.swapUint32}. */
  swapUint32(addr: Addr, value: number, opts?: IOOpts): number {
    checkOptional("opts", opts);
    checkUint32(value);
    return this.#onWord(
      "swapUint32",
      addr,
      (word) => Atomics.exchange(word, 0, value),
    );
  }

  /**
   * Sets the word at `addr` if it is `expected`; see
   * {@linkcode IO.compareAndSwapUint32}.
   */
  compareAndSwapUint32(
    addr: Addr,
    expected: number,
    value: number,
    opts?: IOOpts,
  ): number {
    checkOptional("opts", opts);
    checkUint32(expected, "expected");
    checkUint32(value);
    return this.#onWord(
      "compareAndSwapUint32",
      addr,
      (word) => Atomics.compareExchange(word, 0, expected, value),
    );
  }

  /** Returns the word at `addr`; see {@linkcode IO.loadUint32}. */
  loadUint32(addr: Addr, opts?: IOOpts): number {
    checkOptional("opts", opts);
    return this.#onWord("loadUint32", addr, (word) => Atomics.load(word, 0));
  }

  /** Returns the Blocks of `ars` up to the first byte outside the view. */
  #blocks(
    call: string,
    ars: AddrRangeSeq,
  ): { blocks: BlockSeq; stop: SyscallError | undefined } {
    const { bytes } = this;
    const { parts, stop } = partsOf(call, ars, bytes.length);
    const blocks = parts.map(([at, n]) => Block.of(bytes.subarray(at, at + n)));
    return { blocks: BlockSeq.from(blocks), stop };
  }

  #onWord(
    call: string,
    addr: Addr,
    operate: (word: Uint32Array) => number,
  ): number {
    const at = toNumber(addr);
    if (countInside(at, 4, this.bytes.length) < 4) throw fault(call, addr);
    const bytes = this.bytes.subarray(at, at + 4);
    if (bytes.byteOffset % 4 === 0) {
      return operate(new Uint32Array(bytes.buffer, bytes.byteOffset, 1));
    }
    const copy = bytes.slice();
    const word = new Uint32Array(copy.buffer);
    const before = word[0];
    const result = operate(word);
    // Do not write back an unchanged word: the memory may be read-only.
    if (word[0] !== before) bytes.set(copy);
    return result;
  }
}
