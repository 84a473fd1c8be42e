/**
 * When a file system in a database is on disk, and what happens if it cannot
 * be.
 *
 * @module
 */

import { assertEquals, assertGreater } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { openDatabase, pragma } from "../../../../fuse/fs/sqlite/schema.ts";
import { SqliteFS } from "../../../../fuse/fs/mod.ts";
import { inClient, output } from "../../../_support/client.ts";
import type { Sys } from "../../../_support/client_process.ts";
import { mountTest, type Scene } from "../../../_support/mount.ts";
import { fsck } from "../../../_support/sqlite_fsck.ts";
import { mountDatabase, pathOf } from "./_scene.ts";

mountTest(
  "SqliteFS's fsync(2) returns once all that was done before is in the database",
  async (scene) => {
    await using _session = await mountDatabase(scene, { commitMs: 3_600_000 });
    const seen = await inClient(
      scene.mnt,
      async (sys, mnt, path, copy) => {
        const { DatabaseSync } = await import("node:sqlite");
        /** Returns how large the files of a name are in the database. */
        const stored = (name: string) => {
          for (const end of ["", "-wal"]) {
            sys.put(copy + end, sys.contentBytes(path + end));
          }
          const db = new DatabaseSync(copy);
          const rows = db.prepare(
            `SELECT i.size FROM entries JOIN inodes i USING (inode)
             WHERE name = CAST(? AS BLOB)`,
          ).all(name);
          db.close();
          return rows.map(({ size }) => size);
        };
        sys.chdir(mnt);
        sys.put("before", "x");
        sys.mkdir("directory");
        const seen = [stored("before")];
        const fd = sys.open("file", sys.O_CREAT | sys.O_WRONLY);
        sys.write(fd, "content");
        sys.fsync(fd);
        seen.push(stored("file"), stored("before"));
        sys.write(fd, "more");
        sys.fdatasync(fd);
        seen.push(stored("file"));
        sys.rename("file", "other");
        sys.fsync(sys.open("directory", sys.O_DIRECTORY));
        seen.push(stored("file"), stored("other"));
        const synced = sys.open("other", sys.O_RDWR | sys.O_SYNC);
        sys.write(synced, "x".repeat(100));
        seen.push(stored("other"));
        return seen;
      },
      pathOf(scene),
      `${scene.dir}/copy.sqlite`,
    );
    assertEquals(seen, [[], [7], [1], [11], [], [11], [100]]);
  },
);

mountTest(
  "SqliteFS stores changes of its own accord after commitMs",
  async (scene) => {
    await using _session = await mountDatabase(scene, { commitMs: 50 });
    await output("touch", `${scene.mnt}/file`);
    const wal = `${pathOf(scene)}-wal`;
    const { size } = await Deno.stat(wal);
    while ((await Deno.stat(wal)).size === size) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  },
);

/** What a test does with a mount and a function that copies its database. */
type Use = (sys: Sys, mnt: string, copy: () => void) => void;

/** Copies the database of a mounted file system, as a crash would leave it. */
async function imageOf(scene: Scene, use: Use): Promise<string> {
  const image = `${scene.dir}/image.sqlite`;
  await inClient(
    scene.mnt,
    (sys, mnt, path, image, use) =>
      use(sys, mnt, () => {
        for (const end of ["", "-wal"]) {
          sys.put(image + end, sys.contentBytes(path + end));
        }
      }),
    pathOf(scene),
    image,
    use,
  );
  return image;
}

mountTest(
  "SqliteFS frees what was open without a name when its server crashed",
  async (scene) => {
    await using _session = await mountDatabase(scene);
    const image = await imageOf(scene, (sys, mnt, copy) => {
      const data = "x".repeat(500_000);
      sys.chdir(mnt);
      sys.makeDirs("above/directory");
      sys.open("above/directory", sys.O_DIRECTORY);
      const fd = sys.open("file", sys.O_CREAT | sys.O_RDWR);
      sys.write(fd, data);
      sys.setxattr("file", "user.long", "v".repeat(10_000));
      sys.fsync(fd);
      sys.unlink("file");
      sys.rmdir("above/directory");
      sys.rmdir("above");
      const nameless = sys.open(".", sys.O_TMPFILE | sys.O_RDWR);
      sys.write(nameless, data);
      sys.fsync(nameless);
      copy();
      if (sys.latin1(sys.pread(fd, 500_001, 0)) !== data) throw Error("lost");
    });
    // It is no damage, but what there was.
    assertEquals(fsck(image), []);
    const fs = new SqliteFS(image);
    await fs.root();
    fs.destroy();
    assertEquals(fsck(image), []);
    const db = new DatabaseSync(image);
    const left = db.prepare("SELECT inodes, pages FROM volume").get()!;
    const blobs = db.prepare("SELECT count(*) AS count FROM blobs").get()!;
    db.close();
    assertEquals([{ ...left }, { ...blobs }], [{ inodes: 1, pages: 0 }, {
      count: 0,
    }]);
  },
);

mountTest(
  "SqliteFS counts no file without a name that a crash took",
  async (scene) => {
    await using _session = await mountDatabase(scene);
    const image = await imageOf(scene, (sys, mnt, copy) => {
      sys.open(mnt, sys.O_TMPFILE | sys.O_RDWR);
      sys.fsync(sys.open(`${mnt}/file`, sys.O_CREAT | sys.O_RDWR));
      copy();
    });
    const fs = new SqliteFS(image);
    await fs.root();
    fs.destroy();
    assertEquals(fsck(image), []);
  },
);

