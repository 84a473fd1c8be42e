/**
 * A mount that is to note no access: the kernel leaves that to the file system.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { MemFS, MirrorFS, SqliteFS } from "../../../fuse/fs/mod.ts";
import type { MountOptions } from "../../../fuse/mod.ts";
import { inClient } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";

/** Options, and whether reading is then noted, as on ext4 and tmpfs. */
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
