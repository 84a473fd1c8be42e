import { assertEquals } from "@std/assert";
import {
  F_RDLCK,
  F_UNLCK,
  type FileLock,
  FUSE_LK_FLOCK,
  FUSE_RELEASE_FLOCK_UNLOCK,
  type LockingRequest,
} from "../../../../fuse/mod.ts";
import { inClient } from "../../../_support/client.ts";
import { ClientProcess } from "../../../_support/client_process.ts";
import { mountTest } from "../../../_support/mount.ts";
import {
  directory,
  file,
  fsOf,
  later,
  type SmallNode,
} from "../../../_support/nodes.ts";

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
      const seen = await inClient(
        scene.mnt,
        async ({ attempt, flock, ...sys }, mnt) => {
          const { LOCK_EX, LOCK_NB, LOCK_SH, LOCK_UN } = sys;
          const [a, b] = [1, 2].map(() => sys.open(mnt + "/f", sys.O_RDWR));
          flock(a!, LOCK_SH);
          const first = [
            attempt(flock, b!, LOCK_EX | LOCK_NB),
            attempt(flock, b!, LOCK_SH | LOCK_NB),
            attempt(sys.interrupted, () => flock(a!, LOCK_EX)),
          ];
          const waiting = sys.attemptLater(sys.flockLater(a!, LOCK_EX));
          flock(b!, LOCK_UN);
          const got = await waiting;
          sys.close(a!);
          return [first, got, attempt(flock, b!, LOCK_EX | LOCK_NB)];
        },
      );
      assertEquals(seen, [["EAGAIN", null, "EINTR"], null, null]);
      assertEquals(
        calls.every((call) => call.endsWith("flock")),
        true,
        `${calls}`,
      );
      assertEquals(calls.includes("released flock"), true);
      assertEquals(calls.includes("UNLOCK flock"), true);
    },
  );

  mountTest(
    `POSIX locks are the handle's with lockingPosix, and go by close(2), answering ${when}`,
    async (scene) => {
      const calls: string[] = [];
      await using _session = await scene.mount(mountOne(calls), {
        lockingPosix: true,
      });
      await using owner = new ClientProcess();
      const path = `${scene.mnt}/f`;
      const fd = await owner.run((sys, path) => {
        const fd = sys.open(path, sys.O_RDWR);
        sys.lock(fd, sys.F_SETLK, sys.F_WRLCK);
        return fd;
      }, path);
      /** What another process comes to that wants the lock. */
      const other = () =>
        inClient(path, ({ attempt, lock, ...sys }, path) => {
          const fd = sys.open(path, sys.O_RDWR);
          const { F_GETLK, F_SETLK, F_SETLKW, F_WRLCK } = sys;
          return [
            attempt(() => void lock(fd, F_SETLK, F_WRLCK)),
            lock(fd, F_GETLK, F_WRLCK).pid,
            attempt(sys.interrupted, () => void lock(fd, F_SETLKW, F_WRLCK)),
          ];
        });
      assertEquals(await other(), ["EAGAIN", owner.pid, "EINTR"]);
      // Any close of the file by the owner drops all of its locks.
      await owner.run(
        (sys, path) => sys.close(sys.open(path, sys.O_RDWR)),
        path,
      );
      const [free] = await other();
      assertEquals(free, null);
      const { type } = await owner.run(
        (sys, fd) => sys.lock(fd, sys.F_GETLK, sys.F_WRLCK),
        fd,
      );
      assertEquals(type, F_UNLCK);
      assertEquals(calls.includes("GETLK"), true);
      assertEquals(
        calls.some((call) => call.endsWith("flock")),
        false,
        `${calls}`,
      );
    },
  );

  mountTest(
    `Locks of open file descriptions are the handle's with lockingPosix, answering ${when}`,
    async (scene) => {
      const calls: string[] = [];
      await using _session = await scene.mount(mountOne(calls), {
        lockingPosix: true,
      });
      const seen = await inClient(
        scene.mnt,
        async ({ attempt, lock, ...sys }, mnt) => {
          const { F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW, F_UNLCK, F_WRLCK } =
            sys;
          const [a, b] = [1, 2].map(() => sys.open(mnt + "/f", sys.O_RDWR));
          const set = (fd: number) =>
            attempt(() => void lock(fd, F_OFD_SETLK, F_WRLCK));
          set(a!);
          const first = [
            set(b!),
            lock(b!, F_OFD_GETLK, F_WRLCK).type,
            attempt(
              sys.interrupted,
              () => void lock(b!, F_OFD_SETLKW, F_WRLCK),
            ),
          ];
          const waiting = sys.lockLater(b!, F_OFD_SETLKW, F_WRLCK);
          lock(a!, F_OFD_SETLK, F_UNLCK);
          return [first, (await waiting).type, set(a!)];
        },
      );
      assertEquals(seen, [["EAGAIN", 1, "EINTR"], 1, "EAGAIN"]);
      assertEquals(calls.includes("SETLKW"), true);
    },
  );
}

mountTest(
  "Without lockingPosix and lockingFlock the kernel keeps the locks",
  async (scene) => {
    const calls: string[] = [];
    await using _session = await scene.mount(
      fsOf(directory({ f: lockable(calls) })),
    );
    const seen = await inClient(
      scene.mnt,
      ({ attempt, flock, lock, ...sys }, mnt) => {
        const [a, b] = [1, 2].map(() => sys.open(mnt + "/f", sys.O_RDWR));
        flock(a!, sys.LOCK_EX);
        lock(a!, sys.F_SETLKW, sys.F_WRLCK);
        return attempt(flock, b!, sys.LOCK_EX | sys.LOCK_NB);
      },
    );
    assertEquals(seen, "EAGAIN");
    assertEquals(calls, []);
  },
);

mountTest(
  "With lockingPosix a file without lock() refuses locks with EOPNOTSUPP",
  async (scene) => {
    await using _session = await scene.mount(
      fsOf(directory({ f: file("") })),
      { lockingPosix: true, lockingFlock: true },
    );
    const seen = await inClient(
      scene.mnt,
      ({ attempt, flock, lock, ...sys }, mnt) => {
        const fd = sys.open(mnt + "/f", sys.O_RDWR);
        return [
          attempt(flock, fd, sys.LOCK_EX),
          attempt(lock, fd, sys.F_SETLK, sys.F_WRLCK),
          attempt(flock, fd, sys.LOCK_UN),
          attempt(lock, fd, sys.F_GETLK, sys.F_RDLCK),
        ];
      },
    );
    assertEquals(seen, [
      "EOPNOTSUPP",
      "EOPNOTSUPP",
      "EOPNOTSUPP",
      "EOPNOTSUPP",
    ]);
  },
);
