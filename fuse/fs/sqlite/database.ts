import type { DatabaseSync, StatementSync } from "node:sqlite";
import { decodeBytes, encodeBytes } from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { EINVAL } from "../../../posix/mod.ts";
import { type Entry, NAME_MAX } from "../posix/internal.ts";
import { DAMAGED, PAGE_SIZE, ROOT, transact } from "./schema.ts";

/** A row of the table `inodes`. */
export interface InodeRow {
  readonly inode: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: number;
  readonly rdev: number;
  readonly size: number;
  readonly pages: number;
  readonly parent: number | null;
  readonly xattrs: number;
  readonly atime: number;
  readonly atime_ns: number;
  readonly mtime: number;
  readonly mtime_ns: number;
  readonly ctime: number;
  readonly ctime_ns: number;
  readonly btime: number;
  readonly btime_ns: number;
  readonly target: Uint8Array<ArrayBuffer> | null;
}

/** A row of the table `chunks`, without the data. */
export interface ChunkRow {
  readonly position: number;
  readonly pages: number;
  readonly blob: number;
}

/** The counters of a file system. */
export interface Counters {
  readonly lastInode: number;
  readonly lastBlob: number;
  readonly inodes: number;
  readonly pages: number;
}

/** The methods that store changes. */
export type Store = Pick<
  SqliteDatabase,
  | "deleteChunks"
  | "deleteEntry"
  | "deleteInode"
  | "saveChunk"
  | "saveCounters"
  | "saveEntry"
  | "saveInode"
  | "saveXattrs"
>;

const INODE_COLUMNS =
  "inode, mode, uid, gid, nlink, rdev, size, pages, parent, xattrs, " +
  "atime, atime_ns, mtime, mtime_ns, ctime, ctime_ns, btime, btime_ns, target";
/** The largest value read as a number; larger values are damage. */
const MOST = Number.MAX_SAFE_INTEGER;
const MOST_32 = 2 ** 32 - 1;
/** The query for an inode, which limits each column to valid values. */
const INODE_QUERY = `SELECT inode, mode & 65535 AS mode, target,
  ${within(0, MOST_32, "uid", "gid", "rdev")},
  ${within(1, MOST_32, "nlink")},
  ${within(0, MOST, "size", "pages", "parent", "xattrs")},
  ${within(-MOST, MOST, "atime", "mtime", "ctime", "btime")},
  ${within(0, 999_999_999, "atime_ns", "mtime_ns", "ctime_ns", "btime_ns")}
  FROM inodes WHERE inode = ?`;
/** The condition for a valid entry: its name and its inode number. */
const IS_ENTRY = `length(name) BETWEEN 1 AND ${NAME_MAX}
  AND name NOT IN (x'2e', x'2e2e')
  AND instr(name, x'2f') = 0 AND instr(name, x'00') = 0
  AND inode BETWEEN ${ROOT + 1} AND ${MOST}`;
/** The condition for a valid chunk: its masks and its blob. */
const IS_CHUNK =
  `pages BETWEEN 1 AND ${MOST_32} AND blob BETWEEN 0 AND ${MOST}`;
/** The mode of an entry, of which the database has only the type. */
const ENTRY_MODE = "(type & 15) << 12 AS mode";
/** The position in a mode of the file type, which an entry has too. */
const TYPE_SHIFT = 12;
/** The number of rows that are read at a time. */
const BATCH = 1024;

/** Access to the tables of a file system, by prepared statements. */
export class SqliteDatabase implements Disposable {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Closes the database, which moves the log into it. */
  [Symbol.dispose](): void {
    this.#statements.clear();
    this.#db.close();
  }

  /** Runs `action` in a durable transaction. */
  transact(action: () => void): void {
    const run = (sql: string): void => void this.#statement(sql).run();
    transact(this.#db, action, run);
  }

  /** The number of unused bytes in the file. */
  get freeBytes(): number {
    const { count } = this.#get<{ count: number }>(
      "SELECT freelist_count AS count FROM pragma_freelist_count",
    )!;
    return count * PAGE_SIZE;
  }

