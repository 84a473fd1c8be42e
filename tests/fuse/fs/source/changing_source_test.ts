/**
 * Changes by other programs of the files that a file system shows.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import * as promises from "node:fs/promises";
import { fromNodeFS, MirrorFS } from "../../../../fuse/fs/mod.ts";
import { inClient } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";

const SHOW = {
  "fromNodeFS()": (root: string) => fromNodeFS(promises, { root }),
  MirrorFS: (source: string) => new MirrorFS(source),
  "MirrorFS by Workers": (source: string) =>
    new MirrorFS(source, { shared: MirrorFS.share(1000) }),
};

for (const [name, show] of Object.entries(SHOW)) {
  mountTest(
    `${name} shows within a second what others have changed`,
    async (scene) => {
      const source = `${scene.dir}/source`;
      await Deno.mkdir(source);
      const fs = show(source);
      const { entryValidMs, attrValidMs } = fs.mountOptions;
      assertEquals([entryValidMs, attrValidMs], [1000, 1000]);
      await using _session = await scene.mount(fs, fs.mountOptions);
      await Deno.writeTextFile(`${source}/file`, "old");
      const look = () =>
        inClient(scene.mnt, (sys, mnt) => sys.stat(`${mnt}/file`).size);
      assertEquals(await look(), 3);
      await Deno.writeTextFile(`${source}/file`, "newer");
      while (await look() !== 5);
    },
  );
}
