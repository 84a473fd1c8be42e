/**
 * What names and targets take of a file system's room: as much as in tmpfs,
 * which is measured beside it.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { MemFS, type Session } from "../../../fuse/fs/mod.ts";
import { inClient, output } from "../../_support/client.ts";
import { mountTest, type Scene } from "../../_support/mount.ts";
import { fsck } from "../../_support/sqlite_fsck.ts";
import { mountDatabase, pathOf } from "./sqlite/_scene.ts";

interface Limits {
  readonly size: number;
  readonly inodes: number;
}

const KINDS: Readonly<
  Record<string, (scene: Scene, limits: Limits) => Promise<Session>>
> = {
  MemFS: (scene, limits) => {
    const fs = new MemFS(limits);
    return scene.mount(fs, fs.mountOptions);
  },
  SqliteFS: mountDatabase,
};

/** Does the same in a tmpfs and in a file system of ours. */
async function sameAsTmpfs<T>(
  scene: Scene,
  kind: string,
  limits: Limits,
  client: Parameters<typeof inClient>[1],
): Promise<T> {
  const tmpfs = `${scene.dir}/tmpfs`;
  await Deno.mkdir(tmpfs);
  const { size, inodes } = limits;
  const options = `size=${size},nr_inodes=${inodes}`;
  await output("mount", "-t", "tmpfs", "-o", options, "tmpfs", tmpfs);
  try {
    const expected = await inClient(tmpfs, client);
    await using session = await KINDS[kind]!(scene, limits);
    assertEquals(await inClient(scene.mnt, client), expected);
    await session.unmount();
    if (kind === "SqliteFS") assertEquals(fsck(pathOf(scene)), []);
    return expected as T;
  } finally {
    await output("umount", "-l", tmpfs);
  }
}

for (const kind of Object.keys(KINDS)) {
  mountTest(
    `${kind}: long targets take pages, as in tmpfs`,
    async (scene) => {
      const seen = await sameAsTmpfs<unknown[]>(
        scene,
        kind,
        { size: 100 * 4096, inodes: 2000 },
        ({ attempt, settled, ...sys }, mnt) => {
          sys.chdir(mnt);
          const blocks = () => sys.statfs(".").bfree;
          const all = blocks();
          const lengths = [1, 127, 128, 4000, 4095].map((length) => {
            const before = blocks();
            sys.symlink("x".repeat(length), `length${length}`);
            const { size } = sys.lstat(`length${length}`);
            return [before - blocks(), size];
          });
          let count = 0;
          let error: unknown = null;
          while (error === null) {
            error = attempt(sys.symlink, "y".repeat(4000), `link${count}`);
            if (error === null) count++;
          }
          // A short one goes with its inode; what fails leaves nothing.
          const short = attempt(sys.symlink, "short", "short");
          const full = [blocks(), attempt(sys.symlink, "z".repeat(200), "z")];
          const files = sys.statfs(".").ffree;
          for (let i = 0; i < 10; i++) {
            attempt(sys.symlink, "z".repeat(200), "z");
          }
          const kept = files - sys.statfs(".").ffree;
          const target = sys.readlink("link3").length;
          sys.rename("short", "link3");
          sys.unlink("link4");
          const left = settled(blocks, 2);
          for (const name of sys.listdir(".")) sys.unlink(name);
          return [
            ...[lengths, count, error, short, full, kept, target, left],
            settled(blocks, all) === all,
          ];
        },
      );
      assertEquals(seen.slice(1, 4), [97, "ENOSPC", null]);
    },
  );

  mountTest(
    `${kind}: a name counts as an inode, as in tmpfs`,
    async (scene) => {
      const seen = await sameAsTmpfs<unknown[]>(
        scene,
        kind,
        { size: 1 << 20, inodes: 20 },
        ({ attempt, settled, ...sys }, mnt) => {
          sys.chdir(mnt);
          const inodes = () => sys.statfs(".").ffree;
          const all = inodes();
          const seen: unknown[] = [];
          sys.put("file");
          sys.mkdir("dir");
          let count = 0;
          while (attempt(sys.link, "file", `dir/n${count}`) === null) count++;
          seen.push(count, attempt(sys.link, "file", "one more"));
          seen.push(attempt(sys.mkdir, "one more"), inodes());
          seen.push(sys.stat("file").nlink);
          // One name for another, and one over another of the same file.
          sys.rename("dir/n0", "moved");
          sys.rename("dir/n1", "dir/n2");
          seen.push(inodes(), sys.listdir("dir").length);
          sys.unlink("dir/n3");
          seen.push(settled(inodes, 1));
          sys.put("other");
          sys.rename("other", "moved");
          seen.push(settled(inodes, 1), sys.stat("file").nlink);
          // What was made without a name counts no more when it gets one.
          const fd = sys.open(".", sys.O_TMPFILE | sys.O_RDWR);
          seen.push(inodes(), attempt(sys.put, "full"));
          sys.linkFd(fd, "named");
          seen.push(inodes(), attempt(sys.linkFd, fd, "again"));
          sys.unlink("named");
          seen.push(inodes());
          sys.close(fd);
          seen.push(settled(inodes, 1));
          for (const name of sys.listdir("dir")) sys.unlink(`dir/${name}`);
          sys.rmdir("dir");
          for (const name of sys.listdir(".")) sys.unlink(name);
          return [...seen, settled(inodes, all) === all];
        },
      );
      assertEquals(seen.slice(0, 4), [17, "ENOSPC", "ENOSPC", 0]);
    },
  );

  mountTest(
    `${kind}: the names of extended attributes take pages, too`,
    async (scene) => {
      await using session = await KINDS[kind]!(scene, {
        size: 100 * 4096,
        inodes: 100,
      });
      const seen = await inClient(scene.mnt, (sys, mnt) => {
        sys.chdir(mnt);
        const { attempt, removexattr, setxattr } = sys;
        const blocks = () => sys.statfs(".").bfree;
        const all = blocks();
        sys.put("file");
        const taken: number[] = [];
        // A name of 250 bytes and its NUL.
        const name = (i: number) => `user.${`${i}`.padStart(245, "0")}`;
        for (let i = 0; i < 22; i++) {
          setxattr("file", name(i), "");
          taken.push(all - blocks());
        }
        for (let i = 0; i < 18; i++) removexattr("file", name(i));
        taken.push(all - blocks());
        let files = 0;
        while (attempt(sys.put, `f${files}`) === null) {
          if (attempt(setxattr, `f${files++}`, "user.x", "x".repeat(60000))) {
            break;
          }
        }
        return [taken, files, blocks()];
      });
      const pages = (count: number) => Math.floor(251 * count / 4096);
      const counts = Array.from({ length: 22 }, (_, i) => pages(i + 1));
      assertEquals(seen, [[...counts, 0], 8, 2]);
      await session.unmount();
      if (kind === "SqliteFS") assertEquals(fsck(pathOf(scene)), []);
    },
  );
}
