/**
 * The tables of a file system, and the opening of its database.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { SyscallError } from "../../../ffi/mod.ts";
import { EACCES, EBUSY, EINVAL, ENOSPC } from "../../../posix/mod.ts";
import { PAGE } from "../posix/internal.ts";
import { accessErrno } from "./host.ts";

/** `hkfs`: the application id of a SqliteFS database. */
const APPLICATION_ID = 0x686b6673;
/** The version of the tables below. */
const VERSION = 1;
/** The inode number of the root, the first there is. */
export const ROOT = 1;
/** The hint for a database that lacks the root or the counters. */
export const DAMAGED = 'damaged: "hostkit fsck --repair" may help';
/** The page size in bytes: large, since the cost of SQLite is per page. */
export const PAGE_SIZE = 16384;
/** The size of the write-ahead log that starts a checkpoint: 16 MiB. */
const LOG_PAGES = 1024;

// sqlite3.h
const SQLITE_BUSY = 5;
export const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

/**
 * Times are seconds and nanoseconds, so that neither outgrows 64 bits, nor a
 * JavaScript number. `inodes.size` is the number of entries of a directory.
 * `chunks.pages` is a bit for each page of a chunk that has data, and 16 bits
 * higher a bit for each reserved page. A chunk that is missing is a hole, as
 * are the bytes beyond the end of its blob.
 */
const TABLES = `
CREATE TABLE volume (
  id INTEGER PRIMARY KEY CHECK (id = 0),
  last_inode INTEGER NOT NULL,
  last_blob INTEGER NOT NULL,
  inodes INTEGER NOT NULL,
  pages INTEGER NOT NULL
) STRICT;
CREATE TABLE inodes (
  inode INTEGER PRIMARY KEY,
  mode INTEGER NOT NULL,
  uid INTEGER NOT NULL,
  gid INTEGER NOT NULL,
  nlink INTEGER NOT NULL,
  rdev INTEGER NOT NULL,
  size INTEGER NOT NULL,
  pages INTEGER NOT NULL,
  parent INTEGER,
  xattrs INTEGER NOT NULL,
  atime INTEGER NOT NULL,
  atime_ns INTEGER NOT NULL,
  mtime INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  ctime INTEGER NOT NULL,
  ctime_ns INTEGER NOT NULL,
  btime INTEGER NOT NULL,
  btime_ns INTEGER NOT NULL,
  target BLOB
) STRICT;
CREATE INDEX orphans ON inodes (inode) WHERE nlink = 0;
CREATE TABLE entries (
  directory INTEGER NOT NULL,
  name BLOB NOT NULL,
  inode INTEGER NOT NULL,
  type INTEGER NOT NULL,
  PRIMARY KEY (directory, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE xattrs (
  inode INTEGER NOT NULL,
  name BLOB NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (inode, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE chunks (
  inode INTEGER NOT NULL,
  position INTEGER NOT NULL,
  pages INTEGER NOT NULL,
  blob INTEGER NOT NULL,
  PRIMARY KEY (inode, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE blobs (
  id INTEGER PRIMARY KEY,
  data BLOB NOT NULL
) STRICT;
INSERT INTO volume VALUES (0, 0, 0, 0, 0);
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${VERSION};
`;

/** The value of `volume.inodes`: inodes, plus names beyond the first. */
export const COUNT_INODES = `
  SELECT count(*) + coalesce(sum(iif(mode >> 12 = 4, 0, max(nlink - 1, 0))), 0)
  FROM inodes`;
/** The value of `volume.pages`: pages of inodes and extended attributes. */
export const COUNT_PAGES = `
  SELECT (SELECT coalesce(sum(pages), 0) FROM inodes) + (
    SELECT coalesce(sum(size / ${PAGE}), 0) FROM (
      SELECT sum(length(name) + 1 + length(value)) AS size
      FROM xattrs GROUP BY inode))`;

/**
 * Removes inodes without a name, which were open when the server ended without
 * an unmount. First corrects the link count of inodes that have a name.
 */
const COLLECT_ORPHANS = `
UPDATE inodes SET nlink = iif(mode >> 12 = 4,
  2 + (SELECT count(*) FROM entries e
       WHERE e.directory = inodes.inode AND e.type = 4),
  (SELECT count(*) FROM entries e WHERE e.inode = inodes.inode))
WHERE nlink = 0 AND (inode = ${ROOT} OR inode IN (
  SELECT inode FROM entries
  WHERE inode IN (SELECT inode FROM inodes WHERE nlink = 0)));
DELETE FROM blobs WHERE id IN (
  SELECT blob FROM chunks
  WHERE inode IN (SELECT inode FROM inodes WHERE nlink = 0));
DELETE FROM chunks WHERE inode IN (SELECT inode FROM inodes WHERE nlink = 0);
DELETE FROM xattrs WHERE inode IN (SELECT inode FROM inodes WHERE nlink = 0);
DELETE FROM inodes WHERE nlink = 0;
UPDATE volume SET inodes = (${COUNT_INODES}), pages = (${COUNT_PAGES});
`;

