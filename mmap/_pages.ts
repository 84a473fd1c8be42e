/**
 * The pages of one mapping, whatever parts of it are shown.
 *
 * @module
 */

import { errno, linuxLibc } from "../ffi/libc.ts";
import { viewAt } from "../ffi/runtime.ts";
import { SyscallError } from "../ffi/syscall_error.ts";
import { EFAULT, EINVAL, ENOMEM } from "../posix/constants_errno.ts";
import {
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_SHARED,
  MREMAP_FIXED,
  MREMAP_MAYMOVE,
} from "../posix/constants_mman.ts";
import { close, ftruncate } from "../posix/fd.ts";
import { mapPages } from "../posix/mapping.ts";
import { getpagesize } from "../posix/memory.ts";
import { claim, giveUp, giveUpDropped, isAlone } from "../posix/registry.ts";
import { MAP_FAILED, retire, retireFreed } from "../posix/retired.ts";
import { fstat } from "../posix/stat.ts";
import { pageEnd } from "./_arguments.ts";
import { checkHugeLength } from "./_huge_pages.ts";

/** What mmap(2) was asked for. */
export interface MapRequest {
  /** The address wished for, or `null`. */
  readonly address: bigint | null;
  /** The file. */
  readonly fd: number;
  /** Whether the mapping keeps `fd`, and closes it in the end. */
  readonly ownsFd: boolean;
  /** Where in the file, in bytes; page aligned. */
  readonly offset: bigint;
  /** `PROT_*`. */
  readonly prot: number;
  /** `MAP_*`. */
  readonly flags: number;
}

/** A run of pages that are mapped, and the buffer that shows them. */
interface Segment {
  /** Its place in the mapping, in bytes; page aligned. */
  readonly from: number;
  /** Its length in bytes, also once the buffer has none. */
  readonly length: number;
  readonly buffer: ArrayBuffer;
}

/** What outlives the {@linkcode Pages}, for the net under them. */
interface Estate {
  base: bigint;
  fd: number;
  segments: Segment[];
  readonly self: WeakRef<Pages>;
}

/** Every mapping, for the one that `MAP_FIXED` puts over others. */
const alive = new Set<WeakRef<Pages>>();

/** Nobody has the mapping any more, but somebody may still have a view of it. */
const dropped = new FinalizationRegistry<Estate>((estate) => {
  alive.delete(estate.self);
  closeFile(estate);
  for (const { from, buffer } of estate.segments) {
    // What was moved away stays mapped for whoever has it now.
    if (buffer.detached) continue;
    unseen.register(buffer, estate.base + BigInt(from));
  }
});

/** Nor has anybody a view. */
const unseen = new FinalizationRegistry<bigint>((address) => {
  const region = giveUpDropped(address);
  if (region !== undefined) retire(region.start, region.end);
});

function closeFile(estate: Estate): void {
  const { fd } = estate;
  estate.fd = -1;
  if (fd >= 0) close(fd);
}

function movedAway(syscall: string): SyscallError {
  return new SyscallError(syscall, EINVAL, {
    hint: "its memory was moved away, by transfer() or postMessage()",
  });
}

/** The pages of one mapping; every `MMap` of it shares them. */
export class Pages {
  /** Bytes in the first page before the first byte of interest. */
  readonly head: number;
  /** What was asked for. */
  readonly request: MapRequest;
  #length: number;
  readonly #estate: Estate;

  /** Describes pages that are mapped already, or an empty file's none. */
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
    this.#estate = { base, fd, segments: [], self };
    alive.add(self);
    dropped.register(this, this.#estate);
  }

  /**
   * Maps pages.
   *
   * @param request What to ask mmap(2).
   * @param head Bytes to skip in the first page.
   * @param length The length with the head; 0 maps nothing and is for files
   * that are empty.
   */
  static map(request: MapRequest, head: number, length: number): Pages {
    if (length === 0) return new Pages(request, head, 0, 0n);
    const { address, buffer } = Pages.#mmap(request, length);
    const pages = new Pages(request, head, length, address);
    pages.#estate.segments.push({ from: 0, length, buffer });
    return pages;
  }

