import { assertEquals } from "@std/assert";
import {
  F_RDLCK,
  F_UNLCK,
  type FileLock,
  FUSE_LK_FLOCK,
  FUSE_RELEASE_FLOCK_UNLOCK,
  type LockingRequest,
} from "../../../fuse/mod.ts";
import { python } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import {
  directory,
  file,
  fsOf,
  later,
  type SmallNode,
} from "../../_support/nodes.ts";

/** A file whose locks cover all of it, whatever was asked for. */
function lockable(calls: string[]): SmallNode {
  const held = new Map<bigint, FileLock>();
  let changed = Promise.withResolvers<void>();
  const inTheWay = ({ lockOwner, lock }: LockingRequest) =>
    [...held].find(([owner, { type }]) =>
      owner !== lockOwner && (type !== F_RDLCK || lock.type !== F_RDLCK)
    )?.[1];
  const drop = (owner: bigint): void => {
    if (!held.delete(owner)) return;
    changed.resolve();
    changed = Promise.withResolvers();
  };
  const note = ({ opname, lockFlags }: LockingRequest): void => {
    calls.push(opname + (lockFlags & FUSE_LK_FLOCK ? " flock" : ""));
  };
  return file("content", {
    lock: (request) => {
      note(request);
      if (inTheWay(request)) {
        throw Object.assign(new Error(), { code: "EAGAIN" });
      }
      held.set(request.lockOwner, request.lock);
    },
    lockWait: async (request) => {
      note(request);
      const { promise: given, reject } = Promise.withResolvers<void>();
      given.catch(() => {});
      const { signal } = request;
      signal.addEventListener("abort", () => reject(signal.reason));
      while (inTheWay(request)) await Promise.race([changed.promise, given]);
      held.set(request.lockOwner, request.lock);
    },
    unlock: (request) => {
      note(request);
      drop(request.lockOwner);
    },
    queryLock: (request, response) => {
      note(request);
      response.lock = inTheWay(request) ?? response.lock;
    },
    flush: ({ lockOwner }) => drop(lockOwner),
    release: (request) => {
      if (request!.releaseFlags & FUSE_RELEASE_FLOCK_UNLOCK) {
        calls.push("released flock");
      }
      drop(request!.lockOwner);
    },
  });
}

const PRELUDE = `
import fcntl, signal, struct
def opened(): return os.open(mnt + "/f", os.O_RDWR)
def waits(call, *args):
    """What a call returns that cannot return before the other thread acts."""
    result = []
    thread = threading.Thread(target=lambda: result.append(attempt(call, *args)))
    thread.start()
    return thread, result
class Alarm(Exception): pass
def interrupted(call, *args):
    def ring(*_): raise Alarm()
    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
    try:
        return attempt(call, *args)
    except Alarm:
        return "interrupted"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
`;

