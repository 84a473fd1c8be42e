/**
 * Databases that somebody has edited, or that are damaged: what is wrong is
 * lost, and nothing else; `fsck` names it, and mends it.
 *
 * @module
 */

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { SyscallError } from "../../../../ffi/mod.ts";
import { SqliteFS } from "../../../../fuse/fs/mod.ts";
import { fsck } from "../../../../fuse/fs/sqlite/fsck.ts";
import { output, run } from "../../../_support/client.ts";
import { mountTest, type Scene } from "../../../_support/mount.ts";
import { mountDatabase, pathOf } from "./_scene.ts";

/** The inode of a name in the directory. */
const of = (name: string): string =>
  `(SELECT inode FROM entries WHERE directory = $dir AND name = CAST('${name}' AS BLOB))`;
const NAMED = `directory = $dir AND name = CAST('a' AS BLOB)`;
const A_NAME = (name: string): string =>
  `INSERT INTO entries VALUES ($dir, ${name}, ${of("good")}, 8)`;

/** What is done to a directory, and what `fsck` says of it. */
const DAMAGES: readonly [sql: string, found: string][] = [
  [A_NAME("x''"), "an invalid name"],
  [A_NAME("x'782f79'"), "an invalid name"],
  [A_NAME("x'2e'"), "an invalid name"],
  [A_NAME("x'2e2e'"), "an invalid name"],
  [A_NAME("x'610062'"), "an invalid name"],
  [A_NAME("zeroblob(256)"), "an invalid name"],
  [
    `UPDATE entries SET inode = 987654 WHERE ${NAMED}`,
    "an entry for a missing inode",
  ],
  [
    `UPDATE entries SET inode = 1 << 60 WHERE ${NAMED}`,
    "an entry for a missing inode",
  ],
  [`UPDATE entries SET inode = 1 WHERE ${NAMED}`, "an entry of the root"],
  [
    `UPDATE entries SET inode = $dir, type = 4 WHERE ${NAMED}`,
    "a second name of a directory",
  ],
  [
    `INSERT INTO entries VALUES (${of("sub")}, x'62', $dir, 4)`,
    "a second name of a directory",
  ],
  [
    `UPDATE entries SET type = 1 << 50 WHERE ${NAMED}`,
    "an entry of the wrong type",
  ],
  [
    `INSERT INTO entries VALUES (${of("a")}, x'62', ${of("good")}, 8)`,
    "an entry in a node that is not a directory",
  ],
  [
    `UPDATE inodes SET size = -5 WHERE inode = ${of("a")}`,
    "size out of bounds",
  ],
  [
    `UPDATE inodes SET size = 1 << 60 WHERE inode = ${of("a")}`,
    "size out of bounds",
  ],
  [
    `UPDATE inodes SET mode = 420 WHERE inode = ${of("a")}`,
    "a mode without a file type",
  ],
  [
    `UPDATE inodes SET mode = -1 WHERE inode = ${of("a")}`,
    "a mode without a file type",
  ],
  [
    `UPDATE inodes SET nlink = 0 WHERE inode = ${of("a")}`,
    "a file whose links are miscounted",
  ],
  [
    `UPDATE inodes SET nlink = -3 WHERE inode = ${of("a")}`,
    "a file whose links are miscounted",
  ],
  [
    "UPDATE inodes SET nlink = 0 WHERE inode = $dir",
    "a directory whose links are miscounted",
  ],
  [
    "UPDATE inodes SET nlink = 1 WHERE inode = $dir",
    "a directory whose links are miscounted",
  ],
  [
    "UPDATE inodes SET size = 0 WHERE inode = $dir",
    "a directory whose entries are miscounted",
  ],
  [
    `UPDATE inodes SET parent = ${of("sub")} WHERE inode = $dir`,
    "a directory that is not in its parent",
  ],
  [
    `UPDATE inodes SET parent = 1 << 60 WHERE inode = ${of("sub")}`,
    "a directory that is not in its parent",
  ],
  [
    `UPDATE inodes SET uid = -1, mtime = 1 << 60, mtime_ns = -1
     WHERE inode = ${of("a")}`,
    "uid, gid, rdev out of bounds",
  ],
  [
    `UPDATE inodes SET target = NULL WHERE inode = ${of("link")}`,
    "a symbolic link without a target",
  ],
  [`DELETE FROM entries WHERE ${NAMED}`, "a node in no directory"],
  [
    `UPDATE inodes SET size = 70000 WHERE inode = ${of("big")}`,
    "data beyond the end of a file",
  ],
  [
    `UPDATE chunks SET blob = 1 << 60 WHERE inode = ${of("big")}`,
    "a chunk without its blob",
  ],
  [
    `UPDATE chunks SET position = -1 WHERE inode = ${
      of("big")
    } AND position = 0`,
    "a chunk with an impossible position",
  ],
  [
    `UPDATE chunks SET pages = 1 << 40 WHERE inode = ${
      of("big")
    } AND position = 0`,
    "a chunk with an impossible position",
  ],
  [
    `UPDATE blobs SET data = zeroblob(70000)
     WHERE id IN (SELECT blob FROM chunks WHERE inode = ${of("a")})`,
    "a blob that is longer than its chunk",
  ],
  [
    `INSERT INTO chunks SELECT inode, 7, pages, blob FROM chunks
     WHERE inode = ${of("a")}`,
    "a chunk with the blob of another",
  ],
  [
    `INSERT INTO xattrs VALUES (${of("a")}, x'', x'61')`,
    "an attribute with an invalid name",
  ],
  ["UPDATE inodes SET pages = -7 WHERE inode = $dir", "pages are miscounted"],
];

