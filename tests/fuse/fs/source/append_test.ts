/**
 * Appending to a file that other programs append to as well: no line is lost or
 * split.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import * as promises from "node:fs/promises";
import {
  fromNodeFS,
  MemFS,
  MirrorFS,
  mountFS,
} from "../../../../fuse/fs/mod.ts";
import { output } from "../../../_support/client.ts";
import { callInClient } from "../../../_support/client_process.ts";
import { mountTest, type Scene } from "../../../_support/mount.ts";
import { rounds } from "../../../_support/platform.ts";
import { line } from "./_append_client.ts";
import { MIRROR_WAYS, type MirrorWay, uncached } from "../_mirror_ways.ts";

const CLIENT = import.meta.resolve("./_append_client.ts");

/** The ways to mount a directory that others use as well. */
const WAYS: Readonly<Record<string, MirrorWay>> = {
  ...MIRROR_WAYS,
  ", past the kernel's cache": uncached,
  ", by fromNodeFS": (scene, source, options) => {
    const fs = fromNodeFS(promises, { root: source });
    return scene.mount(fs, { ...fs.mountOptions, ...options });
  },
};

/** The kernel asks each time what others may have changed. */
const FRESH = { entryValidMs: 0, attrValidMs: 0 };

/** Calls a function of the client. */
const call = (name: string, ...args: unknown[]): Promise<unknown> =>
  callInClient(CLIENT, name, ...args);

/** Does the same in a directory, and in a mount and its source at once. */
async function onBoth(
  scene: Scene,
  use: (a: string, b: string) => Promise<unknown>,
  mountWay: MirrorWay,
): Promise<void> {
  const [plain, source] = [`${scene.dir}/plain`, `${scene.dir}/source`];
  for (const dir of [plain, source]) await Deno.mkdir(dir);
  await using _session = await mountWay(scene, source, FRESH);
  const expected = await use(plain, plain);
  assertEquals(await use(scene.mnt, source), expected);
}

/** Fails unless a file has each line that was appended to it, and no more. */
async function checkLines(path: string, writers: number, lines: number) {
  const expected = Array.from({ length: lines }, (_, i) => i).flatMap((i) =>
    [..."abcdef".slice(0, writers)].map((who) => line(who, i))
  );
  const found = (await Deno.readTextFile(path)).split(/(?<=\n)/);
  const missing = new Set(expected).difference(new Set(found));
  const strange = new Set(found).difference(new Set(expected));
  assertEquals([...missing, ...strange], []);
  assertEquals(found.length, expected.length);
}

for (const [way, mountWay] of Object.entries(WAYS)) {
  mountTest(
    `Who appends beside others finds the end of the file${way}`,
    (scene) =>
      onBoth(scene, async (a, b) => [
        await call("appendInTurns", `${a}/1`, `${b}/1`, "write"),
        await call("appendInTurns", `${a}/2`, `${b}/2`, "read and write"),
        await call("appendInTurns", `${a}/3`, `${b}/3`, "later"),
      ], mountWay),
  );

  // The kernel appends to a backing file for as long as that is open.
  if (!way.includes("passthrough")) {
    mountTest(
      `What is not appended goes to its place${way}`,
      (scene) =>
        onBoth(
          scene,
          (a, b) => call("appendAndNot", `${a}/f`, `${b}/f`),
          mountWay,
        ),
    );
  }

  mountTest(
    `What can only be appended to can be appended to${way}`,
    (scene) =>
      onBoth(
        scene,
        (a, b) => call("appendOnly", `${a}/f`, `${b}/f`),
        mountWay,
      ),
  );

  mountTest(
    `Nothing is lost or torn that is appended at once${way}`,
    async (scene) => {
      const source = `${scene.dir}/source`;
      const second = `${scene.dir}/second`;
      for (const dir of [source, second]) await Deno.mkdir(dir);
      await using _session = await mountWay(scene, source, FRESH);
      const fs = new MirrorFS(source);
      await using other = await mountFS(second, fs, fs.mountOptions);
      const lines = rounds(500);
      const paths = [scene.mnt, source, other.mountpoint, scene.mnt];
      const files = paths.map((dir) => `${dir}/f`);
      await call("appendAtOnce", files, lines, "write");
      await checkLines(`${source}/f`, files.length, lines);
    },
  );
}

mountTest(
  "What has no end is written where the kernel says",
  async (scene) => {
    // A file of /proc that knows nothing of pwritev2(2).
    const name = "coredump_filter";
    const source = `/proc/${Deno.pid}`;
    const before = await Deno.readTextFile(`${source}/${name}`);
    const fs = new MirrorFS(source);
    await using _session = await scene.mount(fs, fs.mountOptions);
    try {
      const path = `${scene.mnt}/${name}`;
      assertEquals(await call("appendText", path, "0x21"), 4);
      const after = await Deno.readTextFile(`${source}/${name}`);
      assertEquals(parseInt(after, 16), 0x21);
    } finally {
      await Deno.writeTextFile(`${source}/${name}`, `0x${before}`);
    }
  },
);

mountTest(
  "Nothing is lost or torn that two processes append to a MemFS",
  async (scene) => {
    await using _session = await scene.mount(new MemFS());
    const path = `${scene.mnt}/f`;
    const lines = rounds(500);
    await call("appendAtOnce", [path, path], lines, "later");
    await output("cp", path, `${scene.dir}/copy`);
    await checkLines(`${scene.dir}/copy`, 2, lines);
  },
);
