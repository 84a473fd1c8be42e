import { assertEquals } from "@std/assert";
import { MemFS } from "../../../../fuse/fs/mod.ts";
import { inClient } from "../../../_support/client.ts";
import { ClientProcess, type Sys } from "../../../_support/client_process.ts";
import { mountTest } from "../../../_support/mount.ts";

const clients: ClientProcess[] = [];

addEventListener("unload", () => clients.forEach((it) => it.release()));

/** A file that several processes lock. */
class Locked {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Calls a function in the n-th process, where what it opens stays open. */
  inProcess<A extends unknown[], T>(
    n: number,
    body: (sys: Sys, path: string, ...args: A) => T,
    ...args: A
  ): Promise<Awaited<T>> {
    return (clients[n] ??= new ClientProcess()).run(body, this.path, ...args);
  }

  /** What a lock comes to in a process that ends after it. */
  other(
    type: keyof Sys & `F_${"RD" | "WR"}LCK`,
    start = 0,
    length = 0,
  ): Promise<unknown> {
    return inClient(
      this.path,
      ({ attempt, lock, ...sys }, path, type, start, length) => {
        const fd = sys.open(path, sys.O_RDWR);
        const kind = sys[type];
        const result = attempt(lock, fd, sys.F_SETLK, kind, start, length);
        return typeof result === "string" ? result : null;
      },
      type,
      start,
      length,
    );
  }
}

function locksTest(
  name: string,
  body: (locked: Locked) => Promise<unknown>,
  expected: unknown,
): void {
  for (const locks of [true, false]) {
    const where = locks ? "itself" : "through the kernel";
    mountTest(`MemFS locks ${where}: ${name}`, async (scene) => {
      const fs = new MemFS({ locks });
      await using session = await scene.mount(fs, fs.mountOptions);
      const path = `${scene.mnt}/f`;
      await inClient(path, (sys, path) => sys.create(path));
      try {
        assertEquals(await body(new Locked(path)), expected);
      } finally {
        for (const client of clients) await client.run((sys) => sys.closeAll());
      }
      const asked = session.server.stats.byOperation
        .some(({ opname }) => opname.startsWith("SETLK"));
      assertEquals(asked, locks);
    });
  }
}

locksTest(
  "ranges of fcntl(2), whose lock is in the way, and what close(2) drops",
  async (locked) => {
    const [fd, holder] = await locked.inProcess(0, (sys, path) => {
      const fd = sys.open(path, sys.O_RDWR);
      sys.lock(fd, sys.F_SETLK, sys.F_WRLCK, 10, 10);
      sys.lock(fd, sys.F_SETLK, sys.F_RDLCK, 30, 10);
      return [fd, Deno.pid] as const;
    });
    const seen = [
      await locked.other("F_WRLCK", 0, 10),
      await locked.other("F_RDLCK", 19, 1),
      await locked.other("F_RDLCK", 35, 1),
      await locked.other("F_WRLCK", 35, 1),
    ];
    const { pid, ...first } = await inClient(
      locked.path,
      ({ lock, open, F_GETLK, F_WRLCK, O_RDWR }, path) =>
        lock(open(path, O_RDWR), F_GETLK, F_WRLCK),
    );
    seen.push({ ...first, pid: pid - holder });
    await locked.inProcess(0, ({ lock, F_SETLK, F_UNLCK }, _, fd) => {
      lock(fd, F_SETLK, F_UNLCK, 12, 3);
    }, fd);
    seen.push(
      await locked.other("F_WRLCK", 12, 3),
      await locked.other("F_WRLCK", 11, 1),
    );
    const own = await locked.inProcess(0, (sys, path, fd) => {
      const { type } = sys.lock(fd, sys.F_GETLK, sys.F_WRLCK);
      sys.close(sys.open(path, sys.O_RDWR));
      return type;
    }, fd);
    return [...seen, own, await locked.other("F_WRLCK")];
  },
  [
    ...[null, "EAGAIN", null, "EAGAIN"],
    { type: 1, start: 10, length: 10, pid: 0 },
    ...[null, "EAGAIN", 2, null],
  ],
);

