/**
 * One file that is used with and without the kernel's cache, mapped, and
 * through io_uring, all at once, has what was written last.
 *
 * @module
 */

import * as promises from "node:fs/promises";
import { setImmediate } from "node:timers";
import {
  fromNodeFS,
  type FS,
  MemFS,
  MirrorFS,
  type ServeOptions,
  SqliteFS,
} from "../../../fuse/fs/mod.ts";
import { intercept } from "../../../fuse/fs/testing/mod.ts";
import type { MountOptions } from "../../../fuse/mod.ts";
import { callInClient } from "../../_support/client_process.ts";
import { mountTest, type Scene } from "../../_support/mount.ts";
import {
  hasPassthrough,
  mapsDirectIo,
  rounds,
} from "../../_support/platform.ts";
import { hasRing } from "../../hostfd/uring/_ring.ts";
import { SEED } from "../_random.ts";

const CLIENT = import.meta.resolve("./_io_ways_client.ts");
const ROUNDS = rounds(10, 100);

type Options = MountOptions & ServeOptions;
type Mountable = FS & { readonly mountOptions: Options };

const NO_CACHE: Options = { directIO: true, entryValidMs: 0, attrValidMs: 0 };
const PASSTHROUGH: Options = { passthrough: true, mode: "blocking" };

async function sourceOf({ dir }: Scene): Promise<string> {
  const source = `${dir}/source`;
  await Deno.mkdir(source);
  return source;
}

const mirror = async (scene: Scene) => new MirrorFS(await sourceOf(scene));
const memory = () => Promise.resolve(new MemFS());
const sqlite = ({ dir }: Scene) => Promise.resolve(new SqliteFS(`${dir}/db`));

/** Others are served between the arrival of a write and its answer. */
const writingLate = (fs: FS): FS =>
  intercept(
    fs,
    ({ method, proceed }) =>
      method === "write"
        ? new Promise<void>((resolve) => setImmediate(resolve)).then(proceed)
        : proceed(),
  );

const FILE_SYSTEMS: readonly {
  readonly name: string;
  readonly make: (scene: Scene) => Promise<Mountable>;
  readonly options?: Options;
  readonly isLate?: boolean;
  readonly ignore?: boolean;
}[] = [
  { name: "a MemFS", make: memory },
  {
    name: "a MemFS past the kernel's cache",
    make: memory,
    options: NO_CACHE,
    ignore: !mapsDirectIo,
  },
  {
    name: "a MemFS that is written back",
    make: memory,
    options: { writebackCache: true },
  },
  { name: "a MemFS that writes late", make: memory, isLate: true },
  { name: "a SqliteFS", make: sqlite, options: { mode: "blocking" } },
  { name: "a SqliteFS that writes late", make: sqlite, isLate: true },
  { name: "a mirror", make: mirror },
  { name: "a mirror that writes late", make: mirror, isLate: true },
  {
    name: "a mirror past the kernel's cache",
    make: mirror,
    options: NO_CACHE,
    ignore: !mapsDirectIo,
  },
  {
    name: "a mirror with passthrough",
    make: mirror,
    options: PASSTHROUGH,
    ignore: !hasPassthrough,
  },
  {
    name: "fromNodeFS()",
    make: async (scene) =>
      fromNodeFS(promises, { root: await sourceOf(scene) }),
  },
];

const mix = (path: string) =>
  callInClient(CLIENT, "mix", path, SEED, ROUNDS).catch((cause) => {
    throw new Error(`HOSTKIT_SEED=${SEED}`, { cause });
  });

for (const { name, make, options = {}, ...rest } of FILE_SYSTEMS) {
  const { isLate = false, ignore = false } = rest;
  mountTest(
    `A file of ${name} that is used in every way at once has what was written`,
    async (scene) => {
      const fs = await make(scene);
      const all = { ...fs.mountOptions, ...options };
      const served = isLate ? writingLate(fs) : fs;
      await using _session = await scene.mount(served, all);
      await mix(`${scene.mnt}/file`);
    },
    { ignore: ignore || !hasRing },
  );
}

mountTest(
  "A plain file that is used in every way at once has what was written",
  (scene) => mix(`${scene.dir}/file`).then(() => {}),
  { ignore: !hasRing },
);
