/**
 * Changes through a mirror. Each script runs in a plain directory and in a
 * mirror of another one, and must give the same answers and leave the same tree.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { MountOptions } from "../../../fuse/mod.ts";
import { MirrorFS, type ServeOptions } from "../../../fuse/fs/mod.ts";
import { output, python } from "../../_support/client.ts";
import { mountTest, type Scene } from "../../_support/mount.ts";
import { MIRROR_WAYS, type MirrorWay } from "./_mirror_ways.ts";

/** What a change of privilege needs: python runs as root. */
const isRoot = Deno.uid() === 0;

const HELPERS = `
import ctypes, fcntl, subprocess, time
top = args[0]
os.chdir(top)
libc = ctypes.CDLL(None, use_errno=True)

def call(name, *values):
    if getattr(libc, name)(*values) < 0:
        return errno.errorcode[ctypes.get_errno()]

def write(path, data, flags=os.O_WRONLY | os.O_CREAT, mode=0o666):
    fd = os.open(path, flags, mode)
    try:
        return os.write(fd, data)
    finally:
        os.close(fd)

def show(path):
    s = os.stat(path, follow_symlinks=False)
    return [oct(s.st_mode), s.st_nlink, s.st_uid, s.st_gid, s.st_size, s.st_rdev]

def child(uid, gid, groups, action):
    pid = os.fork()
    if pid == 0:
        os.setgroups(groups); os.setgid(gid); os.setuid(uid)
        os._exit(0 if action() in (None, 0) or True else 1)
    os.waitpid(pid, 0)

def tree():
    found = {}
    for path, dirs, files in sorted(os.walk(".")):
        for name in dirs + files:
            full = os.path.join(path, name)
            found[full] = show(full)
            if os.path.islink(full):
                found[full].append(os.readlink(full))
            elif os.path.isfile(full):
                found[full].append(read(full))
            found[full].append([[a, os.getxattr(full, a, follow_symlinks=False).hex()]
                for a in sorted(os.listxattr(full, follow_symlinks=False))])
    return found
`;

/** Whom the scripts run as change the mirror: everybody, with everything. */
const OPTIONS: MountOptions & ServeOptions = {
  allowOther: true,
  allowDev: true,
  allowSuid: true,
};

async function onBoth(
  scene: Scene,
  script: string,
  mountMirror: MirrorWay = MIRROR_WAYS[""]!,
): Promise<void> {
  const [plain, source] = [`${scene.dir}/plain`, `${scene.dir}/source`];
  for (const dir of [plain, source]) {
    await Deno.mkdir(dir);
    await Deno.chmod(dir, 0o777);
  }
  await using _session = await mountMirror(scene, source, OPTIONS);
  const run = (dir: string) =>
    python(dir, `${HELPERS}${script}\nsay([answers, tree()])`, dir);
  const expected = await run(plain);
  assertEquals(await run(scene.mnt), expected);
  // What the mirror shows is really there.
  const script_ = `${HELPERS}\nsay(tree())`;
  assertEquals(await python(source, script_, source), expected[1]);
}

