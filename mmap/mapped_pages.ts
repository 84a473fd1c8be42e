import { checkCount, checkInstance } from "../ffi/internal.ts";
import { addressOf } from "../ffi/mod.ts";
import { madvise, MS_SYNC, msync } from "../posix/mod.ts";
import { checkRange, pageEnd, pageStart } from "./_arguments.ts";
import { DESTRUCTIVE, type Range } from "./_range.ts";
import type { AdviseFlags, SyncFlags } from "./flags.ts";
import { MappedBytes } from "./mapped_bytes.ts";

/**
 * The operations on mapped pages that gommap does not have: calls for a part of
 * the pages, and a second mapping of them. {@linkcode MMap} extends this class.
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
   * Shows a range; only {@linkcode MMap} calls this.
   *
   * @internal
   */
  constructor(range: Range) {
    super(range);
    this.#range = range;
  }

  /**
   * `madvise(2)` for a range that need not be page aligned.
   *
   * The advice applies to all pages that overlap the range. Advice that
   * discards content, such as `MADV_DONTNEED`, applies only to pages entirely
   * within it.
   *
   * @param start The start of the range, in bytes.
   * @param end The end of the range, in bytes.
   * @param advice One of the `MADV_*` constants.
   * @throws {RangeError} If the range is not a part of the mapping.
   */
  adviseRange(start: number, end: number, advice: AdviseFlags): void {
    const which = DESTRUCTIVE.includes(advice) ? "inner" : "overlapping";
    const data = this.#range.viewPages("madvise", start, end, which);
    if (data.length > 0) madvise(data, advice);
  }

  /**
   * `msync(2)` for a range that need not be page aligned.
   *
   * @param start The start of the range, in bytes.
   * @param end The end of the range, in bytes.
   * @param flags `MS_SYNC` or `MS_ASYNC`, optionally with `MS_INVALIDATE`.
   * @throws {RangeError} If the range is not a part of the mapping.
   */
  flushRange(start: number, end: number, flags: SyncFlags = MS_SYNC): void {
    const data = this.#range.viewPages("msync", start, end, "overlapping");
    if (data.length > 0) msync(data, flags);
  }

  /**
   * Maps the same pages into a new `SharedArrayBuffer`, which Workers can share
   * and use with `Atomics.wait` and `Atomics.notify`. Linux only.
   *
   * This second mapping exists until no thread has the buffer any more;
   * unmapping the `MMap` does not affect it. Between processes, wait with
   * `futexWait` of `@hostkit/hostkit/posix`.
   *
   * @throws {SyscallError} `EINVAL` if the mapping is private or of huge pages
   * from the system's pool, or the range is not page aligned; `ENOMEM` if a
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
    // Only a growable buffer has pages of its own.
    const buffer = new SharedArrayBuffer(length, { maxByteLength: length });
    if (length > 0) this.#range.overlay(addressOf(new Uint8Array(buffer)));
    return buffer;
  }

  /**
   * Maps the same pages into a WebAssembly memory, so that its code can use
   * them without a copy. Linux only.
   *
   * The previous content at `offset` is lost, up to the end of the last page.
   * The pages stay mapped there for the lifetime of the memory; unmapping the
   * `MMap` does not affect them.
   *
   * @param memory A shared memory, from `new WebAssembly.Memory({ …, shared:
   * true })`.
   * @param offset The offset in the memory, in bytes: a multiple of the page
   * size.
   * @returns The mapped bytes in the memory.
   * @throws {TypeError} If the memory is not shared.
   * @throws {RangeError} If the pages do not fit into the memory at `offset`.
   * @throws {SyscallError} As {@linkcode MappedPages.shared}.
   */
  intoWasm(
    memory: WebAssembly.Memory,
    offset: number = 0,
  ): Uint8Array<SharedArrayBuffer> {
    checkInstance("memory", memory, WebAssembly.Memory);
    const buffer: ArrayBufferLike = memory.buffer;
    if (!(buffer instanceof SharedArrayBuffer)) {
      throw new TypeError("Cannot map into a memory that is not shared");
    }
    const { length } = this.#range.view("mremap");
    checkCount("offset", offset);
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
