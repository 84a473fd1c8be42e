/**
 * How much a file system in a database takes, and that it gives it back.
 *
 * @module
 */

import { assertEquals, assertThrows } from "@std/assert";
import { SqliteFS } from "../../../fuse/fs/mod.ts";
import { output, python } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { fsck } from "../../_support/sqlite_fsck.ts";
import { mountDatabase, pathOf } from "./_sqlite_scene.ts";

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
  { programs: ["python3"] },
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
}, { programs: ["python3"] });

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
  { programs: ["python3"] },
);

mountTest(
  "SqliteFS with more files than it may have says that there is room for none",
  async (scene) => {
    {
      await using _session = await mountDatabase(scene);
      await output("mkdir", "-p", `${scene.mnt}/a/b/c`);
    }
    await using _session = await mountDatabase(scene, { inodes: 3 });
    const script = `
s = os.statvfs(mnt)
seen = [s.f_files, s.f_ffree, s.f_favail, attempt(os.mkdir, mnt + "/d")]
os.removedirs(mnt + "/a/b/c")
while os.statvfs(mnt).f_ffree == 0: pass
say(seen + [attempt(os.mkdir, mnt + "/d")])
`;
    const seen = await python(scene.mnt, script);
    assertEquals(seen, [4, 0, 0, "ENOSPC", null]);
  },
  { programs: ["python3"] },
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
