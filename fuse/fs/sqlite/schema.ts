/**
 * How a file system lies in a database, and how one is opened.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { SyscallError } from "../../../ffi/mod.ts";
import { EACCES, EBUSY, EINVAL, ENOSPC } from "../../../posix/mod.ts";
import { PAGE } from "../posix/internal.ts";
import { accessErrno } from "./host.ts";

/** `hkfs`: what says that a database is one of ours. */
const APPLICATION_ID = 0x686b6673;
/** The version of the tables below. */
const VERSION = 1;
/** The number of the first inode there is: the root's. */
export const ROOT = 1;
/** What to do about a database that lacks what every other has. */
export const DAMAGED = 'damaged: "hostkit fsck --repair" may help';
/** Large, since what a database costs goes by its pages. */
export const PAGE_SIZE = 16384;
/** How long the log grows before it is moved into the database: 16 MiB. */
const LOG_PAGES = 1024;

// sqlite3.h
const SQLITE_BUSY = 5;
export const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

/**
 * Times are seconds and nanoseconds, so that neither outgrows 64 bits, nor a
 * JavaScript number. `inodes.size` is the number of entries of a directory.
 * `chunks.pages` is a bit for each page of a chunk that has data, and 16 bits
 * higher one for each that was promised. A chunk that is missing is a hole,
 * and so is what its blob is too short for.
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

/** What `volume.inodes` is: inodes, and the names they have beside the first. */
export const COUNT_INODES = `
  SELECT count(*) + coalesce(sum(iif(mode >> 12 = 4, 0, max(nlink - 1, 0))), 0)
  FROM inodes`;
/** What `volume.pages` is: those of inodes, and of their extended attributes. */
export const COUNT_PAGES = `
  SELECT (SELECT coalesce(sum(pages), 0) FROM inodes) + (
    SELECT coalesce(sum(size / ${PAGE}), 0) FROM (
      SELECT sum(length(name) + 1 + length(value)) AS size
      FROM xattrs GROUP BY inode))`;

/**
 * Removes what had no name any more, but was open, when the file system was
 * last used and not unmounted. What has a name all the same is miscounted.
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
 * Opens the database of a file system, or makes one.
 *
 * It is this connection's alone from then on, until that is closed or the
 * process ends.
 *
 * @param restore Called with the database first of all, in a transaction.
 * @throws {SyscallError} EBUSY if it is in use, EINVAL if it is something
 * else, EACCES, EROFS and the like if it cannot be opened and written.
 */
export async function openDatabase(
  path: string,
  restore: (db: DatabaseSync) => void = () => {},
): Promise<DatabaseSync> {
  // Here, so that nobody needs it who uses another file system.
  const { DatabaseSync } = await import("node:sqlite");
  let db: DatabaseSync;
  try {
    // What begins otherwise may mean something else: memory, or a URI.
    db = new DatabaseSync(path.startsWith("/") ? path : `./${path}`);
  } catch (error) {
    // The runtime's own refusal says which permission to give.
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
 * Does something as a whole: if it throws, none of it has happened.
 *
 * @param run How to run a statement.
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
    // SQLite may have done so itself.
    if (db.isTransaction) run("ROLLBACK");
    throw error;
  }
}

function prepare(
  db: DatabaseSync,
  path: string,
  restore: (db: DatabaseSync) => void,
): void {
  // Unlike `exec()`, this says by a code why it fails.
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

/** Makes sure that the database is ours; returns whether it is yet to be. */
function check(db: DatabaseSync, path: string): boolean {
  const id = pragma(db, "application_id");
  const version = pragma(db, "user_version");
  if (id === APPLICATION_ID && version === VERSION) return false;
  if (id === APPLICATION_ID) {
    throw refusal(
      path,
      EINVAL,
      `a file system of version ${version}, and this is for version ${VERSION}`,
    );
  }
  const table = db.prepare("SELECT 1 FROM sqlite_schema").get();
  if (id === 0 && version === 0 && table === undefined) return true;
  throw refusal(path, EINVAL, "a database, but no file system of hostkit's");
}

/** Returns what a pragma that is a number says. */
export function pragma(db: DatabaseSync, name: string): number {
  return Object.values(db.prepare(`PRAGMA ${name}`).get()!)[0] as number;
}

/** Says in our words what SQLite means; other errors stay what they are. */
function explain(error: unknown, path: string): unknown {
  if (!isSqliteError(error)) return error;
  switch (error.errcode! & 0xff) {
    case SQLITE_BUSY: {
      const hint = "it is mounted already, or another program uses it";
      return refusal(path, EBUSY, hint, error);
    }
    case SQLITE_FULL:
      return refusal(path, ENOSPC, "there is no room around it", error);
    case SQLITE_NOTADB:
      return refusal(path, EINVAL, "a file, but no database", error);
  }
  // On a file that it cannot write, SQLite fails in various ways.
  const errno = accessErrno(path);
  return errno === 0 ? error : unusable(path, errno, error);
}

/** An error of SQLite, and its number, which some lack. */
export interface SqliteError extends Error {
  readonly errcode?: number;
}

/** Whether SQLite says so, not the runtime. */
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
