/**
 * A directory with one of every odd thing, and a description of a tree in
 * which everything about it shows, for comparing a mirror with its source.
 *
 * @module
 */

import { python } from "../../_support/client.ts";

const MAKE = `
import socket, stat as st
os.chdir(mnt)

def write(name, data=b"x", mode=0o644):
    with open(name, "wb") as file:
        file.write(data)
    os.chmod(name, mode)

write("plain", b"some text\\n")
write("empty", b"")
write("caf\\u00e9 \\U0001f600")
write(b"not-utf8-\\xff\\xfe\\xc0\\x80")
write(b"surrogate-\\xed\\xa0\\x80")
write("new\\nline")
write(" spaces  ")
write("-option")
write("back\\\\slash")
write(b"n" * 255)
write(b"\\xff" * 255)
write("\\u00e9" * 127)
for mode in (0o000, 0o4755, 0o2755, 0o1777, 0o7777):
    write("mode-%o" % mode, mode=mode)
write("owned")
os.chown("owned", 1234, 4_000_000_000)
write("hard-1", b"linked")
os.link("hard-1", "hard-2")
os.mkdir("sub")
os.link("hard-1", "sub/hard-3")

os.symlink("plain", "relative")
os.symlink("/etc/passwd", "absolute")
os.symlink("loop-2", "loop-1")
os.symlink("loop-1", "loop-2")
os.symlink(".", "self")
os.symlink("missing", "dangling")
os.symlink(b"\\xff\\n", "odd-target")
os.symlink("x" * 4095, "long-target")

os.mkfifo("fifo", 0o640)
unix = socket.socket(socket.AF_UNIX)
unix.bind("socket")
unix.close()
# Not everywhere may root make devices.
attempt(os.mknod, "null", 0o666 | st.S_IFCHR, os.makedev(1, 3))
attempt(os.mknod, "large", 0o600 | st.S_IFBLK, os.makedev(0xabc, 0x12345))

with open("sparse", "wb") as file:
    file.truncate(5 << 30)
    os.pwrite(file.fileno(), b"beyond 4 GiB", (4 << 30) + 1)
    os.pwrite(file.fileno(), b"end", (5 << 30) - 3)

write("attributes")
for name, value in [("user.text", b"value"), ("user.empty", b""),
                    (b"user.\\xff", bytes(range(256))), ("user.big", b"b" * 2000)]:
    attempt(os.setxattr, "attributes", name, value)
attempt(os.setxattr, "sub", "user.on-directory", b"1")

write("old")
write("ancient")
write("future")
write("nanoseconds")
os.mkdir("empty-directory", 0o701)
os.utime("old", ns=(-1, -1))
os.utime("ancient", ns=(-2_000_000_000_000_000_001,) * 2)
os.utime("future", ns=(5_000_000_000_123_456_789,) * 2)
os.utime("nanoseconds", ns=(1_600_000_000_000_000_001,) * 2)
os.utime("empty-directory", ns=(0, 0))
say(None)
`;

const DESCRIBE = `
import hashlib
os.chdir(mnt)

def content(path, s):
    if s.st_size > 1 << 20:
        fd = os.open(path, os.O_RDONLY)
        spots = [0, 1 << 20, (4 << 30) - 2, 4 << 30, s.st_size - 10, s.st_size]
        return [os.pread(fd, 20, at).hex() for at in spots]
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()

def xattrs(path):
    names = attempt(os.listxattr, path, follow_symlinks=False)
    if isinstance(names, str):
        return names
    return {name: attempt(os.getxattr, path, name, follow_symlinks=False).hex()
            for name in names}

def describe(path):
    s = os.lstat(path)
    kind = s.st_mode & 0o170000
    return dict(
        mode=oct(s.st_mode), ino=str(s.st_ino), nlink=s.st_nlink, uid=s.st_uid,
        gid=s.st_gid, size=s.st_size, blocks=s.st_blocks, rdev=s.st_rdev,
        mtime=str(s.st_mtime_ns), ctime=str(s.st_ctime_ns),
        link=os.readlink(path) if kind == 0o120000 else None,
        content=content(path, s) if kind == 0o100000 else None,
        xattrs=xattrs(path))

tree = {}
for directory, directories, files in os.walk("."):
    tree[directory] = describe(directory)
    for name in files + directories:
        path = os.path.join(directory, name)
        tree[path] = describe(path)
say(tree)
`;

/** Fills an empty directory with odd things. */
export async function makeOddTree(dir: string): Promise<void> {
  await python(dir, MAKE);
}

/** Describes everything in a directory, by path. */
export function describeTree(
  dir: string,
): Promise<Record<string, Record<string, unknown>>> {
  return python(dir, DESCRIBE);
}