/**
 * Opens the database of a file system, or creates it.
 *
 * The connection locks the database until it is closed or the process ends.
 *
 * @param restore Called with the database in a transaction, before it is used.
 * @throws {SyscallError} EBUSY if the database is in use, EINVAL if the file is
 * not a SqliteFS, EACCES, EROFS and the like if it cannot be opened or written.
 */
export async function openDatabase(
  path: string,
  restore: (db: DatabaseSync) => void = () => {},
): Promise<DatabaseSync> {
  // Imported here, so that other file systems do not load SQLite.
  const { DatabaseSync } = await import("node:sqlite");
  let db: DatabaseSync;
  try {
    // Without the slash, SQLite may take the path for `:memory:` or a URI.
    db = new DatabaseSync(path.startsWith("/") ? path : `./${path}`);
  } catch (error) {
    // Deno's own error names the missing permission.
    if ((error as Error).name === "NotCapable") throw error;
    throw unusable(path, accessErrno(path) || EACCES, error);
  }
  try {
    prepare(db, path, restore);
    return db;
  } catch (error) {
    db.close();
    throw explain(error, path);
  }
}

/**
 * Runs `action` in a transaction, which is rolled back if `action` throws.
 *
 * @param run Runs a statement.
 */
export function transact(
  db: DatabaseSync,
  action: () => void,
  run: (sql: string) => void,
): void {
  run("BEGIN IMMEDIATE");
  try {
    action();
    run("COMMIT");
  } catch (error) {
    // SQLite may have rolled back itself.
    if (db.isTransaction) run("ROLLBACK");
    throw error;
  }
}

function prepare(
  db: DatabaseSync,
  path: string,
  restore: (db: DatabaseSync) => void,
): void {
  // Unlike `exec()`, a prepared statement fails with an error code.
  const run = (sql: string): void => void db.prepare(sql).run();
  run("PRAGMA locking_mode = EXCLUSIVE");
  run(`PRAGMA page_size = ${PAGE_SIZE}`);
  const isNew = check(db, path);
  run("PRAGMA journal_mode = WAL");
  run("PRAGMA synchronous = FULL");
  run(`PRAGMA wal_autocheckpoint = ${LOG_PAGES}`);
  run("PRAGMA cache_spill = OFF");
  transact(db, () => {
    if (isNew) db.exec(TABLES);
    restore(db);
    const orphan = db.prepare("SELECT 1 FROM inodes WHERE nlink = 0").get();
    if (orphan !== undefined) db.exec(COLLECT_ORPHANS);
  }, run);
}

/** Checks that the database is a SqliteFS; returns whether it is empty. */
function check(db: DatabaseSync, path: string): boolean {
  const id = pragma(db, "application_id");
  const version = pragma(db, "user_version");
  if (id === APPLICATION_ID && version === VERSION) return false;
  if (id === APPLICATION_ID) {
    throw refusal(
      path,
      EINVAL,
      `its format has version ${version}, but only ${VERSION} is supported`,
    );
  }
  const table = db.prepare("SELECT 1 FROM sqlite_schema").get();
  if (id === 0 && version === 0 && table === undefined) return true;
  throw refusal(path, EINVAL, "a database, but not a hostkit file system");
}

/** Returns the value of a numeric pragma. */
export function pragma(db: DatabaseSync, name: string): number {
  return Object.values(db.prepare(`PRAGMA ${name}`).get()!)[0] as number;
}

/** Translates an error of SQLite to a SyscallError; returns other errors. */
function explain(error: unknown, path: string): unknown {
  if (!isSqliteError(error)) return error;
  switch (error.errcode! & 0xff) {
    case SQLITE_BUSY: {
      const hint = "it is mounted already, or another program uses it";
      return refusal(path, EBUSY, hint, error);
    }
    case SQLITE_FULL:
      return refusal(path, ENOSPC, "the disk with the database is full", error);
    case SQLITE_NOTADB:
      return refusal(path, EINVAL, "the file is not an SQLite database", error);
  }
  // On a file that cannot be written, SQLite fails with various codes.
  const errno = accessErrno(path);
  return errno === 0 ? error : unusable(path, errno, error);
}

/** An error of SQLite, with its result code (if it has one). */
export interface SqliteError extends Error {
  readonly errcode?: number;
}

/** Whether an error comes from SQLite, not from the runtime. */
export function isSqliteError(error: unknown): error is SqliteError {
  return (error as { code?: unknown }).code === "ERR_SQLITE_ERROR";
}

function unusable(path: string, errno: number, cause: unknown): SyscallError {
  return refusal(path, errno, "SQLite cannot open it", cause);
}

function refusal(
  path: string,
  errno: number,
  hint: string,
  cause?: unknown,
): SyscallError {
  return new SyscallError("mount", errno, { path, hint, cause });
}
