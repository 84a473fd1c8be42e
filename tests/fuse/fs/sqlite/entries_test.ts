/**
 * The names of a directory in a database.
 *
 * @module
 */

import { assertEquals, assertLessOrEqual } from "@std/assert";
import { PosixDirectory } from "../../../../fuse/fs/posix/directory.ts";
import { PosixFile } from "../../../../fuse/fs/posix/file.ts";
import { SqliteDatabase } from "../../../../fuse/fs/sqlite/database.ts";
import { Host } from "../../../../fuse/fs/sqlite/host.ts";
import { openDatabase } from "../../../../fuse/fs/sqlite/schema.ts";
import { Unsaved } from "../../../../fuse/fs/sqlite/unsaved.ts";
import { SqliteVolume } from "../../../../fuse/fs/sqlite/volume.ts";

Deno.test("SqliteEntries keeps few of the names that it finds", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const path = `${dir}/fs.sqlite`;
    const limits = { pages: 1, inodes: 10, links: 10 };
    const options = {
      locks: false,
      commitMs: 1,
      report: () => {},
    };
    const db = new SqliteDatabase(await openDatabase(path));
    const unsaved = await Unsaved.beside(path);
    const volume = new SqliteVolume(
      db,
      new Host(path),
      unsaved,
      limits,
      options,
    );
    const ownership = { mode: 0o40755, uid: 0, gid: 0 };
    const root = new PosixDirectory(volume, ownership).remember();
    const file = new PosixFile(volume, { ...ownership, mode: 0o100644 })
      .remember();
    const entries = volume.newEntries(root);
    const names = Array.from({ length: 10_000 }, (_, i) => `name ${i}`);
    for (const name of names) entries.set(name, file);
    volume.change(root);
    volume.change(file);
    volume.commit();
    for (let i = 0; i < 2; i++) {
      assertLessOrEqual(entries.keptCount, 4096);
      assertEquals(names.every((name) => entries.get(name) === file), true);
    }
    assertEquals(entries.get("another"), undefined);
    assertEquals(entries.size, names.length);
    assertEquals(new Set([...entries].map(([name]) => name)), new Set(names));
    volume.close();
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
