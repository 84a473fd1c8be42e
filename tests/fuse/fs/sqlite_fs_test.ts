/**
 * A file system in a database: what it keeps, gives back and refuses.
 *
 * @module
 */

import {
  assertEquals,
  assertGreater,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { SyscallError } from "../../../ffi/mod.ts";
import type { SqliteDirectory } from "../../../fuse/fs/_sqlite_directory.ts";
import { SqliteFS } from "../../../fuse/fs/mod.ts";
import { output, python, run } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { fsck } from "../../_support/sqlite_fsck.ts";
import { mountDatabase, pathOf, TREE } from "./_sqlite_scene.ts";

mountTest(
  "SqliteFS keeps all there is to a file over a remount",
  async (scene) => {
    let before: unknown;
    {
      await using _session = await mountDatabase(scene);
      before = await python(
        scene.mnt,
        TREE + `
import stat, struct
os.chdir(mnt)
os.makedirs("a/b/c")
with open("a/file", "wb") as file: file.write(b"content" * 100000)
os.link("a/file", "a/b/hard")
os.symlink("a/file", "link")
os.symlink(b"not\\xffutf8", b"odd\\xfename")
os.mkfifo("fifo", 0o640)
os.mknod("device", stat.S_IFCHR | 0o600, os.makedev(1234, 70000))
with open("sparse", "wb") as file:
    for at in (5000, 2**20 + 1, 2**40):
        file.seek(at)
        file.write(b"x")
os.chown("a/b", 2**32 - 2, 12345)
os.chmod("a/b", 0o3751)
os.setxattr("a/file", "user.empty", b"")
os.setxattr("a/file", "user.long", b"v" * 60000)
entries = ((1, 7, -1), (2, 5, 1000), (4, 5, -1), (16, 7, -1), (32, 0, -1))
acl = struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *e) for e in entries)
os.setxattr("a/b/c", "system.posix_acl_default", acl)
for name, ns in (("fifo", -2**62 + 1), ("device", 2**62 + 999999999), ("sparse", -1)):
    os.utime(name, ns=(ns, ns))
say(tree())
`,
      );
    }
    assertEquals(fsck(pathOf(scene)), []);
    await using _session = await mountDatabase(scene, { noAtime: true });
    const after = await python(scene.mnt, TREE + "say(tree())");
    assertEquals(after, before);
    const seen = await python(
      scene.mnt,
      `
with open(mnt + "/sparse", "rb") as file:
    seen = []
    for at in (5000, 2**20 + 1, 2**40, 2**30):
        file.seek(at)
        seen.append(file.read(1).decode())
say([seen, read(mnt + "/a/b/hard") == "content" * 100000, os.stat(mnt + "/device").st_mtime_ns])
`,
    );
    assertEquals(seen, [["x", "x", "x", "\0"], true, 2 ** 62 + 999999999]);
  },
);

mountTest(
  "SqliteFS keeps each change of what it had before",
  async (scene) => {
    const changes = [
      `os.chmod("file", 0o4711)`,
      `os.chown("file", 5, 6)`,
      `os.utime("file", ns=(1, 2))`,
      `read("file")`,
      `os.setxattr("file", "user.new", b"new")`,
      `os.removexattr("file", "user.old")`,
      `os.truncate("file", 3)`,
      `os.link("file", "a/hard")`,
      `os.rename("d/e", "a/e")`,
      `os.rename("file", "b/file")`,
      `os.unlink("d/file")`,
      `os.rmdir("d/e")`,
      `os.symlink("target", "a/link")`,
      // RENAME_EXCHANGE, and RENAME_WHITEOUT
      `ctypes.CDLL(None).renameat2(-100, b"b", -100, b"d/file", 2)`,
      `ctypes.CDLL(None).renameat2(-100, b"a", -100, b"d/a", 4)`,
    ];
    // Each in a directory of its own, so that none is saved with another.
    const begin = `
import ctypes
def each(action):
    for i in range(${changes.length}):
        os.makedirs("%s/%d" % (mnt, i), exist_ok=True)
        os.chdir("%s/%d" % (mnt, i))
        action(i)
    os.chdir(mnt)
`;
    {
      await using _session = await mountDatabase(scene);
      const script = `
def make(i):
    for name in ("a", "b", "d", "d/e"): os.mkdir(name)
    for name in ("file", "d/file"):
        with open(name, "w") as file: file.write("x" * 10)
        os.setxattr(name, "user.old", b"old")
each(make)
say(None)
`;
      await python(scene.mnt, begin + script);
    }
    let before: unknown;
    {
      await using _session = await mountDatabase(scene);
      const script = `each(lambda i: exec(args[0][i]))\nsay(tree())`;
      before = await python(scene.mnt, begin + TREE + script, changes);
    }
    assertEquals(fsck(pathOf(scene)), []);
    await using _session = await mountDatabase(scene, { noAtime: true });
    assertEquals(await python(scene.mnt, TREE + "say(tree())"), before);
  },
);

mountTest(
  "SqliteFS gives back the space of what is removed",
  async (scene) => {
    await using session = await mountDatabase(scene, { size: 1 << 20 });
    const free = `os.statvfs(mnt).f_bfree, os.statvfs(mnt).f_ffree`;
    const seen = await python(
      scene.mnt,
      `
before = [${free}]
path = mnt + "/file"
def fill():
    with open(path, "wb") as file:
        file.write(b"x" * 500000)
        os.fsync(file.fileno())
fill()
os.truncate(path, 0)
fill()
filled = [${free}]
os.unlink(path)
# The kernel forgets the file when it gets to it.
while [${free}] != before: pass
say([before, filled])
`,
    );
    const [blocks, files] = seen[0];
    assertEquals(seen[1], [blocks - Math.ceil(500000 / 4096), files - 1]);
    await session.unmount();
    assertEquals(fsck(pathOf(scene)), []);
  },
);

mountTest("SqliteFS refuses what exceeds its limits", async (scene) => {
  await using session = await mountDatabase(scene, {
    size: 100 * 4096,
    inodes: 4,
    links: 3,
  });
  const seen = await python(
    scene.mnt,
    `
os.chdir(mnt)
fd = os.open("file", os.O_CREAT | os.O_RDWR)
seen = [os.pwrite(fd, bytes(4096 * 101), 0), attempt(os.pwrite, fd, b"x", 2**30)]
seen.append(os.pwrite(fd, b"y", 5))
seen.append(attempt(os.posix_fallocate, fd, 2**30, 1))
os.ftruncate(fd, 4096 * 50)
os.posix_fallocate(fd, 2**30, 4096 * 50)
seen += [attempt(os.pwrite, fd, b"x", 2**20), os.pwrite(fd, b"x", 2**30 + 7)]
seen.append(attempt(os.ftruncate, fd, 2**53))
for name in ("b", "c", "d"): seen.append(attempt(os.link, "file", name))
for name in ("e", "f", "g"): seen.append(attempt(os.mkdir, name))
seen.append(attempt(os.open, "n" * 256, os.O_CREAT))
say(seen)
`,
  );
  assertEquals(seen, [
    100 * 4096,
    "ENOSPC",
    1,
    "ENOSPC",
    "ENOSPC",
    1,
    "EFBIG",
    null,
    null,
    "EMLINK",
    null,
    "EMLINK",
    "EMLINK",
    "ENAMETOOLONG",
  ]);
  await session.unmount();
  assertEquals(fsck(pathOf(scene)), []);
});

mountTest("SqliteFS notes no access with noAtime", async (scene) => {
  const script = `
path = mnt + "/file"
with open(path, "w") as file: file.write("x")
os.utime(path, ns=(1, 1))
read(path)
say(os.stat(path).st_atime_ns > 1)
`;
  for (const noAtime of [false, true]) {
    await using _session = await mountDatabase(scene, { noAtime });
    assertEquals(await python(scene.mnt, script), !noAtime);
  }
});

mountTest("SqliteFS refuses a database that is in use", async (scene) => {
  await using session = await mountDatabase(scene);
  const path = pathOf(scene);
  const hint = "it is mounted already, or another program uses it";
  const message = `mount "${path}": EBUSY: Device or resource busy (${hint})`;
  const error = await assertRejects(
    async () => void await new SqliteFS(path).root(),
    SyscallError,
  );
  assertEquals(error.message, message);
  const { stderr } = await run("sqlite3", path, "SELECT * FROM volume");
  assertStringIncludes(stderr, "locked");
  await output("touch", `${scene.mnt}/still-works`);
  await session.unmount();
  const db = new DatabaseSync(path);
  db.exec("BEGIN IMMEDIATE");
  try {
    const error = await assertRejects(() => mountDatabase(scene), SyscallError);
    assertEquals(error.message, message);
  } finally {
    db.close();
  }
}, { programs: ["sqlite3"] });

mountTest("SqliteFS refuses to be mounted twice", async (scene) => {
  const fs = new SqliteFS(pathOf(scene));
  await using session = await scene.mount(fs);
  const error = await assertRejects(() => fs.root(), SyscallError);
  assertStringIncludes(error.message, "this SqliteFS is mounted already");
  await session.unmount();
  await fs.root();
  fs.destroy();
}, { programs: [] });

Deno.test("SqliteFS refuses a file that is something else, and leaves it as it is", async () => {
  const dir = await Deno.makeTempDir();
  const path = `${dir}/file`;
  const make = (sql: string): void => {
    const db = new DatabaseSync(path);
    db.exec(sql);
    db.close();
  };
  const cases: [message: string, make: () => void][] = [
    ["a file, but no database", () => {
      Deno.writeTextFileSync(path, "no database ".repeat(100));
    }],
    ["a database, but no file system of hostkit's", () => {
      make("CREATE TABLE t (a)");
    }],
    ["a database, but no file system of hostkit's", () => {
      make("PRAGMA application_id = 5; CREATE TABLE t (a); DROP TABLE t");
    }],
    ["a file system of version 2, and this is for version 1", () => {
      make("PRAGMA application_id = 1751869043; PRAGMA user_version = 2");
    }],
  ];
  try {
    for (const [hint, makeFile] of cases) {
      makeFile();
      const before = await Deno.readFile(path);
      const fs = new SqliteFS(path);
      const error = await assertRejects(() => fs.root(), SyscallError);
      assertEquals(
        error.message,
        `mount "${path}": EINVAL: Invalid argument (${hint})`,
      );
      assertEquals(await Deno.readFile(path), before);
      await Deno.remove(path);
    }
    for (
      const [path, code] of [
        [`${dir}/none/file`, "ENOENT"],
        ["/dev/null/file", "ENOTDIR"],
        [dir, "EACCES"],
      ] as const
    ) {
      const error = await assertRejects(
        () => new SqliteFS(path).root(),
        SyscallError,
      );
      assertEquals(error.code, code, path);
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("SqliteFS refuses limits that are no whole numbers", () => {
  for (const name of ["size", "inodes", "links", "commitMs"]) {
    for (const value of [0, -1, 1.5, NaN, 2 ** 53]) {
      assertThrows(
        () => new SqliteFS("file", { [name]: value }),
        RangeError,
        `Cannot make a file system with ${name} ${value}`,
      );
    }
  }
});

Deno.test("SqliteFS takes an empty file for a new file system", async () => {
  const path = await Deno.makeTempFile();
  const fs = new SqliteFS(path, { mode: 0o1777, uid: 5, gid: 6 });
  await fs.root();
  fs.destroy();
  const db = new DatabaseSync(path);
  const row = db.prepare("SELECT mode, uid, gid FROM inodes").get()!;
  db.close();
  await Deno.remove(path);
  assertEquals({ ...row }, { mode: 0o41777, uid: 5, gid: 6 });
});

mountTest(
  "SqliteFS that is full is as full when it is mounted again",
  async (scene) => {
    const script = `
os.chdir(mnt)
def about():
    s = os.statvfs(".")
    return [s.f_bfree, s.f_ffree, len(os.getxattr("file", "user.long"))]
`;
    let before: unknown;
    {
      await using _session = await mountDatabase(scene, { size: 100 * 4096 });
      before = await python(
        scene.mnt,
        `${script}
with open("file", "wb", buffering=0) as file: written = file.write(bytes(90 * 4096))
os.setxattr("file", "user.long", b"v" * 40000)
with open("other", "wb", buffering=0) as file: file.write(bytes(90 * 4096))
say(about())
`,
      );
    }
    await using session = await mountDatabase(scene, { size: 100 * 4096 });
    const after = await python(scene.mnt, `${script}\nsay(about())`);
    assertEquals(after, before);
    assertEquals(after[0], 0);
    assertEquals(after[2], 40000);
    await session.unmount();
    // And may be fuller than it is allowed to be from now on.
    await using smaller = await mountDatabase(scene, { size: 20 * 4096 });
    const seen = await python(
      scene.mnt,
      `${script}
fd = os.open("new", os.O_CREAT | os.O_RDWR)
seen = [about()[0], attempt(os.write, fd, b"x"), os.setxattr("new", "user.x", b"x")]
os.removexattr("file", "user.long")
os.unlink("other")
os.truncate("file", 1)
while os.statvfs(".").f_bfree < 19: pass
say(seen + [os.write(fd, b"x")])
`,
    );
    assertEquals(seen, [0, "ENOSPC", null, 1]);
    await smaller.unmount();
    assertEquals(fsck(pathOf(scene)), []);
  },
);

mountTest("SqliteFS forgets nodes that the kernel forgets", async (scene) => {
  const fs = new SqliteFS(pathOf(scene), { commitMs: 3_600_000 });
  const root = await fs.root() as SqliteDirectory;
  await using session = await scene.mount({
    root: () => root,
    destroy: () => fs.destroy(),
  });
  const { volume } = root;
  await python(
    scene.mnt,
    `
os.chdir(mnt)
os.makedirs("a/b/c")
for i in range(500):
    with open("a/%d" % i, "w") as file: file.write("x")
    if i % 3 == 0: os.unlink("a/%d" % i)
say(None)
`,
  );
  const forget = async (): Promise<void> => {
    while (session.server.nodeCount > 1) {
      await output("sh", "-c", "echo 2 > /proc/sys/vm/drop_caches");
    }
  };
  await forget();
  // What has not been saved cannot be had again.
  assertGreater(volume.nodeCount, 300);
  volume.commit();
  assertEquals(volume.nodeCount, 1);
  await output("ls", "-lR", scene.mnt);
  assertGreater(volume.nodeCount, 300);
  await forget();
  volume.commit();
  assertEquals(volume.nodeCount, 1);
}, { programs: ["python3"] });
