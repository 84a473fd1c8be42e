import { addressOf } from "../ffi/runtime.ts";
import { MS_SYNC } from "../posix/constants_mman.ts";
import { madvise, msync } from "../posix/memory.ts";
import { checkRange, pageEnd, pageStart } from "./_arguments.ts";
import { DESTRUCTIVE, type Range } from "./_range.ts";
import type { AdviseFlags, SyncFlags } from "./flags.ts";
import { MappedBytes } from "./mapped_bytes.ts";

/**
 * What can be done with mapped pages beyond gommap: parts of them, and the same
 * pages a second time. {@linkcode MMap} extends it.
 *
 * @example Usage
 * ```ts
 * import { MMap } from "@hostkit/hostkit/mmap";
 *
 * using m = MMap.memfd("counter", 4096);
 * const worker = new Int32Array(m.shared());
 * Atomics.add(worker, 0, 1);
 * console.assert(m.bytes[0] === 1);
 * ```
 */
export abstract class MappedPages extends MappedBytes {
  readonly #range: Range;

  /**
   * For {@linkcode MMap}.
   *
   * @internal
   */
  constructor(range: Range) {
    super(range);
    this.#range = range;
  }

  /**
   * `madvise(2)` for a part that need not be page aligned.
   *
   * All pages of the part are meant; of advice that changes content, such as
   * `MADV_DONTNEED`, only those that lie in it entirely.
   *
   * @throws {RangeError} If it is no part of the mapping.
   */
  adviseRange(start: number, end: number, advice: AdviseFlags): void {
    const inner = DESTRUCTIVE.includes(advice);
    const data = this.#range.viewPages("madvise", start, end, inner);
    if (data.length > 0) madvise(data, advice);
  }

  /**
   * `msync(2)` for a part that need not be page aligned.
   *
   * @throws {RangeError} If it is no part of the mapping.
   */
  flushRange(start: number, end: number, flags: SyncFlags = MS_SYNC): void {
    const data = this.#range.viewPages("msync", start, end, false);
    if (data.length > 0) msync(data, flags);
  }

  /**
   * Returns a `SharedArrayBuffer` over the same pages, for Workers: it has
   * `Atomics.wait` and `Atomics.notify`. Linux only.
   *
   * It is a second mapping, which the garbage collector removes when no thread
   * has it any more; unmapping this one does not touch it. Between processes,
   * wait with `futexWait` of `@hostkit/hostkit/posix`.
   *
   * @throws {SyscallError} `EINVAL` if the mapping is private or of huge pages
   * from the system's pool, or the range does not begin at a page; `ENOMEM` if a
   * part is unmapped.
   *
   * @example Usage
   * ```ts
   * import { MMap } from "@hostkit/hostkit/mmap";
   *
   * using m = MMap.memfd("shared", 4096);
   * const words = new Int32Array(m.shared());
   * Atomics.store(words, 0, 42);
   * console.assert(m.bytes[0] === 42);
   * ```
   */
  shared(): SharedArrayBuffer {
    const length = this.#range.view("mremap").length;
    // Only one that could grow lies on pages of its own.
    const buffer = new SharedArrayBuffer(length, { maxByteLength: length });
    if (length > 0) this.#range.overlay(addressOf(new Uint8Array(buffer)));
    return buffer;
  }

  /**
   * Maps the same pages into a WebAssembly memory, so that its code works on
   * them without a copy. Linux only.
   *
   * What was there is gone, up to the end of the last page. The pages stay for
   * the life of the memory; unmapping this mapping does not touch them.
   *
   * @param memory A shared memory, from `new WebAssembly.Memory({ …, shared:
   * true })`.
   * @param offset Where in it, in bytes: a multiple of the page size.
   * @returns The bytes in the memory.
   * @throws {TypeError} If the memory is not shared.
   * @throws {RangeError} If the pages do not fit there.
   * @throws {SyscallError} As {@linkcode MappedPages.shared}.
   */
  intoWasm(
    memory: WebAssembly.Memory,
    offset: number = 0,
  ): Uint8Array<SharedArrayBuffer> {
    const buffer: ArrayBufferLike = memory.buffer;
    if (!(buffer instanceof SharedArrayBuffer)) {
      throw new TypeError("Cannot map into a memory that is not shared");
    }
    const { length } = this.#range.view("mremap");
    checkRange(offset, offset + pageEnd(length), buffer.byteLength);
    if (offset !== pageStart(offset)) {
      throw new RangeError(`Cannot map at ${offset}: not page aligned`);
    }
    if (length > 0) {
      this.#range.overlay(addressOf(new Uint8Array(buffer)) + BigInt(offset));
    }
    return new Uint8Array(buffer, offset, length);
  }
}
