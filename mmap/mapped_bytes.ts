import { badType, checkBytes } from "../ffi/internal.ts";
import { ownMemory, readMemory } from "../posix/process_memory/internal.ts";
import { checkRange, toPosition } from "./_arguments.ts";
import { probeMemory } from "./_probe.ts";
import type { Range } from "./_range.ts";
import { findFirst, findLast, lineEnd, toNeedle } from "./_search.ts";

/**
 * The constructor of a typed array class, such as `Float64Array`.
 *
 * @typeParam T The typed array.
 */
export interface TypedArrayConstructor<T> {
  /** The size of an element, in bytes. */
  readonly BYTES_PER_ELEMENT: number;
  /** Creates a view of a part of a buffer. */
  new (buffer: ArrayBuffer, byteOffset: number, length: number): T;
}

/**
 * The operations on the content of mapped bytes: reading, searching, and views
 * as lines or numbers. {@linkcode MMap} extends this class.
 *
 * Access to a page beyond the end of the file, which another process may have
 * truncated, kills the process. `probe`, `copyOut` and `readSafe` throw an
 * error instead; `bytes` and all other methods access the pages directly.
 *
 * @example Usage
 * ```ts
 * import { MMap } from "@hostkit/hostkit/mmap";
 *
 * using m = MMap.anonymous(16);
 * m.bytes.fill(7);
 * console.assert(m.readSafe(3, 5).join() === "7,7");
 * ```
 */
export abstract class MappedBytes {
  readonly #range: Range;

  /**
   * Shows a range; only {@linkcode MMap} calls this.
   *
   * @internal
   */
  constructor(range: Range) {
    this.#range = range;
  }

