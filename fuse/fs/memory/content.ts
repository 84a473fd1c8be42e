import { type Content, PAGE, type PosixVolume } from "../posix/internal.ts";
import type { PagePool } from "./pool.ts";

/** The number of pages that one leaf describes: 2 MiB of the file. */
const LEAF = 512;
/** The entry of a leaf for a missing page, which reads as zeros. */
const HOLE = 0;
/** The entry for a hole that fallocate(2) reserved, which counts as used. */
const RESERVED = -1;

/** A volume whose pages lie in a pool. */
type PooledVolume = PosixVolume & { readonly pool: PagePool };

/**
 * The bytes of a file: pages where something was written, holes elsewhere.
 *
 * Leaves map each part of the file to its page. A leaf exists only where there
 * are pages, so a hole of any size takes no memory. The bytes of a page beyond
 * the end of the file are always zero, so a file that grows reads zeros there.
 */
export class MemContent implements Content {
  readonly #volume: PooledVolume;
  /** Page numbers by position; a page beyond a leaf's length is a hole. */
  readonly #leaves = new Map<number, number[]>();
  /** The sorted keys of the leaves; `undefined` until they are needed. */
  #order: number[] | undefined;
  /** The number of pages that the file uses or has reserved. */
  pages = 0;

  constructor(volume: PooledVolume) {
    this.#volume = volume;
  }

  read(position: number, into: Uint8Array, length: number): void {
    this.#transfer(position, into, length, false);
  }

  write(position: number, data: Uint8Array): number {
    const length = this.#materialize(position, data.length);
    this.#transfer(position, data, length, true);
    return length;
  }

  punch(start: number, end: number): void {
    const first = Math.ceil(start / PAGE);
    const last = Math.floor(end / PAGE);
    if (first > last) return this.#zero(start, end);
    this.#zero(start, first * PAGE);
    this.#zero(last * PAGE, end);
    this.#free(first, last);
  }

  truncate(size: number): void {
    this.punch(size, Math.ceil(Number.MAX_SAFE_INTEGER / PAGE) * PAGE);
  }

  reserve(start: number, end: number): void {
    const first = Math.floor(start / PAGE);
    const last = Math.ceil(end / PAGE);
    // A lower bound, found without a search: it assumes that all pages of the
    // file lie in this range.
    const least = last - first - this.pages;
    if (least > this.#volume.freePages) this.#volume.takePages(least);
    let missing = 0;
    for (let i = first; i < last; i++) {
      if (this.#page(i) === HOLE) missing++;
    }
    this.#volume.takePages(missing);
    this.pages += missing;
    for (let i = first; i < last; i++) {
      const leaf = this.#leafFor(i);
      if (leaf[i % LEAF] === HOLE) leaf[i % LEAF] = RESERVED;
    }
  }

  nextData(position: number): number {
    const from = Math.floor(position / PAGE);
    const order = this.#keys();
    for (let k = place(order, Math.floor(from / LEAF)); k < order.length; k++) {
      const key = order[k]!;
      const leaf = this.#leaves.get(key)!;
      const base = key * LEAF;
      for (let i = Math.max(from - base, 0); i < leaf.length; i++) {
        if (leaf[i]! > 0) return Math.max((base + i) * PAGE, position);
      }
    }
    return Infinity;
  }

  nextHole(position: number): number {
    let i = Math.floor(position / PAGE);
    while (this.#page(i) > 0) i++;
    return Math.max(i * PAGE, position);
  }

  free(): void {
    this.truncate(0);
  }

  #page(index: number): number {
    return this.#leaves.get(Math.floor(index / LEAF))?.[index % LEAF] ?? HOLE;
  }

  /** Returns the leaf of a page, extended to have an entry for the page. */
  #leafFor(index: number): number[] {
    const key = Math.floor(index / LEAF);
    let leaf = this.#leaves.get(key);
    if (leaf === undefined) {
      this.#leaves.set(key, leaf = []);
      this.#order = undefined;
    }
    while (leaf.length <= index % LEAF) leaf.push(HOLE);
    return leaf;
  }

  #keys(): readonly number[] {
    return this.#order ??= [...this.#leaves.keys()].sort((a, b) => a - b);
  }

