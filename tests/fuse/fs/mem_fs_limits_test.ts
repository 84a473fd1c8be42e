/**
 * How much a file system in memory takes, and that it gives it back.
 *
 * @module
 */

import { scriptTest } from "./_mem_script.ts";

scriptTest(
  "what is freed can be used again, when the last user is gone",
  `
before = free()
make("a", b"x" * 100000)
os.link("a", "b")
os.symlink("a", "s"); os.mkdir("d"); os.mkfifo("p")
fd = os.open("a", os.O_RDONLY)
other = os.open("/proc/self/fd/%d" % fd, os.O_PATH)
for name in ("a", "b", "s", "p"): os.unlink(name)
os.rmdir("d")
held = settled(free, [before[0] - 25, before[1] - 1])
same = os.pread(fd, 3, 99997) == b"xxx"
os.close(fd)
again = os.open("/proc/self/fd/%d" % other, os.O_RDONLY)
os.posix_fadvise(again, 0, 0, os.POSIX_FADV_DONTNEED)
same = same and os.pread(again, 3, 99997) == b"xxx"
os.close(again); os.close(other)
say([before[0] - held[0], before[1] - held[1], same, settled(free, before) == before])
`,
  [25, 1, true, true],
);

scriptTest(
  "what is replaced is freed",
  `
before = free()
make("a"); make("b", b"x" * 100000)
os.rename("a", "b")
one = settled(free, [before[0], before[1] - 1])
os.mkdir("d"); os.mkdir("e"); os.rename("d", "e")
say([before[0] - one[0], before[1] - one[1], settled(lambda: free()[1], one[1] - 1) - one[1], os.stat(".").st_nlink, os.listdir(".")])
`,
  [0, 1, -1, 3, ["b", "e"]],
);

scriptTest(
  "a full one says ENOSPC, and goes on when there is room",
  `
make("a", b"a" * (1 << 19))
fd = os.open("b", os.O_CREAT | os.O_WRONLY)
written = os.write(fd, b"b" * (1 << 20))
full = attempt(os.write, fd, b"b")
os.pwrite(fd, b"c" * 4096, 4096)
os.unlink("a")
room = settled(lambda: free()[0], 128)
say([written, full, os.fstat(fd).st_size, room, os.write(fd, b"b")])
`,
  [1 << 19, "ENOSPC", 1 << 19, 128, 1],
  { size: 1 << 20 },
);

scriptTest(
  "fallocate(2) refuses what there is no room for, and takes none",
  `
fd = os.open("a", os.O_CREAT | os.O_RDWR)
say([attempt(fallocate, fd, 0, 0, 2**40), attempt(fallocate, fd, 0, 0, (1 << 20) + 1), free()[0],
     fallocate(fd, 0, 0, 1 << 20), attempt(make, "b", b"x"), os.write(fd, b"x" * 5000), free()[0],
     fallocate(fd, 3, 4096, 8192), free()[0], os.ftruncate(fd, 8192), free()[0],
     fallocate(fd, 1, 0, 40960), free()[0], os.ftruncate(fd, 8192), free()[0]])
`,
  [
    ...["ENOSPC", "ENOSPC", 256, null, "ENOSPC", 5000, 0, null, 2],
    ...[null, 255, null, 246, null, 254],
  ],
  { size: 1 << 20 },
);

scriptTest(
  "there are as many files as were asked for",
  `
for i in range(9): make("f%d" % i)
full = [attempt(make, "g"), attempt(os.mkdir, "g"), attempt(os.symlink, "x", "g"), attempt(os.mkfifo, "g"),
        attempt(os.open, ".", os.O_TMPFILE | os.O_RDWR)]
os.unlink("f0")
say([full, os.listdir(".").count("g"), settled(lambda: attempt(make, "g"), None)])
`,
  [["ENOSPC", "ENOSPC", "ENOSPC", "ENOSPC", "ENOSPC"], 0, null],
  { inodes: 10 },
);

scriptTest(
  "a file has as many names as were asked for, and so has a directory",
  `
make("f")
names = [attempt(os.link, "f", "n%d" % i) for i in range(3)]
# Two names of a directory are its own.
dirs = [attempt(os.mkdir, "d%d" % i) for i in range(2)]
os.mkdir("d0/e"); os.mkdir("d0/e/x")
moved = attempt(os.rename, "d0/e/x", "x")
say([names, dirs, moved, os.stat("f").st_nlink])
`,
  [[null, null, "EMLINK"], [null, "EMLINK"], "EMLINK", 3],
  { links: 3 },
);

scriptTest(
  "directories that change places count where they come to",
  `
for name in ("a", "b", "a/x", "a/y", "b/d"): os.mkdir(name)
make("a/f")
# A directory for a file is one more; for another, or in the same place, it is not.
say([attempt(renameat2, "b/d", "a/f", 2), attempt(renameat2, "a/f", "b/d", 2),
     attempt(renameat2, "b/d", "a/x", 2), attempt(renameat2, "a/f", "a/y", 2),
     os.stat("a").st_nlink, os.stat("b").st_nlink])
`,
  ["EMLINK", "EMLINK", null, null, 4, 3],
  { links: 4 },
);

scriptTest(
  "names are bytes, up to 255 of them",
  `
results = []
for name in (b"n" * 255, b"n" * 256, b"\\xff\\xfe", "\\u00e9".encode() * 127, "\\u00e9".encode() * 128, "\\U0001f600".encode() * 64):
    results.append(attempt(make, name))
say([results, sorted(len(name) for name in os.listdir(b".")), attempt(os.stat, b"n" * 300), os.pathconf(".", "PC_NAME_MAX")])
`,
  [
    [null, "ENAMETOOLONG", null, null, "ENAMETOOLONG", "ENAMETOOLONG"],
    [2, 254, 255],
    "ENAMETOOLONG",
    255,
  ],
);

scriptTest(
  "extended attributes: 64 KiB of names, and values count as space",
  `
make("f"); make("g")
names = [attempt(os.setxattr, "f", "user.%0250d" % i, b"") for i in range(257)]
before = free()[0]
os.setxattr("g", "user.x", b"x" * 65536)
used = before - free()[0]
os.unlink("g")
say([names.count(None), names[-1], used, settled(lambda: free()[0], before) == before])
`,
  [256, "ENOSPC", 16, true],
);
