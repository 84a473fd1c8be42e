/**
 * Asynchronous direct writes beside readers that use the page cache.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import * as promises from "node:fs/promises";
import type { MountOptions } from "../../../../fuse/mod.ts";
import {
  fromNodeFS,
  type FS,
  MemFS,
  MirrorFS,
  type ServeOptions,
  SqliteFS,
} from "../../../../fuse/fs/mod.ts";
import { callInProcess, intercept } from "../../../../fuse/fs/testing/mod.ts";
import { ClientProcess } from "../../../_support/client_process.ts";
import { mountTest, type Scene } from "../../../_support/mount.ts";
import { hasRing } from "../../../hostfd/uring/_ring.ts";

const CLIENT = import.meta.resolve("./_direct_client.ts");
const SIZE = 4096;
const [OLD, NEW] = ["o", "n"];

type Mountable = FS & { readonly mountOptions: MountOptions & ServeOptions };

function sourceOf({ dir }: Scene): string {
  const source = `${dir}/source`;
  Deno.mkdirSync(source);
  return source;
}

const FILE_SYSTEMS: Readonly<Record<string, (scene: Scene) => Mountable>> = {
  MemFS: () => new MemFS(),
  SqliteFS: ({ dir }) => new SqliteFS(`${dir}/fs.sqlite`),
  MirrorFS: (scene) => new MirrorFS(sourceOf(scene)),
  "directory of node:fs": (scene) =>
    fromNodeFS(promises, { root: sourceOf(scene) }),
};

for (const [name, make] of Object.entries(FILE_SYSTEMS)) {
  for (const mode of ["async", "blocking"] as const) {
    mountTest(
      `In a ${name} nothing stale is kept of a file that was read while it was written directly, in ${mode} mode`,
      async (scene) => {
        const [arrived, land] = [0, 0].map(() => Promise.withResolvers<void>());
        let isHeld = false;
        const fs = make(scene);
        const held = intercept(fs, ({ method, proceed }) => {
          if (method !== "write" || !isHeld) return proceed();
          arrived!.resolve();
          return land!.promise.then(proceed);
        });
        await using _session = await scene.mount(held, {
          ...fs.mountOptions,
          mode,
        });
        const path = `${scene.mnt}/file`;
        await using reader = new ClientProcess();
        // The file stays open: to open it anew may drop the cache.
        const fd = await reader.run(
          ({ open, pwrite }, path, text) => {
            const O_RDWR_CREAT = 0o102;
            const fd = open(path, O_RDWR_CREAT, 0o666);
            pwrite(fd, text, 0);
            return fd;
          },
          path,
          OLD!.repeat(SIZE),
        );
        const read = () =>
          reader.run(({ latin1, pread }, fd) => latin1(pread(fd, 1, 0)), fd);
        assertEquals(await read(), OLD);

        isHeld = true;
        const byte = NEW!.charCodeAt(0);
        const writing = callInProcess(CLIENT, "writeDirect", path, byte, SIZE);
        await Promise.race([arrived!.promise, writing]);
        assertEquals(await read(), OLD);
        land!.resolve();
        await writing;
        assertEquals(await read(), NEW);
      },
      { ignore: !hasRing },
    );
  }
}