  /** Takes over pages that another thread gave up with {@linkcode Pages.prototype.surrender}. */
  static adopt(
    request: MapRequest,
    head: number,
    length: number,
    base: bigint,
  ): Pages {
    const pages = new Pages(request, head, length, base);
    pages.#show(0, length);
    return pages;
  }

  /** The length in bytes, the head included; 0 once it is unmapped. */
  get length(): number {
    return this.#length;
  }

  /** The file that the mapping keeps open, or -1. */
  get fd(): number {
    return this.#estate.fd;
  }

  /** The address of a place. */
  addressOf(from: number): bigint {
    return this.#estate.base + BigInt(from);
  }

  /** Returns whether any page of a range is mapped. */
  isMapped(from: number, length: number): boolean {
    return this.#within(from, from + Math.max(length, 1)).length > 0;
  }

  /** Returns a range as bytes: none where a page of it is not there. */
  peek(from: number, length: number): Uint8Array<ArrayBuffer> {
    const segment = this.#around(from, length);
    return segment === undefined || segment.buffer.detached
      ? new Uint8Array(0)
      : new Uint8Array(segment.buffer, from - segment.from, length);
  }

  /**
   * Returns a range as bytes, for a system call.
   *
   * A range with a page that is not there never reaches the kernel: something
   * else may be at the address by now.
   */
  view(
    syscall: string,
    from: number,
    length: number,
    absent: number = ENOMEM,
  ): Uint8Array<ArrayBuffer> {
    const segment = this.#around(from, length);
    if (segment === undefined) {
      throw new SyscallError(syscall, absent, { hint: "unmapped" });
    }
    if (segment.buffer.detached) throw movedAway(syscall);
    return new Uint8Array(segment.buffer, from - segment.from, length);
  }

