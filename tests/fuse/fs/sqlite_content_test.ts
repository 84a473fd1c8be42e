/**
 * What files and directories in a database hold, saved or not.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { output, python } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { fsck } from "../../_support/sqlite_fsck.ts";
import { SEED } from "../_random.ts";
import { RANDOM_OPERATIONS } from "./_random_operations.ts";
import { mountDatabase, pathOf, TREE } from "./_sqlite_scene.ts";

/** Changes two files alike, one of them here, and compares them. */
const RANDOM_CONTENT = `
import ctypes, random
other, seed, count = args
rng = random.Random(seed)
libc = ctypes.CDLL(None, use_errno=True)
paths = (mnt + "/file", other)
fds = [os.open(path, os.O_CREAT | os.O_RDWR) for path in paths]
CHUNK = 65536

def place():
    return max(0, rng.choice((0, 1, 2, 5, 31)) * CHUNK + rng.choice((-4097, -1, 0, 1, 4096, 5000, 40000)))

def ranges(fd):
    found, at, end = [], 0, os.fstat(fd).st_size
    while at < end:
        try: data = os.lseek(fd, at, os.SEEK_DATA)
        except OSError: break
        at = os.lseek(fd, data, os.SEEK_HOLE)
        found.append((data, at))
    return found

def allocate(fd, mode, at, size):
    if libc.fallocate(fd, mode, ctypes.c_long(at), ctypes.c_long(size)): raise OSError(ctypes.get_errno(), "")

def change():
    at, size = place(), rng.choice((1, 100, 4096, 60000, CHUNK, 3 * CHUNK + 1))
    kind = rng.randrange(7)
    if kind < 3:
        data = rng.randbytes(size)
        return lambda fd: os.pwrite(fd, data, at)
    if kind == 3: return lambda fd: os.ftruncate(fd, at)
    # Whole pages: of a part of a page that is promised, tmpfs makes data.
    if kind == 4: return lambda fd: allocate(fd, 3, at, size)
    if kind == 5: return lambda fd: os.fsync(fd)
    return lambda fd: os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)

def content(fd):
    return [os.fstat(fd).st_size, os.fstat(fd).st_blocks, ranges(fd), os.pread(fd, 2**30, 0)]

def compare():
    os.posix_fadvise(fds[0], 0, 0, os.POSIX_FADV_DONTNEED)
    here, there = [content(fd) for fd in fds]
    if here != there: return [repr(here)[:500], repr(there)[:500]]

difference = None
for i in range(count):
    action = change()
    for fd in fds: action(fd)
    if i % 10 == 9: difference = difference or compare()
say(difference or compare())
`;

mountTest(
  "SqliteFS's files hold what was written to them, saved or not",
  async (scene) => {
    const other = `${scene.dir}/tmpfs`;
    await Deno.mkdir(other);
    await output("mount", "-t", "tmpfs", "none", other);
    try {
      for (let seed = 1; seed <= 5; seed++) {
        // Remounted each time, on what the last one left.
        await using session = await mountDatabase(scene);
        const args = [`${other}/file`, seed, 150];
        assertEquals(await python(scene.mnt, RANDOM_CONTENT, ...args), null);
        await session.unmount();
        assertEquals(fsck(pathOf(scene)), []);
      }
    } finally {
      await output("umount", "-l", other);
    }
  },
  { programs: ["python3"] },
);

mountTest(
  "SqliteFS finds a large directory's names, saved, changed or gone",
  async (scene) => {
    await using _session = await mountDatabase(scene, { commitMs: 3_600_000 });
    const script = `
os.chdir(mnt)
def sync():
    fd = os.open(".", os.O_RDONLY)
    os.fsync(fd)
    os.close(fd)
def make(names):
    for name in names:
        with open(str(name), "w") as file: file.write(str(name))
def listed(names): return sorted(os.listdir(".")) == sorted(map(str, names))
make(range(6000))
sync()
with open("/proc/sys/vm/drop_caches", "w") as file: file.write("2")
seen = [listed(range(6000)), all(read(str(i)) == str(i) for i in range(0, 6000, 7))]
for i in range(100): os.unlink(str(i))
for i in range(100, 200): os.rename(str(i), str(i + 10000))
make(range(50))
names = [*range(50), *range(200, 6000), *range(10100, 10200)]
for i in range(2):
    seen += [listed(names), attempt(os.stat, "70"), attempt(os.stat, "150"), attempt(os.stat, "none"), attempt(os.mkdir, "10150")]
    sync()
say(seen)
`;
    const each = [true, "ENOENT", "ENOENT", "ENOENT", "EEXIST"];
    const seen = await python(scene.mnt, script);
    assertEquals(seen, [true, true, ...each, ...each]);
  },
  { programs: ["python3"], dropsCaches: true },
);

mountTest(
  "SqliteFS's large files hold what was written to them, in memory or not",
  async (scene) => {
    await using session = await mountDatabase(scene, { commitMs: 3_600_000 });
    const script = `
CHUNK, COUNT = 65536, 1100
os.chdir(mnt)
fd = os.open("file", os.O_CREAT | os.O_RDWR)
def forget(): os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
def content(i): return b"%6d" % i * 10000
for i in range(COUNT): os.pwrite(fd, content(i), i * CHUNK)
os.fsync(fd)
forget()
# The last ones are in memory, and are pushed out by the others.
for i in (COUNT - 1, COUNT - 2): os.pwrite(fd, b"new", i * CHUNK)
forget()
wrong = []
for turn in range(2):
    for i in range(COUNT):
        expected = content(i)
        if i >= COUNT - 2: expected = b"new" + expected[3:]
        if os.pread(fd, len(expected), i * CHUNK) != expected: wrong.append(i)
    forget()
say(wrong)
`;
    assertEquals(await python(scene.mnt, script), []);
    await session.unmount();
    await using again = await mountDatabase(scene);
    const shape = `
fd = os.open(mnt + "/file", os.O_RDWR)
holes = [os.lseek(fd, i * 65536, os.SEEK_HOLE) - i * 65536 for i in (0, 1099)]
blocks = [os.fstat(fd).st_blocks]
os.ftruncate(fd, 1)
say([holes, blocks + [os.fstat(fd).st_blocks]])
`;
    const seen = await python(scene.mnt, shape);
    // 15 pages of each chunk, and a hole behind them.
    assertEquals(seen, [[61440, 60000], [8 * 15 * 1100, 8]]);
    await again.unmount();
    assertEquals(fsck(pathOf(scene)), []);
  },
  { programs: ["python3"] },
);

mountTest(
  "SqliteFS answers random system calls as tmpfs does, and keeps what they left",
  async (scene) => {
    const other = `${scene.dir}/tmpfs`;
    await Deno.mkdir(other);
    await output("mount", "-t", "tmpfs", "none", other);
    try {
      const session = await mountDatabase(scene, { commitMs: 20 });
      await output("chmod", "777", other, scene.mnt);
      assertEquals(
        await python(scene.mnt, RANDOM_OPERATIONS, other, SEED, 1200),
        null,
        `HOSTKIT_SEED=${SEED}`,
      );
      const before = await python(scene.mnt, TREE + "say(tree())");
      await session.unmount();
      assertEquals(fsck(pathOf(scene)), []);
      await using _session = await mountDatabase(scene, { noAtime: true });
      assertEquals(await python(scene.mnt, TREE + "say(tree())"), before);
    } finally {
      await output("umount", "-l", other);
    }
  },
  { programs: ["python3"] },
);