for (
  const [when, answering] of [["at once", (fs: never) => fs], [
    "later",
    later,
  ]] as const
) {
  const mountOne = (calls: string[]) =>
    (answering as typeof later)(fsOf(directory({ f: lockable(calls) })));

  mountTest(
    `flock(2) locks are the handle's with lockingFlock, answering ${when}`,
    async (scene) => {
      const calls: string[] = [];
      await using _session = await scene.mount(mountOne(calls), {
        lockingFlock: true,
      });
      const seen = await python(
        scene.mnt,
        `${PRELUDE}
a, b = opened(), opened()
fcntl.flock(a, fcntl.LOCK_SH)
first = [attempt(fcntl.flock, b, fcntl.LOCK_EX | fcntl.LOCK_NB), attempt(fcntl.flock, b, fcntl.LOCK_SH | fcntl.LOCK_NB),
         interrupted(fcntl.flock, a, fcntl.LOCK_EX)]
thread, result = waits(fcntl.flock, a, fcntl.LOCK_EX)
fcntl.flock(b, fcntl.LOCK_UN)
thread.join()
os.close(a)
say([first, result, attempt(fcntl.flock, b, fcntl.LOCK_EX | fcntl.LOCK_NB)])
`,
      );
      assertEquals(seen, [["EAGAIN", null, "interrupted"], [null], null]);
      assertEquals(
        calls.every((call) => call.endsWith("flock")),
        true,
        `${calls}`,
      );
      assertEquals(calls.includes("released flock"), true);
      assertEquals(calls.includes("UNLOCK flock"), true);
    },
    { programs: ["python3"] },
  );

  mountTest(
    `POSIX locks are the handle's with lockingPosix, and go by close(2), answering ${when}`,
    async (scene) => {
      const calls: string[] = [];
      await using _session = await scene.mount(mountOne(calls), {
        lockingPosix: true,
      });
      const seen = await python(
        scene.mnt,
        `${PRELUDE}
a = opened()
fcntl.lockf(a, fcntl.LOCK_EX)
def query(fd, kind):
    type, whence, start, length, pid = struct.unpack("hhqqi4x", fcntl.fcntl(fd, fcntl.F_GETLK, struct.pack("hhqqi4x", kind, 0, 0, 0, 0)))
    return [type, pid]
def child():
    b = opened()
    return [attempt(fcntl.lockf, b, fcntl.LOCK_EX | fcntl.LOCK_NB), query(b, fcntl.F_WRLCK)[1] == os.getppid(),
            interrupted(fcntl.lockf, b, fcntl.LOCK_EX)]
def forked(body):
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.write(writer, json.dumps(body()).encode())
        os._exit(0)
    os.wait()
    return json.loads(os.read(reader, 1000))
first = forked(child)
os.close(opened())
say([first, forked(lambda: attempt(fcntl.lockf, opened(), fcntl.LOCK_EX | fcntl.LOCK_NB)), query(a, fcntl.F_WRLCK)[0]])
`,
      );
      assertEquals(seen, [["EAGAIN", true, "interrupted"], null, F_UNLCK]);
      assertEquals(calls.includes("GETLK"), true);
      assertEquals(
        calls.some((call) => call.endsWith("flock")),
        false,
        `${calls}`,
      );
    },
    { programs: ["python3"] },
  );

  mountTest(
    `Locks of open file descriptions are the handle's with lockingPosix, answering ${when}`,
    async (scene) => {
      const calls: string[] = [];
      await using _session = await scene.mount(mountOne(calls), {
        lockingPosix: true,
      });
      const seen = await python(
        scene.mnt,
        `${PRELUDE}
OFD_GETLK, OFD_SETLK, OFD_SETLKW = 36, 37, 38
def ofd(fd, command, kind):
    return struct.unpack("hhqqi4x", fcntl.fcntl(fd, command, struct.pack("hhqqi4x", kind, 0, 0, 0, 0)))[0]
a, b = opened(), opened()
ofd(a, OFD_SETLK, fcntl.F_WRLCK)
first = [attempt(ofd, b, OFD_SETLK, fcntl.F_WRLCK), ofd(b, OFD_GETLK, fcntl.F_WRLCK),
         interrupted(ofd, b, OFD_SETLKW, fcntl.F_WRLCK)]
thread, result = waits(ofd, b, OFD_SETLKW, fcntl.F_WRLCK)
ofd(a, OFD_SETLK, fcntl.F_UNLCK)
thread.join()
say([first, result, attempt(ofd, a, OFD_SETLK, fcntl.F_WRLCK)])
`,
      );
      assertEquals(seen, [["EAGAIN", 1, "interrupted"], [1], "EAGAIN"]);
      assertEquals(calls.includes("SETLKW"), true);
    },
    { programs: ["python3"] },
  );
}

mountTest(
  "Without lockingPosix and lockingFlock the kernel keeps the locks",
  async (scene) => {
    const calls: string[] = [];
    await using _session = await scene.mount(
      fsOf(directory({ f: lockable(calls) })),
    );
    const seen = await python(
      scene.mnt,
      `${PRELUDE}
a, b = opened(), opened()
fcntl.flock(a, fcntl.LOCK_EX)
fcntl.lockf(a, fcntl.LOCK_EX)
say(attempt(fcntl.flock, b, fcntl.LOCK_EX | fcntl.LOCK_NB))
`,
    );
    assertEquals(seen, "EAGAIN");
    assertEquals(calls, []);
  },
  { programs: ["python3"] },
);

mountTest(
  "With lockingPosix a file without lock() refuses locks with EOPNOTSUPP",
  async (scene) => {
    await using _session = await scene.mount(
      fsOf(directory({ f: file("") })),
      { lockingPosix: true, lockingFlock: true },
    );
    const seen = await python(
      scene.mnt,
      `${PRELUDE}
a = opened()
say([attempt(fcntl.flock, a, fcntl.LOCK_EX), attempt(fcntl.lockf, a, fcntl.LOCK_EX | fcntl.LOCK_NB),
     attempt(fcntl.flock, a, fcntl.LOCK_UN), attempt(fcntl.fcntl, a, fcntl.F_GETLK, b"\\0" * 32)])
`,
    );
    assertEquals(seen, ["ENOTSUP", "ENOTSUP", "ENOTSUP", "ENOTSUP"]);
  },
  { programs: ["python3"] },
);
