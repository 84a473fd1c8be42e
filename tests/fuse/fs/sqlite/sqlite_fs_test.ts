/**
 * What a file system in a database keeps, and forgets.
 *
 * @module
 */

import { assertEquals, assertGreater } from "@std/assert";
import type { PosixDirectory } from "../../../../fuse/fs/posix/directory.ts";
import type { SqliteVolume } from "../../../../fuse/fs/sqlite/volume.ts";
import { SqliteFS } from "../../../../fuse/fs/mod.ts";
import { inClient, output } from "../../../_support/client.ts";
import type { Sys } from "../../../_support/client_process.ts";
import { mountTest } from "../../../_support/mount.ts";
import { fsck } from "../../../_support/sqlite_fsck.ts";
import { mountDatabase, pathOf, treeOf } from "./_scene.ts";

/** Makes files of all kinds, with all that they can have. */
function makeAll(sys: Sys, mnt: string): void {
  sys.chdir(mnt);
  sys.makeDirs("a/b/c");
  sys.put("a/file", "content".repeat(100_000));
  sys.link("a/file", "a/b/hard");
  sys.symlink("a/file", "link");
  sys.symlink("not\udcffutf8", "odd\udcfename");
  sys.mkfifo("fifo", 0o640);
  sys.mknod("device", sys.S_IFCHR | 0o600, sys.makedev(1234, 70000));
  const sparse = sys.open("sparse", sys.O_CREAT | sys.O_WRONLY);
  for (const at of [5000, 2 ** 20 + 1, 2 ** 40]) sys.pwrite(sparse, "x", at);
  sys.close(sparse);
  sys.chown("a/b", 2 ** 32 - 2, 12345);
  sys.chmod("a/b", 0o3751);
  sys.setxattr("a/file", "user.empty", "");
  sys.setxattr("a/file", "user.long", "v".repeat(60_000));
  sys.setAcl("a/b/c", "default", "u::rwx u:1000:r-x g::r-x m::rwx o::---");
  const times = {
    fifo: -(2n ** 62n) + 1n,
    device: 2n ** 62n + 999_999_999n,
    sparse: -1n,
  };
  for (const [name, ns] of Object.entries(times)) sys.utime(name, ns, ns);
}

mountTest(
  "SqliteFS keeps all there is to a file over a remount",
  async (scene) => {
    let before: unknown;
    {
      await using _session = await mountDatabase(scene);
      await inClient(scene.mnt, makeAll);
      before = await inClient(scene.mnt, treeOf);
    }
    assertEquals(fsck(pathOf(scene)), []);
    await using _session = await mountDatabase(scene, { noAtime: true });
    assertEquals(await inClient(scene.mnt, treeOf), before);
    const seen = await inClient(scene.mnt, (sys, mnt) => {
      const sparse = sys.open(`${mnt}/sparse`, sys.O_RDONLY);
      return [
        [5000, 2 ** 20 + 1, 2 ** 40, 2 ** 30]
          .map((at) => sys.latin1(sys.pread(sparse, 1, at))),
        sys.content(`${mnt}/a/b/hard`) === "content".repeat(100_000),
        sys.stat(`${mnt}/device`).mtime,
      ];
    });
    const mtime = 2n ** 62n + 999_999_999n;
    assertEquals(seen, [["x", "x", "x", "\0"], true, mtime]);
  },
);

const CHANGES: readonly ((sys: Sys) => void)[] = [
  (sys) => sys.chmod("file", 0o4711),
  (sys) => sys.chown("file", 5, 6),
  (sys) => sys.utime("file", 1n, 2n),
  (sys) => void sys.content("file"),
  (sys) => sys.setxattr("file", "user.new", "new"),
  (sys) => sys.removexattr("file", "user.old"),
  (sys) => sys.truncate("file", 3),
  (sys) => sys.link("file", "a/hard"),
  (sys) => sys.rename("d/e", "a/e"),
  (sys) => sys.rename("file", "b/file"),
  (sys) => sys.unlink("d/file"),
  (sys) => sys.rmdir("d/e"),
  (sys) => sys.symlink("target", "a/link"),
  (sys) => sys.rename("b", "d/file", sys.RENAME_EXCHANGE),
  (sys) => sys.rename("a", "d/a", sys.RENAME_WHITEOUT),
];

mountTest(
  "SqliteFS keeps each change of what it had before",
  async (scene) => {
    {
      await using _session = await mountDatabase(scene);
      await inClient(scene.mnt, (sys, mnt, count) => {
        // Each in a directory of its own, so that none is saved with another.
        for (let i = 0; i < count; i++) {
          sys.mkdir(`${mnt}/${i}`);
          sys.chdir(`${mnt}/${i}`);
          for (const name of ["a", "b", "d", "d/e"]) sys.mkdir(name);
          for (const name of ["file", "d/file"]) {
            sys.put(name, "x".repeat(10));
            sys.setxattr(name, "user.old", "old");
          }
        }
      }, CHANGES.length);
    }
    let before: unknown;
    {
      await using _session = await mountDatabase(scene);
      await inClient(
        scene.mnt,
        (sys, mnt, ...changes) => {
          for (const [i, change] of changes.entries()) {
            sys.chdir(`${mnt}/${i}`);
            change(sys);
          }
        },
        ...CHANGES,
      );
      before = await inClient(scene.mnt, treeOf);
    }
    assertEquals(fsck(pathOf(scene)), []);
    await using _session = await mountDatabase(scene, { noAtime: true });
    assertEquals(await inClient(scene.mnt, treeOf), before);
  },
);

mountTest("SqliteFS notes no access with noAtime", async (scene) => {
  for (const noAtime of [false, true]) {
    await using _session = await mountDatabase(scene, { noAtime });
    const isNoted = await inClient(scene.mnt, (sys, mnt) => {
      const path = `${mnt}/file`;
      sys.put(path, "x");
      sys.utime(path, 1n, 1n);
      sys.content(path);
      return sys.stat(path).atime > 1n;
    });
    assertEquals(isNoted, !noAtime);
  }
});

mountTest("SqliteFS forgets nodes that the kernel forgets", async (scene) => {
  const fs = new SqliteFS(pathOf(scene), { commitMs: 3_600_000 });
  const root = await fs.root() as PosixDirectory;
  await using session = await scene.mount({
    root: () => root,
    destroy: () => fs.destroy(),
  });
  const volume = root.volume as SqliteVolume;
  await inClient(scene.mnt, (sys, mnt) => {
    sys.chdir(mnt);
    sys.makeDirs("a/b/c");
    for (let i = 0; i < 500; i++) {
      sys.put(`a/${i}`, "x");
      if (i % 3 === 0) sys.unlink(`a/${i}`);
    }
  });
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
}, { dropsCaches: true });
