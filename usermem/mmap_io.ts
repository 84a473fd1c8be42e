import {
  checkMethod,
  checkOptional,
  checkOptions,
  showState,
} from "../ffi/internal.ts";
import type { MMap } from "../mmap/mod.ts";
import { checkCount, fault } from "../posix/process_memory/internal.ts";
import { WindowIO } from "./_window_io.ts";
import { type Addr, wrap } from "./addr.ts";
import type { AddrRangeSeq } from "./addr_range_seq.ts";
import { BytesIO } from "./bytes_io.ts";
import type { IO, IOOpts } from "./io.ts";
import { ProcessIO } from "./process_io.ts";
import type { Reader, Writer } from "./safemem/mod.ts";
import { copyInVec, copyOutVec } from "./vec.ts";

/** Options of {@linkcode MMapIO}. */
export interface MMapIOOptions {
  /**
   * Whether to access the memory by system calls. They fail with `EFAULT` where
   * a direct access would kill the process: at a page beyond the end of the
   * file, or a protected page. An access then takes 1.3 µs longer.
   *
   * @default {false}
   */
  readonly safe?: boolean;
}

/**
 * An {@linkcode IO} whose addresses are offsets into a mapping.
 *
 * An access beyond the end of the mapping fails with `EFAULT`, and so does
 * every access after it is unmapped. An empty range is valid at any address.
 * Words are accessed atomically, also with respect to other processes that map
 * the file.
 *
 * Without {@linkcode MMapIO.safe} the memory is accessed directly: if the file
 * was truncated, or the protection forbids the access, the process is killed.
 * An access with `ignorePermissions` always uses system calls.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { MMap } from "@hostkit/hostkit/mmap";
 * import { ftruncate } from "@hostkit/hostkit/posix";
 * import { copyObjectIn, copyObjectOut, MMapIO } from "@hostkit/hostkit/usermem";
 *
 * using m = MMap.memfd("records", 8192);
 * using io = new MMapIO(m, { safe: true });
 * const record = { kind: "u16", id: "u64" } as const;
 * copyObjectOut(io, 4096n, record, { kind: 1, id: 2n });
 * assert.equal(copyObjectIn(io, 4096n, record).id, 2n);
 *
 * ftruncate(m.fd, 4096);
 * assert.throws(() => copyObjectIn(io, 4096n, record), { code: "EFAULT" });
 * ```
 */
export class MMapIO implements IO, Disposable {
  static {
    showState(this, ({ mmap, safe }) => ({ mmap, safe }));
  }

  /** The mapping; its owner unmaps it. */
  readonly mmap: MMap;
  /** Whether the memory is accessed by system calls. */
  readonly safe: boolean;
  #process: ProcessIO | undefined;

  /**
   * Creates an address space over a mapping.
   *
   * @param mmap The mapping, which may be resized later.
   * @param options The kind of access.
   */
  constructor(mmap: MMap, options: MMapIOOptions = {}) {
    const { safe = false } = checkOptions("options", options);
    checkMethod("mmap", mmap, "readSafe");
    this.mmap = mmap;
    this.safe = safe;
  }

  /** Copies `src` to the memory at `addr`; see {@linkcode IO.copyOut}. */
  copyOut(addr: Addr, src: Uint8Array, opts?: IOOpts): number {
    return this.#memory(opts).copyOut(addr, src, opts);
  }

  /** Copies the memory at `addr` to `dst`; see {@linkcode IO.copyIn}. */
  copyIn(addr: Addr, dst: Uint8Array, opts?: IOOpts): number {
    return this.#memory(opts).copyIn(addr, dst, opts);
  }

  /**
   * Sets `n` bytes at `addr` to zero; see {@linkcode IO.zeroOut}.
   *
   * @throws {RangeError} If `n` is not an integer from 0 to 2^53 - 1.
   */
  zeroOut(addr: Addr, n: number, opts?: IOOpts): number {
    checkCount(n);
    return this.#memory(opts).zeroOut(addr, n, opts);
  }

  /**
   * Copies from a Reader to the memory at `ars`; see
   * {@linkcode IO.copyOutFrom}. The Reader is not asked for bytes beyond the
   * end of the mapping.
   */
  copyOutFrom(ars: AddrRangeSeq, src: Reader, opts?: IOOpts): number {
    return this.#memory(opts).copyOutFrom(ars, src, opts);
  }

  /** Copies the memory at `ars` to a Writer; see {@linkcode IO.copyInTo}. */
  copyInTo(ars: AddrRangeSeq, dst: Writer, opts?: IOOpts): number {
    return this.#memory(opts).copyInTo(ars, dst, opts);
  }

  /** Copies the memory at `ars` to `dst`; see {@linkcode copyInVec}. */
  copyInVec(ars: AddrRangeSeq, dst: Uint8Array, opts?: IOOpts): number {
    return copyInVec(this.#memory(opts), ars, dst, opts);
  }

  /** Copies `src` to the memory at `ars`; see {@linkcode copyOutVec}. */
  copyOutVec(ars: AddrRangeSeq, src: Uint8Array, opts?: IOOpts): number {
    return copyOutVec(this.#memory(opts), ars, src, opts);
  }

  /**
   * Sets the word at `addr`; see {@linkcode IO.swapUint32}.
   *
   * With {@linkcode MMapIO.safe} the kernel first checks whether the word can
   * be written. If the file is truncated between the check and the write, the
   * process is killed.
   *
   * @throws {SyscallError} `EFAULT` if the word cannot be written, or is not
   * aligned in memory.
   */
  swapUint32(addr: Addr, value: number, opts?: IOOpts): number {
    return this.#alignedMemory("swapUint32", addr, opts)
      .swapUint32(addr, value, opts);
  }

  /**
   * Sets the word at `addr` if it is `expected`; see
   * {@linkcode IO.compareAndSwapUint32} and {@linkcode MMapIO.swapUint32}.
   */
  compareAndSwapUint32(
    addr: Addr,
    expected: number,
    value: number,
    opts?: IOOpts,
  ): number {
    return this.#alignedMemory("compareAndSwapUint32", addr, opts)
      .compareAndSwapUint32(addr, expected, value, opts);
  }

  /**
   * Returns the word at `addr`; see {@linkcode IO.loadUint32} and
   * {@linkcode MMapIO.swapUint32}.
   */
  loadUint32(addr: Addr, opts?: IOOpts): number {
    return this.#alignedMemory("loadUint32", addr, opts).loadUint32(addr, opts);
  }

  /**
   * Closes the memfd that safe accesses may have opened; it is opened again
   * when needed. The mapping stays.
   */
  close(): void {
    this.#process?.close();
    this.#process = undefined;
  }

  /** Calls {@linkcode MMapIO.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  #memory(opts: IOOpts | undefined): IO {
    checkOptional("opts", opts);
    const { bytes, address } = this.mmap;
    if (!this.safe && !opts?.ignorePermissions) return new BytesIO(bytes);
    this.#process ??= ProcessIO.self();
    return new WindowIO(this.#process, address, bytes.length);
  }

  #alignedMemory(call: string, addr: Addr, opts: IOOpts | undefined): IO {
    if ((this.mmap.address + wrap(addr)) % 4n !== 0n) throw fault(call, addr);
    return this.#memory(opts);
  }
}
