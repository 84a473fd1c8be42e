/**
 * A name that always leads somewhere is never missing: one process replaces a
 * file and a symbolic link all the time, by rename(2), another uses them.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { inClient } from "../../_support/client.ts";
import type { Sys } from "../../_support/client_process.ts";
import { mountTest, type Scene } from "../../_support/mount.ts";
import { rounds } from "../../_support/platform.ts";
import { FILE_SYSTEMS } from "./_file_systems.ts";

const ROUNDS = rounds(1000, 5000);

/** Replaces a file and a link until `stop` is there; returns how often. */
function replace(sys: Sys, dir: string, stop: string): number {
  for (let i = 1;; i++) {
    sys.put(`${dir}/new`, `${i}\n`);
    sys.rename(`${dir}/new`, `${dir}/file`);
    sys.symlink(`${dir}/file`, `${dir}/new`);
    sys.rename(`${dir}/new`, `${dir}/link`);
    if (sys.exists(stop)) return i;
  }
}

/** Uses both; returns what failed, and how often. */
function use(
  sys: Sys,
  mnt: string,
  count: number,
): Record<string, number> {
  const file = `${mnt}/file`;
  const uses: Record<string, () => unknown> = {
    stat: () => sys.stat(file),
    open: () => sys.close(sys.open(file, sys.O_RDONLY)),
    write: () => sys.close(sys.open(file, sys.O_RDWR)),
    read: () => {
      const text = sys.content(file);
      if (!/^[\d\n]*$/.test(text)) throw new Error(`read ${text}`);
    },
    chmod: () => sys.chmod(file, 0o644),
    truncate: () => sys.truncate(file, 2),
    utime: () => sys.utime(file, 5n, 5n),
    access: () => {
      if (!sys.access(file, sys.R_OK)) throw new Error("no access");
    },
    readlink: () => sys.readlink(`${mnt}/link`),
    follow: () => sys.stat(`${mnt}/link`),
  };
  const failed: Record<string, number> = {};
  const names = Object.keys(uses);
  for (let i = 0; i < count; i++) {
    const name = names[i % names.length]!;
    const error = sys.attempt(() => {
      uses[name]!();
    });
    if (error === null) continue;
    failed[`${name}: ${error}`] = (failed[`${name}: ${error}`] ?? 0) + 1;
  }
  return failed;
}

/** Replaces in one directory what is used in the mount. */
async function checkReplaced(scene: Scene, dir: string): Promise<void> {
  await inClient(dir, (sys, dir) => {
    sys.put(`${dir}/file`, "0\n");
    sys.symlink(`${dir}/file`, `${dir}/link`);
  });
  const stop = `${scene.dir}/stop`;
  const replacing = inClient(dir, replace, stop);
  try {
    const failed = await inClient(scene.mnt, use, ROUNDS);
    assertEquals(failed, {});
  } finally {
    await Deno.writeTextFile(stop, "");
    assert(await replacing > 0);
  }
}

for (const { name, ...fileSystem } of FILE_SYSTEMS) {
  mountTest(
    `${name} has no moment without a name that is replaced`,
    async (scene) => {
      await using mounted = await fileSystem.mount(scene);
      await checkReplaced(scene, scene.mnt);
      if (mounted.source === undefined) return;
      await Deno.remove(`${scene.dir}/stop`);
      await Deno.remove(`${mounted.source}/link`);
      await checkReplaced(scene, mounted.source);
    },
    { ignore: fileSystem.ignore ?? false },
  );
}

for (const { name, ...fileSystem } of FILE_SYSTEMS) {
  // Workers have a descriptor of each file that the kernel knows.
  if (!/^MirrorFS(?!.*Workers)|node:fs/.test(name)) continue;
  mountTest(
    `${name} opens what others have put in place of a file, again and again`,
    async (scene) => {
      await using mounted = await fileSystem.mount(scene);
      const seen = await inClient(scene.mnt, (sys, mnt, source) => {
        const seen: string[] = [];
        for (let i = 0; i < 9; i++) {
          sys.put(`${source}/new`, `${i}`);
          sys.rename(`${source}/new`, `${source}/file`);
          seen.push(sys.content(`${mnt}/file`));
        }
        return seen.join("");
      }, mounted.source!);
      assertEquals(seen, "012345678");
    },
    { ignore: fileSystem.ignore ?? false },
  );
}