const SCRIPTS: Readonly<Record<string, string>> = {
  "files are made, written, appended to, cut and removed": `
answers = [write("a", b"hello"), write("a", b"J"), write("a", b"!", os.O_WRONLY | os.O_APPEND)]
os.truncate("a", 3)
write("hole", b"x" * 10)
with open("hole", "r+b") as f:
    f.truncate(100000); f.seek(200000); f.write(b"end"); f.flush()
    answers.append(os.fstat(f.fileno()).st_size)
answers.append(attempt(os.open, "a", os.O_CREAT | os.O_EXCL | os.O_WRONLY))
write("b", b"gone"); os.unlink("b")
write("c", b"long content"); write("c", b"new", os.O_WRONLY | os.O_TRUNC)
answers.append(attempt(read, "b"))
`,
  "directories, links, pipes and devices": `
answers = []
os.mkdir("d", 0o751); os.mkdir("d/e"); os.symlink("d/e", "s"); os.mkfifo("p", 0o640)
os.mknod("n", 0o600 | 0o020000, os.makedev(1, 3)); os.mknod("big", 0o660 | 0o060000, os.makedev(300, 70000))
write("d/f", b"one"); os.link("d/f", "g"); os.link("s", "t", follow_symlinks=False)
write("g", b"two")
answers += [read("d/f"), os.path.samefile("d/f", "g"), attempt(os.rmdir, "d"), attempt(os.mkdir, "d"),
    attempt(os.unlink, "d/e"), attempt(os.rmdir, "g"), attempt(os.link, "d", "h"), attempt(os.symlink, "x", "s")]
os.unlink("d/f"); answers.append(show("g"))
`,
  "names move, are swapped, and replace others": `
answers = []
for n in "abc": write(n, n.encode())
os.mkdir("d"); os.mkdir("e"); write("e/f", b"f")
os.rename("a", "d/a"); os.rename("b", "c")
AT, EXCHANGE, NOREPLACE = -100, 2, 1
answers += [call("renameat2", AT, b"d", AT, b"e", EXCHANGE), call("renameat2", AT, b"c", AT, b"e/a", NOREPLACE),
    call("renameat2", AT, b"nope", AT, b"x", 0), attempt(os.rename, "d", "e"), attempt(os.rename, "d", "d/f/g"),
    call("renameat2", AT, b"c", AT, b"moved", NOREPLACE)]
answers += [read("e/a"), read("d/f"), sorted(os.listdir("."))]
`,
  "modes, owners and times": `
write("f", b"x"); os.mkdir("d"); os.symlink("f", "s")
answers = []
os.chmod("f", 0o6751); answers.append(show("f"))
os.chown("f", 1234, 4321); answers.append(show("f"))
os.chown("s", 7, 8, follow_symlinks=False); answers += [show("s"), show("f")]
os.chmod("d", 0o3777); answers.append(show("d"))
for ns in (0, -1, -1500000000, 123456789, 4294967296 * 10**9 + 5):
    os.utime("f", ns=(ns, ns + 1)); s = os.stat("f"); answers.append([s.st_atime_ns, s.st_mtime_ns])
os.utime("s", ns=(5, 6), follow_symlinks=False); answers.append(os.lstat("s").st_mtime_ns)
before = time.time(); os.utime("f"); answers.append(abs(os.stat("f").st_mtime - before) < 5)
fd = os.open("f", os.O_RDWR); os.unlink("f")
os.fchmod(fd, 0o640); os.fchown(fd, 5, 6); os.ftruncate(fd, 10); os.utime(fd, ns=(1, 2))
s = os.fstat(fd); answers.append([oct(s.st_mode), s.st_uid, s.st_gid, s.st_size, s.st_nlink, s.st_mtime_ns])
`,
  "what is made belongs to the caller, by the rules of set-group-ID directories":
    `
answers = []
os.mkdir("open"); os.chmod("open", 0o777)
os.mkdir("group"); os.chown("group", 0, 50); os.chmod("group", 0o2777)
os.mkdir("team"); os.chown("team", 0, 60); os.chmod("team", 0o770)
def make():
    os.umask(0o027)
    for d in ("open", "group", "team"):
        write(d + "/f", b"mine", mode=0o6777); os.mkdir(d + "/d", 0o777)
        os.symlink("f", d + "/s"); os.mkfifo(d + "/p", 0o666)
child(1000, 1001, [60], make)
for d in ("open", "group", "team"):
    answers += [show(d + "/" + n) for n in "fdsp"]
child(1000, 1001, [], lambda: answers.append(attempt(write, "team/no", b"")))
`,
  "a write by another clears the set-ID bits, and one by root does not": `
answers = []
for n in "abcd":
    write(n, b"x"); os.chmod(n, 0o6777)
child(1000, 1000, [], lambda: write("a", b"y"))
child(1000, 1000, [], lambda: os.truncate("b", 0))
child(1000, 1000, [], lambda: write("c", b"", os.O_WRONLY | os.O_TRUNC))
write("d", b"z")
answers = [show(n) for n in "abcd"]
`,
  "the umask is the caller's, and a default ACL outdoes it": `
import struct
answers = []
def acl(*entries):
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *e) for e in entries)
NONE = 0xffffffff
os.mkdir("d"); os.mkdir("plain")
os.setxattr("d", "system.posix_acl_default", acl((1, 7, NONE), (2, 6, 1234), (4, 5, NONE), (16, 7, NONE), (32, 0, NONE)))
for mask in (0, 0o022, 0o077):
    os.umask(mask)
    for d in ("d", "plain"):
        write(d + "/f%o" % mask, b"", mode=0o666); os.mkdir(d + "/d%o" % mask, 0o777); os.mkfifo(d + "/p%o" % mask, 0o666)
answers = [show(d + "/" + n) for d in ("d", "plain") for n in sorted(os.listdir(d))]
write("acl", b""); os.setxattr("acl", "system.posix_acl_access", acl((1, 6, NONE), (2, 4, 1234), (4, 4, NONE), (16, 4, NONE), (32, 0, NONE)))
answers.append(show("acl")); os.chmod("acl", 0o660); answers.append(os.getxattr("acl", "system.posix_acl_access").hex())
child(1234, 99, [], lambda: os._exit(0 if attempt(read, "acl") == "" else 1))
`,
  "extended attributes": `
answers = []
write("f", b""); os.mkdir("d"); os.symlink("f", "s")
os.setxattr("f", "user.a", b"1"); os.setxattr("d", "user.empty", b""); os.setxattr("f", "user.big", b"x" * 3000)
answers += [attempt(os.setxattr, "f", "user.a", b"2", os.XATTR_CREATE), attempt(os.setxattr, "f", "user.b", b"2", os.XATTR_REPLACE),
    attempt(os.removexattr, "f", "user.none"), attempt(os.getxattr, "f", "user.none"), attempt(os.setxattr, "s", "user.x", b"", 0, follow_symlinks=False)]
os.setxattr("s", "trusted.x", b"link", 0, follow_symlinks=False)
os.removexattr("f", "user.big")
answers += [os.listxattr("f"), os.getxattr("f", "user.a").decode()]
fd = os.open("f", os.O_RDONLY); os.unlink("f"); answers.append(os.getxattr(fd, "user.a").decode())
os.setxattr(fd, "user.late", b"1"); answers.append(sorted(os.listxattr(fd)))
`,
  "files without a name": `
answers = []
fd = os.open(".", os.O_TMPFILE | os.O_RDWR, 0o640)
os.write(fd, b"hidden"); s = os.fstat(fd); answers.append([oct(s.st_mode), s.st_nlink, s.st_size])
def name(fd, path): return call("linkat", -100, b"/proc/self/fd/%d" % fd, -100, path, 0x400)
answers += [name(fd, b"named"), show("named")]
os.write(fd, b"!"); answers.append(read("named"))
fd = os.open(".", os.O_TMPFILE | os.O_RDWR | os.O_EXCL); answers.append(name(fd, b"not"))
write("f", b"open"); fd = os.open("f", os.O_RDWR); os.unlink("f")
answers += [os.pread(fd, 10, 0).decode(), os.pwrite(fd, b"O", 0), read("/proc/self/fd/%d" % fd)]
`,
  "holes, reserved space, and copies inside": `
answers = []
fd = os.open("f", os.O_CREAT | os.O_RDWR)
os.pwrite(fd, b"a" * 65536, 0); os.pwrite(fd, b"b" * 65536, 1 << 20)
KEEP, PUNCH, ZERO = 1, 2, 16
off = ctypes.c_long
answers.append(call("fallocate", fd, PUNCH | KEEP, off(4096), off(8192)))
answers += [os.pread(fd, 3, 4095).hex(), os.lseek(fd, 0, os.SEEK_HOLE), os.lseek(fd, 8192, os.SEEK_DATA), os.lseek(fd, 70000, os.SEEK_DATA),
    attempt(os.lseek, fd, 1 << 21, os.SEEK_DATA), call("fallocate", fd, ZERO, off(1 << 20), off(10)), os.pread(fd, 11, 1 << 20).hex()]
answers += [call("fallocate", fd, KEEP, off(4 << 20), off(4096)), os.fstat(fd).st_size, call("fallocate", fd, 0, off(4 << 20), off(4096)), os.fstat(fd).st_size]
to = os.open("g", os.O_CREAT | os.O_RDWR)
answers += [os.copy_file_range(fd, to, 1000, 500, 10), os.pread(to, 2000, 0).hex()]
os.fsync(fd); os.fdatasync(to); dir = os.open(".", os.O_RDONLY); os.fsync(dir); os.sync()
`,
  "mapped files are written": `
import mmap
write("f", b"." * 10000)
with open("f", "r+b") as f:
    m = mmap.mmap(f.fileno(), 0); m[5000:5005] = b"hello"; m.flush(); m.close()
answers = [read("f")[4998:5007]]
`,
};

