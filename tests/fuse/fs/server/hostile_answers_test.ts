/**
 * Names and answers that no file system may have, at the border of the server.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import {
  type FS,
  HelloFS,
  MemFS,
  mountFS,
  type Node,
  PathFS,
} from "../../../../fuse/fs/mod.ts";
import { inClient } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import { directory, file, fsOf, WAYS } from "../../../_support/nodes.ts";
import { PathStore } from "../../../_support/path_store.ts";

const KINDS: Readonly<Record<string, () => FS>> = {
  "nodes": () => {
    const made = new Map<string, Node>();
    return fsOf(directory({}, {
      lookup: (name) => made.get(name),
      readDirAll: () => [...made.keys()].map((name) => ({ name })),
      create({ name }) {
        const node = file("");
        made.set(name, node);
        return [node, node];
      },
      mkdir({ name }) {
        const node = directory({});
        made.set(name, node);
        return node;
      },
    }));
  },
  "PathFS": () => new PathFS(new PathStore()),
  "MemFS": () => new MemFS(),
};

for (const [kind, make] of Object.entries(KINDS)) {
  mountTest(
    `A name of over 255 bytes is ENAMETOOLONG, and the directory stays whole: ${kind}`,
    async (scene) => {
      await using _session = await scene.mount(make());
      const seen = await inClient(
        scene.mnt,
        ({ attempt, create, lstat, listdir, mkdir, rename }, mnt) => {
          const names = ["a".repeat(256), "ä".repeat(128), "€".repeat(86)];
          const longest = "€".repeat(85);
          create(`${mnt}/short`);
          create(`${mnt}/${longest}`);
          return [
            ...names.flatMap((name) => [
              attempt(lstat, `${mnt}/${name}`),
              attempt(create, `${mnt}/${name}`),
              attempt(mkdir, `${mnt}/${name}`),
              attempt(rename, `${mnt}/short`, `${mnt}/${name}`),
            ]),
            listdir(mnt).toSorted().join() === `short,${longest}`,
          ];
        },
      );
      assertEquals(seen, [...new Array(12).fill("ENAMETOOLONG"), true]);
    },
  );
}

for (const [when, answering] of WAYS) {
  mountTest(
    `Node.readlink() that answers ${when} with no target is EIO`,
    async (scene) => {
      const reports: unknown[] = [];
      const targets: Record<string, string> = {
        "nul": "a\0b",
        "empty": "",
        "long": "x".repeat(5000),
        "good": "x".repeat(4095),
      };
      const links = Object.entries(targets).map(([name, target]) => [
        name,
        {
          attr: (attr: { mode: number }) => {
            attr.mode = 0o120777;
          },
          readlink: () => target,
        },
      ]);
      const root = directory(Object.fromEntries(links));
      await using _session = await scene.mount(answering(fsOf(root)), {
        onError: (error) => reports.push(error),
      });
      const seen = await inClient(
        scene.mnt,
        ({ attempt, readlink }, mnt) =>
          ["nul", "empty", "long", "good"].map((name) => {
            const target = attempt(readlink, `${mnt}/${name}`)!;
            return target.length > 10 ? target.length : target;
          }),
      );
      assertEquals(seen, ["EIO", "EIO", "EIO", 4095]);
      assertEquals(reports.length, 3);
    },
  );
}

mountTest(
  "mountFS() refuses a root that is no node, and mounts nothing",
  async (scene) => {
    for (const root of [undefined, null, {}, 7]) {
      const fs = { root: () => root } as unknown as FS;
      await assertRejects(() => mountFS(scene.mnt, fs), TypeError, "root()");
    }
  },
);

mountTest(
  "statfs(2) tells a block size and the longest name without FS.statfs",
  async (scene) => {
    await using _session = await scene.mount(new HelloFS());
    const seen = await inClient(
      scene.mnt,
      ({ statfs }, mnt) => [statfs(mnt).bsize, statfs(mnt).namelen],
    );
    assertEquals(seen, [4096, 255]);
  },
);
