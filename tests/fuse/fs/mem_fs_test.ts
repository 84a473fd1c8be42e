import { assertEquals, assertThrows } from "@std/assert";
import { SyscallError } from "../../../ffi/mod.ts";
import {
  MemFS,
  type MemFSOptions,
  type Session,
} from "../../../fuse/fs/mod.ts";
import { output, python } from "../../_support/client.ts";
import { mountTest, type Scene } from "../../_support/mount.ts";

/** Mounts an empty one that everybody may use. */
function mount(scene: Scene, options: MemFSOptions = {}): Promise<Session> {
  const fs = new MemFS({ mode: 0o777, size: 1 << 26, ...options });
  return scene.mount(fs, {
    ...fs.mountOptions,
    allowOther: true,
    allowDev: true,
    allowSuid: true,
  });
}

/** What a script has besides: every other call is one of `mnt`. */
const PRELUDE = `
import ctypes, stat as st, time
libc = ctypes.CDLL(None, use_errno=True)
os.chdir(mnt)
def fallocate(fd, mode, offset, length):
    if libc.fallocate(fd, mode, ctypes.c_long(offset), ctypes.c_long(length)):
        raise OSError(ctypes.get_errno(), "fallocate")
def renameat2(old, new, flags):
    if libc.renameat2(-100, old.encode(), -100, new.encode(), flags):
        raise OSError(ctypes.get_errno(), "renameat2")
def link(fd, name):
    if libc.linkat(-100, b"/proc/self/fd/%d" % fd, -100, name.encode(), 0x400):
        raise OSError(ctypes.get_errno(), "linkat")
def make(name, content=b""):
    with open(name, "wb") as file: file.write(content)
def free():
    s = os.statvfs(".")
    return [s.f_bfree, s.f_ffree]
def settled(value, wanted):
    """What value() returns, once that is so: the kernel closes files later."""
    end = time.monotonic() + 20
    while value() != wanted and time.monotonic() < end: time.sleep(0.01)
    return value()
`;

/** Declares a test of a script: what it says, and what that must be. */
function scriptTest(
  name: string,
  script: string,
  expected: unknown,
  options: MemFSOptions = {},
): void {
  mountTest(`MemFS: ${name}`, async (scene) => {
    await using _session = await mount(scene, options);
    assertEquals(await python(scene.mnt, PRELUDE + script), expected);
  });
}

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
  "times go from long before 1970 to long after 2106, in nanoseconds",
  `
make("f")
times = []
for ns in (-1, -10**9, -2**33 * 10**9 + 1, 0, 2**32 * 10**9 + 123456789, 253402300799999999999):
    os.utime("f", ns=(ns, ns + 1))
    s = os.stat("f")
    times.append([str(s.st_atime_ns - ns), str(s.st_mtime_ns - ns)])
say(times)
`,
  Array(6).fill(["0", "1"]),
);

scriptTest(
  "the time of birth is that of the making",
  `
import subprocess
before = int(time.time())
make("f")
os.utime("f", (5, 5))
birth = int(subprocess.run(["stat", "-c", "%W", "f"], capture_output=True).stdout)
say(before <= birth <= time.time())
`,
  true,
);

