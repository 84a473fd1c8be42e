/**
 * Offsets and lengths beyond what a number tells exactly: 2^53.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { SyscallError } from "../../../ffi/mod.ts";
import { ENXIO } from "../../../posix/mod.ts";
import * as promises from "node:fs/promises";
import {
  fromNodeFS,
  type FS,
  MemFS,
  PathFS,
  type PathOperations,
  SqliteFS,
} from "../../../fuse/fs/mod.ts";
import type { MountOptions } from "../../../fuse/mod.ts";
import { callInClient } from "../../_support/client_process.ts";
import { PathStore } from "../../_support/path_store.ts";
import { mountTest } from "../../_support/mount.ts";
import { MIRROR_WAYS, uncached } from "./_mirror_ways.ts";

const CLIENT = import.meta.resolve("./_large_client.ts");
/** A tmpfs, whose files may be as large as there are offsets. */
const TMPFS = "/dev/shm";
const OPTIONS = { ignore: !canMake(TMPFS) };

function canMake(dir: string): boolean {
  try {
    Deno.removeSync(Deno.makeTempFileSync({ dir }));
    return true;
  } catch {
    return false;
  }
}

for (
  const [way, mountWay] of Object.entries({
    ...MIRROR_WAYS,
    ", past the kernel's cache": uncached,
  })
) {
  mountTest(
    `Every offset and length is exact in a mirror${way}`,
    async (scene) => {
      const source = await Deno.makeTempDir({ dir: TMPFS });
      try {
        await using _session = await mountWay(scene, source, {
          attrValidMs: 0,
        });
        const use = (path: string) =>
          callInClient(CLIENT, "useFarPlaces", path);
        const expected = await use(`${source}/plain`);
        assertEquals(await use(`${scene.mnt}/f`), expected);
      } finally {
        await Deno.remove(source, { recursive: true });
      }
    },
    OPTIONS,
  );
}

type Making = (dir: string) => FS & { readonly mountOptions: MountOptions };

/** File systems that have no room so far away. */
const NEAR: Readonly<Record<string, Making>> = {
  MemFS: () => new MemFS(),
  SqliteFS: (dir) => new SqliteFS(`${dir}/db`),
  "fromNodeFS()": (dir) => fromNodeFS(promises, { root: dir }),
  PathFS: () => {
    const store = new PathStore();
    return new PathFS({
      ...methodsOf(store),
      lseek() {
        throw new SyscallError("lseek", ENXIO);
      },
      fallocate: () => {},
    });
  },
};

/** Returns the methods of an object of a class, as properties. */
function methodsOf(store: PathStore): PathOperations {
  const names = Object.getOwnPropertyNames(
    PathStore.prototype,
  ) as (keyof PathStore)[];
  const methods = names.filter((name) =>
    name !== "constructor" as string && typeof store[name] === "function"
  ).map((name) => [name, (store[name] as () => void).bind(store)]);
  return Object.fromEntries(methods);
}

for (const [name, make] of Object.entries(NEAR)) {
  for (const directIO of [false, true]) {
    const how = directIO ? ", past the kernel's cache" : "";
    mountTest(
      `What is too far away for ${name} is EFBIG${how}`,
      async (scene) => {
        const dir = await Deno.makeTempDir({ dir: TMPFS });
        try {
          const fs = make(dir);
          await using _session = await scene.mount(fs, {
            ...fs.mountOptions,
            directIO,
          });
          const path = `${scene.mnt}/f`;
          const seen = await callInClient(CLIENT, "missFarPlaces", path);
          const far = "EFBIG,EFBIG,EFBIG,,ENXIO,ENXIO,refused";
          const near = [..."near"].map((letter) => letter.charCodeAt(0));
          assertEquals(seen, [far, far, far, far, far, 4, ...near, 0, 4n]);
        } finally {
          await Deno.remove(dir, { recursive: true });
        }
      },
      OPTIONS,
    );
  }
}

mountTest(
  "fromNodeFS() tells the size of a huge file exactly, and refuses its end",
  async (scene) => {
    const dir = await Deno.makeTempDir({ dir: TMPFS });
    try {
      await callInClient(CLIENT, "makeHuge", `${dir}/f`);
      const fs = fromNodeFS(promises, { root: dir });
      await using _session = await scene.mount(fs, fs.mountOptions);
      const size = 2n ** 53n + 4n;
      const start = [..."start"].map((letter) => letter.charCodeAt(0));
      assertEquals(
        await callInClient(CLIENT, "useHuge", `${scene.mnt}/f`),
        [
          ...[size, 5, ...start, "EFBIG", "EFBIG", "EFBIG"],
          ...[2n ** 53n + 1n, size, "EFBIG", size],
        ],
      );
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
  OPTIONS,
);
