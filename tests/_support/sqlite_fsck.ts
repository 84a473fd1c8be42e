/**
 * Checks the database of a file system that is not mounted: that SQLite finds
 * it whole, and that what its tables say of each other is true.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";

/** Each returns a row for everything that is wrong. */
const CHECKS: Readonly<Record<string, string>> = {
  "an entry of what does not exist":
    "SELECT e.* FROM entries e LEFT JOIN inodes i USING (inode) WHERE i.inode IS NULL",
  "an entry in what is no directory":
    "SELECT e.* FROM entries e LEFT JOIN inodes i ON i.inode = e.directory WHERE i.mode >> 12 IS NOT 4",
  "an entry of the wrong type":
    "SELECT e.* FROM entries e JOIN inodes i USING (inode) WHERE e.type <> i.mode >> 12",
  "a file whose links are miscounted": `
    SELECT i.inode, i.nlink, count(e.inode) FROM inodes i
    LEFT JOIN entries e USING (inode)
    WHERE i.mode >> 12 <> 4 GROUP BY i.inode HAVING i.nlink <> count(e.inode)`,
  "a directory whose links are miscounted": `
    SELECT i.inode, i.nlink, count(e.inode) FROM inodes i
    LEFT JOIN entries e ON e.directory = i.inode AND e.type = 4
    WHERE i.mode >> 12 = 4 AND i.nlink > 0
    GROUP BY i.inode HAVING i.nlink <> 2 + count(e.inode)`,
  "a directory whose entries are miscounted": `
    SELECT i.inode, i.size, count(e.inode) FROM inodes i
    LEFT JOIN entries e ON e.directory = i.inode
    WHERE i.mode >> 12 = 4 GROUP BY i.inode HAVING i.size <> count(e.inode)`,
  "a directory that is not in its parent": `
    SELECT i.inode, i.parent FROM inodes i
    LEFT JOIN entries e ON e.inode = i.inode AND e.directory = i.parent
    WHERE i.mode >> 12 = 4 AND i.inode <> 1 AND i.nlink > 0
      AND e.inode IS NULL`,
  "a chunk of no file":
    "SELECT c.* FROM chunks c LEFT JOIN inodes i USING (inode) WHERE i.mode >> 12 IS NOT 8",
  "a chunk without its blob":
    "SELECT c.* FROM chunks c LEFT JOIN blobs b ON b.id = c.blob WHERE b.id IS NULL",
  "a blob of no chunk":
    "SELECT id FROM blobs WHERE id NOT IN (SELECT blob FROM chunks)",
  "a blob of two chunks":
    "SELECT blob FROM chunks GROUP BY blob HAVING count(*) > 1",
  "a blob that is too long": `
    SELECT id, length(data) FROM blobs WHERE length(data) > 65536`,
  "a blob with data behind its pages or the end of its file": `
    SELECT b.id, length(b.data), c.pages, i.size FROM blobs b
    JOIN chunks c ON c.blob = b.id JOIN inodes i USING (inode)
    WHERE length(b.data) > max(0, i.size - 65536 * c.position)
      OR length(b.data) > 0 AND
        c.pages & 65535 & ~((1 << ((length(b.data) - 1) / 4096)) - 1) = 0`,
  "an attribute of nothing":
    "SELECT x.inode, x.name FROM xattrs x LEFT JOIN inodes i USING (inode) WHERE i.inode IS NULL",
  "attributes that are miscounted": `
    SELECT i.inode, i.xattrs, count(x.name) FROM inodes i
    LEFT JOIN xattrs x USING (inode)
    GROUP BY i.inode HAVING i.xattrs <> count(x.name)`,
  "an inode or a blob with a number that is still to be given": `
    SELECT last_inode, last_blob FROM volume
    WHERE last_inode < (SELECT coalesce(max(inode), 0) FROM inodes)
      OR last_blob < (SELECT coalesce(max(id), 0) FROM blobs)`,
  "inodes that are miscounted":
    "SELECT inodes FROM volume WHERE inodes <> (SELECT count(*) FROM inodes)",
  "pages that are miscounted": `
    SELECT pages FROM volume WHERE pages <>
      (SELECT coalesce(sum(pages), 0) FROM inodes) +
      (SELECT coalesce(sum(size / 4096), 0) FROM
        (SELECT sum(length(value)) AS size FROM xattrs GROUP BY inode))`,
};

/** Returns everything that is wrong with a file system: nothing, in the end. */
export function fsck(path: string): string[] {
  const db = new DatabaseSync(path);
  try {
    const wrong = db.prepare("PRAGMA integrity_check").all()
      .map((row) => String(row["integrity_check"]))
      .filter((text) => text !== "ok");
    for (const [what, sql] of Object.entries(CHECKS)) {
      const rows = db.prepare(sql).all();
      if (rows.length > 0) wrong.push(`${what}: ${JSON.stringify(rows[0])}`);
    }
    return [...wrong, ...wrongPages(db)];
  } finally {
    db.close();
  }
}

/** Adds up the pages of chunks, which SQL cannot count the bits of. */
function wrongPages(db: DatabaseSync): string[] {
  const counts = new Map<unknown, number>();
  for (
    const { inode, pages } of db.prepare("SELECT inode, pages FROM chunks")
      .iterate()
  ) {
    const bits = Number(pages).toString(2).replaceAll("0", "").length;
    counts.set(inode, (counts.get(inode) ?? 0) + bits);
  }
  return db.prepare("SELECT inode, pages FROM inodes").all()
    .filter(({ inode, pages }) => (counts.get(inode) ?? 0) !== pages)
    .map(({ inode, pages }) =>
      `a file whose pages are miscounted: ${inode} says ${pages}`
    );
}
