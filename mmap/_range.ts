/**
 * A range of bytes of a mapping.
 *
 * @module
 */

import { SyscallError } from "../ffi/mod.ts";
import {
  EFAULT,
  EINVAL,
  MADV_DONTNEED,
  MADV_DONTNEED_LOCKED,
  MADV_FREE,
  MADV_GUARD_INSTALL,
  MADV_REMOVE,
  MADV_WIPEONFORK,
  MAP_HUGETLB,
  MAP_SHARED,
} from "../posix/mod.ts";
import { checkRange, pageEnd, pageStart } from "./_arguments.ts";
import type { Pages } from "./_pages.ts";

/**
 * Advice that discards content, and so must not affect bytes around a range.
 */
export const DESTRUCTIVE: readonly number[] = [
  MADV_DONTNEED,
  MADV_DONTNEED_LOCKED,
  MADV_FREE,
  MADV_GUARD_INSTALL,
  MADV_REMOVE,
  MADV_WIPEONFORK,
];

/** The bytes of an `MMap`: a range of mapped pages. */
export class Range {
  /** The pages, which other ranges may share. */
  readonly pages: Pages;
  /** The start of the range, in bytes from the start of the first page. */
  readonly from: number;
  /** The length in bytes, even after unmapping. */
  length: number;
  #bytes: Uint8Array<ArrayBuffer> | undefined;

  /**
   * Makes a range; by default, of all bytes after the head of the first page.
   */
  constructor(
    pages: Pages,
    from: number = pages.head,
    length: number = Math.max(pages.length - pages.head, 0),
  ) {
    this.pages = pages;
    this.from = from;
    this.length = length;
  }

  /** The bytes; an empty view if any of their pages is unmapped. */
  get bytes(): Uint8Array<ArrayBuffer> {
    if (this.#bytes === undefined || this.#bytes.length !== this.length) {
      this.#bytes = this.pages.peek(this.from, this.length);
    }
    return this.#bytes;
  }

  /** Whether any byte is mapped. */
  get isMapped(): boolean {
    return this.pages.isMapped(this.from, this.length);
  }

  /** Whether the range covers the whole mapping. */
  get isWhole(): boolean {
    const { head, length } = this.pages;
    return this.from === head && head + this.length >= length;
  }

  /** The start for system calls, which includes the head of the first page. */
  get start(): number {
    return this.from === this.pages.head ? 0 : this.from;
  }

  /** Returns the bytes for a system call; an empty view if there are none. */
  view(syscall: string): Uint8Array<ArrayBuffer> {
    if (this.length === 0) return new Uint8Array(0);
    const { start } = this;
    return this.pages.view(syscall, start, this.from + this.length - start);
  }

  /**
   * Returns the pages of a part: all pages that it overlaps, or only those that
   * lie entirely within it.
   */
  viewPages(
    syscall: string,
    start: number,
    end: number,
    which: "overlapping" | "inner",
  ): Uint8Array<ArrayBuffer> {
    const inner = which === "inner";
    checkRange(start, end, this.length);
    const { head, length } = this.pages;
    const from = this.from + start;
    const to = this.from + end;
    // The rest of the mapping's first and last page belongs to no other range.
    const first = from <= head ? 0 : inner ? pageEnd(from) : pageStart(from);
    const last = inner && to < length ? pageStart(to) : to;
    if (start === end || first >= last) return new Uint8Array(0);
    return this.pages.view(syscall, first, last - first);
  }

  /** Returns the address of a part, to read it through the kernel. */
  addressOfPart(start: number, end: number): bigint {
    checkRange(start, end, this.length);
    if (start === end) return 0n;
    const from = this.from + start;
    this.pages.view("process_vm_readv", from, end - start, EFAULT);
    return this.pages.addressOf(from);
  }

  /** Maps the same pages at another address, and replaces the pages there. */
  overlay(target: bigint): void {
    const { flags } = this.pages.request;
    const hint = (flags & MAP_SHARED) === 0
      ? "a private mapping"
      : (flags & MAP_HUGETLB) !== 0
      ? "huge pages"
      : this.from !== pageStart(this.from)
      ? "not page aligned"
      : undefined;
    if (hint !== undefined) throw new SyscallError("mremap", EINVAL, { hint });
    this.pages.overlay(this.from, this.length, target);
  }
}
