/**
 * The interface of a volume in a database to its nodes and their parts.
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

/** A node's data in other tables: the chunks of a file, or the entries. */
export interface Part {
  /** Writes the changes to the database. */
  save(store: Store): void;
  /** Records that the written changes were committed. */
  saved(): void;
  /** Drops everything in memory, saved or not. */
  drop(): void;
}

/** The size of a file when it was saved. */
export interface SavedSize {
  readonly size: number;
  readonly pages: number;
}

/** A volume whose nodes are read from a database, and saved there. */
export interface StoredVolume extends PosixVolume {
  readonly db: SqliteDatabase;
  readonly cache: ChunkCache;
  /** Returns the id for a new blob. */
  newBlob(): number;
  /** Creates the content of a file, with the size of the saved content. */
  newContent(file: PosixFile, saved?: SavedSize): Content;
  /** Creates the entries of a directory, of which `size` were saved. */
  newEntries(
    directory: PosixDirectory,
    size?: number,
  ): Entries<PosixNode>;
  /**
   * Returns the node with an inode number; `undefined` if there is none, or if
   * it is a directory inside itself.
   *
   * @param parent The directory in which the node was found.
   */
  node(inode: number, parent?: PosixDirectory): PosixNode | undefined;
}