scriptTest(
  "extended attributes: namespaces, flags and limits",
  `
make("f")
def get(name): return os.getxattr("f", name).decode()
def put(name, value=b"v", flags=0): return os.setxattr("f", name, value, flags)
say([put("user.a"), get("user.a"), put("trusted.b"), put("security.c"),
     attempt(put, "user.a", b"w", os.XATTR_CREATE), attempt(put, "user.d", b"w", os.XATTR_REPLACE),
     put("user.a", b"", os.XATTR_REPLACE), get("user.a"),
     attempt(put, "bad.x"), attempt(put, "user."), attempt(put, "user." + "n" * 251), put("user." + "n" * 250),
     attempt(put, "user.big", b"x" * 65537), put("user.big", b"x" * 65536), len(get("user.big")),
     attempt(get, "user.none"), attempt(os.removexattr, "f", "user.none"), attempt(get, "bad.x"),
     sorted(os.listxattr("f"))[:3],
     libc.getxattr(b"f", b"user.big", ctypes.create_string_buffer(9), 9), ctypes.get_errno() == errno.ERANGE])
`,
  [
    ...[null, "v", null, null, "EEXIST", "ENODATA", null, ""],
    ...["ENOTSUP", "EINVAL", "ERANGE", null],
    ...["E2BIG", null, 65536, "ENODATA", "ENODATA", "ENOTSUP"],
    ...[["security.c", "trusted.b", "user.a"], -1, true],
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

scriptTest(
  "trusted attributes are not listed to others",
  `
make("f")
os.setxattr("f", "trusted.t", b"v"); os.setxattr("f", "user.u", b"v")
os.seteuid(1000)
say(os.listxattr("f"))
`,
  ["user.u"],
);

scriptTest(
  "an access control list rules access, and goes with the mode",
  `
import subprocess
def setfacl(*args): subprocess.run(["setfacl", *args], check=True)
def getfacl(name): return subprocess.run(["getfacl", "-cnp", name], capture_output=True, text=True).stdout.split()
def as_user(uid, call, *args):
    os.seteuid(uid)
    try: return attempt(call, *args)
    finally: os.seteuid(0)
make("f", b"secret"); os.chmod("f", 0o600)
refused = as_user(1000, read, "f")
setfacl("-m", "u:1000:r", "f")
allowed = as_user(1000, read, "f")
shown = [oct(os.stat("f").st_mode), getfacl("f")]
os.chmod("f", 0o600)
masked = [as_user(1000, read, "f"), getfacl("f")]
setfacl("-b", "f")
os.mkdir("d"); setfacl("-d", "-m", "u:1000:rwx,g::-,o::-", "d")
os.umask(0o77)
os.mkdir("d/e"); make("d/f")
inherited = [getfacl("d/e"), getfacl("d/f"), oct(os.stat("d/f").st_mode)]
say([refused, allowed, shown, masked, os.listxattr("f"), inherited])
`,
  [
    "EACCES",
    "secret",
    ["0o100640", [
      ...[
        "user::rw-",
        "user:1000:r--",
        "group::---",
        "mask::r--",
        "other::---",
      ],
    ]],
    ["EACCES", [
      ...["user::rw-", "user:1000:r--", "#effective:---", "group::---"],
      ...["mask::---", "other::---"],
    ]],
    [],
    [
      [
        ...["user::rwx", "user:1000:rwx", "group::---", "mask::rwx"],
        ...["other::---", "default:user::rwx", "default:user:1000:rwx"],
        ...["default:group::---", "default:mask::rwx", "default:other::---"],
      ],
      [
        ...["user::rw-", "user:1000:rwx", "#effective:rw-", "group::---"],
        ...["mask::rw-", "other::---"],
      ],
      "0o100660",
    ],
  ],
);

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
  "each change marks the times that POSIX says, and reading its own",
  `
def marks(call, *names):
    """Which times of what has these names change: a, m, c of each."""
    for name in names: os.utime(name, ns=(1, 2), follow_symlinks=False)
    before = [os.lstat(name) for name in names]
    while time.time_ns() // 10**6 <= max(s.st_ctime_ns for s in before) // 10**6: pass
    call()
    result = []
    for name, old in zip(names, before):
        new = os.lstat(name)
        result.append("".join(letter for letter, kind in (("a", "atime"), ("m", "mtime"), ("c", "ctime"))
                              if getattr(old, "st_%s_ns" % kind) != getattr(new, "st_%s_ns" % kind)))
    return result
def write(): os.pwrite(fd, b"y", 0)
def read_it(): os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED); os.pread(fd, 10, 0)
def reopen(): os.close(os.open("f", os.O_WRONLY | os.O_TRUNC))
make("f", b"x" * 5000); os.mkdir("d"); os.mkdir("e"); os.symlink("f", "s")
fd = os.open("f", os.O_RDWR)
say([marks(write, "f"), marks(read_it, "f"), marks(reopen, "f"), marks(lambda: os.truncate("f", 9), "f"),
     marks(lambda: os.chmod("f", 0o600), "f"), marks(lambda: os.chown("f", 1, 1), "f"), marks(lambda: os.chown("f", -1, -1), "f"),
     marks(lambda: os.setxattr("f", "user.x", b""), "f"), marks(lambda: os.removexattr("f", "user.x"), "f"),
     marks(lambda: fallocate(fd, 0, 0, 9), "f"), marks(lambda: os.link("f", "d/g"), "f", "d"),
     marks(lambda: os.rename("d/g", "e/h"), "e", "d", "f"), marks(lambda: os.unlink("e/h"), "e", "f"),
     marks(lambda: os.mkdir("d/x"), "d"), marks(lambda: os.rmdir("d/x"), "d"), marks(lambda: os.listdir("d"), "d"), marks(lambda: os.readlink("s"), "s")])
`,
  [
    ...[["mc"], ["a"], ["mc"], ["mc"], ["c"], ["c"], ["c"], ["c"], ["c"]],
    ...[["mc"], ["c", "mc"], ["mc", "mc", "c"], ["mc", "c"]],
    ...[["mc"], ["mc"], ["a"], ["a"]],
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
  "set-ID bits and capabilities do not outlive a change by others",
  `
def modes(*calls):
    result = []
    for call in calls:
        make("f", b"0123456789"); os.chmod("f", 0o6777); os.setxattr("f", "security.capability", bytes.fromhex("0100000200040000" + "00" * 12))
        os.seteuid(1000)
        try: call()
        finally: os.seteuid(0)
        result.append([oct(os.stat("f").st_mode), os.listxattr("f")])
    return result
def write(): fd = os.open("f", os.O_WRONLY); os.write(fd, b"x"); os.close(fd)
def allocate(): fd = os.open("f", os.O_WRONLY); fallocate(fd, 0, 0, 100000); os.close(fd)
say(modes(write, lambda: os.truncate("f", 5), lambda: os.open("f", os.O_WRONLY | os.O_TRUNC), allocate,
          lambda: os.seteuid(0) or os.chown("f", 5, 5)) + modes(lambda: attempt(os.chown, "f", -1, -1))[0][:1])
`,
  [
    ...Array(5).fill(["0o100777", []]),
    "0o106777",
  ],
);

scriptTest(
  "a set-group-ID directory hands its group down, and a sticky one keeps files",
  `
os.mkdir("g"); os.chown("g", 0, 50); os.chmod("g", 0o2777)
os.mkdir("t"); os.chmod("t", 0o1777); make("t/f")
os.setegid(1000); os.seteuid(1000)
make("g/f"); os.mkdir("g/d"); os.symlink("x", "g/s")
def about(name): s = os.lstat(name); return [oct(s.st_mode), s.st_uid, s.st_gid]
say([about("g/f"), about("g/d"), about("g/s")[1:], attempt(os.unlink, "t/f"), attempt(os.rename, "t/f", "t/g")])
`,
  [
    ["0o100644", 1000, 50],
    ["0o42755", 1000, 50],
    [1000, 50],
    "EPERM",
    "EPERM",
  ],
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