const MAKE = `
cd "$1"
for name in $(seq 0 $2); do
  mkdir $name
  cd $name
  mkdir sub
  echo good > good
  echo a > a
  head -c 200000 /dev/zero | tr '\\0' x > big
  ln -s a link
  cd ..
done`;

/** Says what of a directory does not work. */
const USE = `
cd "$1"
for name in $(seq 0 $2); do
  ls $name > /dev/null || echo "$name cannot be listed"
  [ "$(cat $name/good)" = good ] || echo "$name/good cannot be read"
  echo new > $name/new && [ "$(cat $name/new)" = new ] ||
    echo "$name takes no new file"
  head -q -c 10 $name/* > /dev/null
  rm -rf $name || echo "$name cannot be removed"
done 2> /dev/null
mkdir left && rmdir left || echo "the root takes nothing"`;

/** Makes a directory for each damage, and calls that with its inode. */
async function withDirectories(
  scene: Scene,
  damage: (db: DatabaseSync, dirs: readonly number[]) => void,
): Promise<void> {
  {
    await using _session = await mountDatabase(scene);
    const last = `${DAMAGES.length - 1}`;
    await output("sh", "-c", MAKE, "sh", scene.mnt, last);
  }
  const db = new DatabaseSync(pathOf(scene));
  const select = db.prepare(
    "SELECT inode FROM entries WHERE directory = 1 AND name = CAST(? AS BLOB)",
  );
  damage(
    db,
    DAMAGES.map((_, i) => select.get(`${i}`)!["inode"] as number),
  );
  db.close();
}

function exec(db: DatabaseSync, sql: string, dir: number): void {
  db.exec(sql.replaceAll("$dir", String(dir)));
}

mountTest(
  "SqliteFS loses what is wrong in a database, and never a directory",
  async (scene) => {
    await withDirectories(scene, (db, dirs) => {
      for (const [i, [sql]] of DAMAGES.entries()) exec(db, sql, dirs[i]!);
      db.exec("UPDATE volume SET last_inode = 1, last_blob = 0, pages = -9");
    });
    await using _session = await mountDatabase(scene);
    const last = `${DAMAGES.length - 1}`;
    const { stdout } = await run("sh", "-c", USE, "sh", scene.mnt, last);
    const wrong = stdout.split("\n").filter(Boolean)
      .map((line) => `${line}: ${DAMAGES[parseInt(line)]?.[0]}`);
    assertEquals(wrong, []);
  },
);

mountTest(
  "fsck() names what is wrong in a database, and mends it",
  async (scene) => {
    const path = pathOf(scene);
    await withDirectories(scene, (db, dirs) => {
      for (const [i, [sql]] of DAMAGES.entries()) exec(db, sql, dirs[i]!);
    });
    const before = await fsck(path);
    for (const [, what] of DAMAGES) {
      assertStringIncludes(before.join("\n"), what);
    }
    assertEquals(await fsck(path, true), before);
    assertEquals(await fsck(path), []);
    await using session = await mountDatabase(scene);
    const script = 'cd "$1"; cat */good | sort | uniq -c; find . > /dev/null';
    const { code, stdout } = await run("sh", "-c", script, "sh", scene.mnt);
    assertEquals([code, stdout.trim()], [0, `${DAMAGES.length} good`]);
    await session.unmount();
    assertEquals(await fsck(path), []);
  },
);

mountTest(
  "fsck() names each kind of damage where it is",
  async (scene) => {
    await withDirectories(scene, (db, dirs) => {
      exec(db, A_NAME("x'782f79'"), dirs[0]!);
      exec(db, `UPDATE entries SET inode = 98765 WHERE ${NAMED}`, dirs[1]!);
      exec(
        db,
        `UPDATE inodes SET size = -5 WHERE inode = ${of("good")}`,
        dirs[2]!,
      );
    });
    const found = (await fsck(pathOf(scene))).join("\n");
    assertStringIncludes(found, 'an invalid name: "x/y" in "/0"\n');
    assertStringIncludes(
      found,
      'an entry for a missing inode: "a" in "/1"\n',
    );
    assertStringIncludes(found, 'size out of bounds: "/2/good", size -5\n');
  },
);

Deno.test("A database without counters or root is refused, and mended", async () => {
  const path = await Deno.makeTempFile();
  try {
    for (const table of ["volume", "inodes"]) {
      const fs = new SqliteFS(path);
      await fs.root();
      fs.destroy();
      const db = new DatabaseSync(path);
      db.exec(`DELETE FROM ${table}`);
      db.close();
      const damaged = new SqliteFS(path);
      const error = await assertRejects(
        async () => void await damaged.root(),
        SyscallError,
      );
      assertStringIncludes(error.message, "hostkit fsck --repair");
      await fsck(path, true);
      assertEquals(await fsck(path), []);
    }
    const mended = new SqliteFS(path);
    await mended.root();
    mended.destroy();
  } finally {
    await Deno.remove(path);
  }
});
