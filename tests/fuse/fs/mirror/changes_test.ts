/**
 * A mirror whose source changes under it: files and their names.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { mountTest } from "../../../_support/mount.ts";
import { CACHES, NO_CACHE, onMirror } from "./_source.ts";

for (const [how, options] of CACHES) {
  mountTest(
    `A file replaced by rename(2) is opened with its new content, ${how}`,
    async (scene) => {
      const seen = await onMirror(
        scene,
        options,
        ({ put }, source) => put(source + "/file", "first"),
        ({ attempt, content }, mnt, _source, replace) => {
          const seen = [attempt(content, mnt + "/file")];
          for (let i = 0; i < 5; i++) {
            replace("file", `replaced ${i}`);
            seen.push(attempt(content, mnt + "/file"));
          }
          return seen;
        },
      );
      const replaced = Array.from({ length: 5 }, (_, i) => `replaced ${i}`);
      assertEquals(seen, ["first", ...replaced]);
    },
  );

  mountTest(
    `A file removed from the source is ENOENT, and found again when it is back, ${how}`,
    async (scene) => {
      const seen = await onMirror(
        scene,
        options,
        ({ put }, source) => put(source + "/file", "first"),
        ({ attempt, content, put, unlink }, mnt, source) => {
          const seen = [attempt(content, mnt + "/file")];
          unlink(source + "/file");
          seen.push(attempt(content, mnt + "/file"));
          put(source + "/file", "again");
          return [...seen, attempt(content, mnt + "/file")];
        },
      );
      assertEquals(seen, ["first", "ENOENT", "again"]);
    },
  );

  mountTest(
    `A file replaced by a directory, and a directory by a file, are what they are now, ${how}`,
    async (scene) => {
      const seen = await onMirror(
        scene,
        options,
        ({ mkdir, put }, source) => {
          put(source + "/a", "file");
          mkdir(source + "/b");
          put(source + "/b/inner", "inner");
        },
        ({ attempt, content, ...sys }, mnt, source) => {
          const seen = [content(mnt + "/a"), content(mnt + "/b/inner")];
          sys.unlink(source + "/a");
          sys.mkdir(source + "/a");
          sys.put(source + "/a/inner", "new inner");
          sys.unlink(source + "/b/inner");
          sys.rmdir(source + "/b");
          sys.put(source + "/b", "new file");
          // Opening it tells the kernel that what it remembers of a name is
          // over.
          sys.close(sys.open(mnt + "/a", sys.O_RDONLY));
          return [
            ...seen,
            attempt(sys.listdir, mnt + "/a"),
            attempt(content, mnt + "/a/inner"),
            attempt(content, mnt + "/b"),
          ];
        },
      );
      assertEquals(seen, ["file", "inner", ["inner"], "new inner", "new file"]);
    },
  );

  mountTest(
    `A symbolic link replaced by another one leads to the new target, ${how}`,
    async (scene) => {
      const seen = await onMirror(
        scene,
        options,
        ({ symlink }, source) => symlink("one", source + "/link"),
        ({ attempt, readlink, ...sys }, mnt, source) => {
          const first = readlink(mnt + "/link");
          sys.symlink("two", source + "/other");
          sys.rename(source + "/other", source + "/link");
          return [first, attempt(readlink, mnt + "/link")];
        },
      );
      assertEquals(seen, ["one", "two"]);
    },
  );

  mountTest(
    `Of a file with many names all but one may go, ${how}`,
    async (scene) => {
      const seen = await onMirror(
        scene,
        options,
        ({ link, put }, source) => {
          put(source + "/a", "content");
          for (let i = 0; i < 50; i++) link(source + "/a", `${source}/b${i}`);
        },
        ({ attempt, content, stat, ...sys }, mnt, source) => {
          const many = Array.from({ length: 50 }, (_, i) => `b${i}`);
          const links = ["a", "b0", "b49"].map((name) =>
            stat(`${mnt}/${name}`).nlink
          );
          const inodes = many.map((name) => stat(`${mnt}/${name}`).ino);
          for (const name of many) sys.unlink(`${source}/${name}`);
          const left = attempt(content, mnt + "/a");
          sys.rename(source + "/a", source + "/c");
          return [
            ...[...links, new Set(inodes).size, left],
            attempt(content, mnt + "/a"),
            attempt(content, mnt + "/c"),
          ];
        },
      );
      assertEquals(seen, [51, 51, 51, 1, "content", "ENOENT", "content"]);
    },
  );

  mountTest(
    `An open file stays what it was when it is replaced or removed, ${how}`,
    async (scene) => {
      const seen = await onMirror(
        scene,
        options,
        ({ put }, source) => {
          put(source + "/replaced", "first");
          put(source + "/removed", "first");
        },
        ({ attempt, content, latin1, ...sys }, mnt, source, replace) => {
          const fds = ["replaced", "removed"].map((name) =>
            sys.open(`${mnt}/${name}`, sys.O_RDONLY)
          );
          replace("replaced", "the second");
          sys.unlink(source + "/removed");
          return [
            fds.map((fd) => attempt(() => sys.fstat(fd).size)),
            fds.map((fd) => attempt(() => latin1(sys.pread(fd, 100, 0)))),
            attempt(content, mnt + "/replaced"),
            attempt(content, mnt + "/removed"),
          ];
        },
      );
      assertEquals(seen, [[5, 5], ["first", "first"], "the second", "ENOENT"]);
    },
  );
}

mountTest(
  "What is written to the source is seen at once when nothing is cached",
  async (scene) => {
    const seen = await onMirror(
      scene,
      NO_CACHE,
      ({ mkdir, put }, source) => {
        put(source + "/file", "short");
        mkdir(source + "/sub");
      },
      ({ attempt, content, put, stat, ...sys }, mnt, source) => {
        const seen: unknown[] = [
          content(mnt + "/file"),
          attempt(stat, mnt + "/sub/new"),
          sys.listdir(mnt + "/sub"),
        ];
        put(source + "/file", "much longer than before");
        put(source + "/sub/new", "new");
        sys.chmod(source + "/file", 0o600);
        const [here, there] = [stat(mnt + "/file"), stat(source + "/file")];
        seen.push(
          ...[content(mnt + "/file"), content(mnt + "/sub/new")],
          sys.listdir(mnt + "/sub"),
          here.mode === there.mode && here.mtime === there.mtime &&
            here.size === there.size && here.blocks === there.blocks,
        );
        put(source + "/file", "cut");
        return [...seen, content(mnt + "/file"), stat(mnt + "/file").size];
      },
    );
    assertEquals(seen, [
      "short",
      "ENOENT",
      [],
      "much longer than before",
      "new",
      ["new"],
      true,
      "cut",
      3,
    ]);
  },
);
