/**
 * What was removed while somebody uses it: a working directory, an open
 * directory, an open file.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { inClient, output } from "../../_support/client.ts";
import type { Sys } from "../../_support/client_process.ts";
import { mountTest } from "../../_support/mount.ts";
import { FILE_SYSTEMS } from "./_file_systems.ts";

/** Looks at a removed directory by a descriptor and from within. */
function lookAtRemoved(sys: Sys, mnt: string, other: string): unknown[] {
  const path = `${mnt}/dir`;
  sys.mkdir(path, 0o750);
  const fd = sys.open(path, sys.O_DIRECTORY);
  const before = sys.fstat(fd);
  sys.chdir(path);
  sys.rmdir(`${other}/dir`);
  const after = sys.fstat(fd);
  const here = sys.open(".", sys.O_DIRECTORY);
  const seen = [
    before.ino === after.ino,
    (after.mode & 0o7777).toString(8),
    // What others remove, the kernel may not have heard of yet.
    mnt === other ? after.nlink : 0,
    // The kernel itself answers the second way, where it has removed it.
    [[], "ENOENT"].some((it) =>
      String(sys.attempt(() => sys.restOf(here).map(({ name }) => name))) ===
        String(it)
    ),
    sys.attempt(sys.stat, "./missing"),
    sys.attempt(sys.mkdir, "new"),
  ];
  sys.chdir("/");
  return seen;
}

const REMOVED = [true, "750", 0, true, "ENOENT", "ENOENT"];

for (const { name, ...fileSystem } of FILE_SYSTEMS) {
  const options = { ignore: fileSystem.ignore ?? false };

  mountTest(
    `${name} shows a removed directory to those who are in it`,
    async (scene) => {
      await using mounted = await fileSystem.mount(scene);
      const { mnt } = scene;
      assertEquals(await inClient(mnt, lookAtRemoved, mnt), REMOVED);
      // Whoever has nothing but a working directory.
      const script = 'mkdir "$1/d" && cd "$1/d" && rmdir "$2/d" && ls -a';
      for (const other of [mnt, mounted.source]) {
        // What others have removed has no attributes that could be asked for.
        const isUnknown = other !== mnt && name.includes("without caching");
        if (other === undefined || isUnknown) continue;
        const listed = await output("sh", "-c", script, "sh", mnt, other);
        assertEquals(listed.replace(/^\.$|^\.\.$/gm, "").trim(), "");
      }
      if (mounted.source === undefined) return;
      const seen = await inClient(mnt, lookAtRemoved, mounted.source);
      assertEquals(seen, REMOVED);
    },
    options,
  );

  mountTest(
    `${name} opens a removed file again through its descriptor`,
    async (scene) => {
      await using _mounted = await fileSystem.mount(scene);
      const seen = await inClient(scene.mnt, (sys, mnt) => {
        const path = `${mnt}/file`;
        sys.put(path, "content");
        const fd = sys.open(path, sys.O_RDWR);
        sys.unlink(path);
        const again = `/proc/self/fd/${fd}`;
        const reader = sys.open(again, sys.O_RDONLY);
        const writer = sys.open(again, sys.O_RDWR);
        sys.close(fd);
        sys.pwrite(writer, "CON", 0);
        sys.close(writer);
        const text = sys.latin1(sys.readAll(reader));
        const { nlink, size } = sys.fstat(reader);
        return [text, nlink, size, sys.attempt(sys.stat, path)];
      });
      assertEquals(seen, ["CONtent", 0, 7, "ENOENT"]);
    },
    options,
  );

  mountTest(
    `${name} lists the numbers of a directory and of the one above`,
    async (scene) => {
      await using _mounted = await fileSystem.mount(scene);
      const seen = await inClient(scene.mnt, (sys, mnt) => {
        sys.makeDirs(`${mnt}/a/b`);
        return [[mnt, mnt], [`${mnt}/a`, mnt], [`${mnt}/a/b`, `${mnt}/a`]]
          .map(([path, above]) => {
            const numbers = Object.fromEntries(
              sys.restOf(sys.open(path!, sys.O_DIRECTORY))
                .map(({ name, ino }) => [name, ino]),
            );
            return [
              numbers["."] === BigInt(sys.stat(path!).ino),
              path === mnt || numbers[".."] === BigInt(sys.stat(above!).ino),
            ];
          });
      });
      assertEquals(seen, Array(3).fill([true, true]));
    },
    options,
  );
}
