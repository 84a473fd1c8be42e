/**
 * When a file system in a database is on disk, and what happens if it cannot be.
 *
 * @module
 */

import { assertEquals, assertGreater } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { openDatabase, pragma } from "../../../fuse/fs/_sqlite_schema.ts";
import { SqliteFS } from "../../../fuse/fs/mod.ts";
import { output, python } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { fsck } from "../../_support/sqlite_fsck.ts";
import { mountDatabase, pathOf } from "./_sqlite_scene.ts";

mountTest(
  "SqliteFS's fsync(2) returns once all that was done before is in the database",
  async (scene) => {
    await using _session = await mountDatabase(scene, { commitMs: 3_600_000 });
    const copy = `${scene.dir}/copy.sqlite`;
    const script = `
import shutil
path, copy = args
def stored(name):
    for end in ("", "-wal"): shutil.copy(path + end, copy + end)
    import sqlite3
    db = sqlite3.connect(copy)
    rows = db.execute("SELECT i.size FROM entries JOIN inodes i USING (inode) WHERE name = ?", [name.encode()]).fetchall()
    db.close()
    return [size for size, in rows]
os.chdir(mnt)
with open("before", "w") as file: file.write("x")
os.mkdir("directory")
seen = [stored("before")]
with open("file", "w") as file:
    file.write("content")
    file.flush()
    os.fsync(file.fileno())
    seen += [stored("file"), stored("before")]
    file.write("more")
    file.flush()
    os.fdatasync(file.fileno())
    seen.append(stored("file"))
os.rename("file", "other")
fd = os.open("directory", os.O_DIRECTORY)
os.fsync(fd)
seen += [stored("file"), stored("other")]
with open("other", "r+b", buffering=0, opener=lambda p, f: os.open(p, f | os.O_SYNC)) as file:
    file.write(b"x" * 100)
    seen.append(stored("other"))
say(seen)
`;
    const seen = await python(scene.mnt, script, pathOf(scene), copy);
    assertEquals(seen, [[], [7], [1], [11], [], [11], [100]]);
  },
  { programs: ["python3"] },
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

mountTest(
  "SqliteFS frees what was open without a name when its server crashed",
  async (scene) => {
    await using _session = await mountDatabase(scene);
    const image = `${scene.dir}/image.sqlite`;
    await python(
      scene.mnt,
      `
import shutil
path, image = args
os.chdir(mnt)
os.mkdir("directory")
directory = os.open("directory", os.O_RDONLY)
fd = os.open("file", os.O_CREAT | os.O_RDWR)
os.write(fd, b"x" * 500000)
os.setxattr("file", "user.long", b"v" * 10000)
os.fsync(fd)
os.unlink("file")
os.rmdir("directory")
nameless = os.open(".", os.O_TMPFILE | os.O_RDWR)
os.write(nameless, b"x" * 500000)
os.fsync(nameless)
for end in ("", "-wal"): shutil.copy(path + end, image + end)
say(os.pread(fd, 500001, 0) == b"x" * 500000)
`,
      pathOf(scene),
      image,
    );
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
  { programs: ["python3"] },
);

mountTest(
  "SqliteFS counts no file without a name that a crash took",
  async (scene) => {
    await using _session = await mountDatabase(scene);
    const image = `${scene.dir}/image.sqlite`;
    await python(
      scene.mnt,
      `
import shutil
path, image = args
nameless = os.open(mnt, os.O_TMPFILE | os.O_RDWR)
with open(mnt + "/file", "w") as file: os.fsync(file.fileno())
for end in ("", "-wal"): shutil.copy(path + end, image + end)
say(None)
`,
      pathOf(scene),
      image,
    );
    const fs = new SqliteFS(image);
    await fs.root();
    fs.destroy();
    assertEquals(fsck(image), []);
  },
  { programs: ["python3"] },
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
      const seen = await python(
        scene.mnt,
        `
fd = os.open(mnt + "/file", os.O_CREAT | os.O_RDWR)
seen = [os.write(fd, b"first"), os.fsync(fd), os.write(fd, b"x" * 2**20)]
full = os.open(args[0] + "/full", os.O_CREAT | os.O_RDWR)
free = os.statvfs(args[0]).f_bavail * 4096
os.posix_fallocate(full, 0, free)
seen += [attempt(os.fsync, fd), attempt(os.fsync, fd), os.pread(fd, 6, 0).decode()]
os.ftruncate(full, 0)
seen += [os.fsync(fd)]
os.posix_fallocate(full, 0, free - 2**20 * 100)
os.pwrite(fd, b"y", 0)
seen += [os.fsync(fd), attempt(os.pwrite, fd, b"x" * 4096, 2**30)]
say(seen)
`,
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
  { programs: ["python3"] },
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
      const seen = await python(
        scene.mnt,
        `
fd = os.open(mnt + "/file", os.O_CREAT | os.O_RDWR)
full = os.open(args[0] + "/full", os.O_CREAT | os.O_RDWR)
os.posix_fallocate(full, 0, os.statvfs(args[0]).f_bavail * 4096)
def fill():
    for i in range(64):
        error = attempt(os.pwrite, fd, b"x" * 2**20, i * 2**20)
        if error != 2**20: return error
seen = [fill(), attempt(os.ftruncate, fd, 2**30), attempt(os.ftruncate, fd, 5)]
seen += [os.pwrite(fd, b"y", 5), os.pread(fd, 9, 0).decode()]
os.ftruncate(full, 0)
say(seen + [os.fsync(fd)])
`,
        host,
      );
      assertEquals(seen, ["ENOSPC", "ENOSPC", null, 1, "xxxxxy", null]);
    } finally {
      await output("umount", "-l", host);
    }
  },
  { programs: ["python3"] },
);
