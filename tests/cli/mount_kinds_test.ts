import { assert, assertEquals, assertMatch } from "@std/assert";
import { findMount } from "../../fuse/mount/mount_info.ts";
import { inClient, output, run } from "../_support/client.ts";
import { hostkit, RunningHostkit } from "../_support/hostkit.ts";
import { mountTest } from "../_support/mount.ts";

const start = RunningHostkit.start;
const HERE = import.meta.dirname!;

/** Returns what the kernel was told of a mount. */
function optionsOf(mountpoint: string): string[] {
  return findMount(mountpoint)!.options.split(",");
}

mountTest("hostkit mount clock ticks", async (scene) => {
  await using command = await start("mount", "clock", scene.mnt);
  assertEquals(optionsOf(scene.mnt)[0], "ro");
  const first = await output("cat", `${scene.mnt}/clock`);
  assertMatch(first, /^\d{4}-\d\d-\d\dT.*Z\n$/);
  while (await output("cat", `${scene.mnt}/clock`) === first);
  assertEquals((await command.end("SIGINT")).code, 0);
});

mountTest(
  "hostkit mount mirror changes its source, and keeps owners and permissions",
  async (scene) => {
    const source = `${scene.dir}/source`;
    await Deno.mkdir(source);
    await using command = await start("mount", "mirror", source, scene.mnt);
    assert(optionsOf(scene.mnt).includes("rw"));
    await output(
      "sh",
      "-c",
      `cd ${scene.mnt} && mkdir -m 750 sub &&
      echo content > sub/file && chown 12:34 sub/file && mv sub/file .`,
    );
    assertEquals(await output("cat", `${source}/file`), "content\n");
    const listing = await output("stat", "-c", "%a %u %g %n", `${source}/file`);
    assertEquals(listing, `644 12 34 ${source}/file\n`);
    assertEquals((await command.end("SIGTERM")).code, 0);
  },
);

mountTest(
  "hostkit mount mounts a module's file system by its mountOptions",
  async (scene) => {
    const module = `${HERE}/_fs_function.ts`;
    await using command = await start("mount", module, scene.mnt);
    assertEquals(
      command.stdout,
      `mounted ${module} on ${scene.mnt}; Ctrl-C unmounts\n`,
    );
    assertEquals(await output("cat", `${scene.mnt}/hello`), "hello, world\n");
    const { source } = findMount(scene.mnt)!;
    assertEquals(source, "its own");
    const line = (await Deno.readTextFile("/proc/self/mountinfo")).split("\n")
      .find((line) => line.includes(` ${scene.mnt} `))!;
    assert(line.includes("noexec") && line.includes("noatime"), line);
    assertEquals((await command.end("SIGINT")).code, 0);
  },
);

mountTest(
  "hostkit mount prefers its options to those of a module",
  async (scene) => {
    await using command = await start(
      "mount",
      `file://${HERE}/_fs_function.ts`,
      scene.mnt,
      "--fsname",
      "mine",
    );
    assertEquals(findMount(scene.mnt)!.source, "mine");
    assertEquals(optionsOf(scene.mnt)[0], "ro");
    await command.end("SIGINT");
  },
);

mountTest(
  "hostkit mount takes a module's fs export, by a path with a space",
  async (scene) => {
    const module = `${HERE}/_fs export.ts`;
    await using command = await start("mount", module, scene.mnt);
    assertEquals(await output("cat", `${scene.mnt}/hello`), "hello, world\n");
    assertEquals(findMount(scene.mnt)!.source, module);
    await command.end("SIGINT");
  },
);

mountTest(
  "hostkit mount fails with 1 on a module that cannot be loaded or exports no file system",
  async (scene) => {
    for (
      const [module, reason] of [
        [`${HERE}/_missing.ts`, "Module not found"],
        [`${HERE}/_no_fs.ts`, "neither a file system"],
      ] as const
    ) {
      const { code, stdout, stderr } = await hostkit(
        "mount",
        module,
        scene.mnt,
      );
      assertEquals([code, stdout], [1, ""], stderr);
      assert(stderr.startsWith("hostkit: ") && stderr.includes(reason), stderr);
    }
  },
);

