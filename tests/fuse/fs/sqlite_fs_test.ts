/**
 * What a file system in a database keeps, and forgets.
 *
 * @module
 */

import { assertEquals, assertGreater } from "@std/assert";
import type { PosixDirectory } from "../../../fuse/fs/_posix_directory.ts";
import type { SqliteVolume } from "../../../fuse/fs/_sqlite_volume.ts";
import { SqliteFS } from "../../../fuse/fs/mod.ts";
import { output, python } from "../../_support/client.ts";
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
  { programs: ["python3"] },
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
  { programs: ["python3"] },
);

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
}, { programs: ["python3"] });

mountTest("SqliteFS forgets nodes that the kernel forgets", async (scene) => {
  const fs = new SqliteFS(pathOf(scene), { commitMs: 3_600_000 });
  const root = await fs.root() as PosixDirectory;
  await using session = await scene.mount({
    root: () => root,
    destroy: () => fs.destroy(),
  });
  const volume = root.volume as SqliteVolume;
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
}, { programs: ["python3"], dropsCaches: true });
