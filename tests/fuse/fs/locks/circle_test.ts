/**
 * Locks of fcntl(2) that a file system keeps itself: conflicting locks, and
 * processes that wait for each other.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { type FS, MemFS, MirrorFS } from "../../../../fuse/fs/mod.ts";
import type { MountOptions } from "../../../../fuse/mod.ts";
import { ClientProcess, type Sys } from "../../../_support/client_process.ts";
import { mountTest, type Scene } from "../../../_support/mount.ts";

type Making = (scene: Scene) => FS & { readonly mountOptions: MountOptions };

/** File systems that keep locks, by name. */
const KEEPERS: Readonly<Record<string, Making>> = {
  "a mirror": ({ dir }) => {
    Deno.mkdirSync(`${dir}/source`);
    return new MirrorFS(`${dir}/source`);
  },
  MemFS: () => new MemFS({ locks: true }),
};

/** The state that a client keeps between two calls. */
interface Kept {
  file: number;
  files: number[];
  told: Promise<unknown>;
}

let clients: ClientProcess[] | undefined;

addEventListener("unload", () => clients?.forEach((it) => it.release()));

/** Calls a function with three processes, and closes their files afterwards. */
async function withThree(
  body: (a: ClientProcess, b: ClientProcess, c: ClientProcess) => Promise<void>,
): Promise<void> {
  clients ??= Array.from({ length: 3 }, () => new ClientProcess());
  const [a, b, c] = clients;
  try {
    await body(a!, b!, c!);
  } finally {
    for (const client of clients) await client.run(closeAll);
  }
}

function closeAll(sys: Sys): void {
  const kept = globalThis as unknown as Kept;
  kept.files?.splice(0).forEach((file) => sys.close(file));
}

/** Opens a file and locks one of its bytes. */
function lockByte(sys: Sys, path: string, command: string, at: number): void {
  const file = sys.open(path, sys.O_RDWR | sys.O_CREAT);
  sys.lock(file, commandOf(sys, command), sys.F_WRLCK, at, 1);
  const kept = globalThis as unknown as Kept;
  kept.file = file;
  (kept.files ??= []).push(file);

  function commandOf(sys: Sys, name: string): number {
    return name === "OFD" ? sys.F_OFD_SETLK : sys.F_SETLK;
  }
}

/** Waits for a lock on another byte, drops all locks; returns the result. */
async function waitForByte(
  sys: Sys,
  own: number,
  other: number,
): Promise<unknown> {
  const { file } = globalThis as unknown as Kept;
  const told = await sys.attemptLater(
    sys.lockLater(file, sys.F_SETLKW, sys.F_WRLCK, other, 1).then(() => "had"),
  );
  sys.lock(file, sys.F_SETLK, sys.F_UNLCK, own, 1);
  if (told === "had") sys.lock(file, sys.F_SETLK, sys.F_UNLCK, other, 1);
  return told;
}

/** Has each of a ring of processes wait for a byte of the next one. */
async function waitInRing(
  ring: readonly (readonly [client: ClientProcess, dir: string])[],
): Promise<void> {
  for (const [i, [client, dir]] of ring.entries()) {
    await client.run(lockByte, `${dir}/f`, "POSIX", i);
  }
  const told = await Promise.all(
    ring.map(([client], i) =>
      client.run(waitForByte, i, (i + 1) % ring.length)
    ),
  );
  const expected = ["EDEADLK", ...ring.slice(1).map(() => "had")];
  assertEquals(told.sort(), expected, ring.map(([, dir]) => dir).join());
  for (const [client] of ring) await client.run(closeAll);
}

for (const [name, make] of Object.entries(KEEPERS)) {
  mountTest(
    `Processes that wait for each other's locks do not wait for ever in ${name}`,
    async (scene) => {
      const fs = make(scene);
      await using _session = await scene.mount(fs, fs.mountOptions);
      await withThree(async (a, b, c) => {
        for (const dir of [scene.dir, scene.mnt]) {
          await waitInRing([[a, dir], [b, dir]]);
          await waitInRing([[a, dir], [b, dir], [c, dir]]);
        }
      });
    },
  );

  mountTest(
    `Threads that wait for locks of open files are not told of a circle in ${name}`,
    async (scene) => {
      const fs = make(scene);
      await using session = await scene.mount(fs, fs.mountOptions);
      const path = `${scene.mnt}/f`;
      // Each waits on a thread of its own, while another one could give way.
      const wait = (sys: Sys, at: number): void => {
        const kept = globalThis as unknown as Kept;
        const { F_OFD_SETLKW, F_WRLCK } = sys;
        const had = sys.lockLater(kept.file, F_OFD_SETLKW, F_WRLCK, at, 1);
        kept.told = sys.attemptLater(had.then(() => "had"));
      };
      const told = (): Promise<unknown> => (globalThis as unknown as Kept).told;
      const giveWay = (sys: Sys, at: number): void => {
        const { file } = globalThis as unknown as Kept;
        sys.lock(file, sys.F_OFD_SETLK, sys.F_UNLCK, at, 1);
      };
      await withThree(async (a, b) => {
        await a.run(lockByte, path, "OFD", 0);
        await b.run(lockByte, path, "OFD", 1);
        await a.run(wait, 1);
        await b.run(wait, 0);
        while (session.server.inFlightCount < 2) {
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        await a.run(giveWay, 0);
        assertEquals(await b.run(told), "had");
        await b.run(giveWay, 1);
        assertEquals(await a.run(told), "had");
      });
    },
  );
}

mountTest(
  "A circle may lead through the source of a mirror",
  async (scene) => {
    const fs = KEEPERS["a mirror"]!(scene);
    await using _session = await scene.mount(fs, fs.mountOptions);
    const [source, mount] = [`${scene.dir}/source`, scene.mnt];
    await withThree(async (a, b, c) => {
      await waitInRing([[a, mount], [b, source]]);
      await waitInRing([[a, mount], [b, source], [c, mount]]);
    });
  },
);

mountTest(
  "F_GETLK names the process that has a lock, in a mirror or its source",
  async (scene) => {
    const fs = KEEPERS["a mirror"]!(scene);
    await using _session = await scene.mount(fs, fs.mountOptions);
    const query = (sys: Sys, path: string): unknown => {
      const file = sys.open(path, sys.O_RDWR);
      const { start, length, pid } = sys.lock(file, sys.F_GETLK, sys.F_WRLCK);
      sys.close(file);
      return [start, length, pid];
    };
    const inMount = `${scene.mnt}/f`;
    await withThree(async (a, b) => {
      for (const path of [`${scene.dir}/source/f`, inMount]) {
        await a.run(lockByte, path, "POSIX", 7);
        assertEquals(await b.run(query, inMount), [7, 1, a.pid], path);
        await a.run(closeAll);
      }
    });
  },
);
