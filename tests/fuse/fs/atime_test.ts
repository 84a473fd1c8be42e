/**
 * When a mount notes that something was read, as ext4 and tmpfs do with the
 * same options: the kernel leaves it to the file system.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { MemFS, MirrorFS, SqliteFS } from "../../../fuse/fs/mod.ts";
import type { MountOptions } from "../../../fuse/mod.ts";
import { inClient } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";

const MIRROR_MODULE = import.meta.resolve("../../../fuse/fs/mirror/module.ts");

/** Options, and whether reading is then noted. */
const CASES: readonly [MountOptions, boolean][] = [
  [{}, true],
  [{ noAtime: true }, false],
  [{ readOnly: true }, false],
];

mountTest("Reading leaves no trace in a mount without atime", async (scene) => {
  const source = `${scene.dir}/source`;
  await Deno.mkdir(source);
  const all = [
    new MemFS(),
    new SqliteFS(`${scene.dir}/db`),
    new MirrorFS(source),
  ];
  for (const fs of all) {
    {
      await using _session = await scene.mount(fs, fs.mountOptions);
      await inClient(scene.mnt, (sys, mnt) => {
        sys.mkdir(`${mnt}/dir`);
        sys.put(`${mnt}/file`, "content");
        sys.symlink("file", `${mnt}/link`);
      });
    }
    // What was noted once is not noted again for a day: that comes last.
    for (const [options, isNoted] of CASES.toReversed()) {
      const all = { ...fs.mountOptions, ...options };
      await using _session = await scene.mount(fs, all);
      // A mirror's links are as the mount of its source says.
      const names = ["dir", "file", ...fs instanceof MirrorFS ? [] : ["link"]];
      const noted = await inClient(scene.mnt, (sys, mnt, names) => {
        const paths = names.map((name) => `${mnt}/${name}`);
        const times = () => paths.map((path) => sys.lstat(path).atime);
        const before = times();
        sys.sleep(2);
        sys.listdir(`${mnt}/dir`);
        sys.content(`${mnt}/file`);
        sys.readlink(`${mnt}/link`);
        return times().map((time, i) => time !== before[i]);
      }, names);
      assertEquals(noted, names.map(() => isNoted), JSON.stringify(options));
    }
  }
});

mountTest("Each Worker of a mirror knows noAtime", async (scene) => {
  const source = `${scene.dir}/source`;
  await Deno.mkdir(source);
  const names = Array.from({ length: 8 }, (_, i) => `file${i}`);
  for (const name of names) await Deno.writeTextFile(`${source}/${name}`, "x");
  for (const noAtime of [true, false]) {
    const data = { source, shared: MirrorFS.share(1000) };
    const { mountOptions } = new MirrorFS(source, data);
    const options = { ...mountOptions, workers: 2, data, noAtime };
    await using _session = await scene.mountModule(MIRROR_MODULE, options);
    const noted = await inClient(scene.mnt, (sys, mnt, names) => {
      const paths = names.map((name) => `${mnt}/${name}`);
      const times = () => paths.map((path) => sys.stat(path).atime);
      const before = times();
      sys.sleep(2);
      for (const path of paths) sys.content(path);
      return times().map((time, i) => time !== before[i]);
    }, names);
    assertEquals(noted, names.map(() => !noAtime));
  }
});

mountTest(
  "Each reading is noted in a mount with strictAtime",
  async (scene) => {
    for (const fs of [new MemFS(), new SqliteFS(`${scene.dir}/db`)]) {
      const options = { ...fs.mountOptions, strictAtime: true };
      await using _session = await scene.mount(fs, options);
      const noted = await inClient(scene.mnt, (sys, mnt) => {
        sys.mkdir(`${mnt}/dir`);
        sys.put(`${mnt}/file`, "content");
        const paths = [`${mnt}/dir`, `${mnt}/file`];
        const read = () => {
          sys.sleep(2);
          sys.listdir(paths[0]!);
          sys.content(paths[1]!);
          return paths.map((path) => sys.stat(path).atime);
        };
        const [first, second, third] = [read(), read(), read()] as const;
        const isLater = (_: unknown, i: number) =>
          first[i]! < second[i]! && second[i]! < third[i]!;
        return paths.map(isLater);
      });
      assertEquals(noted, [true, true]);
    }
  },
);
