/**
 * What files and directories in a database hold, saved or not.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { inClient, output } from "../../../_support/client.ts";
import { callInClient } from "../../../_support/client_process.ts";
import { mountTest } from "../../../_support/mount.ts";
import { fsck } from "../../../_support/sqlite_fsck.ts";
import { SEED } from "../../_random.ts";
import { mountDatabase, pathOf, treeOf } from "./_scene.ts";

const RANDOM_CLIENT = import.meta.resolve("../_random_client.ts");
const CLIENT = import.meta.resolve("./_content_client.ts");

mountTest(
  "SqliteFS's files hold what was written to them, saved or not",
  async (scene) => {
    const other = `${scene.dir}/tmpfs`;
    await Deno.mkdir(other);
    await output("mount", "-t", "tmpfs", "none", other);
    try {
      for (let seed = 1; seed <= 5; seed++) {
        // Remounted each time, on what the last one left.
        await using session = await mountDatabase(scene);
        const paths = [`${scene.mnt}/file`, `${other}/file`];
        assertEquals(
          await callInClient(CLIENT, "changeAlike", ...paths, seed, 150),
          null,
          `seed ${seed}`,
        );
        await session.unmount();
        assertEquals(fsck(pathOf(scene)), []);
      }
    } finally {
      await output("umount", "-l", other);
    }
  },
);

mountTest(
  "SqliteFS finds a large directory's names, saved, changed or gone",
  async (scene) => {
    await using _session = await mountDatabase(scene, { commitMs: 3_600_000 });
    const seen = await inClient(scene.mnt, (sys, mnt) => {
      const { attempt, content, listdir, mkdir, stat } = sys;
      sys.chdir(mnt);
      const sync = () => sys.fsync(sys.open(".", sys.O_DIRECTORY));
      const range = (from: number, to: number) =>
        Array.from({ length: to - from }, (_, i) => `${from + i}`);
      const make = (names: string[]) => {
        for (const name of names) sys.put(name, name);
      };
      const listed = (names: string[]) =>
        `${listdir(".").sort()}` === `${names.sort()}`;
      const all = range(0, 6000);
      make(all);
      sync();
      sys.put("/proc/sys/vm/drop_caches", "2");
      const seen: unknown[] = [
        listed(range(0, 6000)),
        all.every((name, i) => i % 7 > 0 || content(name) === name),
      ];
      for (const name of range(0, 100)) sys.unlink(name);
      for (let i = 100; i < 200; i++) sys.rename(`${i}`, `${i + 10_000}`);
      make(range(0, 50));
      const names = [
        ...range(0, 50),
        ...range(200, 6000),
        ...range(10_100, 10_200),
      ];
      for (let i = 0; i < 2; i++) {
        seen.push(listed(names));
        for (const name of ["70", "150", "none"]) {
          seen.push(attempt(stat, name));
        }
        seen.push(attempt(mkdir, "10150"));
        sync();
      }
      return seen;
    });
    const each = [true, "ENOENT", "ENOENT", "ENOENT", "EEXIST"];
    assertEquals(seen, [true, true, ...each, ...each]);
  },
  { dropsCaches: true },
);

mountTest(
  "SqliteFS's large files hold what was written to them, in memory or not",
  async (scene) => {
    await using session = await mountDatabase(scene, { commitMs: 3_600_000 });
    const wrong = await inClient(scene.mnt, async (sys, mnt) => {
      const { Buffer } = await import("node:buffer");
      const [CHUNK, COUNT, SIZE] = [65_536, 1100, 60_000];
      const fd = sys.open(`${mnt}/file`, sys.O_CREAT | sys.O_RDWR);
      const content = (i: number, start = "") =>
        sys.bytesOf(
          start + `${i}`.padStart(6).repeat(SIZE / 6).slice(start.length),
        );
      for (let i = 0; i < COUNT; i++) sys.pwrite(fd, content(i), i * CHUNK);
      sys.fsync(fd);
      sys.forgetPages(fd);
      // The last ones are in memory, and are pushed out by the others.
      for (const i of [COUNT - 1, COUNT - 2]) sys.pwrite(fd, "new", i * CHUNK);
      sys.forgetPages(fd);
      const wrong: number[] = [];
      for (let turn = 0; turn < 2; turn++) {
        for (let i = 0; i < COUNT; i++) {
          const expected = content(i, i >= COUNT - 2 ? "new" : "");
          const found = sys.pread(fd, SIZE, i * CHUNK);
          if (Buffer.compare(found, expected) !== 0) wrong.push(i);
        }
        sys.forgetPages(fd);
      }
      return wrong;
    });
    assertEquals(wrong, []);
    await session.unmount();
    await using again = await mountDatabase(scene);
    const seen = await inClient(scene.mnt, (sys, mnt) => {
      const fd = sys.open(`${mnt}/file`, sys.O_RDWR);
      const holes = [0, 1099].map((i) =>
        sys.lseek(fd, i * 65_536, sys.SEEK_HOLE) - i * 65_536
      );
      const { blocks } = sys.fstat(fd);
      sys.ftruncate(fd, 1);
      return [holes, [blocks, sys.fstat(fd).blocks]];
    });
    // 15 pages of each chunk, and a hole behind them.
    assertEquals(seen, [[61440, 60000], [8 * 15 * 1100, 8]]);
    await again.unmount();
    assertEquals(fsck(pathOf(scene)), []);
  },
);

mountTest(
  "SqliteFS answers random system calls as tmpfs does, and keeps what they left",
  async (scene) => {
    const other = `${scene.dir}/tmpfs`;
    await Deno.mkdir(other);
    await output("mount", "-t", "tmpfs", "none", other);
    try {
      const session = await mountDatabase(scene, { commitMs: 20 });
      await output("chmod", "777", other, scene.mnt);
      assertEquals(
        await callInClient(
          RANDOM_CLIENT,
          "callAlike",
          ...[scene.mnt, other, SEED, 1200],
        ),
        null,
        `HOSTKIT_SEED=${SEED}`,
      );
      const before = await inClient(scene.mnt, treeOf);
      await session.unmount();
      assertEquals(fsck(pathOf(scene)), []);
      await using _session = await mountDatabase(scene, { noAtime: true });
      assertEquals(await inClient(scene.mnt, treeOf), before);
    } finally {
      await output("umount", "-l", other);
    }
  },
);
