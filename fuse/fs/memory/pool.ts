import { PAGE } from "../posix/internal.ts";

/** How many pages are allocated together, as a power of two: 2 MiB. */
const SLAB_SHIFT = 9;
const SLAB_PAGES = 1 << SLAB_SHIFT;
const SLOT_MASK = SLAB_PAGES - 1;
const WORDS = SLAB_PAGES / 32;

/** Memory for some pages, and which of them are free. */
class Slab {
  readonly index: number;
  readonly bytes = new Uint8Array(new ArrayBuffer(SLAB_PAGES * PAGE));
  /** One bit for each page: set if it is free. */
  readonly #free = new Uint32Array(WORDS).fill(0xffff_ffff);
  /** No word before this one has a free page. */
  #from = 0;
  freeCount = SLAB_PAGES;

  constructor(index: number) {
    this.index = index;
  }

  get isUnused(): boolean {
    return this.freeCount === SLAB_PAGES;
  }

  /** Takes the first free page, so that a file's pages lie side by side. */
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
 * Pages of memory for all files of a file system, numbered from 1. They are
 * parts of large buffers: a page of its own would cost more than it holds, and
 * a run of neighbours is copied at once.
 */
export class PagePool {
  /** The first is missing, so that no page has the number 0. */
  readonly #slabs: (Slab | undefined)[] = [undefined];
  /** Indexes of slabs that were given back. */
  readonly #vacant: number[] = [];
  /** Those that have a free page. */
  readonly #open = new Set<Slab>();
  #current: Slab | undefined;

  /** How many bytes of memory the pool holds, used or not. */
  get capacity(): number {
    const count = this.#slabs.length - 1 - this.#vacant.length;
    return count * SLAB_PAGES * PAGE;
  }

  /** Takes a page, which holds what its last owner left. */
  take(): number {
    let slab = this.#current;
    if (slab === undefined || slab.freeCount === 0) slab = this.#next();
    const slot = slab.take();
    if (slab.freeCount === 0) this.#open.delete(slab);
    return slab.index << SLAB_SHIFT | slot;
  }

  /** Gives a page back, and its slab's memory with the last one. */
  give(page: number): void {
    const slab = this.#slabs[page >>> SLAB_SHIFT]!;
    slab.give(page & SLOT_MASK);
    this.#open.add(slab);
    if (!slab.isUnused || slab === this.#current) return;
    this.#open.delete(slab);
    this.#slabs[slab.index] = undefined;
    this.#vacant.push(slab.index);
  }

  /** Returns the buffer that a page lies in. */
  bytesOf(page: number): Uint8Array<ArrayBuffer> {
    return this.#slabs[page >>> SLAB_SHIFT]!.bytes;
  }

  /** Returns where a page starts in its buffer. */
  offsetOf(page: number): number {
    return (page & SLOT_MASK) * PAGE;
  }

  /** Whether a page lies just behind another one in the same buffer. */
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
