import { PAGE } from "../posix/internal.ts";

/** The binary logarithm of the number of pages in a slab, which has 2 MiB. */
const SLAB_SHIFT = 9;
const SLAB_PAGES = 1 << SLAB_SHIFT;
const SLOT_MASK = SLAB_PAGES - 1;
const WORDS = SLAB_PAGES / 32;

/** A buffer for 512 pages, with a bitmap of the free ones. */
class Slab {
  readonly index: number;
  readonly bytes = new Uint8Array(new ArrayBuffer(SLAB_PAGES * PAGE));
  /** One bit per page, set if the page is free. */
  readonly #free = new Uint32Array(WORDS).fill(0xffff_ffff);
  /** The index of a word of the bitmap before which no page is free. */
  #from = 0;
  freeCount = SLAB_PAGES;

  constructor(index: number) {
    this.index = index;
  }

  get isUnused(): boolean {
    return this.freeCount === SLAB_PAGES;
  }

  /** Takes the first free page, so that the pages of a file are adjacent. */
  take(): number {
    const free = this.#free;
    while (free[this.#from] === 0) this.#from++;
    const bits = free[this.#from]!;
    free[this.#from] = bits & (bits - 1);
    this.freeCount--;
    return this.#from * 32 + 31 - Math.clz32(bits & -bits);
  }

  give(slot: number): void {
    const word = slot >>> 5;
    this.#free[word]! |= 1 << (slot & 31);
    if (word < this.#from) this.#from = word;
    this.freeCount++;
  }
}

/**
 * The pages of memory of all files of a file system. The pages are parts of
 * large buffers, since a buffer per page would cost more than the page holds,
 * and since adjacent pages can be copied together. No page has the number 0.
 */
export class PagePool {
  /** The slabs by index; index 0 is unused, so that no page is number 0. */
  readonly #slabs: (Slab | undefined)[] = [undefined];
  /** The indexes of slabs that were freed. */
  readonly #vacant: number[] = [];
  /** The slabs that have a free page. */
  readonly #open = new Set<Slab>();
  #current: Slab | undefined;

  /** The size of all slabs in bytes, used or not. */
  get capacity(): number {
    const count = this.#slabs.length - 1 - this.#vacant.length;
    return count * SLAB_PAGES * PAGE;
  }

  /** Takes a page, which still has the bytes of its previous use. */
  take(): number {
    let slab = this.#current;
    if (slab === undefined || slab.freeCount === 0) slab = this.#next();
    const slot = slab.take();
    if (slab.freeCount === 0) this.#open.delete(slab);
    return slab.index << SLAB_SHIFT | slot;
  }

  /** Frees a page; the last page of a slab frees the slab's memory. */
  give(page: number): void {
    const slab = this.#slabs[page >>> SLAB_SHIFT]!;
    slab.give(page & SLOT_MASK);
    this.#open.add(slab);
    if (!slab.isUnused || slab === this.#current) return;
    this.#open.delete(slab);
    this.#slabs[slab.index] = undefined;
    this.#vacant.push(slab.index);
  }

  /** Returns the buffer that contains a page. */
  bytesOf(page: number): Uint8Array<ArrayBuffer> {
    return this.#slabs[page >>> SLAB_SHIFT]!.bytes;
  }

  /** Returns where a page starts in its buffer. */
  offsetOf(page: number): number {
    return (page & SLOT_MASK) * PAGE;
  }

  /** Whether a page directly follows another page in the same buffer. */
  follows(page: number, other: number): boolean {
    return page === other + 1 && (page & SLOT_MASK) !== 0;
  }

  #next(): Slab {
    for (const slab of this.#open) return this.#current = slab;
    const slab = new Slab(this.#vacant.pop() ?? this.#slabs.length);
    this.#slabs[slab.index] = slab;
    this.#open.add(slab);
    return this.#current = slab;
  }
}
