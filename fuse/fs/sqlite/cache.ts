import type { Chunk } from "./chunk.ts";

/** The size limit of the cache of unchanged file data: 32 MiB. */
const LIMIT = 32 << 20;

/** A least-recently-used cache of chunks that the database has as well. */
export class ChunkCache {
  /** The chunks, the most recently used chunk last. */
  readonly #chunks = new Set<Chunk>();
  #memory = 0;

  /** Adds a chunk, and evicts old chunks if the cache is too large. */
  add(chunk: Chunk): void {
    this.#chunks.add(chunk);
    this.#memory += chunk.memory;
    for (const oldest of this.#chunks) {
      if (this.#memory <= LIMIT || oldest === chunk) break;
      this.delete(oldest);
      oldest.content.evict(oldest);
    }
  }

  /** Marks a chunk as recently used. */
  touch(chunk: Chunk): void {
    this.#chunks.delete(chunk);
    this.#chunks.add(chunk);
  }

  /** Removes a chunk that is about to change or to be freed. */
  delete(chunk: Chunk): void {
    if (this.#chunks.delete(chunk)) this.#memory -= chunk.memory;
  }
}