  /**
   * The bytes themselves, not a copy; an empty view if any of their pages is
   * unmapped, or the memory was transferred.
   */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#range.bytes;
  }

  /**
   * Reads one byte of each page through the kernel, which throws an error where
   * a direct access would kill the process. Linux only; it also works in a
   * sandbox that denies process_vm_readv(2).
   *
   * The result may be outdated at once: the file may be truncated right
   * afterwards.
   *
   * @param start The start of the range, in bytes.
   * @param end The end of the range, in bytes.
   * @throws {SyscallError} `EFAULT`, whose `transferred` is the number of bytes
   * before the first page that cannot be read.
   * @throws {RangeError} If the range is not a part of the mapping.
   */
  probe(start: number = 0, end: number = this.#range.length): void {
    const address = this.#range.addressOfPart(start, end);
    if (start < end) probeMemory(address, end - start);
  }

  /**
   * Copies bytes out of the mapping through the kernel, which throws an error
   * where a direct access would kill the process. Linux only; it also works in
   * a sandbox that denies process_vm_readv(2).
   *
   * @param dst The destination.
   * @param start The position of the first byte.
   * @returns The number of bytes copied: fewer than `dst.length` if the mapping
   * ends before.
   * @throws {SyscallError} `EFAULT`, whose `transferred` is the number of bytes
   * copied.
   * @throws {RangeError} If `start` is beyond the end.
   *
   * @example A file that was truncated meanwhile
   * ```ts
   * import { MMap } from "@hostkit/hostkit/mmap";
   * import { ftruncate } from "@hostkit/hostkit/posix";
   *
   * using m = MMap.memfd("cut", 8192);
   * ftruncate(m.fd, 0);
   * try {
   *   m.copyOut(new Uint8Array(10));
   *   console.assert(false, "m.bytes[0] would have ended the process");
   * } catch (error) {
   *   console.assert((error as Error & { code: string }).code === "EFAULT");
   * }
   * ```
   */
  copyOut(dst: Uint8Array<ArrayBuffer>, start: number = 0): number {
    checkBytes("dst", dst);
    checkRange(start, this.#range.length, this.#range.length);
    const length = Math.min(dst.length, this.#range.length - start);
    const address = this.#range.addressOfPart(start, start + length);
    readMemory(ownMemory(), address, dst.subarray(0, length));
    return length;
  }

  /**
   * Returns a copy of a range, made as {@linkcode MappedBytes.copyOut} does.
   *
   * @param start The start of the range, in bytes.
   * @param end The end of the range, in bytes.
   * @throws {SyscallError} `EFAULT` if a page cannot be read.
   * @throws {RangeError} If the range is not a part of the mapping.
   */
  readSafe(
    start: number = 0,
    end: number = this.#range.length,
  ): Uint8Array<ArrayBuffer> {
    const address = this.#range.addressOfPart(start, end);
    const bytes = new Uint8Array(end - start);
    readMemory(ownMemory(), address, bytes);
    return bytes;
  }

  /**
   * Finds the first occurrence of a sequence of bytes, with memmem(3).
   *
   * @param needle The bytes, text (as UTF-8) or one byte to find. An empty
   * needle is found at `from`.
   * @param from The first position to search; a negative one counts from the
   * end.
   * @returns The position of the occurrence, or -1.
   * @throws {RangeError} If `needle` is a number outside 0 to 255.
   *
   * @example Usage
   * ```ts
   * import { MMap } from "@hostkit/hostkit/mmap";
   *
   * using m = MMap.anonymous(8192);
   * m.bytes.set(new TextEncoder().encode("needle"), 5000);
   * console.assert(m.indexOf("needle") === 5000);
   * console.assert(m.lastIndexOf("e") === 5005);
   * ```
   */
  indexOf(needle: string | number | Uint8Array, from: number = 0): number {
    const { bytes } = this;
    return findFirst(bytes, toNeedle(needle), toPosition(from, bytes.length));
  }

  /**
   * Finds the last occurrence of a sequence of bytes, with memrchr(3). Linux
   * only.
   *
   * @param needle The bytes, text (as UTF-8) or one byte to find.
   * @param from The last position at which an occurrence may begin; the end by
   * default. A negative position counts from the end.
   * @returns The position of the occurrence, or -1.
   * @throws {RangeError} If `needle` is a number outside 0 to 255.
   */
  lastIndexOf(
    needle: string | number | Uint8Array,
    from: number = Infinity,
  ): number {
    const { bytes } = this;
    const { length } = bytes;
    const start = from < -length ? -1 : toPosition(from, length);
    return findLast(bytes, toNeedle(needle), start);
  }

  /**
   * Iterates over the lines, each a view of its bytes without the newline.
   *
   * The last line need not end with a newline; after a newline at the end there
   * is no empty line. Carriage returns are kept. The iteration ends early if
   * the memory is unmapped.
   *
   * @example Usage
   * ```ts
   * import { MMap } from "@hostkit/hostkit/mmap";
   *
   * using m = MMap.anonymous(8);
   * m.bytes.set(new TextEncoder().encode("one\ntwo\n"));
   * const decoder = new TextDecoder();
   * const lines = Array.from(m.lines(), (line) => decoder.decode(line));
   * console.assert(lines.join() === "one,two");
   * ```
   */
  *lines(): Generator<Uint8Array<ArrayBuffer>, void> {
    const { bytes } = this;
    for (let start = 0; start < bytes.length;) {
      const end = lineEnd(bytes, start);
      yield bytes.subarray(start, end);
      start = end + 1;
    }
  }

  /**
   * Returns a view of the bytes as another typed array, not a copy.
   *
   * @param type The constructor, such as `Float64Array`.
   * @throws {RangeError} If the position or the number of the bytes is not a
   * multiple of the element size.
   *
   * @example Usage
   * ```ts
   * import { MMap } from "@hostkit/hostkit/mmap";
   *
   * using m = MMap.anonymous(4096);
   * m.as(Float64Array)[1] = Math.PI;
   * console.assert(m.slice(8, 16).as(Float64Array)[0] === Math.PI);
   * ```
   */
  as<T>(type: TypedArrayConstructor<T>): T {
    const { buffer, byteOffset, length } = this.bytes;
    const size = type?.BYTES_PER_ELEMENT;
    if (typeof type !== "function" || !(size > 0)) {
      throw badType("type", type, "the class of a typed array");
    }
    if (byteOffset % size !== 0 || length % size !== 0) {
      throw new RangeError(
        `Cannot view ${length} bytes at ${byteOffset} as elements of ${size} bytes`,
      );
    }
    return new type(buffer, byteOffset, length / size);
  }
}
