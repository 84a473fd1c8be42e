/**
 * What a file system in memory keeps: names, content, and both for a remount.
 *
 * @module
 */

import { assertEquals, assertThrows } from "@std/assert";
import { SyscallError } from "../../../ffi/mod.ts";
import { MemFS } from "../../../fuse/fs/mod.ts";
import { output, python } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { scriptTest } from "./_mem_script.ts";

scriptTest(
  "renameat2(2) swaps, refuses to replace, and leaves whiteouts",
  `
make("f", b"file"); os.mkdir("d"); make("d/g", b"inside"); os.mkdir("d/sub")
renameat2("f", "d/sub", 2)
swapped = [st.S_ISDIR(os.stat("f").st_mode), read("d/sub"), os.stat(".").st_nlink, os.stat("d").st_nlink]
refused = [attempt(renameat2, "d/sub", "d/g", 1), attempt(renameat2, "d", "none", 2), attempt(renameat2, "d", "d/sub/x", 0)]
renameat2("d/g", "h", 4)
w = os.lstat("d/g")
say([swapped, refused, read("h"), st.S_ISCHR(w.st_mode), w.st_rdev])
`,
  [
    [true, "file", 4, 2],
    ["EEXIST", "ENOENT", "ENOTDIR"],
    "inside",
    true,
    0,
  ],
);

scriptTest(
  "a directory cannot be moved into itself, nor replaced while it has entries",
  `
os.makedirs("a/b/c"); os.mkdir("e"); make("f")
say([attempt(os.rename, "a", "a/b/c/a"), attempt(os.rename, "e", "a"), attempt(os.rename, "f", "e"), attempt(os.rename, "e", "f"),
     attempt(os.rmdir, "a"), attempt(os.rmdir, "f"), attempt(os.unlink, "e"), attempt(os.rename, "a", "e"), os.stat("e").st_nlink])
`,
  [
    ...["EINVAL", "ENOTEMPTY", "EISDIR", "ENOTDIR"],
    ...["ENOTEMPTY", "ENOTDIR", "EISDIR", null, 3],
  ],
);

scriptTest(
  "a file without a name can get one, unless it may not",
  `
def tmpfile(flags=0): return os.open(".", os.O_TMPFILE | os.O_RDWR | flags)
fd = tmpfile(); os.write(fd, b"content")
nlink = os.fstat(fd).st_nlink
link(fd, "named")
exclusive = tmpfile(os.O_EXCL)
say([nlink, os.fstat(fd).st_nlink, read("named"), attempt(link, exclusive, "x"), os.listdir(".")])
`,
  [0, 1, "content", "ENOENT", ["named"]],
);

scriptTest(
  "a terabyte of nothing costs nothing, and data in it is found",
  `
fd = os.open("f", os.O_CREAT | os.O_RDWR)
os.truncate("f", 2**40)
os.pwrite(fd, b"data", 2**39 + 5)
size = os.fstat(fd)
found = [os.lseek(fd, 0, os.SEEK_DATA) - 2**39, os.lseek(fd, 2**39, os.SEEK_HOLE) - 2**39,
         attempt(os.lseek, fd, 2**39 + 4096, os.SEEK_DATA), attempt(os.lseek, fd, 2**40, os.SEEK_HOLE)]
fallocate(fd, 3, 2**39, 2**20)
fallocate(fd, 0x10, 10, 5)
say([size.st_size == 2**40, size.st_blocks, found, os.fstat(fd).st_blocks, attempt(os.truncate, "f", 2**53), os.pread(fd, 4, 2**40 - 2) == bytes(2)])
`,
  [true, 8, [0, 4096, "ENXIO", "ENXIO"], 8, "EFBIG", true],
);

scriptTest(
  "copy_file_range(2) copies data, and holes as holes",
  `
a = os.open("a", os.O_CREAT | os.O_RDWR); b = os.open("b", os.O_CREAT | os.O_RDWR)
os.pwrite(a, b"x" * 10000, 2**20 + 3); os.truncate("a", 2**21)
os.pwrite(b, b"y" * 3 * 2**20, 0)
n = os.copy_file_range(a, b, 2**21, 0, 4096)
# What is left of the 768 pages are those around the copy, and its data.
s = os.fstat(b)
say([n, os.pread(b, 2**21, 4096) == os.pread(a, 2**21, 0), os.pread(b, 1, 4095) == b"y", s.st_size == 3 * 2**20, s.st_blocks // 8])
`,
  [2 ** 21, true, true, true, 768 - 512 + 3],
);

scriptTest(
  "pipes, sockets and devices work",
  `
import socket
os.mkfifo("p")
thread = threading.Thread(target=lambda: make("p", b"through the pipe")); thread.start()
through = read("p"); thread.join()
server = socket.socket(socket.AF_UNIX); server.bind("s"); server.listen()
client = socket.socket(socket.AF_UNIX); client.connect("s")
os.mknod("z", st.S_IFCHR | 0o666, os.makedev(1, 5))
os.mknod("b", st.S_IFBLK, os.makedev(4000, 1000000))
b = os.stat("b").st_rdev
say([through, open("z", "rb").read(3) == bytes(3), os.major(b), os.minor(b)])
`,
  ["through the pipe", true, 4000, 1000000],
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
  const script = `
before = os.statvfs(mnt)
fd = os.open(mnt, os.O_TMPFILE | os.O_RDWR); os.write(fd, b"x" * 10000)
after = os.statvfs(mnt)
say([before.f_bfree - after.f_bfree, before.f_ffree - after.f_ffree])
`;
  for (let i = 0; i < 2; i++) {
    await using _session = await scene.mount(fs, fs.mountOptions);
    assertEquals(await python(scene.mnt, script), [3, 1]);
  }
  await using _session = await scene.mount(fs, fs.mountOptions);
  const script_ =
    `s = os.statvfs(mnt); say([s.f_blocks - s.f_bfree, s.f_files - s.f_ffree])`;
  assertEquals(await python(scene.mnt, script_), [0, 1]);
});

for (const options of [{ size: 0 }, { inodes: 0.5 }, { links: -1 }]) {
  Deno.test(`MemFS refuses ${JSON.stringify(options)}`, () => {
    assertThrows(() => new MemFS({ size: 1, ...options }), RangeError);
  });
}
