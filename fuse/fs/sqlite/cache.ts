import type { Chunk } from "./chunk.ts";

/** How much of files is kept that the database has as well: 32 MiB. */
const LIMIT = 32 << 20;

/** Chunks that need not be in memory: those used last stay for a while. */
export class ChunkCache {
  /** The one that was used last comes last. */
  readonly #chunks = new Set<Chunk>();
  #memory = 0;

  /** Takes a chunk; lets go of others if there are too many. */
  add(chunk: Chunk): void {
    this.#chunks.add(chunk);
    this.#memory += chunk.memory;
    for (const oldest of this.#chunks) {
      if (this.#memory <= LIMIT || oldest === chunk) break;
      this.delete(oldest);
      oldest.content.evict(oldest);
    }
  }

  /** Notes that a chunk was used. */
  touch(chunk: Chunk): void {
    this.#chunks.delete(chunk);
    this.#chunks.add(chunk);
  }

  /** Lets go of a chunk, which is about to change or to go. */
  delete(chunk: Chunk): void {
    if (this.#chunks.delete(chunk)) this.#memory -= chunk.memory;
  }
}
