import type { Addr } from "./addr.ts";
import type { AddrRangeSeq } from "./addr_range_seq.ts";
import type { Reader, Writer } from "./safemem/mod.ts";

/** Options of all {@linkcode IO} methods. */
export interface IOOpts {
  /**
   * Whether to ignore the protection that mmap(2) and mprotect(2) gave to
   * pages, as a debugger does that sets a breakpoint. What the mapped object
   * itself forbids stays forbidden.
   *
   * @default {false}
   */
  readonly ignorePermissions?: boolean;
  /**
   * A hint that the address space is in use. It changes no result, and nothing
   * here heeds it.
   *
   * @default {false}
   */
  readonly addressSpaceActive?: boolean;
}

/**
 * The contents of an address space.
 *
 * "Out" is towards its memory, "in" is from it. Memory that is not mapped, not
 * accessible or out of range is `EFAULT`; the error's `transferred` tells how
 * many bytes had moved. An error of a Reader or Writer is thrown as it is.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { BytesIO, copyStringIn, type IO } from "@hostkit/hostkit/usermem";
 *
 * function programName(io: IO, addr: bigint): string {
 *   return copyStringIn(io, addr, 16);
 * }
 *
 * const io = new BytesIO(new TextEncoder().encode("--init\0"));
 * assert.equal(programName(io, 2n), "init");
 * ```
 */
export interface IO {
  /**
   * Copies bytes to the memory at an address.
   *
   * @param addr Where the first byte goes.
   * @param src The bytes, which are not kept.
   * @param opts Options.
   * @returns The length of `src`.
   * @throws {SyscallError} `EFAULT` where the memory cannot be written.
   */
  copyOut(addr: Addr, src: Uint8Array, opts?: IOOpts): number;

  /**
   * Copies bytes from the memory at an address.
   *
   * @param addr Where the first byte is.
   * @param dst Where the bytes go; it is not kept.
   * @param opts Options.
   * @returns The length of `dst`.
   * @throws {SyscallError} `EFAULT` where the memory cannot be read.
   */
  copyIn(addr: Addr, dst: Uint8Array, opts?: IOOpts): number;

  /**
   * Sets memory to zero.
   *
   * @param addr The address of the first byte.
   * @param n The number of bytes.
   * @param opts Options.
   * @returns That number.
   * @throws {SyscallError} `EFAULT` where the memory cannot be written.
   */
  zeroOut(addr: Addr, n: number, opts?: IOOpts): number;

  /**
   * Copies from a Reader to the memory at some ranges, with one read at most.
   *
   * Bytes that were read and then cannot be written are lost. As with read(2),
   * one read may be of at most 2^31 - 4096 bytes.
   *
   * @param ars The ranges, filled in order.
   * @param src The Reader.
   * @param opts Options.
   * @returns The number of bytes copied: fewer than the ranges have where the
   * Reader gave fewer or there are too many for one read, and 0 at its end.
   * @throws {SyscallError} `EFAULT` where the memory cannot be written.
   */
  copyOutFrom(ars: AddrRangeSeq, src: Reader, opts?: IOOpts): number;

  /**
   * Copies the memory at some ranges to a Writer, with one write at most, which
   * may be of at most 2^31 - 4096 bytes, as with write(2).
   *
   * @param ars The ranges, taken in order.
   * @param dst The Writer.
   * @param opts Options.
   * @returns The number of bytes copied: fewer than the ranges have where the
   * Writer took fewer or there are too many for one write.
   * @throws {SyscallError} `EFAULT` where the memory cannot be read.
   */
  copyInTo(ars: AddrRangeSeq, dst: Writer, opts?: IOOpts): number;

  /**
   * Sets a word, and returns what it was, atomically.
   *
   * @param addr The word's address, a multiple of 4.
   * @param value The new value, from 0 to 2^32 - 1.
   * @param opts Options.
   * @throws {SyscallError} `EFAULT` if the word cannot be written.
   */
  swapUint32(addr: Addr, value: number, opts?: IOOpts): number;

  /**
   * Sets a word if it is `expected`, atomically.
   *
   * @param addr The word's address, a multiple of 4.
   * @param expected The value that is replaced.
   * @param value The value that replaces it.
   * @param opts Options.
   * @returns The value found, which is `expected` if it was replaced.
   * @throws {SyscallError} `EFAULT` if the word cannot be written.
   */
  compareAndSwapUint32(
    addr: Addr,
    expected: number,
    value: number,
    opts?: IOOpts,
  ): number;

  /**
   * Returns a word, read atomically.
   *
   * @param addr The word's address, a multiple of 4.
   * @param opts Options.
   * @throws {SyscallError} `EFAULT` if the word cannot be read.
   */
  loadUint32(addr: Addr, opts?: IOOpts): number;

  /**
   * What {@linkcode copyInVec} does, where an IO can do it in fewer steps than
   * one for each range.
   */
  copyInVec?(ars: AddrRangeSeq, dst: Uint8Array, opts?: IOOpts): number;

  /**
   * What {@linkcode copyOutVec} does, where an IO can do it in fewer steps than
   * one for each range.
   */
  copyOutVec?(ars: AddrRangeSeq, src: Uint8Array, opts?: IOOpts): number;
}
