import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { libc } from "../../../../ffi/internal.ts";
import { SyscallError } from "../../../../ffi/mod.ts";
import { MirrorFS, mountFS } from "../../../../fuse/fs/mod.ts";
import { inClient, output, run } from "../../../_support/client.ts";
import { assertNoFdLeak, openFds } from "../../../_support/leaks.ts";
import { mountTest } from "../../../_support/mount.ts";
import { describeTree } from "./_odd_tree.ts";
import { openNull } from "./_open_null.ts";
import { makeSource } from "./_source.ts";

const MIRROR_MODULE = import.meta.resolve(
  "../../../../fuse/fs/mirror/module.ts",
);
const READ_ONLY = { readOnly: true } as const;

mountTest("A read-only mirror refuses every change", async (scene) => {
  const source = await makeSource(scene);
  await Deno.writeTextFile(`${source}/file`, "content");
  const before = await describeTree(source);
  await using _session = await scene.mount(new MirrorFS(source), {
    readOnly: true,
  });
  assertEquals(
    await inClient(scene.mnt, ({ attempt, ...sys }, mnt) => {
      const file = mnt + "/file";
      const write = (flags: number) =>
        sys.write(sys.open(file, flags), "changed");
      return [
        attempt(write, sys.O_WRONLY),
        attempt(write, sys.O_WRONLY | sys.O_TRUNC),
        attempt(write, sys.O_RDWR | sys.O_APPEND),
        attempt(sys.unlink, file),
        attempt(sys.mkdir, mnt + "/d"),
        attempt(sys.rename, file, mnt + "/f"),
        attempt(sys.truncate, file, 0),
        attempt(sys.chmod, file, 0),
        attempt(sys.link, file, mnt + "/f"),
      ];
    }),
    Array(9).fill("EROFS"),
  );
  assertEquals(await describeTree(source), before);
});

mountTest("statfs(2) of a mirror is that of its source", async (scene) => {
  const source = await makeSource(scene);
  await using _session = await scene.mount(new MirrorFS(source), READ_ONLY);
  const [seen, expected] = await inClient(
    scene.mnt,
    ({ statfs }, mnt, source) =>
      [mnt, source].map((path) => {
        const { blocks, files, bsize, frsize, namelen } = statfs(path);
        return [blocks, files, bsize, frsize, namelen];
      }),
    source,
  );
  assertEquals(seen, expected);
});

mountTest(
  "A mirror of a directory that has the mount point in it leaves that out",
  async (scene) => {
    await Deno.writeTextFile(`${scene.dir}/file`, "x");
    await Deno.mkdir(`${scene.dir}/sub`);
    // Elsewhere that name is as good as any other.
    await Deno.mkdir(`${scene.dir}/sub/mnt`);
    await Deno.symlink(scene.mnt, `${scene.dir}/link`);
    for (
      const exclude of [
        scene.mnt,
        `${scene.dir}/link`,
        `${scene.dir}/sub/../mnt/`,
      ]
    ) {
      await using _session = await scene.mount(
        new MirrorFS(scene.dir, { exclude }),
        READ_ONLY,
      );
      const found = await output(
        "find",
        scene.mnt,
        "-mindepth",
        "1",
        "-printf",
        "%P\n",
      );
      assertEquals(found.trim().split("\n").sort(), [
        "file",
        "link",
        "sub",
        "sub/mnt",
      ]);
      const { code, stderr } = await run("ls", `${scene.mnt}/mnt`);
      assertEquals(code, 2);
      assertStringIncludes(stderr, "No such file or directory");
    }
  },
  { programs: ["find"] },
);

mountTest(
  "MirrorOptions.exclude leaves out a path deep in the source, and nothing for one outside",
  async (scene) => {
    const source = await makeSource(scene);
    await Deno.mkdir(`${source}/a/b/c`, { recursive: true });
    for (
      const [exclude, expected] of [
        [`${source}/a/b`, ["a"]],
        [scene.mnt, ["a", "a/b", "a/b/c"]],
        [source, ["a", "a/b", "a/b/c"]],
      ] as const
    ) {
      await using _session = await scene.mount(
        new MirrorFS(source, { exclude }),
        READ_ONLY,
      );
      const found = await output(
        "find",
        scene.mnt,
        "-mindepth",
        "1",
        "-printf",
        "%P\n",
      );
      assertEquals(found.trim().split("\n"), [...expected]);
    }
  },
  { programs: ["find"] },
);

mountTest(
  "MirrorFS says which source is missing, or no directory",
  async (scene) => {
    await Deno.writeTextFile(`${scene.dir}/file`, "x");
    for (
      const [name, code] of [["missing", "ENOENT"], [
        "file",
        "ENOTDIR",
      ]] as const
    ) {
      const source = `${scene.dir}/${name}`;
      const error = await assertRejects(
        () => mountFS(scene.mnt, new MirrorFS(source)),
        SyscallError,
      );
      assertEquals([error.code, error.path], [code, source]);
      assertEquals(error.message.includes("mount point"), false, error.message);
    }
  },
);

mountTest(
  "A mirror can be mounted again, and closes what it opened",
  async (scene) => {
    const source = await makeSource(scene);
    await Deno.writeTextFile(`${source}/file`, "x");
    await Deno.mkdir(`${source}/sub`);
    const fs = new MirrorFS(source);
    const round = async (): Promise<void> => {
      await using _session = await scene.mount(fs, READ_ONLY);
      assertEquals(await output("cat", `${scene.mnt}/file`), "x");
      await output("ls", "-la", scene.mnt, `${scene.mnt}/sub`);
    };
    await round();
    await assertNoFdLeak(round);
  },
);

mountTest(
  "Workers can serve a mirror again with the same shared memory",
  async (scene) => {
    const source = await makeSource(scene);
    await Deno.writeTextFile(`${source}/file`, "x");
    const data = { source, shared: MirrorFS.share(10) };
    const options = { ...READ_ONLY, workers: 2, data };
    const opened: number[] = [];
    const round = async (): Promise<void> => {
      await using _session = await scene.mountModule(MIRROR_MODULE, options);
      assertEquals(await output("cat", `${scene.mnt}/file`), "x");
    };
    try {
      await round();
      // Other files may have the numbers of closed descriptors by then.
      for (let i = 0; i < 10; i++) opened.push(openNull());
      await round();
      const fds = openFds();
      assertEquals(opened.filter((fd) => !fds.has(fd)), []);
    } finally {
      for (const fd of opened) libc().close(fd);
    }
  },
);
