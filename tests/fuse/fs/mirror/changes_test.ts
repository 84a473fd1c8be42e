/**
 * A mirror whose source changes under it, with everything cached for a minute
 * as by default, and with nothing cached.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { ServeOptions } from "../../../../fuse/fs/mod.ts";
import { MirrorFS } from "../../../../fuse/fs/mod.ts";
import { inClient, output } from "../../../_support/client.ts";
import type { Sys } from "../../../_support/client_process.ts";
import { mountTest, type Scene } from "../../../_support/mount.ts";

const NO_CACHE = { entryValidMs: 0, attrValidMs: 0 } as const;

const CACHES: readonly (readonly [string, ServeOptions])[] = [
  ["cached", {}],
  ["not cached", NO_CACHE],
];

/** Puts a file of the source in the place of another one. */
type Replace = (name: string, text: string) => void;

/** Runs a function on a mirror of the source that `setUp` filled. */
async function onMirror<T>(
  scene: Scene,
  options: ServeOptions,
  setUp: (sys: Sys, source: string) => void,
  script: (sys: Sys, mnt: string, source: string, replace: Replace) => T,
): Promise<T> {
  const source = `${scene.dir}/source`;
  await Deno.mkdir(source);
  await inClient(source, (sys, source, setUp) => setUp(sys, source), setUp);
  await using _session = await scene.mount(new MirrorFS(source), {
    readOnly: true,
    ...options,
  });
  return await inClient(
    scene.mnt,
    (sys, mnt, source, script) => {
      const replace: Replace = (name, text) => {
        sys.put(`${source}/${name}.new`, text);
        sys.rename(`${source}/${name}.new`, `${source}/${name}`);
      };
      return script(sys, mnt, source, replace);
    },
    source,
    script,
  );
}

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

mountTest(
  "An open directory lists what is there when it is rewound",
  async (scene) => {
    const source = `${scene.dir}/source`;
    await Deno.mkdir(source);
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
    const source = `${scene.dir}/source`;
    await Deno.mkdir(source);
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
    const source = `${scene.dir}/source`;
    await Deno.mkdir(source);
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
    // What goes away is gone, and whoever loses the race for a name twice in a
    // row is told so.
    const expected = new Set(["ENOENT", "ENOTDIR", "ESTALE"]);
    assertEquals(walks.flat().filter((error) => !expected.has(error)), []);
    assertEquals(await output("ls", scene.mnt), await output("ls", source));
    assertEquals(session.server.inFlightCount, 0);
  },
);