  /**
   * Allocates the missing pages of a range that is about to be written. Returns
   * the number of bytes that there is room for.
   */
  #materialize(position: number, length: number): number {
    const { pool } = this.#volume;
    const end = position + length;
    for (let at = position; at < end;) {
      const index = Math.floor(at / PAGE);
      const start = index * PAGE;
      const known = this.#page(index);
      if (known <= 0) {
        if (known === HOLE) {
          if (this.#volume.freePages <= 0) return at - position;
          this.#volume.takePages(1);
          this.pages++;
        }
        const page = this.#leafFor(index)[index % LEAF] = pool.take();
        if (at > start || end < start + PAGE) {
          const offset = pool.offsetOf(page);
          pool.bytesOf(page).fill(0, offset, offset + PAGE);
        }
      }
      at = start + PAGE;
    }
    return length;
  }

  /** Copies bytes in or out, adjacent pages together. */
  #transfer(
    position: number,
    bytes: Uint8Array,
    length: number,
    isWrite: boolean,
  ): void {
    const { pool } = this.#volume;
    for (let at = 0; at < length;) {
      const index = Math.floor((position + at) / PAGE);
      const inPage = position + at - index * PAGE;
      const leaf = this.#leaves.get(Math.floor(index / LEAF));
      const slot = index % LEAF;
      const page = leaf?.[slot] ?? HOLE;
      let count = 1;
      const most = Math.min(
        LEAF - slot,
        Math.ceil((inPage + length - at) / PAGE),
      );
      if (leaf === undefined) count = most;
      else if (page > 0) {
        while (
          count < most && pool.follows(leaf[slot + count]!, page + count - 1)
        ) count++;
      }
      const n = Math.min(count * PAGE - inPage, length - at);
      if (page <= 0) bytes.fill(0, at, at + n);
      else {
        const memory = pool.bytesOf(page);
        const from = pool.offsetOf(page) + inPage;
        if (isWrite) memory.set(part(bytes, at, n), from);
        else bytes.set(memory.subarray(from, from + n), at);
      }
      at += n;
    }
  }

  /** Zeroes a range within one page, unless the page is a hole. */
  #zero(start: number, end: number): void {
    const page = this.#page(Math.floor(start / PAGE));
    if (start >= end || page <= 0) return;
    const { pool } = this.#volume;
    const from = pool.offsetOf(page) + start % PAGE;
    pool.bytesOf(page).fill(0, from, from + end - start);
  }

  /** Frees the pages from `first` to before `last`. */
  #free(first: number, last: number): void {
    const order = this.#keys();
    for (
      let k = place(order, Math.floor(first / LEAF));
      k < order.length;
      k++
    ) {
      const key = order[k]!;
      const base = key * LEAF;
      if (base >= last) break;
      const leaf = this.#leaves.get(key)!;
      const from = Math.max(first - base, 0);
      const to = Math.min(last - base, leaf.length);
      for (let i = from; i < to; i++) this.#freePage(leaf, i);
      if (to === leaf.length) leaf.length = Math.min(from, to);
      if (leaf.length > 0) continue;
      this.#leaves.delete(key);
      this.#order = undefined;
    }
  }

  #freePage(leaf: number[], slot: number): void {
    const page = leaf[slot]!;
    if (page === HOLE) return;
    if (page !== RESERVED) this.#volume.pool.give(page);
    leaf[slot] = HOLE;
    this.#volume.pages--;
    this.pages--;
  }
}

/** Returns a part of an array, or the array itself if that is all of it. */
function part(bytes: Uint8Array, at: number, n: number): Uint8Array {
  return n === bytes.length ? bytes : bytes.subarray(at, at + n);
}

/** Returns the index of the first number that is not below `value`. */
function place(sorted: readonly number[], value: number): number {
  let low = 0;
  for (let high = sorted.length; low < high;) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
