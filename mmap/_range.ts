/**
 * A range of bytes of a mapping.
 *
 * @module
 */

import { SyscallError } from "../ffi/syscall_error.ts";
import { EFAULT, EINVAL } from "../posix/constants_errno.ts";
import {
  MADV_DONTNEED,
  MADV_DONTNEED_LOCKED,
  MADV_FREE,
  MADV_GUARD_INSTALL,
  MADV_REMOVE,
  MADV_WIPEONFORK,
  MAP_HUGETLB,
  MAP_SHARED,
} from "../posix/constants_mman.ts";
import { checkRange, pageEnd, pageStart } from "./_arguments.ts";
import type { Pages } from "./_pages.ts";

/** Advice that changes content: it must not touch a neighbour's bytes. */
export const DESTRUCTIVE: readonly number[] = [
  MADV_DONTNEED,
  MADV_DONTNEED_LOCKED,
  MADV_FREE,
  MADV_GUARD_INSTALL,
  MADV_REMOVE,
  MADV_WIPEONFORK,
];

/** What an `MMap` is about: some bytes of some pages. */
export class Range {
  /** The pages, which other ranges share. */
  readonly pages: Pages;
  /** Where the range begins, counted from the first page. */
  readonly from: number;
  /** Its length in bytes, also when they are unmapped. */
  length: number;
  #bytes: Uint8Array<ArrayBuffer> | undefined;

  /** Names a range, all of the bytes of interest by default. */
  constructor(
    pages: Pages,
    from: number = pages.head,
    length: number = Math.max(pages.length - pages.head, 0),
  ) {
    this.pages = pages;
    this.from = from;
    this.length = length;
  }

  /** The bytes: none where they cannot be shown. */
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

  /** Whether this is all of the mapping. */
  get isWhole(): boolean {
    const { head, length } = this.pages;
    return this.from === head && head + this.length >= length;
  }

  /** Where it begins for the kernel: nobody has the head of the first page. */
  get start(): number {
    return this.from === this.pages.head ? 0 : this.from;
  }

  /** Returns the bytes for a system call; none is none to do. */
  view(syscall: string): Uint8Array<ArrayBuffer> {
    if (this.length === 0) return new Uint8Array(0);
    const { start } = this;
    return this.pages.view(syscall, start, this.from + this.length - start);
  }

  /** Returns the pages of a part: those that it touches, or those inside. */
  viewPages(
    syscall: string,
    start: number,
    end: number,
    inner: boolean,
  ): Uint8Array<ArrayBuffer> {
    checkRange(start, end, this.length);
    const { head, length } = this.pages;
    const from = this.from + start;
    const to = this.from + end;
    // Nobody has the bytes around the first and the last.
    const first = from <= head ? 0 : inner ? pageEnd(from) : pageStart(from);
    const last = inner && to < length ? pageStart(to) : to;
    if (start === end || first >= last) return new Uint8Array(0);
    return this.pages.view(syscall, first, last - first);
  }

  /** Returns the address of a part, for reading through the kernel. */
  addressOfPart(start: number, end: number): bigint {
    checkRange(start, end, this.length);
    if (start === end) return 0n;
    const from = this.from + start;
    this.pages.view("process_vm_readv", from, end - start, EFAULT);
    return this.pages.addressOf(from);
  }

  /** Maps the same pages over what is at another address. */
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
