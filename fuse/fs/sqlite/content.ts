import { type Content, PAGE, type PosixFile } from "../posix/internal.ts";
import { CHUNK, Chunk, CHUNK_PAGES, countPages, pageMask } from "./chunk.ts";
import type { ChunkRow, Store } from "./database.ts";
import type { Part, SavedSize, StoredVolume } from "./stored_volume.ts";

/** A range of freed chunks that the database still has. */
interface Cut {
  readonly from: number;
  readonly to: number;
}

/** The index after the last chunk that a file can have. */
const END = Math.ceil(Number.MAX_SAFE_INTEGER / CHUNK);

/**
 * The bytes of a file: chunks where something was written, holes elsewhere.
 *
 * Changed chunks stay in memory until all of them are saved together.
 */
export class SqliteContent implements Content, Part {
  readonly #volume: StoredVolume;
  readonly #file: PosixFile;
  /** The chunks that are in memory. */
  readonly #chunks = new Map<number, Chunk>();
  readonly #dirty = new Set<Chunk>();
  #cuts: Cut[] = [];
  /** Whether the database may have chunks of the file. */
  #isStored: boolean;
  /** The size of the file in the database; bytes beyond it read as zeros. */
  #storedSize: number;
  /** The number of pages that the file uses or has reserved. */
  pages: number;

  /** Starts with the saved content, or without content. */
  constructor(volume: StoredVolume, file: PosixFile, saved?: SavedSize) {
    this.#volume = volume;
    this.#file = file;
    this.#isStored = saved !== undefined;
    this.#storedSize = saved?.size ?? 0;
    this.pages = saved?.pages ?? 0;
  }

  read(position: number, into: Uint8Array, length: number): void {
    forEachChunk(position, length, (index, at, from, n) => {
      const part = into.subarray(at, at + n);
      const chunk = this.#find(index);
      if (chunk === undefined) part.fill(0);
      else {
        chunk.read(from, part);
        if (!chunk.isDirty) this.#volume.cache.touch(chunk);
      }
      return n;
    });
  }

