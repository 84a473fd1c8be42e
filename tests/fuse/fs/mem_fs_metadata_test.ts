/**
 * What a file system in memory knows of a file: times, owners, attributes.
 *
 * @module
 */

import { scriptTest } from "./_mem_script.ts";

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
