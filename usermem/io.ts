import type { Addr } from "./addr.ts";
import type { AddrRangeSeq } from "./addr_range_seq.ts";
import type { Reader, Writer } from "./safemem/mod.ts";

/** Options of all {@linkcode IO} methods. */
export interface IOOpts {
  /**
   * Whether to ignore the page protection of mmap(2) and mprotect(2), as a
   * debugger does to set a breakpoint. Access that the mapped object itself
   * does not allow stays forbidden.
   *
   * @default {false}
   */
  readonly ignorePermissions?: boolean;
  /**
   * A hint that the address space is active. All classes here ignore it.
   *
   * @default {false}
   */
  readonly addressSpaceActive?: boolean;
}

/**
 * Access to the contents of an address space.
 *
 * "Out" means to the memory of the address space, "in" means from it. Access to
 * memory that is unmapped, protected or out of range fails with `EFAULT`; the
 * error's `transferred` is the number of bytes copied before. An error of a
 * Reader or Writer is rethrown.
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
   * @param addr The address of the first byte.
   * @param src The bytes; the IO must not keep the view.
   * @param opts Options.
   * @returns The length of `src`.
   * @throws {SyscallError} `EFAULT` if a part of the memory cannot be written.
   */
  copyOut(addr: Addr, src: Uint8Array, opts?: IOOpts): number;

  /**
   * Copies bytes from the memory at an address.
   *
   * @param addr The address of the first byte.
   * @param dst The destination; the IO must not keep the view.
   * @param opts Options.
   * @returns The length of `dst`.
   * @throws {SyscallError} `EFAULT` if a part of the memory cannot be read.
   */
  copyIn(addr: Addr, dst: Uint8Array, opts?: IOOpts): number;

  /**
   * Sets memory to zero.
   *
   * @param addr The address of the first byte.
   * @param n The number of bytes.
   * @param opts Options.
   * @returns `n`.
   * @throws {SyscallError} `EFAULT` if a part of the memory cannot be written.
   */
  zeroOut(addr: Addr, n: number, opts?: IOOpts): number;

  /**
   * Copies from a Reader to the memory at some ranges, with at most one read.
   *
   * Bytes that were read but cannot be written are lost. As with read(2), one
   * read transfers at most 2^31 - 4096 bytes.
   *
   * @param ars The ranges, filled in order.
   * @param src The Reader.
   * @param opts Options.
   * @returns The number of bytes copied, which is less than the length of the
   * ranges if the Reader returned fewer or the limit of one read was reached; 0
   * at the end of the Reader.
   * @throws {SyscallError} `EFAULT` if a part of the memory cannot be written.
   */
  copyOutFrom(ars: AddrRangeSeq, src: Reader, opts?: IOOpts): number;

  /**
   * Copies the memory at some ranges to a Writer, with at most one write. As
   * with write(2), one write transfers at most 2^31 - 4096 bytes.
   *
   * @param ars The ranges, copied in order.
   * @param dst The Writer.
   * @param opts Options.
   * @returns The number of bytes copied, which is less than the length of the
   * ranges if the Writer accepted fewer or the limit of one write was reached.
   * @throws {SyscallError} `EFAULT` if a part of the memory cannot be read.
   */
  copyInTo(ars: AddrRangeSeq, dst: Writer, opts?: IOOpts): number;

  /**
   * Sets a 32-bit word and returns its old value, atomically.
   *
   * @param addr The word's address, a multiple of 4.
   * @param value The new value, from 0 to 2^32 - 1.
   * @param opts Options.
   * @throws {SyscallError} `EFAULT` if the word cannot be written.
   */
  swapUint32(addr: Addr, value: number, opts?: IOOpts): number;

  /**
   * Sets a 32-bit word if it has the expected value, atomically.
   *
   * @param addr The word's address, a multiple of 4.
   * @param expected The expected value.
   * @param value The new value.
   * @param opts Options.
   * @returns The old value; the word was set if this is `expected`.
   * @throws {SyscallError} `EFAULT` if the word cannot be written.
   */
  compareAndSwapUint32(
    addr: Addr,
    expected: number,
    value: number,
    opts?: IOOpts,
  ): number;

  /**
   * Reads a 32-bit word atomically.
   *
   * @param addr The word's address, a multiple of 4.
   * @param opts Options.
   * @throws {SyscallError} `EFAULT` if the word cannot be read.
   */
  loadUint32(addr: Addr, opts?: IOOpts): number;

  /**
   * Implements {@linkcode copyInVec} for an IO that needs fewer steps than one
   * for each range.
   */
  copyInVec?(ars: AddrRangeSeq, dst: Uint8Array, opts?: IOOpts): number;

  /**
   * Implements {@linkcode copyOutVec} for an IO that needs fewer steps than one
   * for each range.
   */
  copyOutVec?(ars: AddrRangeSeq, src: Uint8Array, opts?: IOOpts): number;
}