  /** Unmaps the pages of a range, and detaches every view of the mapping. */
  release(from: number, to: number): void {
    const end = pageEnd(to);
    const segments = this.#within(from, end);
    if (segments.some(({ buffer }) => buffer.detached)) {
      throw movedAway("munmap");
    }
    for (const segment of segments) this.#cut(segment, from, end);
    if (this.#estate.segments.length === 0) this.#end();
  }

  /** Unmaps all that is left, and closes the file. */
  close(): void {
    this.release(0, this.#length);
  }

  /** Changes the length, the head included; the pages may move. */
  resize(length: number): void {
    const [segment] = this.#estate.segments;
    if (this.#length === 0 || segment?.length !== this.#length) {
      return this.#resizeEmpty(length);
    }
    if (segment.buffer.detached) throw movedAway("mremap");
    const { fd, flags } = this.request;
    checkHugeLength(flags, length);
    const anonymous = (flags & MAP_ANONYMOUS) !== 0;
    const grows = pageEnd(length) > pageEnd(this.#length);
    if (anonymous && (flags & MAP_SHARED) !== 0 && grows) {
      // The kernel would do it, and end the process at the first touch.
      throw new SyscallError("mremap", EINVAL, {
        hint: "shared anonymous memory cannot grow: use MMap.memfd()",
      });
    }
    if (this.fd >= 0) this.#growFile(fd, length);
    if (!isAlone(segment.buffer)) {
      throw new SyscallError("mremap", EFAULT, {
        hint: "another mapping lies over a part of it",
      });
    }
    this.#giveUp(segment);
    try {
      this.#remap(length);
    } finally {
      this.#show(0, this.#length);
    }
  }

  /** Changes the length of pages that nobody shows. */
  #remap(length: number): void {
    const { base } = this.#estate;
    const end = base + BigInt(pageEnd(this.#length));
    const newEnd = base + BigInt(pageEnd(length));
    if (newEnd < end) retire(newEnd, end);
    else if (newEnd > end) {
      const { mremap } = linuxLibc();
      const moved = mremap(base, end - base, newEnd - base, MREMAP_MAYMOVE, 0n);
      if (moved === MAP_FAILED) throw new SyscallError("mremap", errno());
      if (moved !== base) retireFreed(base, end);
      this.#estate.base = moved;
    }
    this.#length = length;
  }

  /** Maps the same pages a second time, over what is at another address. */
  overlay(from: number, length: number, target: bigint): void {
    this.view("mremap", from, length);
    const mapped = linuxLibc().mremap(
      this.addressOf(from),
      // Of shared pages, a length of 0 makes a second mapping.
      0n,
      BigInt(pageEnd(length)),
      MREMAP_MAYMOVE | MREMAP_FIXED,
      target,
    );
    if (mapped === MAP_FAILED) throw new SyscallError("mremap", errno());
  }

  /** Gives the pages up without unmapping them; returns where they are. */
  surrender(syscall: string): bigint {
    const [segment] = this.#estate.segments;
    if (segment?.length !== this.#length) {
      throw new SyscallError(syscall, EINVAL, { hint: "partly unmapped" });
    }
    if (segment.buffer.detached) throw movedAway(syscall);
    this.#giveUp(segment);
    this.#estate.fd = -1;
    this.#end();
    return this.#estate.base;
  }

  static #mmap(
    { address, prot, flags, fd, offset }: MapRequest,
    length: number,
  ): { address: bigint; buffer: ArrayBuffer } {
    const isFixed = (flags & MAP_FIXED) !== 0 && address !== null;
    if (isFixed && address % BigInt(getpagesize()) === 0n) {
      Pages.#makeRoom(address, address + BigInt(pageEnd(length)));
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
    this.#estate.base = address;
    this.#estate.segments.push({ from: 0, length, buffer });
    this.#length = length;
  }

  #growFile(fd: number, length: number): void {
    const size = Number(this.request.offset) + length;
    if (fstat(fd).size < size) ftruncate(fd, size);
  }

  /** Returns the segments that a range touches. */
  #within(from: number, to: number): Segment[] {
    return this.#estate.segments.filter((segment) =>
      segment.from < to && from < segment.from + segment.length
    );
  }

  /** Returns the segment that a range is a part of. */
  #around(from: number, length: number): Segment | undefined {
    return this.#estate.segments.find((segment) =>
      segment.from <= from && from + length <= segment.from + segment.length
    );
  }

  /** Shows pages, which no buffer shows so far. */
  #show(from: number, length: number): void {
    const address = this.addressOf(from);
    const buffer = viewAt(address, length);
    claim(address, buffer, new WeakRef(buffer));
    this.#estate.segments.push({ from, length, buffer });
  }

  /** Detaches a segment's views and forgets it; its pages stay mapped. */
  #giveUp(segment: Segment): { start: bigint; end: bigint } {
    const region = giveUp(new Uint8Array(segment.buffer))!;
    const { segments } = this.#estate;
    segments.splice(segments.indexOf(segment), 1);
    return region;
  }

  /** Unmaps a segment's pages in a range, and shows anew what is left of it. */
  #cut(segment: Segment, from: number, to: number): void {
    const { from: first, length } = segment;
    const start = Math.max(from, first);
    const end = Math.min(to, pageEnd(first + length));
    const region = this.#giveUp(segment);
    // Where posix.mmap() laid something over it, both are one.
    const isOwn = region.start === this.addressOf(first) &&
      region.end === this.addressOf(pageEnd(first + length));
    try {
      if (isOwn) retire(this.addressOf(start), this.addressOf(end));
      else retire(region.start, region.end);
    } catch (error) {
      this.#show(first, length);
      throw error;
    }
    if (!isOwn) return;
    if (first < start) this.#show(first, start - first);
    if (end < first + length) this.#show(end, first + length - end);
  }

  #end(): void {
    this.#length = 0;
    alive.delete(this.#estate.self);
    closeFile(this.#estate);
  }

  /** Lets go of the pages between two addresses, whoever has them. */
  static #makeRoom(start: bigint, end: bigint): void {
    for (const reference of alive) {
      const pages = reference.deref();
      if (pages !== undefined) pages.#leave(start, end);
    }
  }

  #leave(start: bigint, end: bigint): void {
    const base = this.#estate.base;
    const last = base + BigInt(pageEnd(this.#length));
    if (end <= base || last <= start) return;
    const from = start > base ? Number(start - base) : 0;
    this.release(from, Number((end < last ? end : last) - base));
  }
}
