/**
 * The checks of the tables of a file system, with their repairs.
 *
 * @module
 */

import { NAME_MAX } from "../posix/internal.ts";
import { CHUNK } from "./chunk.ts";
import { COUNT_INODES, COUNT_PAGES, ROOT } from "./schema.ts";

/** A check for one kind of damage. */
export interface Check {
  readonly what: string;
  /** The query that returns a row for each damaged place. */
  readonly find: string;
  /** The statement that repairs all of these places. */
  readonly repair: string;
}

const MOST = Number.MAX_SAFE_INTEGER;
const MOST_32 = 2 ** 32 - 1;
const TYPES = "(1, 2, 4, 6, 8, 10, 12)";
/** The values of `entries.type` for a directory and a regular file. */
const DIRECTORY = 4;
const FILE = 8;
/**
 * The condition that an inode `i` belongs in a directory. An inode with neither
 * links nor names was still open or known to the kernel; it is removed when the
 * database is opened.
 */
export const HAS_PLACE = `(i.nlink <> 0 OR i.inode = ${ROOT}
  OR EXISTS (SELECT 1 FROM entries n WHERE n.inode = i.inode))`;
/** The number of bytes of a chunk `c` before the end of the file `i`. */
const ROOM = `max(0, min(${CHUNK}, i.size - ${CHUNK} * c.position))`;

const IS_NAME = `length(name) BETWEEN 1 AND ${NAME_MAX}
  AND name NOT IN (x'2e', x'2e2e')
  AND instr(name, x'2f') = 0 AND instr(name, x'00') = 0`;

/** Returns a check that deletes the rows of a table that violate `must`. */
function rows(what: string, table: string, must: string, show: string): Check {
  const where = `FROM ${table} WHERE NOT (${must})`;
  return { what, find: `SELECT ${show} ${where}`, repair: `DELETE ${where}` };
}

/** Returns a check of columns of `inodes` that are numbers. */
function numbers(least: number, most: number, ...columns: string[]): Check {
  const isOut = columns
    .map((name) => `${name} NOT BETWEEN ${least} AND ${most}`).join(" OR ");
  const sets = columns
    .map((name) => `${name} = max(${least}, min(${name}, ${most}))`);
  return {
    what: `${columns.join(", ")} out of bounds`,
    find: `SELECT inode, ${columns} FROM inodes WHERE ${isOut}`,
    repair: `UPDATE inodes SET ${sets} WHERE ${isOut}`,
  };
}

/** Returns a check of a column of `inodes` that counts rows elsewhere. */
function count(what: string, column: string, is: string, of = "1"): Check {
  const where = `FROM inodes i WHERE ${of} AND ${column} <> (${is})`;
  return {
    what,
    find: `SELECT inode, ${column}, (${is}) AS counted ${where}`,
    repair: `UPDATE inodes AS i SET ${column} = (${is})
      WHERE ${of} AND ${column} <> (${is})`,
  };
}

/** The checks of the inodes alone, which come first. */
export const INODE_CHECKS: readonly Check[] = [
  {
    what: "no counters",
    find: "SELECT 0 AS id WHERE NOT EXISTS (SELECT 1 FROM volume)",
    repair: "INSERT INTO volume VALUES (0, 0, 0, 0, 0)",
  },
  rows(
    "an inode with an impossible number",
    "inodes",
    `inode BETWEEN ${ROOT} AND ${MOST}`,
    "inode",
  ),
  {
    what: "no root directory",
    find: `SELECT ${ROOT} AS inode
      WHERE NOT EXISTS (SELECT 1 FROM inodes WHERE inode = ${ROOT})`,
    repair: `INSERT INTO inodes VALUES (${ROOT}, ${0o40755}, 0, 0, 2, 0, 0, 0,
      ${ROOT}, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL)`,
  },
  {
    what: "a mode without a file type",
    find: `SELECT inode, mode FROM inodes WHERE mode >> 12 NOT IN ${TYPES}`,
    repair: `UPDATE inodes SET mode = mode & 4095 | (coalesce(
        (SELECT type FROM entries e
         WHERE e.inode = inodes.inode AND type IN ${TYPES}), ${FILE}) << 12)
      WHERE mode >> 12 NOT IN ${TYPES}`,
  },
  {
    what: "a root that is not a directory",
    find: `SELECT inode, mode FROM inodes
      WHERE inode = ${ROOT} AND mode >> 12 <> ${DIRECTORY}`,
    repair: `UPDATE inodes SET mode = mode & 4095 | ${DIRECTORY << 12}
      WHERE inode = ${ROOT}`,
  },
  {
    what: "a symbolic link without a target",
    find: `SELECT inode FROM inodes WHERE mode >> 12 = 10 AND target IS NULL`,
    repair: `UPDATE inodes SET target = x''
      WHERE mode >> 12 = 10 AND target IS NULL`,
  },
  numbers(0, MOST_32, "uid", "gid", "rdev"),
  numbers(0, MOST, "size"),
  numbers(-MOST, MOST, "atime", "mtime", "ctime", "btime"),
  numbers(0, 999_999_999, "atime_ns", "mtime_ns", "ctime_ns", "btime_ns"),
];

