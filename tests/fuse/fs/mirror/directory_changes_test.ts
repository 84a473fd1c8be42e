/**
 * A mirror whose source changes under it: directories, also open ones.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { MirrorFS } from "../../../../fuse/fs/mod.ts";
import { inClient, output } from "../../../_support/client.ts";
import type { Sys } from "../../../_support/client_process.ts";
import { mountTest } from "../../../_support/mount.ts";
import { CACHES, makeSource, NO_CACHE, onMirror } from "./_source.ts";

for (const [how, options] of CACHES) {
  mountTest(
    `A directory moved elsewhere is found there with what is in it, ${how}`,
    async (scene) => {
      const seen = await onMirror(
        scene,
        options,
        ({ makeDirs, mkdir, put }, source) => {
          makeDirs(source + "/a/sub");
          mkdir(source + "/b");
          put(source + "/a/sub/file", "content");
        },
        ({ attempt, content, listdir, rename }, mnt, source) => {
          const first = content(mnt + "/a/sub/file");
          rename(source + "/a/sub", source + "/b/moved");
          const moved = [
            attempt(content, mnt + "/b/moved/file"),
            attempt(listdir, mnt + "/b/moved"),
            attempt(listdir, mnt + "/b"),
          ];
          rename(source + "/b", source + "/c");
          return [first, ...moved, attempt(content, mnt + "/c/moved/file")];
        },
      );
      assertEquals(seen, [
        "content",
        "content",
        ["file"],
        ["moved"],
        "content",
      ]);
    },
  );

  mountTest(
    `A working directory that was moved in the source still works, ${how}`,
    async (scene) => {
      const seen = await onMirror(
        scene,
        options,
        ({ makeDirs, put }, source) => {
          makeDirs(source + "/a/b");
          put(source + "/a/b/file", "content");
        },
        ({ attempt, content, ...sys }, mnt, source) => {
          sys.chdir(mnt + "/a/b");
          sys.rename(source + "/a", source + "/z");
          return [
            attempt(content, "file"),
            attempt(sys.listdir, "."),
            attempt(content, mnt + "/z/b/file"),
          ];
        },
      );
      assertEquals(seen, ["content", ["file"], "content"]);
    },
  );

  mountTest(
    `A link swapped in for a directory leads nowhere outside of the source, ${how}`,
    async (scene) => {
      await Deno.mkdir(`${scene.dir}/outside`);
      await Deno.writeTextFile(`${scene.dir}/outside/file`, "secret");
      const seen = await onMirror(
        scene,
        options,
        (sys, source) => {
          sys.makeDirs(source + "/a/sub");
          sys.put(source + "/a/sub/file", "inside");
          for (let i = 0; i < 600; i++) {
            sys.mkdir(`${source}/d${i}`);
            sys.put(`${source}/d${i}/f`, "x");
          }
        },
        ({ attempt, open, openat, ...sys }, mnt, source) => {
          // Not through a link that the caller sees and follows itself.
          const root = open(mnt, sys.O_RDONLY);
          const inside = (path: string) => {
            const flags = sys.O_RDONLY | sys.O_NOFOLLOW;
            const directories = path.split("/");
            const name = directories.pop()!;
            const dir = directories.reduce(
              (fd, name) => openat(fd, name, flags | sys.O_DIRECTORY),
              root,
            );
            return sys.latin1(sys.read(openat(dir, name, flags), 100));
          };
          const outside = source.replace(/[^/]*$/, "outside");
          const seen: unknown[] = [inside("a/sub/file")];
          const fd = open(mnt + "/a/sub", sys.O_RDONLY);
          sys.rename(source + "/a", source + "/gone");
          sys.symlink(outside, source + "/a");
          sys.mkdir(source + "/tmp");
          sys.symlink(outside, source + "/tmp/sub");
          seen.push(attempt(inside, "a/sub/file"));
          // So many other directories that the mirror closed this one
          // meanwhile.
          for (let i = 0; i < 600; i++) sys.content(`${mnt}/d${i}/f`);
          seen.push(attempt(inside, "a/sub/file"));
          seen.push(attempt(() => sys.fstat(openat(fd, "file", 0)).size));
          sys.unlink(source + "/a");
          sys.rename(source + "/tmp", source + "/a");
          return [...seen, attempt(inside, "a/sub/file")];
        },
      );
      assertEquals(seen[0], "inside");
      // What is open stays usable, wherever it was moved.
      assertEquals(seen[3], "inside".length);
      assertEquals(seen.includes("secret"), false, `${seen}`);
      assertEquals(seen.includes("ESTALE"), false, `${seen}`);
    },
  );
}

mountTest(
  "An open directory lists what is there when it is rewound",
  async (scene) => {
    const source = await makeSource(scene);
    await Deno.writeTextFile(`${source}/a`, "a");
    await using _session = await scene.mount(new MirrorFS(source), {
      readOnly: true,
    });
    assertEquals(
      await inClient(scene.mnt, (sys, mnt, source) => {
        const fd = sys.open(mnt, sys.O_RDONLY);
        const names = () => {
          sys.lseek(fd, 0, sys.SEEK_SET);
          return sys.restOf(fd).map(({ name }) => name)
            .filter((name) => !name.startsWith(".")).sort();
        };
        const before = names();
        sys.create(source + "/b");
        sys.unlink(source + "/a");
        return [before, names()];
      }, source),
      [["a"], ["b"]],
    );
  },
);

mountTest(
  "An open directory that is removed from the source ends as a directory of the source does",
  async (scene) => {
    const source = await makeSource(scene);
    await using _session = await scene.mount(new MirrorFS(source), {
      readOnly: true,
    });
    const seen = await inClient(scene.mnt, (sys, mnt, source) => {
      sys.mkdir(source + "/d");
      const names = Array.from({ length: 5 }, (_, i) => `entry-${i}`);
      for (const name of names) sys.create(`${source}/d/${name}`);
      const fds = [source, mnt].map((top) => sys.open(`${top}/d`, 0));
      for (const fd of fds) sys.getdents(fd, 100);
      sys.removeAll(source + "/d");
      return fds.map((fd) => sys.attempt(sys.restOf, fd));
    }, source);
    assertEquals(seen[1], seen[0]);
  },
);

mountTest(
  "A source that changes while it is walked disturbs no walk",
  async (scene) => {
    const source = await makeSource(scene);
    await using session = await scene.mount(new MirrorFS(source), {
      readOnly: true,
      ...NO_CACHE,
    });
    const walk = (sys: Sys, mnt: string): string[] => {
      const errors = new Set<string>();
      const look = (dir: string): void => {
        for (const { name, type } of sys.scandir(dir)) {
          const path = `${dir}/${name}`;
          const result = type === sys.DT_DIR
            ? sys.attempt(look, path) ?? ""
            : sys.attempt(sys.content, path)!;
          if (!/^\d*$/.test(result)) errors.add(result);
        }
      };
      for (let i = 0; i < 20; i++) look(mnt);
      return [...errors];
    };
    const [, ...walks] = await Promise.all([
      inClient(source, (sys, source) => {
        for (let i = 0; i < 700; i++) {
          const dir = `${source}/d${i % 7}`;
          if (sys.exists(dir)) sys.removeAll(dir);
          sys.makeDirs(`${dir}/sub`);
          for (const name of ["x", "y", "sub/z"]) {
            sys.put(`${dir}/${name}`, `${i}`);
          }
          sys.rename(`${dir}/x`, `${dir}/sub/z`);
        }
      }),
      inClient(scene.mnt, walk),
      inClient(scene.mnt, walk),
    ]);
    // A removed file is ENOENT or ENOTDIR; a name that changes twice during one
    // system call can be ESTALE.
    const expected = new Set(["ENOENT", "ENOTDIR", "ESTALE"]);
    assertEquals(walks.flat().filter((error) => !expected.has(error)), []);
    assertEquals(await output("ls", scene.mnt), await output("ls", source));
    assertEquals(session.server.inFlightCount, 0);
  },
);
