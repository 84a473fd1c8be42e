/**
 * A volume in a database, as its nodes and their parts know it.
 *
 * @module
 */

import type {
  Content,
  Entries,
  PosixDirectory,
  PosixFile,
  PosixNode,
  PosixVolume,
} from "../posix/internal.ts";
import type { ChunkCache } from "./cache.ts";
import type { SqliteDatabase, Store } from "./database.ts";

/** What a node has in tables of its own: a file's bytes, a directory's names. */
export interface Part {
  /** Writes what has changed into the database. */
  save(store: Store): void;
  /** Notes that what was saved is in the database for good. */
  saved(): void;
  /** Forgets what is in memory, saved or not. */
  drop(): void;
}

/** How large a file was when it was saved. */
export interface SavedSize {
  readonly size: number;
  readonly pages: number;
}

/** A volume whose nodes are read from a database, and saved there. */
export interface StoredVolume extends PosixVolume {
  readonly db: SqliteDatabase;
  readonly cache: ChunkCache;
  /** Returns the number of a blob to be. */
  newBlob(): number;
  /** Makes the content of a file, which is as large as that if it was saved. */
  newContent(file: PosixFile, saved?: SavedSize): Content;
  /** Makes the names of a directory, of which so many were saved. */
  newEntries(
    directory: PosixDirectory,
    size?: number,
  ): Entries<PosixNode>;
  /**
   * Returns the node with that number; `undefined` if there is none, or if it
   * is in itself.
   *
   * @param parent The directory in which it was found.
   */
  node(inode: number, parent?: PosixDirectory): PosixNode | undefined;
}