for (const [way, mountMirror] of Object.entries(MIRROR_WAYS)) {
  for (const [what, script] of Object.entries(SCRIPTS)) {
    mountTest(`In a mirror as in its source: ${what}${way}`, async (scene) => {
      await onBoth(scene, script, mountMirror);
    }, { ignore: !isRoot });
  }
}

const LOCKS = `
import fcntl, struct
mine, other = args
a = os.open(mine, os.O_RDWR)
b = os.open(other, os.O_RDWR)
def child(action):
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(w, json.dumps(attempt(action)).encode()); os._exit(0)
    os.waitpid(pid, 0)
    return json.loads(os.read(r, 1000))
def lockf(path, kind, start=0, length=0):
    fd = os.open(path, os.O_RDWR)
    return fcntl.lockf(fd, kind | fcntl.LOCK_NB, length, start)
def flock(path, kind):
    return fcntl.flock(os.open(path, os.O_RDWR), kind | fcntl.LOCK_NB)
seen = []
fcntl.lockf(a, fcntl.LOCK_EX, 10, 0)
seen.append([child(lambda: lockf(p, fcntl.LOCK_EX, 5, 1)) for p in args])
seen.append([child(lambda: lockf(p, fcntl.LOCK_EX, 10, 5)) for p in args])
fcntl.lockf(a, fcntl.LOCK_UN, 5, 0)
seen.append([child(lambda: lockf(p, fcntl.LOCK_EX, 0, 5)) for p in args])
os.close(os.open(mine, os.O_RDONLY))
seen.append([child(lambda: lockf(p, fcntl.LOCK_EX)) for p in args])
fcntl.flock(a, fcntl.LOCK_SH)
seen.append([child(lambda: flock(p, fcntl.LOCK_SH)) for p in args])
seen.append([child(lambda: flock(p, fcntl.LOCK_EX)) for p in args])
os.close(a)
# The kernel does not wait for the answer to a close: the lock may be late to go.
seen.append([child(lambda: fcntl.flock(os.open(p, os.O_RDWR), fcntl.LOCK_EX)) for p in args])
say(seen)
`;

