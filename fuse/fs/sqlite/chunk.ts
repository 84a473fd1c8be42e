import { PAGE } from "../posix/internal.ts";

/** The number of pages of a chunk, each of which has a bit in the masks. */
export const CHUNK_PAGES = 16;
/** The size in bytes of a chunk, the unit in which files are stored. */
export const CHUNK = CHUNK_PAGES * PAGE;

const ALL = 2 ** CHUNK_PAGES - 1;
/** The bytes of memory that a chunk counts for in addition to its data. */
const OVERHEAD = 256;

/** An owner of chunks, which can evict chunks that the database has as well. */
export interface ChunkHolder {
  evict(chunk: Chunk): void;
}

/**
 * A part of a file in memory. The bytes of pages without data are zeros, and so
 * are the bytes beyond the length of the buffer.
 */
export class Chunk {
  readonly content: ChunkHolder;
  readonly position: number;
  /** The id of the blob with the bytes. */
  readonly blob: number;
  /** The mask of the pages that have data. */
  data: number;
  /** The mask of the pages without data that fallocate(2) reserved. */
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

  /** Both masks in one number, as the database stores them. */
  get pages(): number {
    return this.reserved * (ALL + 1) + this.data;
  }

  /** The number of pages with data or reserved. */
  get pageCount(): number {
    return countPages(this.pages);
  }

  /** The bytes of memory that the chunk counts for. */
  get memory(): number {
    return OVERHEAD + this.#bytes.length;
  }

  /** Returns the bytes to store if the file has `size`: no trailing zeros. */
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

  /** Zeroes a range, and frees the pages that lie wholly in it. */
  clear(from: number, to: number): void {
    this.#bytes.fill(0, from, to);
    const kept = ~pageMask(Math.ceil(from / PAGE), Math.floor(to / PAGE));
    this.data &= kept;
    this.reserved &= kept;
  }
}

/** Returns the mask of the pages from `first` to before `end`. */
export function pageMask(first: number, end: number): number {
  return first >= end ? 0 : (1 << end) - (1 << first);
}

/** Returns the number of used or reserved pages in the database's masks. */
export function countPages(pages: number): number {
  let count = 0;
  for (let bits = pages; bits !== 0; bits &= bits - 1) count++;
  return count;
}
