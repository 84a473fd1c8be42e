/**
 * How much a file system in memory takes, and that it gives it back.
 *
 * @module
 */

import { scriptTest } from "./_script.ts";

scriptTest(
  "what is freed can be used again, when the last user is gone",
  (sys, free) => {
    const before = free();
    sys.put("a", "x".repeat(100_000));
    sys.link("a", "b");
    sys.symlink("a", "s");
    sys.mkdir("d");
    sys.mkfifo("p");
    const fd = sys.open("a", sys.O_RDONLY);
    const other = sys.open(`/proc/self/fd/${fd}`, sys.O_PATH);
    for (const name of ["a", "b", "s", "p"]) sys.unlink(name);
    sys.rmdir("d");
    const held = sys.settled(free, [before[0] - 25, before[1] - 1]);
    const end = sys.latin1(sys.pread(fd, 3, 99_997));
    sys.close(fd);
    const again = sys.open(`/proc/self/fd/${other}`, sys.O_RDONLY);
    sys.forgetPages(again);
    const same = sys.latin1(sys.pread(again, 3, 99_997));
    sys.close(again);
    sys.close(other);
    const left = sys.settled(free, before);
    const taken = [before[0] - held[0], before[1] - held[1]];
    return [...taken, end, same, left[0] - before[0], left[1] - before[1]];
  },
  [25, 1, "xxx", "xxx", 0, 0],
);

scriptTest(
  "what is replaced is freed",
  (sys, free) => {
    const before = free();
    sys.put("a");
    sys.put("b", "x".repeat(100_000));
    sys.rename("a", "b");
    const one = sys.settled(free, [before[0], before[1] - 1]);
    sys.mkdir("d");
    sys.mkdir("e");
    sys.rename("d", "e");
    const two = sys.settled(() => free()[1], one[1] - 1);
    return [
      ...[before[0] - one[0], before[1] - one[1], two - one[1]],
      ...[sys.stat(".").nlink, sys.listdir(".")],
    ];
  },
  [0, 1, -1, 3, ["b", "e"]],
);

scriptTest(
  "a full one says ENOSPC, and goes on when there is room",
  ({ write, ...sys }, free) => {
    sys.put("a", "a".repeat(1 << 19));
    const fd = sys.open("b", sys.O_CREAT | sys.O_WRONLY);
    const written = write(fd, "b".repeat(1 << 20));
    const full = sys.attempt(write, fd, "b");
    sys.pwrite(fd, "c".repeat(4096), 4096);
    sys.unlink("a");
    const room = sys.settled(() => free()[0], 128);
    return [written, full, sys.fstat(fd).size, room, write(fd, "b")];
  },
  [1 << 19, "ENOSPC", 1 << 19, 128, 1],
  { size: 1 << 20 },
);

scriptTest(
  "fallocate(2) refuses what there is no room for, and takes none",
  ({ attempt, fallocate, ftruncate, open, put, write, ...sys }, free) => {
    const fd = open("a", sys.O_CREAT | sys.O_RDWR);
    return [
      attempt(fallocate, fd, 0, 0, 2 ** 40),
      attempt(fallocate, fd, 0, 0, (1 << 20) + 1),
      free()[0],
      attempt(fallocate, fd, 0, 0, 1 << 20),
      attempt(put, "b", "x"),
      write(fd, "x".repeat(5000)),
      free()[0],
      attempt(fallocate, fd, 3, 4096, 8192),
      free()[0],
      attempt(ftruncate, fd, 8192),
      free()[0],
      attempt(fallocate, fd, 1, 0, 40960),
      free()[0],
      attempt(ftruncate, fd, 8192),
      free()[0],
    ];
  },
  [
    ...["ENOSPC", "ENOSPC", 256, null, "ENOSPC", 5000, 0, null, 2],
    ...[null, 255, null, 246, null, 254],
  ],
  { size: 1 << 20 },
);

scriptTest(
  "there are as many files as were asked for",
  ({ attempt, create, ...sys }) => {
    for (let i = 0; i < 9; i++) create(`f${i}`);
    const full = [
      attempt(create, "g"),
      attempt(sys.mkdir, "g"),
      attempt(sys.symlink, "x", "g"),
      attempt(sys.mkfifo, "g"),
      attempt(sys.open, ".", sys.O_TMPFILE | sys.O_RDWR),
    ];
    sys.unlink("f0");
    const isThere = sys.listdir(".").includes("g");
    return [full, isThere, sys.settled(() => attempt(create, "g"), null)];
  },
  [["ENOSPC", "ENOSPC", "ENOSPC", "ENOSPC", "ENOSPC"], false, null],
  { inodes: 10 },
);

scriptTest(
  "a file has as many names as were asked for, and so has a directory",
  ({ attempt, mkdir, ...sys }) => {
    sys.put("f");
    const names = [0, 1, 2].map((i) => attempt(sys.link, "f", `n${i}`));
    // Two names of a directory are its own.
    const dirs = [0, 1].map((i) => attempt(mkdir, `d${i}`));
    mkdir("d0/e");
    mkdir("d0/e/x");
    const moved = attempt(sys.rename, "d0/e/x", "x");
    return [names, dirs, moved, sys.stat("f").nlink];
  },
  [[null, null, "EMLINK"], [null, "EMLINK"], "EMLINK", 3],
  { links: 3 },
);

scriptTest(
  "directories that change places count where they come to",
  ({ attempt, rename, stat, ...sys }) => {
    for (const name of ["a", "b", "a/x", "a/y", "b/d"]) sys.mkdir(name);
    sys.put("a/f");
    // A directory for a file is one more; for another, or in the same place,
    // it is not.
    return [
      attempt(rename, "b/d", "a/f", sys.RENAME_EXCHANGE),
      attempt(rename, "a/f", "b/d", sys.RENAME_EXCHANGE),
      attempt(rename, "b/d", "a/x", sys.RENAME_EXCHANGE),
      attempt(rename, "a/f", "a/y", sys.RENAME_EXCHANGE),
      ...[stat("a").nlink, stat("b").nlink],
    ];
  },
  ["EMLINK", "EMLINK", null, null, 4, 3],
  { links: 4 },
);

scriptTest(
  "names are bytes, up to 255 of them",
  ({ attempt, put, ...sys }) => {
    const names = [
      ...["n".repeat(255), "n".repeat(256), "\udcff\udcfe"],
      ...["é".repeat(127), "é".repeat(128), "\u{1f600}".repeat(64)],
    ];
    return [
      names.map((name) => attempt(put, name)),
      sys.listdir(".").map(sys.nameLength).sort((a, b) => a - b),
      attempt(sys.stat, "n".repeat(300)),
      sys.statfs(".").namelen,
    ];
  },
  [
    [null, "ENAMETOOLONG", null, null, "ENAMETOOLONG", "ENAMETOOLONG"],
    [2, 254, 255],
    "ENAMETOOLONG",
    255,
  ],
);

scriptTest(
  "extended attributes: 64 KiB of names, and values count as space",
  ({ attempt, setxattr, ...sys }, free) => {
    sys.put("f");
    sys.put("g");
    const names = Array.from(
      { length: 257 },
      (_, i) => attempt(setxattr, "f", `user.${`${i}`.padStart(250, "0")}`, ""),
    );
    const before = free()[0];
    setxattr("g", "user.x", "x".repeat(65536));
    const used = before - free()[0];
    sys.unlink("g");
    const left = sys.settled(() => free()[0], before);
    const set = names.filter((result) => result === null).length;
    return [set, names.at(-1), used, left - before];
  },
  [256, "ENOSPC", 16, 0],
);
