/**
 * How much a file system in a database takes, and that it gives it back.
 *
 * @module
 */

import { assertEquals, assertThrows } from "@std/assert";
import { SqliteFS } from "../../../../fuse/fs/mod.ts";
import { inClient, output } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import { fsck } from "../../../_support/sqlite_fsck.ts";
import { mountDatabase, pathOf } from "./_scene.ts";

mountTest(
  "SqliteFS gives back the space of what is removed",
  async (scene) => {
    await using session = await mountDatabase(scene, { size: 1 << 20 });
    const seen = await inClient(scene.mnt, (sys, mnt) => {
      const free = () => {
        const { bfree, ffree } = sys.statfs(mnt);
        return [bfree, ffree] as [number, number];
      };
      const before = free();
      const path = mnt + "/file";
      const fill = () => {
        const fd = sys.open(path, sys.O_CREAT | sys.O_WRONLY | sys.O_TRUNC);
        sys.writeAll(fd, "x".repeat(500_000));
        sys.fsync(fd);
        sys.close(fd);
      };
      fill();
      sys.truncate(path, 0);
      fill();
      const filled = free();
      sys.unlink(path);
      // The kernel forgets the file when it gets to it.
      return [before, filled, sys.settled(free, before)] as const;
    });
    const [[blocks, files], filled, after] = seen;
    assertEquals(after, [blocks, files]);
    assertEquals(filled, [blocks - Math.ceil(500000 / 4096), files - 1]);
    await session.unmount();
    assertEquals(fsck(pathOf(scene)), []);
  },
);

mountTest("SqliteFS refuses what exceeds its limits", async (scene) => {
  await using session = await mountDatabase(scene, {
    size: 100 * 4096,
    inodes: 6,
    links: 3,
  });
  const seen = await inClient(
    scene.mnt,
    ({ attempt, fallocate, ftruncate, pwrite, ...sys }, mnt) => {
      sys.chdir(mnt);
      const fd = sys.open("file", sys.O_CREAT | sys.O_RDWR);
      const seen: unknown[] = [
        pwrite(fd, new Uint8Array(4096 * 101), 0),
        attempt(pwrite, fd, "x", 2 ** 30),
        pwrite(fd, "y", 5),
        attempt(fallocate, fd, 0, 2 ** 30, 1),
      ];
      ftruncate(fd, 4096 * 50);
      fallocate(fd, 0, 2 ** 30, 4096 * 50);
      return [
        ...seen,
        attempt(pwrite, fd, "x", 2 ** 20),
        pwrite(fd, "x", 2 ** 30 + 7),
        attempt(ftruncate, fd, 2 ** 53),
        ...["b", "c", "d"].map((name) => attempt(sys.link, "file", name)),
        ...["e", "f", "g"].map((name) => attempt(sys.mkdir, name)),
        attempt(sys.create, "n".repeat(256)),
      ];
    },
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

mountTest(
  "SqliteFS that is full is as full when it is mounted again",
  async (scene) => {
    let before: unknown;
    {
      await using _session = await mountDatabase(scene, { size: 100 * 4096 });
      before = await inClient(scene.mnt, (sys, mnt) => {
        sys.chdir(mnt);
        const size = 90 * 4096;
        const file = sys.open("file", sys.O_CREAT | sys.O_WRONLY);
        sys.write(file, new Uint8Array(size));
        sys.close(file);
        sys.setxattr("file", "user.long", "v".repeat(40_000));
        const other = sys.open("other", sys.O_CREAT | sys.O_WRONLY);
        sys.write(other, new Uint8Array(size));
        sys.close(other);
        const { bfree, ffree } = sys.statfs(".");
        return [bfree, ffree, sys.getxattr("file", "user.long").length];
      });
    }
    await using session = await mountDatabase(scene, { size: 100 * 4096 });
    const after = await inClient(scene.mnt, (sys, mnt) => {
      const { bfree, ffree } = sys.statfs(mnt);
      return [bfree, ffree, sys.getxattr(mnt + "/file", "user.long").length];
    });
    assertEquals(after, before);
    assertEquals(after[0], 0);
    assertEquals(after[2], 40000);
    await session.unmount();
    // And may be fuller than it is allowed to be from now on.
    await using smaller = await mountDatabase(scene, { size: 20 * 4096 });
    const seen = await inClient(
      scene.mnt,
      ({ attempt, setxattr, write, ...sys }, mnt) => {
        sys.chdir(mnt);
        const fd = sys.open("new", sys.O_CREAT | sys.O_RDWR);
        const seen = [
          sys.statfs(".").bfree,
          attempt(write, fd, "x"),
          attempt(setxattr, "new", "user.x", "x"),
        ];
        sys.removexattr("file", "user.long");
        sys.unlink("other");
        sys.truncate("file", 1);
        sys.settled(() => sys.statfs(".").bfree >= 19, true);
        return [...seen, write(fd, "x")];
      },
    );
    assertEquals(seen, [0, "ENOSPC", null, 1]);
    await smaller.unmount();
    assertEquals(fsck(pathOf(scene)), []);
  },
);

mountTest(
  "SqliteFS with more files than it may have says that there is room for none",
  async (scene) => {
    {
      await using _session = await mountDatabase(scene);
      await output("mkdir", "-p", `${scene.mnt}/a/b/c`);
    }
    await using _session = await mountDatabase(scene, { inodes: 3 });
    const seen = await inClient(
      scene.mnt,
      ({ attempt, mkdir, rmdir, statfs }, mnt) => {
        const { files, ffree } = statfs(mnt);
        const full = attempt(mkdir, mnt + "/d");
        for (const path of ["/a/b/c", "/a/b", "/a"]) rmdir(mnt + path);
        // The kernel forgets them when it gets to it.
        while (statfs(mnt).ffree === 0);
        return [files, ffree, full, attempt(mkdir, mnt + "/d")];
      },
    );
    assertEquals(seen, [4, 0, "ENOSPC", null]);
  },
);

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
