import { readMemory } from "../posix/process_memory/memory.ts";
import { ownMemory } from "../posix/process_memory/own_memory.ts";
import { checkRange, toPosition } from "./_arguments.ts";
import { probeMemory } from "./_probe.ts";
import type { Range } from "./_range.ts";
import { findFirst, findLast, lineEnd, toNeedle } from "./_search.ts";

/**
 * A constructor of typed arrays, such as `Float64Array`.
 *
 * @typeParam T The typed array.
 */
export interface TypedArrayConstructor<T> {
  /** Bytes per element. */
  readonly BYTES_PER_ELEMENT: number;
  /** Makes a view of a part of a buffer. */
  new (buffer: ArrayBuffer, byteOffset: number, length: number): T;
}

/**
 * What can be done with mapped bytes as content: read, search, see as lines or
 * numbers. {@linkcode MMap} extends it.
 *
 * A touch of a page that the file does not reach, as somebody cut it short, ends
 * the process. `probe`, `copyOut` and `readSafe` report it instead; `bytes` and
 * everything else touch the pages.
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
   * For {@linkcode MMap}.
   *
   * @internal
   */
  constructor(range: Range) {
    this.#range = range;
  }

  /**
   * The bytes, not a copy; none once they are unmapped, moved away, or when a
   * page between them is unmapped.
   */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#range.bytes;
  }

  /**
   * Reads one byte of each page through the kernel: where a touch would end the
   * process, it throws. Linux only, also where a sandbox denies
   * process_vm_readv(2).
   *
   * It tells what was: the file may be cut right afterwards.
   *
   * @throws {SyscallError} `EFAULT`, with the bytes before the first bad page as
   * `transferred`.
   * @throws {RangeError} If it is no part of the mapping.
   */
  probe(start: number = 0, end: number = this.#range.length): void {
    const address = this.#range.addressOfPart(start, end);
    if (start < end) probeMemory(address, end - start);
  }

  /**
   * Copies bytes through the kernel, which notices pages that a touch would
   * die of. Linux only, also where a sandbox denies process_vm_readv(2).
   *
   * @param dst Where the bytes go.
   * @param start Where they come from.
   * @returns How many there were: fewer than `dst` has room for at the end.
   * @throws {SyscallError} `EFAULT`, with the bytes copied as `transferred`.
   * @throws {RangeError} If `start` is beyond the end.
   *
   * @example A file that was cut meanwhile
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
    checkRange(start, this.#range.length, this.#range.length);
    const length = Math.min(dst.length, this.#range.length - start);
    const address = this.#range.addressOfPart(start, start + length);
    readMemory(ownMemory(), address, dst.subarray(0, length));
    return length;
  }

  /**
   * Returns a copy of some bytes, made as {@linkcode MappedBytes.copyOut} does.
   *
   * @throws {SyscallError} `EFAULT`.
   * @throws {RangeError} If it is no part of the mapping.
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
   * Finds the first occurrence of some bytes, with libc's memmem(3).
   *
   * @param needle What to find: bytes, text (as UTF-8) or one byte. An empty
   * one is found at `from`.
   * @param from Where to begin; a negative number counts from the end.
   * @returns Its position, or -1.
   * @throws {RangeError} If `needle` is a number and not a byte.
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
   * Finds the last occurrence of some bytes, with libc's memrchr(3); Linux
   * only.
   *
   * @param needle What to find: bytes, text (as UTF-8) or one byte.
   * @param from Where it begins at the latest; the end by default, and a
   * negative number counts from there.
   * @returns Its position, or -1.
   * @throws {RangeError} If `needle` is a number and not a byte.
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
   * Iterates over the lines, as bytes without their newline and without a copy.
   *
   * A last line without a newline counts; after one there is no further, empty
   * line. A carriage return stays. It ends early when the memory is unmapped.
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
   * Returns the bytes as numbers of another type, not a copy.
   *
   * @param type The constructor, such as `Float64Array`.
   * @throws {RangeError} If the bytes do not begin at a multiple of the
   * element's size, or their number is no multiple of it.
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
    const size = type.BYTES_PER_ELEMENT;
    if (byteOffset % size !== 0 || length % size !== 0) {
      throw new RangeError(
        `Cannot view ${length} bytes at ${byteOffset} as elements of ${size}`,
      );
    }
    return new type(buffer, byteOffset, length / size);
  }
}
