/**
 * What a file system in memory keeps: names, content, and both for a remount.
 *
 * @module
 */

import { assertEquals, assertThrows } from "@std/assert";
import { SyscallError } from "../../../../ffi/mod.ts";
import { MemFS } from "../../../../fuse/fs/mod.ts";
import { S_IFCHR, S_IFDIR } from "../../../../posix/constants_stat.ts";
import { inClient, output } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import { scriptTest } from "./_script.ts";

scriptTest(
  "renameat2(2) swaps, refuses to replace, and leaves whiteouts",
  ({ attempt, content, mkdir, put, rename, stat, ...sys }) => {
    put("f", "file");
    mkdir("d");
    put("d/g", "inside");
    mkdir("d/sub");
    rename("f", "d/sub", sys.RENAME_EXCHANGE);
    const swapped = [
      ...[stat("f").mode & sys.S_IFMT, content("d/sub")],
      ...[stat(".").nlink, stat("d").nlink],
    ];
    const refused = [
      attempt(rename, "d/sub", "d/g", sys.RENAME_NOREPLACE),
      attempt(rename, "d", "none", sys.RENAME_EXCHANGE),
      attempt(rename, "d", "d/sub/x"),
    ];
    rename("d/g", "h", sys.RENAME_WHITEOUT);
    const { mode, rdev } = sys.lstat("d/g");
    return [swapped, refused, content("h"), mode & sys.S_IFMT, rdev];
  },
  [
    [S_IFDIR, "file", 4, 2],
    ["EEXIST", "ENOENT", "ENOTDIR"],
    ...["inside", S_IFCHR, 0n],
  ],
);

scriptTest(
  "a directory cannot be moved into itself, nor replaced while it has entries",
  ({ attempt, rename, rmdir, ...sys }) => {
    sys.makeDirs("a/b/c");
    sys.mkdir("e");
    sys.put("f");
    return [
      attempt(rename, "a", "a/b/c/a"),
      attempt(rename, "e", "a"),
      attempt(rename, "f", "e"),
      attempt(rename, "e", "f"),
      attempt(rmdir, "a"),
      attempt(rmdir, "f"),
      attempt(sys.unlink, "e"),
      attempt(rename, "a", "e"),
      sys.stat("e").nlink,
    ];
  },
  [
    ...["EINVAL", "ENOTEMPTY", "EISDIR", "ENOTDIR"],
    ...["ENOTEMPTY", "ENOTDIR", "EISDIR", null, 3],
  ],
);

scriptTest(
  "a file without a name can get one, unless it may not",
  ({ fstat, linkFd, open, ...sys }) => {
    const flags = sys.O_TMPFILE | sys.O_RDWR;
    const fd = open(".", flags);
    sys.write(fd, "content");
    const { nlink } = fstat(fd);
    linkFd(fd, "named");
    const refused = sys.attempt(linkFd, open(".", flags | sys.O_EXCL), "x");
    const named = sys.content("named");
    return [nlink, fstat(fd).nlink, named, refused, sys.listdir(".")];
  },
  [0, 1, "content", "ENOENT", ["named"]],
);

scriptTest(
  "a terabyte of nothing costs nothing, and data in it is found",
  ({ attempt, fallocate, fstat, lseek, truncate, ...sys }) => {
    const { SEEK_DATA, SEEK_HOLE } = sys;
    const fd = sys.open("f", sys.O_CREAT | sys.O_RDWR);
    truncate("f", 2 ** 40);
    sys.pwrite(fd, "data", 2 ** 39 + 5);
    const { size, blocks } = fstat(fd);
    const found = [
      lseek(fd, 0, SEEK_DATA) - 2 ** 39,
      lseek(fd, 2 ** 39, SEEK_HOLE) - 2 ** 39,
      attempt(lseek, fd, 2 ** 39 + 4096, SEEK_DATA),
      attempt(lseek, fd, 2 ** 40, SEEK_HOLE),
    ];
    fallocate(fd, 3, 2 ** 39, 2 ** 20);
    fallocate(fd, 0x10, 10, 5);
    return [
      ...[size, blocks, found, fstat(fd).blocks],
      attempt(truncate, "f", 2 ** 53),
      sys.pread(fd, 4, 2 ** 40 - 2),
    ];
  },
  [
    ...[2 ** 40, 8, [0, 4096, "ENXIO", "ENXIO"], 8],
    ...["EFBIG", new Uint8Array(2)],
  ],
);