/** The checks of the directory entries. */
export const ENTRY_CHECKS: readonly Check[] = [
  rows("an invalid name", "entries", IS_NAME, "directory, name"),
  rows(
    "an entry for a missing inode",
    "entries",
    "inode IN (SELECT inode FROM inodes)",
    "directory, name",
  ),
  rows(
    "an entry in a node that is not a directory",
    "entries",
    `directory IN (SELECT inode FROM inodes WHERE mode >> 12 = ${DIRECTORY})`,
    "directory, name",
  ),
  rows(
    "an entry of the root",
    "entries",
    `inode <> ${ROOT}`,
    "directory, name",
  ),
  rows(
    "a second name of a directory",
    "entries",
    `(directory, name) NOT IN (SELECT directory, name FROM (
      SELECT e.directory, e.name, row_number() OVER (
        PARTITION BY e.inode
        ORDER BY e.directory IS NOT i.parent, e.directory, e.name) AS nth
      FROM entries e JOIN inodes i USING (inode)
      WHERE i.mode >> 12 = ${DIRECTORY}) WHERE nth > 1)`,
    "directory, name",
  ),
];

/** The checks of counts and of redundant data, after lost nodes are named. */
export const COUNT_CHECKS: readonly Check[] = [
  {
    what: "an entry of the wrong type",
    find: `SELECT directory, name FROM entries e JOIN inodes i USING (inode)
      WHERE e.type <> i.mode >> 12`,
    repair: `UPDATE entries SET type = i.mode >> 12 FROM inodes i
      WHERE i.inode = entries.inode AND type <> i.mode >> 12`,
  },
  {
    what: "a directory that is not in its parent",
    find: `SELECT i.inode, i.parent FROM inodes i
      LEFT JOIN entries e USING (inode)
      WHERE i.mode >> 12 = ${DIRECTORY} AND ${HAS_PLACE}
        AND i.parent IS NOT coalesce(e.directory, ${ROOT})`,
    repair: `UPDATE inodes AS i SET parent = coalesce(
        (SELECT directory FROM entries e WHERE e.inode = i.inode), ${ROOT})
      WHERE mode >> 12 = ${DIRECTORY} AND ${HAS_PLACE}`,
  },
  count(
    "a directory whose links are miscounted",
    "nlink",
    `SELECT 2 + count(*) FROM entries e
     WHERE e.directory = i.inode AND e.type = ${DIRECTORY}`,
    `mode >> 12 = ${DIRECTORY} AND ${HAS_PLACE}`,
  ),
  count(
    "a file whose links are miscounted",
    "nlink",
    "SELECT count(*) FROM entries e WHERE e.inode = i.inode",
    `mode >> 12 <> ${DIRECTORY}`,
  ),
  count(
    "a directory whose entries are miscounted",
    "size",
    "SELECT count(*) FROM entries e WHERE e.directory = i.inode",
    `mode >> 12 = ${DIRECTORY}`,
  ),
  rows(
    "an attribute of a missing inode",
    "xattrs",
    "inode IN (SELECT inode FROM inodes)",
    "inode, name",
  ),
  rows(
    "an attribute with an invalid name",
    "xattrs",
    `length(name) BETWEEN 1 AND ${NAME_MAX} AND instr(name, x'00') = 0`,
    "inode, name",
  ),
  count(
    "attributes that are miscounted",
    "xattrs",
    "SELECT count(*) FROM xattrs x WHERE x.inode = i.inode",
  ),
  rows(
    "a chunk of no file",
    "chunks",
    `inode IN (SELECT inode FROM inodes WHERE mode >> 12 = ${FILE})`,
    "inode, position",
  ),
  rows(
    "a chunk with an impossible position",
    "chunks",
    `position BETWEEN 0 AND ${Math.floor(MOST / CHUNK)}
      AND pages BETWEEN 1 AND ${MOST_32}`,
    "inode, position",
  ),
  rows(
    "a chunk without its blob",
    "chunks",
    "blob IN (SELECT id FROM blobs)",
    "inode, position",
  ),
  rows(
    "a chunk with the blob of another",
    "chunks",
    `(inode, position) NOT IN (SELECT inode, position FROM (
      SELECT inode, position, row_number() OVER (
        PARTITION BY blob ORDER BY inode, position) AS nth
      FROM chunks) WHERE nth > 1)`,
    "inode, position",
  ),
  {
    what: "a blob that is longer than its chunk",
    find: `SELECT c.inode, c.position FROM chunks c
      JOIN inodes i USING (inode) JOIN blobs b ON b.id = c.blob
      WHERE length(b.data) > ${ROOM}`,
    repair: `UPDATE blobs SET data = substr(data, 1, ${ROOM})
      FROM chunks c JOIN inodes i USING (inode)
      WHERE blobs.id = c.blob AND length(blobs.data) > ${ROOM}`,
  },
  {
    what: "data beyond the end of a file",
    find: `SELECT c.inode, c.position FROM chunks c JOIN inodes i USING (inode)
      WHERE c.pages & 65535 & ~((1 << (${ROOM} + 4095) / 4096) - 1)`,
    repair: `UPDATE chunks AS c SET pages =
        c.pages & ~(65535 & ~((1 << (${ROOM} + 4095) / 4096) - 1))
      FROM inodes i WHERE i.inode = c.inode
        AND c.pages & 65535 & ~((1 << (${ROOM} + 4095) / 4096) - 1);
      DELETE FROM chunks WHERE pages = 0`,
  },
  {
    what: "data in no page of a chunk",
    find:
      `SELECT c.inode, c.position FROM chunks c JOIN blobs b ON b.id = c.blob
      WHERE length(b.data) > 0
        AND c.pages & 65535 & ~((1 << (length(b.data) - 1) / 4096) - 1) = 0`,
    repair: `UPDATE chunks AS c
      SET pages = c.pages | (1 << (length(b.data) - 1) / 4096)
      FROM blobs b WHERE b.id = c.blob AND length(b.data) > 0
        AND c.pages & 65535 & ~((1 << (length(b.data) - 1) / 4096) - 1) = 0`,
  },
  rows(
    "a blob of no chunk",
    "blobs",
    "id IN (SELECT blob FROM chunks)",
    "id AS blob",
  ),
];

/** The checks of the counters of the file system, which come last. */
export const VOLUME_CHECKS: readonly Check[] = [
  {
    what: "an inode or a blob with a number that is not assigned yet",
    find: `SELECT last_inode, last_blob FROM volume
      WHERE last_inode < (SELECT coalesce(max(inode), 0) FROM inodes)
        OR last_blob < (SELECT coalesce(max(id), 0) FROM blobs)`,
    repair: `UPDATE volume SET
      last_inode = max(last_inode, (SELECT max(inode) FROM inodes)),
      last_blob = max(last_blob, (SELECT coalesce(max(id), 0) FROM blobs))`,
  },
  {
    what: "inodes that are miscounted",
    find: `SELECT inodes FROM volume WHERE inodes <> (${COUNT_INODES})`,
    repair: `UPDATE volume SET inodes = (${COUNT_INODES})`,
  },
  {
    what: "pages that are miscounted",
    find: `SELECT pages FROM volume WHERE pages <> (${COUNT_PAGES})`,
    repair: `UPDATE volume SET pages = (${COUNT_PAGES})`,
  },
];
