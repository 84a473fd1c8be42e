/**
 * The pages of one mapping, shared by all objects that show parts of them.
 *
 * @module
 */

import { errno, linuxLibc } from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import {
  isAlone,
  MAP_FAILED,
  mapPages,
  retire,
  retireFreed,
} from "../posix/internal.ts";
import {
  close,
  EFAULT,
  EINVAL,
  ENOMEM,
  fstat,
  ftruncate,
  getpagesize,
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_SHARED,
  MREMAP_FIXED,
  MREMAP_MAYMOVE,
} from "../posix/mod.ts";
import { pageEnd } from "./_arguments.ts";
import { checkHugeLength } from "./_huge_pages.ts";
import { Segments } from "./_segments.ts";

/** The arguments of an mmap(2) call. */
export interface MapRequest {
  /** The requested address, or `null`. */
  readonly address: bigint | null;
  /** The file descriptor, or -1. */
  readonly fd: number;
  /** Whether the mapping keeps `fd` open and closes it when it is unmapped. */
  readonly ownsFd: boolean;
  /** The offset in the file, in bytes; page aligned. */
  readonly offset: bigint;
  /** The `PROT_*` flags. */
  readonly prot: number;
  /** The `MAP_*` flags. */
  readonly flags: number;
}

/** The state of {@linkcode Pages} that their finalizer needs. */
interface PagesState {
  fd: number;
  readonly segments: Segments;
  readonly self: WeakRef<Pages>;
}

/** All mappings, so that `MAP_FIXED` can unmap those that it replaces. */
const alive = new Set<WeakRef<Pages>>();

/** Waits for mappings to become unreachable; a view may still be in use. */
const droppedPages = new FinalizationRegistry<PagesState>((state) => {
  alive.delete(state.self);
  closeFile(state);
  state.segments.unmapUnused();
});

function closeFile(state: PagesState): void {
  const { fd } = state;
  state.fd = -1;
  if (fd >= 0) close(fd);
}

function transferredError(syscall: string): SyscallError {
  return new SyscallError(syscall, EINVAL, {
    hint: "its memory was moved away by transfer() or postMessage()",
  });
}

/** The pages of one mapping, shared by all `MMap`s over parts of it. */
export class Pages {
  /** The number of bytes in the first page before the requested range. */
  readonly head: number;
  /** The arguments of the mmap(2) call. */
  readonly request: MapRequest;
  #length: number;
  readonly #state: PagesState;
  readonly #segments: Segments;