scriptTest(
  "copy_file_range(2) copies data, and holes as holes",
  ({ latin1, open, pread, pwrite, ...sys }) => {
    const a = open("a", sys.O_CREAT | sys.O_RDWR);
    const b = open("b", sys.O_CREAT | sys.O_RDWR);
    pwrite(a, "x".repeat(10_000), 2 ** 20 + 3);
    sys.truncate("a", 2 ** 21);
    pwrite(b, "y".repeat(3 * 2 ** 20), 0);
    const n = sys.copyFileRange(a, b, 2 ** 21, 0, 4096);
    // What is left of the 768 pages are those around the copy, and its data.
    const { size, blocks } = sys.fstat(b);
    const copied = latin1(pread(b, 2 ** 21, 4096));
    const same = copied === latin1(pread(a, 2 ** 21, 0));
    return [n, same, latin1(pread(b, 1, 4095)), size, Math.floor(blocks / 8)];
  },
  [2 ** 21, true, "y", 3 * 2 ** 20, 768 - 512 + 3],
);

scriptTest(
  "pipes, sockets and devices work",
  async (sys) => {
    sys.mkfifo("p");
    const through = sys.contentLater("p");
    const fd = await sys.openLater("p", sys.O_WRONLY);
    sys.write(fd, "through the pipe");
    sys.close(fd);
    sys.bindUnix("s");
    sys.connectUnix("s");
    sys.mknod("z", sys.S_IFCHR | 0o666, sys.makedev(1, 5));
    const device = sys.makedev(4000, 1_000_000);
    sys.mknod("b", sys.S_IFBLK, device);
    const zeros = sys.read(sys.open("z", sys.O_RDONLY), 3);
    return [await through, zeros, sys.stat("b").rdev === device];
  },
  ["through the pipe", new Uint8Array(3), true],
);

mountTest("MemFS keeps its content for another mount", async (scene) => {
  const fs = new MemFS();
  {
    await using _session = await scene.mount(fs, fs.mountOptions);
    await output("sh", "-c", 'echo kept > "$1/f"', "sh", scene.mnt);
    const error = assertThrows(() => fs.root(), SyscallError);
    assertEquals(error.code, "EBUSY");
  }
  await using _session = await scene.mount(fs, fs.mountOptions);
  assertEquals(await output("cat", `${scene.mnt}/f`), "kept\n");
});

mountTest("MemFS gives all back that was in use at unmount", async (scene) => {
  const fs = new MemFS({ size: 1 << 20 });
  for (let i = 0; i < 2; i++) {
    await using _session = await scene.mount(fs, fs.mountOptions);
    assertEquals(
      await inClient(scene.mnt, (sys, mnt) => {
        const before = sys.statfs(mnt);
        sys.write(
          sys.open(mnt, sys.O_TMPFILE | sys.O_RDWR),
          "x".repeat(10_000),
        );
        const after = sys.statfs(mnt);
        return [before.bfree - after.bfree, before.ffree - after.ffree];
      }),
      [3, 1],
    );
  }
  await using _session = await scene.mount(fs, fs.mountOptions);
  assertEquals(
    await inClient(scene.mnt, ({ statfs }, mnt) => {
      const { blocks, bfree, files, ffree } = statfs(mnt);
      return [blocks - bfree, files - ffree];
    }),
    [0, 1],
  );
});

for (const options of [{ size: 0 }, { inodes: 0.5 }, { links: -1 }]) {
  Deno.test(`MemFS refuses ${JSON.stringify(options)}`, () => {
    assertThrows(() => new MemFS({ size: 1, ...options }), RangeError);
  });
}