mountTest(
  "hostkit mount --stats prints what was done at the end",
  async (scene) => {
    await using command = await start("mount", "hello", scene.mnt, "--stats");
    await output("cat", `${scene.mnt}/hello`);
    assertEquals((await run("cat", `${scene.mnt}/missing`)).code, 1);
    const { code, stderr } = await command.end("SIGINT");
    assertEquals(code, 0);
    assertMatch(stderr, /^\d+ operations, 1 errors, 13 bytes read, 0 bytes/);
    assertMatch(stderr, /^LOOKUP +2 +1 +[\d.]+ .s/m);
    assertMatch(stderr, /^READ +1 +0 +[\d.]+ .s/m);
  },
);

mountTest(
  "hostkit mount memory --no-cache has the kernel ask every time",
  async (scene) => {
    await using command = await start(
      "mount",
      "memory",
      scene.mnt,
      "--no-cache",
      "--stats",
    );
    await inClient(scene.mnt, ({ attempt, stat }, mnt) => {
      for (let i = 0; i < 10; i++) attempt(stat, mnt + "/missing");
    });
    const { stderr } = await command.end("SIGINT");
    const [, lookups] = /^LOOKUP +(\d+)/m.exec(stderr)!;
    assert(Number(lookups) >= 10, stderr);
  },
);

mountTest(
  "hostkit mount memory keeps that there is no such name",
  async (scene) => {
    await using command = await start("mount", "memory", scene.mnt, "--stats");
    await inClient(scene.mnt, ({ attempt, stat }, mnt) => {
      for (let i = 0; i < 10; i++) attempt(stat, mnt + "/missing");
    });
    const { stderr } = await command.end("SIGINT");
    const [, lookups] = /^LOOKUP +(\d+)/m.exec(stderr)!;
    assertEquals(lookups, "1");
  },
);

mountTest(
  "hostkit mount shows as the source what is the same in every directory",
  async (scene) => {
    const { dir } = scene;
    await Deno.mkdir(`${dir}/real`);
    await Deno.symlink("real", `${dir}/link`);
    const fuse = import.meta.resolve("../../fuse/fs/mod.ts");
    await Deno.writeTextFile(
      `${dir}/it.ts`,
      `import { HelloFS } from "${fuse}"; export default new HelloFS();`,
    );
    const from = ["sh", "-c", 'cd "$0" && exec "$@"', `${dir}/real`];
    for (
      const [source, ...words] of [
        [`${dir}/real`, "mirror", "."],
        [`${dir}/real`, "mirror", "../link"],
        [`${dir}/real/new.db`, "sqlite", "new.db"],
        [`${dir}/it.ts`, "../it.ts"],
        [`${dir}/it.ts`, `file://${dir}/it.ts`],
        ["hello", "hello"],
        ["memory", "memory"],
      ] as const
    ) {
      await using command = await RunningHostkit.startUnder(
        from,
        "mount",
        ...words,
        scene.mnt,
      );
      assertEquals(findMount(scene.mnt)?.source, source, command.stdout);
      assertEquals((await command.end("SIGINT")).code, 0);
    }
  },
);

mountTest(
  "hostkit mount fails with 1 when a module never gives its file system",
  async (scene) => {
    for (
      const text of [
        "export default () => new Promise(() => {});",
        "export default { root: () => new Promise(() => {}) };",
        "await new Promise(() => {});",
      ]
    ) {
      const module = `${scene.dir}/never.ts`;
      await Deno.writeTextFile(module, text);
      const { code, stdout, stderr } = await hostkit(
        "mount",
        module,
        scene.mnt,
      );
      assertEquals([code, stdout], [1, ""], stderr);
      assert(/never (settle|resolved)/.test(stderr), stderr);
      assertEquals(findMount(scene.mnt), undefined);
    }
  },
);