mountTest(
  "SqliteFS waits for as long as it is told to, however long that is",
  async (scene) => {
    const commitMs = Number.MAX_SAFE_INTEGER;
    await using _session = await mountDatabase(scene, { commitMs });
    const wal = `${pathOf(scene)}-wal`;
    const { size } = await Deno.stat(wal);
    await output("touch", `${scene.mnt}/file`);
    // Each comes after a timer of no time at all.
    for (let i = 0; i < 3; i++) await output("ls", "-l", scene.mnt);
    assertEquals((await Deno.stat(wal)).size, size);
  },
);

mountTest(
  "SqliteFS keeps no more than some MiB in memory that is not saved",
  async (scene) => {
    await using _session = await mountDatabase(scene, { commitMs: 3_600_000 });
    const size = (): number =>
      Deno.statSync(pathOf(scene)).size +
      Deno.statSync(`${pathOf(scene)}-wal`).size;
    const before = size();
    const file = `of=${scene.mnt}/file`;
    await output(
      "dd",
      "if=/dev/zero",
      file,
      "bs=1M",
      "count=40",
      "status=none",
    );
    assertGreater(size() - before, 32 << 20);
  },
);

Deno.test("openDatabase() has each commit wait for the disk, and lets nobody else in", async () => {
  const path = await Deno.makeTempFile();
  const db = await openDatabase(path);
  const modes = ["synchronous", "journal_mode", "locking_mode"]
    .map((name) => pragma(db, name) as unknown);
  db.close();
  await Deno.remove(path);
  // 2 is FULL.
  assertEquals(modes, [2, "wal", "exclusive"]);
});

mountTest(
  "SqliteFS fails with ENOSPC where its host is full, and goes on when there is room",
  async (scene) => {
    const host = `${scene.dir}/host`;
    await Deno.mkdir(host);
    await output("mount", "-t", "tmpfs", "-o", "size=140M", "none", host);
    try {
      const fs = new SqliteFS(`${host}/fs.sqlite`);
      await using session = await scene.mount(fs, fs.mountOptions);
      const seen = await inClient(
        scene.mnt,
        ({ attempt, fsync, pwrite, ...sys }, mnt, host) => {
          const fd = sys.open(`${mnt}/file`, sys.O_CREAT | sys.O_RDWR);
          const seen: unknown[] = [
            sys.write(fd, "first"),
            attempt(fsync, fd),
            sys.write(fd, "x".repeat(2 ** 20)),
          ];
          const full = sys.open(`${host}/full`, sys.O_CREAT | sys.O_RDWR);
          const free = sys.statfs(host).bavail * 4096;
          sys.fallocate(full, 0, 0, free);
          seen.push(attempt(fsync, fd), attempt(fsync, fd));
          seen.push(sys.latin1(sys.pread(fd, 6, 0)));
          sys.ftruncate(full, 0);
          seen.push(attempt(fsync, fd));
          sys.fallocate(full, 0, 0, free - 2 ** 20 * 100);
          pwrite(fd, "y", 0);
          seen.push(attempt(fsync, fd));
          seen.push(attempt(pwrite, fd, "x".repeat(4096), 2 ** 30));
          return seen;
        },
        host,
      );
      assertEquals(seen, [
        5,
        null,
        2 ** 20,
        "ENOSPC",
        "ENOSPC",
        "firstx",
        null,
        null,
        "ENOSPC",
      ]);
      await session.unmount();
      assertEquals(fsck(`${host}/fs.sqlite`), []);
    } finally {
      await output("umount", "-l", host);
    }
  },
);

mountTest(
  "SqliteFS lets files be cut where its host is full",
  async (scene) => {
    const host = `${scene.dir}/host`;
    await Deno.mkdir(host);
    await output("mount", "-t", "tmpfs", "-o", "size=200M", "none", host);
    try {
      const fs = new SqliteFS(`${host}/fs.sqlite`, { commitMs: 3_600_000 });
      await using _session = await scene.mount(fs, fs.mountOptions);
      const seen = await inClient(
        scene.mnt,
        ({ attempt, ftruncate, ...sys }, mnt, host) => {
          const fd = sys.open(`${mnt}/file`, sys.O_CREAT | sys.O_RDWR);
          const full = sys.open(`${host}/full`, sys.O_CREAT | sys.O_RDWR);
          sys.fallocate(full, 0, 0, sys.statfs(host).bavail * 4096);
          const data = new Uint8Array(2 ** 20).fill(120);
          const fill = () => {
            for (let i = 0; i < 64; i++) {
              const n = attempt(sys.pwrite, fd, data, i * 2 ** 20);
              if (n !== 2 ** 20) return n;
            }
            return null;
          };
          const seen: unknown[] = [
            fill(),
            attempt(ftruncate, fd, 2 ** 30),
            attempt(ftruncate, fd, 5),
            sys.pwrite(fd, "y", 5),
            sys.latin1(sys.pread(fd, 9, 0)),
          ];
          ftruncate(full, 0);
          return [...seen, attempt(sys.fsync, fd)];
        },
        host,
      );
      assertEquals(seen, ["ENOSPC", "ENOSPC", null, 1, "xxxxxy", null]);
    } finally {
      await output("umount", "-l", host);
    }
  },
);