  write(position: number, data: Uint8Array): number {
    return forEachChunk(position, data.length, (index, at, from, n) => {
      const chunk = this.#findOrMake(index);
      const room = this.#claim(chunk, from, n);
      if (room === 0) return 0;
      this.#change(chunk, () => {
        chunk.write(from, data.subarray(at, at + room));
      });
      return room;
    });
  }

  punch(start: number, end: number): void {
    const first = Math.ceil(start / CHUNK);
    const last = Math.floor(end / CHUNK);
    if (first > last) {
      return this.#clear(last, start % CHUNK, end % CHUNK);
    }
    this.#clear(first - 1, CHUNK - (first * CHUNK - start), CHUNK);
    this.#cut(first, last);
    this.#clear(last, 0, end % CHUNK);
  }

  truncate(size: number): void {
    this.punch(size, END * CHUNK);
  }

  reserve(start: number, end: number): void {
    const first = Math.floor(start / PAGE);
    const last = Math.ceil(end / PAGE);
    // A lower bound, found without a query: it assumes that all pages of the
    // file lie in this range.
    const least = last - first - this.pages;
    if (least > this.#volume.freePages) this.#volume.takePages(least);
    const from = Math.floor(start / CHUNK);
    const to = Math.ceil(end / CHUNK);
    const known = new Map(this.#masks(from, to));
    const missing: [index: number, mask: number][] = [];
    let count = 0;
    for (let index = from; index < to; index++) {
      const base = index * CHUNK_PAGES;
      const wanted = pageMask(
        Math.max(0, first - base),
        Math.min(CHUNK_PAGES, last - base),
      );
      const pages = known.get(index) ?? 0;
      const mask = wanted & ~(pages | pages >>> CHUNK_PAGES);
      if (mask === 0) continue;
      missing.push([index, mask]);
      count += countPages(mask);
    }
    this.#volume.takePages(count);
    this.pages += count;
    for (const [index, mask] of missing) {
      const chunk = this.#findOrMake(index);
      this.#change(chunk, () => chunk.reserved |= mask);
    }
  }

  nextData(position: number): number {
    const from = Math.floor(position / CHUNK);
    for (const [index, pages] of this.#masks(from, END)) {
      const base = index * CHUNK_PAGES;
      const first = Math.max(0, Math.floor(position / PAGE) - base);
      const data = pages & pageMask(first, CHUNK_PAGES);
      if (data === 0) continue;
      const page = base + 31 - Math.clz32(data & -data);
      return Math.max(page * PAGE, position);
    }
    return Infinity;
  }

  nextHole(position: number): number {
    let page = Math.floor(position / PAGE);
    const from = Math.floor(position / CHUNK);
    for (const [index, pages] of this.#masks(from, END)) {
      if (index > page / CHUNK_PAGES) break;
      const base = index * CHUNK_PAGES;
      while (page - base < CHUNK_PAGES && pages & 1 << page - base) page++;
      if (page - base < CHUNK_PAGES) break;
    }
    return Math.max(page * PAGE, position);
  }

  free(): void {
    this.#free(this.pages);
  }

  save(store: Store): void {
    const { inode, size } = this.#file;
    for (const { from, to } of this.#cuts) store.deleteChunks(inode, from, to);
    for (const chunk of this.#dirty) {
      const { position, pages, blob } = chunk;
      if (pages === 0) store.deleteChunks(inode, position, position + 1);
      else {store.saveChunk(
          inode,
          { position, pages, blob },
          chunk.bytesOf(size),
        );}
    }
  }

  saved(): void {
    this.#isStored = true;
    this.#storedSize = this.#file.size;
    this.#cuts = [];
    for (const chunk of this.#dirty) {
      chunk.isDirty = false;
      if (chunk.pages === 0) this.#chunks.delete(chunk.position);
      else this.#volume.cache.add(chunk);
    }
    this.#dirty.clear();
  }

  /** Drops a chunk that can be read from the database again. */
  evict(chunk: Chunk): void {
    this.#chunks.delete(chunk.position);
  }

  drop(): void {
    for (const chunk of this.#chunks.values()) this.#release(chunk);
    this.#chunks.clear();
    this.#dirty.clear();
  }

  /** Returns a chunk, unless it is a hole. */
  #find(index: number): Chunk | undefined {
    const known = this.#chunks.get(index);
    if (known !== undefined) return known;
    const row = this.#isCut(index)
      ? undefined
      : this.#volume.db.chunk(this.#file.inode, index);
    if (row === undefined) return undefined;
    const end = Math.min(CHUNK, this.#storedSize - index * CHUNK);
    const bytes = this.#volume.db.blob(row.blob)
      ?.subarray(0, Math.max(0, end));
    const chunk = new Chunk(this, index, row.blob, row.pages, bytes);
    this.#chunks.set(index, chunk);
    this.#volume.cache.add(chunk);
    return chunk;
  }

  #findOrMake(index: number): Chunk {
    return this.#find(index) ??
      new Chunk(this, index, this.#volume.newBlob());
  }

  /** Changes a chunk, and marks it to be saved. */
  #change(chunk: Chunk, action: () => void): void {
    if (chunk.isDirty) {
      const before = chunk.memory;
      action();
      this.#volume.addUnsaved(chunk.memory - before);
      return;
    }
    this.#volume.cache.delete(chunk);
    chunk.isDirty = true;
    this.#chunks.set(chunk.position, chunk);
    this.#dirty.add(chunk);
    action();
    this.#volume.addUnsaved(chunk.memory);
  }

  /** Takes pages for a part of a chunk; returns the bytes there is room for. */
  #claim(chunk: Chunk, at: number, length: number): number {
    const end = Math.ceil((at + length) / PAGE);
    for (let page = Math.floor(at / PAGE); page < end; page++) {
      const bit = 1 << page;
      if (chunk.data & bit) continue;
      if (!(chunk.reserved & bit)) {
        if (this.#volume.freePages <= 0) return Math.max(0, page * PAGE - at);
        this.#volume.takePages(1);
        this.pages++;
      }
      chunk.reserved &= ~bit;
      chunk.data |= bit;
    }
    return length;
  }

  /** Makes a part of a chunk a hole. */
  #clear(index: number, from: number, to: number): void {
    if (from >= to) return;
    const chunk = this.#find(index);
    if (chunk === undefined) return;
    const before = chunk.pageCount;
    this.#change(chunk, () => chunk.clear(from, to));
    this.#free(before - chunk.pageCount);
  }

  /** Makes whole chunks a hole. */
  #cut(from: number, to: number): void {
    let pages = 0;
    let inDatabase = false;
    for (const row of this.#storedChunks(from, to)) {
      inDatabase = true;
      if (!this.#chunks.has(row.position)) pages += countPages(row.pages);
    }
    for (const [index, chunk] of this.#chunks) {
      if (index < from || index >= to) continue;
      pages += chunk.pageCount;
      this.#release(chunk);
      this.#chunks.delete(index);
      this.#dirty.delete(chunk);
    }
    this.#free(pages);
    if (!inDatabase) return;
    this.#cuts.push({ from, to });
    this.#volume.addUnsaved(CHUNK);
  }

  #free(pages: number): void {
    this.pages -= pages;
    this.#volume.pages -= pages;
  }

  #release(chunk: Chunk): void {
    if (chunk.isDirty) this.#volume.addUnsaved(-chunk.memory);
    else this.#volume.cache.delete(chunk);
  }

  #isCut(index: number): boolean {
    return !this.#isStored ||
      this.#cuts.some(({ from, to }) => index >= from && index < to);
  }

  /** Yields the chunks of the database that were not freed. */
  *#storedChunks(from: number, to: number): Generator<ChunkRow> {
    if (!this.#isStored) return;
    const { db } = this.#volume;
    for (const row of db.chunks(this.#file.inode, from, to)) {
      if (!this.#isCut(row.position)) yield row;
    }
  }

  /** Yields the masks of the chunks in order, without holes. */
  *#masks(from: number, to: number): Generator<[index: number, pages: number]> {
    const inMemory = [...this.#chunks.keys()]
      .filter((index) => index >= from && index < to)
      .sort((a, b) => a - b);
    let next = 0;
    for (const { position, pages } of this.#storedChunks(from, to)) {
      while (next < inMemory.length && inMemory[next]! < position) {
        yield this.#maskOf(inMemory[next++]!);
      }
      if (inMemory[next] === position) yield this.#maskOf(inMemory[next++]!);
      else yield [position, pages];
    }
    while (next < inMemory.length) yield this.#maskOf(inMemory[next++]!);
  }

  #maskOf(index: number): [index: number, pages: number] {
    return [index, this.#chunks.get(index)!.pages];
  }
}

/**
 * Splits a range at chunk boundaries and calls `action` with each part, until
 * `action` processes fewer bytes than it was given. Returns the number of bytes
 * processed.
 */
function forEachChunk(
  position: number,
  length: number,
  action: (index: number, at: number, from: number, n: number) => number,
): number {
  for (let at = 0; at < length;) {
    const index = Math.floor((position + at) / CHUNK);
    const from = position + at - index * CHUNK;
    const n = Math.min(CHUNK - from, length - at);
    const done = action(index, at, from, n);
    at += done;
    if (done < n) return at;
  }
  return length;
}