locksTest(
  "F_OFD locks belong to the open file, and go with it",
  ({ path }) =>
    inClient(path, ({ attempt, close, open, lock, ...sys }, path) => {
      const { F_OFD_SETLK, F_RDLCK, F_SETLK, F_WRLCK } = sys;
      const tried = (...args: Parameters<typeof lock>) => {
        const result = attempt(lock, ...args);
        return typeof result === "string" ? result : null;
      };
      const [a, b] = [open(path, sys.O_RDWR), open(path, sys.O_RDWR)];
      lock(a, F_OFD_SETLK, F_WRLCK, 0, 10);
      const seen = [
        tried(b, F_OFD_SETLK, F_RDLCK, 9, 1),
        tried(b, F_OFD_SETLK, F_RDLCK, 10, 5),
        tried(b, F_SETLK, F_WRLCK, 0, 1),
        tried(a, F_OFD_SETLK, F_WRLCK, 5, 5),
      ];
      const copy = sys.dup(a);
      close(a);
      seen.push(tried(b, F_OFD_SETLK, F_WRLCK, 0, 1));
      close(copy);
      sys.settled(() => tried(b, F_OFD_SETLK, F_WRLCK, 0, 1), null);
      return [...seen, tried(b, F_OFD_SETLK, F_WRLCK)];
    }),
  ["EAGAIN", null, "EAGAIN", null, "EAGAIN", null],
);

locksTest(
  "flock(2) is apart, shared or not, and changes kind",
  ({ path }) =>
    inClient(path, ({ attempt, close, open, flock, ...sys }, path) => {
      const { LOCK_EX, LOCK_NB, LOCK_SH } = sys;
      const [a, b] = [open(path, sys.O_RDWR), open(path, sys.O_RDWR)];
      const tried = (fd: number, kind: number) =>
        attempt(flock, fd, kind | LOCK_NB);
      sys.lock(a, sys.F_SETLK, sys.F_WRLCK);
      const seen = [
        tried(a, LOCK_SH),
        tried(b, LOCK_SH),
        tried(a, LOCK_EX),
        tried(b, LOCK_EX),
        tried(a, LOCK_SH),
      ];
      const copy = sys.dup(b);
      close(b);
      seen.push(tried(a, LOCK_SH));
      flock(copy, sys.LOCK_UN);
      return [...seen, tried(a, LOCK_EX)];
    }),
  // Who wants another kind and cannot have it loses what he had.
  [null, null, "EAGAIN", null, "EAGAIN", "EAGAIN", null],
);

/** Waits for a lock until a signal comes; what it then is told. */
function waitABit(sys: Sys, fd: number, at: number): unknown {
  const { attempt, interrupted, lock, F_SETLKW, F_WRLCK } = sys;
  return attempt(interrupted, () => void lock(fd, F_SETLKW, F_WRLCK, at, 1));
}

locksTest(
  "who waits gets the lock, is interrupted, or is told of a deadlock",
  async (locked) => {
    const fd = await locked.inProcess(0, (sys, path) => {
      const fd = sys.open(path, sys.O_RDWR);
      sys.lock(fd, sys.F_SETLK, sys.F_WRLCK, 0, 1);
      return fd;
    });
    const interrupted = await inClient(
      locked.path,
      (sys, path, wait) => wait(sys, sys.open(path, sys.O_RDWR), 0),
      waitABit,
    );
    const [own, pid] = await locked.inProcess(1, (sys, path) => {
      const own = sys.open(path, sys.O_RDWR);
      sys.lock(own, sys.F_SETLK, sys.F_WRLCK, 1, 1);
      return [own, Deno.pid] as const;
    });
    const waiting = locked.inProcess(
      1,
      ({ attempt, lock, sleep, F_SETLKW, F_WRLCK }, _, own) => {
        for (;;) {
          const heard = attempt(lock, own, F_SETLKW, F_WRLCK, 0, 1);
          if (heard !== "EDEADLK") return typeof heard;
          sleep(10);
        }
      },
      own,
    );
    const deadlock = await locked.inProcess(
      0,
      (sys, _, fd, pid, wait) => {
        const waits = () => {
          const call = sys.content(`/proc/${pid}/syscall`).split(" ");
          return Number(call[2]) === sys.F_SETLKW;
        };
        // If the other one comes later than we, it hears of the deadlock: once
        // more.
        const told = sys.settled(() => {
          sys.settled(waits, true);
          return wait(sys, fd, 1);
        }, "EDEADLK");
        sys.lock(fd, sys.F_SETLK, sys.F_UNLCK);
        return told;
      },
      fd,
      pid,
      waitABit,
    );
    return [interrupted, deadlock, await waiting];
  },
  ["EINTR", "EDEADLK", "object"],
);