  /** Describes pages that are mapped already, or no pages for an empty file. */
  private constructor(
    request: MapRequest,
    head: number,
    length: number,
    base: bigint,
  ) {
    this.request = request;
    this.head = head;
    this.#length = length;
    const self = new WeakRef(this);
    const fd = request.ownsFd ? request.fd : -1;
    const segments = this.#segments = new Segments(base);
    this.#state = { fd, segments, self };
    alive.add(self);
    droppedPages.register(this, this.#state);
  }

  /**
   * Maps pages.
   *
   * @param request The arguments for mmap(2).
   * @param head The number of bytes to skip in the first page.
   * @param length The length including the head; 0, for an empty file, maps
   * nothing.
   */
  static map(request: MapRequest, head: number, length: number): Pages {
    if (length === 0) return new Pages(request, head, 0, 0n);
    const { address, buffer } = Pages.#mmap(request, length);
    const pages = new Pages(request, head, length, address);
    pages.#segments.add({ from: 0, length, buffer });
    return pages;
  }

  /**
   * Takes over pages that another thread gave up with {@linkcode
   * Pages.prototype.handOver}.
   */
  static adopt(
    request: MapRequest,
    head: number,
    length: number,
    base: bigint,
  ): Pages {
    const pages = new Pages(request, head, length, base);
    pages.#segments.show(0, length);
    return pages;
  }

  /** The length in bytes, including the head; 0 after unmapping. */
  get length(): number {
    return this.#length;
  }

  /** The file descriptor that the mapping keeps open, or -1. */
  get fd(): number {
    return this.#state.fd;
  }

  /** Returns the address of an offset in the mapping. */
  addressOf(from: number): bigint {
    return this.#segments.addressOf(from);
  }

  /** Returns whether any page of a range is mapped. */
  isMapped(from: number, length: number): boolean {
    const to = from + Math.max(length, 1);
    return this.#segments.overlapping(from, to).length > 0;
  }

  /**
   * Returns a range as bytes: an empty view if one of its pages is unmapped.
   */
  peek(from: number, length: number): Uint8Array<ArrayBuffer> {
    const segment = this.#segments.around(from, length);
    return segment === undefined || segment.buffer.detached
      ? new Uint8Array(0)
      : new Uint8Array(segment.buffer, from - segment.from, length);
  }

  /**
   * Returns a range as bytes, for a system call.
   *
   * Throws if a page of the range is unmapped, since the address may belong to
   * another mapping by now.
   */
  view(
    syscall: string,
    from: number,
    length: number,
    absent: number = ENOMEM,
  ): Uint8Array<ArrayBuffer> {
    const segment = this.#segments.around(from, length);
    if (segment === undefined) {
      throw new SyscallError(syscall, absent, { hint: "unmapped" });
    }
    if (segment.buffer.detached) throw transferredError(syscall);
    return new Uint8Array(segment.buffer, from - segment.from, length);
  }

  /** Unmaps the pages of a range, and detaches every view of the mapping. */
  release(from: number, to: number): void {
    const end = pageEnd(to);
    const segments = this.#segments.overlapping(from, end);
    if (segments.some(({ buffer }) => buffer.detached)) {
      throw transferredError("munmap");
    }
    for (const segment of segments) {
      this.#segments.unmapPart(segment, from, end);
    }
    if (this.#segments.isEmpty) this.#markUnmapped();
  }

  /** Unmaps all remaining pages, and closes the file. */
  close(): void {
    this.release(0, this.#length);
  }

  /** Changes the length, which includes the head; the pages may move. */
  resize(length: number): void {
    const segment = this.#segments.whole(this.#length);
    if (segment === undefined) {
      return this.#resizeEmpty(length);
    }
    if (segment.buffer.detached) throw transferredError("mremap");
    const { fd, flags } = this.request;
    checkHugeLength(flags, length);
    const anonymous = (flags & MAP_ANONYMOUS) !== 0;
    const grows = pageEnd(length) > pageEnd(this.#length);
    if (anonymous && (flags & MAP_SHARED) !== 0 && grows) {
      // mremap(2) would succeed, but access to the new pages kills the process.
      throw new SyscallError("mremap", EINVAL, {
        hint: "shared anonymous memory cannot grow: use MMap.memfd()",
      });
    }
    if (this.fd >= 0) this.#growFile(fd, length);
    if (!isAlone(segment.buffer)) {
      throw new SyscallError("mremap", EFAULT, {
        hint: "another mapping replaced a part of it",
      });
    }
    this.#segments.detach(segment);
    try {
      this.#remap(length);
    } finally {
      this.#segments.show(0, this.#length);
    }
  }

  /** Changes the length of pages over which there is no buffer. */
  #remap(length: number): void {
    const { base } = this.#segments;
    const end = base + BigInt(pageEnd(this.#length));
    const newEnd = base + BigInt(pageEnd(length));
    if (newEnd < end) retire(newEnd, end);
    else if (newEnd > end) {
      const { mremap } = linuxLibc();
      const moved = mremap(base, end - base, newEnd - base, MREMAP_MAYMOVE, 0n);
      if (moved === MAP_FAILED) throw new SyscallError("mremap", errno());
      if (moved !== base) retireFreed(base, end);
      this.#segments.base = moved;
    }
    this.#length = length;
  }

  /**
   * Maps the same pages a second time, at an address whose pages they replace.
   */
  overlay(from: number, length: number, target: bigint): void {
    this.view("mremap", from, length);
    const mapped = linuxLibc().mremap(
      this.addressOf(from),
      // For shared pages, an old length of 0 makes a second mapping.
      0n,
      BigInt(pageEnd(length)),
      MREMAP_MAYMOVE | MREMAP_FIXED,
      target,
    );
    if (mapped === MAP_FAILED) throw new SyscallError("mremap", errno());
  }

  /** Gives the pages up without unmapping them, and returns their address. */
  handOver(syscall: string): bigint {
    const segment = this.#segments.whole(this.#length);
    if (segment === undefined) {
      throw new SyscallError(syscall, EINVAL, { hint: "partly unmapped" });
    }
    if (segment.buffer.detached) throw transferredError(syscall);
    this.#segments.detach(segment);
    this.#state.fd = -1;
    this.#markUnmapped();
    return this.#segments.base;
  }

  static #mmap(
    { address, prot, flags, fd, offset }: MapRequest,
    length: number,
  ): { address: bigint; buffer: ArrayBuffer } {
    const isFixed = (flags & MAP_FIXED) !== 0 && address !== null;
    if (isFixed && address % BigInt(getpagesize()) === 0n) {
      Pages.#releaseAll(address, address + BigInt(pageEnd(length)));
    }
    const hold = (buffer: ArrayBuffer) => new WeakRef(buffer);
    const mapped = mapPages(address, length, prot, flags, fd, offset, hold);
    return { address: mapped.address, buffer: mapped.data.buffer };
  }

  #resizeEmpty(length: number): void {
    if (this.#length > 0 || this.fd < 0) {
      throw new SyscallError("mremap", ENOMEM, { hint: "unmapped" });
    }
    this.#growFile(this.fd, length);
    const { address, buffer } = Pages.#mmap(this.request, length);
    this.#segments.base = address;
    this.#segments.add({ from: 0, length, buffer });
    this.#length = length;
  }

  #growFile(fd: number, length: number): void {
    const size = Number(this.request.offset) + length;
    if (fstat(fd).size < size) ftruncate(fd, size);
  }

  #markUnmapped(): void {
    this.#length = 0;
    alive.delete(this.#state.self);
    closeFile(this.#state);
  }

  /** Unmaps the pages of all mappings between two addresses. */
  static #releaseAll(start: bigint, end: bigint): void {
    for (const reference of alive) {
      const pages = reference.deref();
      if (pages !== undefined) pages.#releaseBetween(start, end);
    }
  }

  #releaseBetween(start: bigint, end: bigint): void {
    const { base } = this.#segments;
    const last = base + BigInt(pageEnd(this.#length));
    if (end <= base || last <= start) return;
    const from = start > base ? Number(start - base) : 0;
    this.release(from, Number((end < last ? end : last) - base));
  }
}