  /** Returns the counters, corrected so that no number is assigned twice. */
  counters(): Counters {
    const counters = this.#get<Counters>(
      `SELECT ${within(0, MOST, "inodes", "pages")},
       max(last_inode, (SELECT coalesce(max(inode), 0) FROM inodes
         WHERE inode <= ${MOST})) AS lastInode,
       max(last_blob, (SELECT coalesce(max(id), 0) FROM blobs
         WHERE id <= ${MOST})) AS lastBlob
       FROM volume`,
    );
    if (counters !== undefined) return counters;
    throw new SyscallError("mount", EINVAL, { hint: DAMAGED });
  }

  saveCounters({ lastInode, lastBlob, inodes, pages }: Counters): void {
    this.#statement(
      "UPDATE volume SET last_inode = ?, last_blob = ?, inodes = ?, pages = ?",
    ).run(lastInode, lastBlob, inodes, pages);
  }

  inode(inode: number): InodeRow | undefined {
    return this.#get(INODE_QUERY, inode);
  }

  saveInode(row: InodeRow): void {
    this.#statement(
      `INSERT OR REPLACE INTO inodes (${INODE_COLUMNS})
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(
      row.inode,
      row.mode,
      row.uid,
      row.gid,
      row.nlink,
      row.rdev,
      row.size,
      row.pages,
      row.parent,
      row.xattrs,
      row.atime,
      row.atime_ns,
      row.mtime,
      row.mtime_ns,
      row.ctime,
      row.ctime_ns,
      row.btime,
      row.btime_ns,
      row.target,
    );
  }

  /** Deletes an inode with its content, entries and attributes. */
  deleteInode(inode: number): void {
    this.deleteChunks(inode, 0, Number.MAX_SAFE_INTEGER);
    this.#deleteXattrs(inode);
    // A directory's entries that were removed with it are not saved one by one.
    this.#statement("DELETE FROM entries WHERE directory = ?").run(inode);
    this.#statement("DELETE FROM inodes WHERE inode = ?").run(inode);
  }

  entry(directory: number, name: string): Entry | undefined {
    return this.#get(
      `SELECT inode, ${ENTRY_MODE} FROM entries
       WHERE directory = ? AND name = ? AND ${IS_ENTRY}`,
      directory,
      encodeBytes(name),
    );
  }

  entries(directory: number): [string, Entry][] {
    return this.#all<Entry & { name: Uint8Array }>(
      `SELECT name, inode, ${ENTRY_MODE} FROM entries
       WHERE directory = ? AND ${IS_ENTRY}`,
      directory,
    ).map(({ name, inode, mode }) => [decodeBytes(name), { inode, mode }]);
  }

  saveEntry(directory: number, name: string, { inode, mode }: Entry): void {
    this.#statement("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)")
      .run(directory, encodeBytes(name), inode, mode >>> TYPE_SHIFT);
  }

  deleteEntry(directory: number, name: string): void {
    this.#statement("DELETE FROM entries WHERE directory = ? AND name = ?")
      .run(directory, encodeBytes(name));
  }

  xattrs(inode: number): [string, Uint8Array<ArrayBuffer>][] {
    return this.#all<{ name: Uint8Array; value: Uint8Array<ArrayBuffer> }>(
      `SELECT name, value FROM xattrs
       WHERE inode = ? AND length(name) > 0 AND instr(name, x'00') = 0`,
      inode,
    ).map(({ name, value }) => [decodeBytes(name), value]);
  }

  /** Replaces all extended attributes of an inode. */
  saveXattrs(
    inode: number,
    xattrs: readonly (readonly [string, Uint8Array])[],
  ): void {
    this.#deleteXattrs(inode);
    for (const [name, value] of xattrs) {
      this.#statement("INSERT INTO xattrs VALUES (?, ?, ?)")
        .run(inode, encodeBytes(name), value);
    }
  }

  #deleteXattrs(inode: number): void {
    this.#statement("DELETE FROM xattrs WHERE inode = ?").run(inode);
  }

  chunk(inode: number, position: number): ChunkRow | undefined {
    return this.#get(
      `SELECT position, pages, blob FROM chunks
       WHERE inode = ? AND position = ? AND ${IS_CHUNK}`,
      inode,
      position,
    );
  }

  /** Yields a file's chunks from `from` to before `to`, in order. */
  *chunks(inode: number, from: number, to: number): Generator<ChunkRow> {
    for (let next = from;;) {
      const rows = this.#all<ChunkRow>(
        `SELECT position, pages, blob FROM chunks
         WHERE inode = ? AND position >= ? AND position < ? AND ${IS_CHUNK}
         ORDER BY position LIMIT ${BATCH}`,
        inode,
        next,
        to,
      );
      yield* rows;
      if (rows.length < BATCH) return;
      next = rows.at(-1)!.position + 1;
    }
  }

  saveChunk(
    inode: number,
    { position, pages, blob }: ChunkRow,
    data: Uint8Array,
  ): void {
    this.#statement("INSERT OR REPLACE INTO chunks VALUES (?, ?, ?, ?)")
      .run(inode, position, pages, blob);
    this.#statement("INSERT OR REPLACE INTO blobs VALUES (?, ?)")
      .run(blob, data);
  }

  deleteChunks(inode: number, from: number, to: number): void {
    const where = "inode = ? AND position >= ? AND position < ?";
    this.#statement(
      `DELETE FROM blobs WHERE id IN (SELECT blob FROM chunks WHERE ${where})`,
    ).run(inode, from, to);
    this.#statement(`DELETE FROM chunks WHERE ${where}`).run(inode, from, to);
  }

  blob(id: number): Uint8Array<ArrayBuffer> | undefined {
    return this.#get<{ data: Uint8Array<ArrayBuffer> }>(
      "SELECT data FROM blobs WHERE id = ?",
      id,
    )?.data;
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      this.#statements.set(sql, statement = this.#db.prepare(sql));
    }
    return statement;
  }

  #get<T>(sql: string, ...values: Value[]): T | undefined {
    return this.#statement(sql).get(...values) as T | undefined;
  }

  #all<T>(sql: string, ...values: Value[]): T[] {
    return this.#statement(sql).all(...values) as T[];
  }
}

type Value = number | Uint8Array<ArrayBuffer>;

/** Returns SQL that selects columns, limited to `least` and `most`. */
function within(least: number, most: number, ...columns: string[]): string {
  return columns
    .map((name) => `max(${least}, min(${name}, ${most})) AS ${name}`)
    .join(", ");
}