mountTest(
  "A lock taken in a mirror is seen in its source, and the other way",
  async (scene) => {
    const source = `${scene.dir}/source`;
    await Deno.mkdir(source);
    await Deno.writeTextFile(`${source}/f`, "x".repeat(100));
    const fs = new MirrorFS(source);
    await using _session = await scene.mount(fs, fs.mountOptions);
    const paths = [`${scene.mnt}/f`, `${source}/f`];
    for (const pair of [paths, paths.toReversed()]) {
      assertEquals(await python(scene.mnt, LOCKS, ...pair), [
        ["EAGAIN", "EAGAIN"],
        [null, null],
        [null, null],
        // Any close of the file by the owner drops all of its locks.
        [null, null],
        [null, null],
        ["EAGAIN", "EAGAIN"],
        [null, null],
      ]);
    }
  },
);

mountTest(
  "A process that waits for a lock gets it, or can be interrupted",
  async (scene) => {
    const source = `${scene.dir}/source`;
    await Deno.mkdir(source);
    await Deno.writeTextFile(`${source}/f`, "x");
    const fs = new MirrorFS(source);
    await using _session = await scene.mount(fs, fs.mountOptions);
    const script = `
import fcntl, signal
fd = os.open(mnt + "/f", os.O_RDWR)
fcntl.lockf(fd, fcntl.LOCK_EX)
def start(path, wait):
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        def alarm(*_): raise InterruptedError(errno.EINTR, "alarm")
        signal.signal(signal.SIGALRM, alarm)
        if not wait: signal.setitimer(signal.ITIMER_REAL, 0.3)
        f = os.open(path, os.O_RDWR)
        os.write(w, b".")
        os.write(w, json.dumps(attempt(fcntl.lockf, f, fcntl.LOCK_EX)).encode()); os._exit(0)
    os.read(r, 1)
    return pid, r
interrupted = start(mnt + "/f", False)
seen = [json.loads(os.read(interrupted[1], 100))]
waiting = start(mnt + "/f", True)
fcntl.lockf(fd, fcntl.LOCK_UN)
seen.append(json.loads(os.read(waiting[1], 100)))
say(seen)
`;
    assertEquals(await python(scene.mnt, script), ["EINTR", null]);
  },
);

mountTest(
  "Programs that people use leave in a mirror what they leave elsewhere",
  async (scene) => {
    const source = `${scene.dir}/source`;
    await Deno.mkdir(source);
    const fs = new MirrorFS(source);
    await using _session = await scene.mount(fs, fs.mountOptions);
    const script = `
set -e
cd "$1"
git init -q r; cd r; git config user.email a@b; git config user.name n
seq 1000 > numbers; git add .; git commit -qm one; cd ..
git clone -q r c; git -C c fsck --strict
mkdir t; cd t; for i in $(seq 50); do echo $i > f$i; done; ln f1 h; ln -s f2 s; cd ..
tar cf t.tar t; mkdir x; tar xf t.tar -C x; diff -r --no-dereference t x/t
rsync -aHAX t/ y; rsync -aHAXi t/ y > again; test ! -s again
cp -a t z; diff -r --no-dereference t z
for mode in wal delete; do
  sqlite3 $mode.db "pragma journal_mode=$mode; create table t(a); insert into t select value from generate_series(1,1000);" > /dev/null
  test "$(sqlite3 $mode.db 'pragma integrity_check; select count(*) from t')" = "ok
1000"
done
dd if=/dev/urandom of=d bs=64k count=8 oflag=direct status=none; cmp d <(dd if=d iflag=direct bs=64k status=none)
`;
    await output("bash", "-c", script, "bash", scene.mnt);
    await output(
      "bash",
      "-c",
      `cd "$1" && git -C c fsck --strict`,
      "bash",
      source,
    );
  },
  { programs: ["python3", "git", "rsync", "sqlite3", "bash"] },
);
