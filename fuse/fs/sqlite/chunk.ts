import { PAGE } from "../posix/internal.ts";

/** How many pages a chunk has: a bit of its masks for each. */
export const CHUNK_PAGES = 16;
/** The unit in which files lie in the database, in bytes. */
export const CHUNK = CHUNK_PAGES * PAGE;

const ALL = 2 ** CHUNK_PAGES - 1;
/** What a chunk in memory counts for beside its bytes. */
const OVERHEAD = 256;

/** What holds chunks, and can let go of those that the database has as well. */
export interface ChunkHolder {
  evict(chunk: Chunk): void;
}

/**
 * A part of a file, in memory. Bytes of pages without data are zeros, and so
 * is what lies behind the length of the buffer.
 */
export class Chunk {
  readonly content: ChunkHolder;
  readonly position: number;
  /** The blob with its bytes. */
  readonly blob: number;
  /** A bit for each page that has data. */
  data: number;
  /** A bit for each page without, for which there will be room. */
  reserved: number;
  isDirty = false;
  #bytes: Uint8Array<ArrayBuffer>;

  constructor(
    content: ChunkHolder,
    position: number,
    blob: number,
    pages = 0,
    bytes = new Uint8Array(0),
  ) {
    this.content = content;
    this.position = position;
    this.blob = blob;
    this.data = pages & ALL;
    this.reserved = pages >>> CHUNK_PAGES;
    this.#bytes = bytes;
  }

  /** Both masks, as the database has them. */
  get pages(): number {
    return this.reserved * (ALL + 1) + this.data;
  }

  /** How many pages count. */
  get pageCount(): number {
    return countPages(this.pages);
  }

  /** What it takes of memory. */
  get memory(): number {
    return OVERHEAD + this.#bytes.length;
  }

  /** What is to be stored of a file of that size: no zeros at the end. */
  bytesOf(size: number): Uint8Array<ArrayBuffer> {
    const last = (32 - Math.clz32(this.data)) * PAGE;
    const end = Math.min(last, size - this.position * CHUNK);
    return this.#bytes.subarray(0, Math.max(0, end));
  }

  read(from: number, into: Uint8Array): void {
    const part = this.#bytes.subarray(from, from + into.length);
    into.set(part);
    into.fill(0, part.length);
  }

  write(at: number, bytes: Uint8Array): void {
    const end = at + bytes.length;
    if (end > this.#bytes.length) {
      const most = Math.min(CHUNK, 2 * this.#bytes.length);
      const grown = new Uint8Array(Math.max(end, most));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(bytes, at);
  }

  /** Zeros a range, and lets go of the pages that lie in it. */
  clear(from: number, to: number): void {
    this.#bytes.fill(0, from, to);
    const kept = ~pageMask(Math.ceil(from / PAGE), Math.floor(to / PAGE));
    this.data &= kept;
    this.reserved &= kept;
  }
}

/** Returns the bits of the pages from `first` to before `end`. */
export function pageMask(first: number, end: number): number {
  return first >= end ? 0 : (1 << end) - (1 << first);
}

/** Returns how many pages count, by the masks that the database has. */
export function countPages(pages: number): number {
  let count = 0;
  for (let bits = pages; bits !== 0; bits &= bits - 1) count++;
  return count;
}
