/**
 * The page ranges of one mapping that are still mapped, each with its buffer.
 *
 * @module
 */

import { viewAt } from "../ffi/mod.ts";
import { claim, giveUp, giveUpDropped, retire } from "../posix/internal.ts";
import { pageEnd } from "./_arguments.ts";

/** A contiguous range of mapped pages, and the buffer over them. */
export interface Segment {
  /** The offset in the mapping, in bytes; page aligned. */
  readonly from: number;
  /** The length in bytes, even after the buffer was detached. */
  readonly length: number;
  /** The buffer, which is detached if its memory was transferred. */
  readonly buffer: ArrayBuffer;
}

/** Waits for the last view to become unreachable, and unmaps the pages. */
const droppedBuffers = new FinalizationRegistry<bigint>((address) => {
  const region = giveUpDropped(address);
  if (region !== undefined) retire(region.start, region.end);
});

/** The segments of one mapping; more than one after a part was unmapped. */
export class Segments {
  /** The address of the mapping; 0 if nothing was mapped yet. */
  base: bigint;
  readonly #list: Segment[] = [];

  constructor(base: bigint) {
    this.base = base;
  }

  /** Whether no page is mapped. */
  get isEmpty(): boolean {
    return this.#list.length === 0;
  }

  /** Returns the address of an offset in the mapping. */
  addressOf(from: number): bigint {
    return this.base + BigInt(from);
  }

  /** Returns the only segment if it has `length` bytes, and so all of them. */
  whole(length: number): Segment | undefined {
    const [segment] = this.#list;
    return segment?.length === length ? segment : undefined;
  }

  /** Returns the segments that overlap a range. */
  overlapping(from: number, to: number): Segment[] {
    return this.#list.filter((segment) =>
      segment.from < to && from < segment.from + segment.length
    );
  }

  /** Returns the segment that contains a range. */
  around(from: number, length: number): Segment | undefined {
    return this.#list.find((segment) =>
      segment.from <= from && from + length <= segment.from + segment.length
    );
  }

  /** Adds pages that have been mapped, with their buffer. */
  add(segment: Segment): void {
    this.#list.push(segment);
  }

  /** Makes a buffer over pages that have none. */
  show(from: number, length: number): void {
    const address = this.addressOf(from);
    const buffer = viewAt(address, length);
    claim(address, buffer, new WeakRef(buffer));
    this.add({ from, length, buffer });
  }

  /** Detaches the buffer of a segment and removes it; its pages stay mapped. */
  detach(segment: Segment): { start: bigint; end: bigint } {
    const region = giveUp(new Uint8Array(segment.buffer))!;
    this.#list.splice(this.#list.indexOf(segment), 1);
    return region;
  }

  /**
   * Unmaps the pages of a segment in a range, and makes buffers over the rest.
   */
  unmapPart(segment: Segment, from: number, to: number): void {
    const { from: first, length } = segment;
    const start = Math.max(from, first);
    const end = Math.min(to, pageEnd(first + length));
    const region = this.detach(segment);
    // posix.mmap() with MAP_FIXED may have joined another mapping to it.
    const isOwn = region.start === this.addressOf(first) &&
      region.end === this.addressOf(pageEnd(first + length));
    try {
      if (isOwn) retire(this.addressOf(start), this.addressOf(end));
      else retire(region.start, region.end);
    } catch (error) {
      this.show(first, length);
      throw error;
    }
    if (!isOwn) return;
    if (first < start) this.show(first, start - first);
    if (end < first + length) this.show(end, first + length - end);
  }

  /** Unmaps each segment as soon as all views of it are unreachable. */
  unmapUnused(): void {
    for (const { from, buffer } of this.#list) {
      // Transferred memory stays mapped for its new owner.
      if (buffer.detached) continue;
      droppedBuffers.register(buffer, this.addressOf(from));
    }
  }
}
