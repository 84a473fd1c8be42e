import { assertEquals } from "@std/assert";
import { MemFS } from "../../../fuse/fs/mod.ts";
import { python } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";

/** Locks of fcntl(2) with its own F_OFD commands, and processes that lock. */
const PRELUDE = `
import fcntl, multiprocessing, signal, struct, time
F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW = 36, 37, 38
path = mnt + "/f"
open(path, "w").close()
def opened(): return os.open(path, os.O_RDWR)
def flock_of(kind, start=0, length=0): return struct.pack("hhqqi4x", kind, 0, start, length, 0)
def posix(fd, kind, start=0, length=0, command=fcntl.F_SETLK):
    fcntl.fcntl(fd, command, flock_of(kind, start, length))
def query(fd, kind, start=0, length=0, command=fcntl.F_GETLK):
    kind, _, start, length, pid = struct.unpack("hhqqi4x", fcntl.fcntl(fd, command, flock_of(kind, start, length)))
    return [kind, start, length, pid]
def ofd(fd, kind, start=0, length=0): posix(fd, kind, start, length, F_OFD_SETLK)
def elsewhere(call, *args):
    """What a call comes to in another process, which ends after it."""
    ours, theirs = os.pipe()
    if os.fork() == 0:
        os.write(theirs, json.dumps(attempt(call, *args)).encode()); os._exit(0)
    os.close(theirs)
    try: return json.loads(os.read(ours, 1000))
    finally: os.close(ours); os.wait()
def other(kind, start=0, length=0): return elsewhere(lambda: posix(opened(), kind, start, length))
R, W, U = fcntl.F_RDLCK, fcntl.F_WRLCK, fcntl.F_UNLCK
`;

function locksTest(name: string, script: string, expected: unknown): void {
  for (const locks of [true, false]) {
    const where = locks ? "itself" : "through the kernel";
    mountTest(`MemFS locks ${where}: ${name}`, async (scene) => {
      const fs = new MemFS({ locks });
      await using session = await scene.mount(fs, fs.mountOptions);
      assertEquals(await python(scene.mnt, PRELUDE + script), expected);
      const asked = session.server.stats.byOperation
        .some(({ opname }) => opname.startsWith("SETLK"));
      assertEquals(asked, locks);
    }, { programs: ["python3"] });
  }
}

locksTest(
  "ranges of fcntl(2), whose lock is in the way, and what close(2) drops",
  `
fd = opened()
posix(fd, W, 10, 10); posix(fd, R, 30, 10)
seen = [other(W, 0, 10), other(R, 19, 1), other(R, 35, 1), other(W, 35, 1),
        [x - os.getpid() if i == 3 else x for i, x in enumerate(elsewhere(lambda: query(opened(), W, 0, 0)))]]
posix(fd, U, 12, 3)
seen += [other(W, 12, 3), other(W, 11, 1), query(fd, W)[0]]
os.close(opened())
seen += [other(W)]
say(seen)
`,
  [
    ...[null, "EAGAIN", null, "EAGAIN", [1, 10, 10, 0]],
    ...[null, "EAGAIN", 2, null],
  ],
);

locksTest(
  "F_OFD locks belong to the open file, and go with it",
  `
a, b = opened(), opened()
ofd(a, W, 0, 10)
seen = [attempt(ofd, b, R, 9, 1), ofd(b, R, 10, 5), attempt(posix, b, W, 0, 1), ofd(a, W, 5, 5)]
copy = os.dup(a); os.close(a)
seen.append(attempt(ofd, b, W, 0, 1))
os.close(copy)
end = time.monotonic() + 20
while attempt(ofd, b, W, 0, 1) and time.monotonic() < end: time.sleep(0.01)
say(seen + [attempt(ofd, b, W)])
`,
  ["EAGAIN", null, "EAGAIN", null, "EAGAIN", null],
);

locksTest(
  "flock(2) is apart, shared or not, and changes kind",
  `
a, b = opened(), opened()
try_lock = lambda fd, kind: attempt(fcntl.flock, fd, kind | fcntl.LOCK_NB)
posix(a, W)
seen = [try_lock(a, fcntl.LOCK_SH), try_lock(b, fcntl.LOCK_SH), try_lock(a, fcntl.LOCK_EX), try_lock(b, fcntl.LOCK_EX), try_lock(a, fcntl.LOCK_SH)]
copy = os.dup(b); os.close(b)
seen.append(try_lock(a, fcntl.LOCK_SH))
fcntl.flock(copy, fcntl.LOCK_UN)
say(seen + [try_lock(a, fcntl.LOCK_EX)])
`,
  // Who wants another kind and cannot have it loses what he had.
  [null, null, "EAGAIN", null, "EAGAIN", "EAGAIN", null],
);

locksTest(
  "who waits gets the lock, is interrupted, or is told of a deadlock",
  `
fd = opened()
posix(fd, W, 0, 1)
def wait(start): posix(fd, W, start, 1, fcntl.F_SETLKW)
def alarmed(start):
    def ring(*_): raise InterruptedError(errno.EINTR, "alarm")
    signal.signal(signal.SIGALRM, ring); signal.setitimer(signal.ITIMER_REAL, 0.1)
    try: wait(start)
    finally: signal.setitimer(signal.ITIMER_REAL, 0)
interrupted = elsewhere(alarmed, 0)
ready, go = os.pipe()
pid = os.fork()
if pid == 0:
    own = opened(); posix(own, W, 1, 1); os.write(go, b"x")
    while (heard := attempt(posix, own, W, 0, 1, fcntl.F_SETLKW)) == "EDEADLOCK": time.sleep(0.01)
    os._exit(0 if heard is None else 1)
os.read(ready, 1)
# If the other one comes later than we, it hears of the deadlock: once more.
waits = lambda: open("/proc/%d/syscall" % pid).read().split()[2:3] == [hex(fcntl.F_SETLKW)]
end = time.monotonic() + 20
deadlock = None
while deadlock != "EDEADLOCK" and time.monotonic() < end:
    while not waits() and time.monotonic() < end: time.sleep(0.001)
    deadlock = attempt(alarmed, 1)
posix(fd, U)
say([interrupted, deadlock, os.waitpid(pid, 0)[1]])
`,
  ["EINTR", "EDEADLOCK", 0],
);
