import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { findMount } from "../../fuse/mount/mount_info.ts";
import { HelloFS } from "../../fuse/fs/mod.ts";
import { holdOpen, inClient, output, run } from "../_support/client.ts";
import {
  hostkit,
  hostkitCommand,
  RunningHostkit,
} from "../_support/hostkit.ts";
import { mountTest } from "../_support/mount.ts";
import { rounds } from "../_support/platform.ts";
import { callMain } from "./call_main.ts";

const start = RunningHostkit.start;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  mountTest(
    `hostkit mount hello says so in one line, and unmounts on ${signal}`,
    async (scene) => {
      await using command = await start("mount", "hello", scene.mnt);
      const line = `mounted hello on ${scene.mnt}; Ctrl-C unmounts\n`;
      assertEquals(command.stdout, line);
      assertEquals(await output("cat", `${scene.mnt}/hello`), "hello, world\n");
      assertEquals(await command.end(signal), {
        code: 0,
        stdout: line,
        stderr: "",
      });
      assertEquals(scene.mounts(), []);
    },
  );
}

mountTest("hostkit mount mirror shows a directory read-only", async (scene) => {
  const source = `${scene.dir}/source`;
  await Deno.mkdir(`${source}/sub`, { recursive: true });
  await Deno.writeTextFile(`${source}/sub/file`, "content");
  await using command = await start(
    "mount",
    "mirror",
    source,
    scene.mnt,
    "--read-only",
  );
  assertStringIncludes(
    command.stdout,
    `mounted mirror ${source} on ${scene.mnt}`,
  );
  assertEquals(await output("cat", `${scene.mnt}/sub/file`), "content");
  assertEquals((await run("touch", `${scene.mnt}/new`)).code, 1);
  const info = findMount(scene.mnt)!;
  assertEquals([info.source, info.type], [source, "fuse.hostkit"]);
  assertEquals(info.options.split(",")[0], "ro");
  assertEquals((await command.end("SIGINT")).code, 0);
});

mountTest(
  "hostkit mount mirror of a directory with the mount point in it leaves that out",
  async (scene) => {
    await Deno.writeTextFile(`${scene.dir}/file`, "x");
    await using command = await start(
      "mount",
      "mirror",
      scene.dir,
      scene.mnt,
      "--read-only",
    );
    assertEquals(await output("ls", scene.mnt), "file\n");
    assertEquals((await command.end("SIGTERM")).code, 0);
  },
);

mountTest(
  "hostkit mount unmounts by force what is in use, and says so",
  async (scene) => {
    await using command = await start("mount", "hello", scene.mnt);
    await using _holder = await holdOpen(`${scene.mnt}/hello`);
    const { code, stderr } = await command.end("SIGINT");
    assertEquals([code, stderr], [
      0,
      `hostkit: ${scene.mnt} was in use: unmounted by force\n`,
    ]);
    assertEquals(scene.mounts(), []);
  },
);

mountTest(
  "hostkit mount unmounts on a signal that comes as soon as it has spoken",
  async (scene) => {
    for (let i = 0; i < rounds(4); i++) {
      await using command = await start("mount", "hello", scene.mnt);
      const { code, stderr } = await command.end("SIGTERM");
      assertEquals([code, stderr, scene.mounts()], [0, "", []]);
    }
  },
);

mountTest(
  "hostkit mount ends with 0 when it is unmounted from outside",
  async (scene) => {
    await using command = await start("mount", "hello", scene.mnt);
    await output("umount", scene.mnt);
    const { code, stderr } = await command.end();
    assertEquals([code, stderr], [0, ""]);
  },
);

mountTest(
  "hostkit mount clears the dead mount of one that was killed, and says so",
  async (scene) => {
    {
      await using killed = await start(
        "mount",
        "hello",
        scene.mnt,
        "--fsname",
        "first",
      );
      await killed.end("SIGKILL");
      assertEquals(scene.mounts(), [scene.mnt]);
      assertStringIncludes(
        (await run("ls", scene.mnt)).stderr,
        "not connected",
      );
    }
    await using command = await start("mount", "hello", scene.mnt);
    assertEquals(await output("cat", `${scene.mnt}/hello`), "hello, world\n");
    const { code, stderr } = await command.end("SIGINT");
    assertEquals(code, 0);
    assertMatch(stderr, /^hostkit: .*first.*gone.*\n$/);
    assertStringIncludes(stderr, scene.mnt);
    assertEquals(scene.mounts(), []);
  },
);

mountTest(
  "hostkit mount leaves nothing mounted when nobody reads what it says",
  async (scene) => {
    await run(
      "sh",
      "-c",
      '"$@" | :',
      "sh",
      ...hostkitCommand,
      "mount",
      "hello",
      scene.mnt,
    );
    // The pipeline waits for it.
    assertEquals(scene.mounts(), []);
  },
);

mountTest(
  "hostkit mount --no-cache shows changes of the source at once, --cache-time later",
  async (scene) => {
    const source = `${scene.dir}/source`;
    await Deno.mkdir(source);
    for (
      const [options, expected] of [
        [["--no-cache"], ["first", "other", 18, "longer than before"]],
        [["--cache-time", "0"], ["first", "first", 18, "longer than before"]],
        [["--cache-time=600"], ["first", "first", 5, "longe"]],
      ] as const
    ) {
      await using command = await start(
        "mount",
        "mirror",
        source,
        scene.mnt,
        "--read-only",
        ...options,
      );
      const seen = await inClient(scene.mnt, (sys, mnt, source) => {
        const changed = source + "/changed";
        sys.put(changed, "first");
        const { atime, mtime } = sys.stat(changed);
        const fd = sys.open(mnt + "/changed", 0);
        const read = () => sys.latin1(sys.pread(fd, 100, 0));
        const seen = [read()];

        // The same length and time: only data that nobody kept is new.
        sys.put(changed, "other", 0);
        sys.utime(changed, atime, mtime);
        seen.push(read());

        sys.put(changed, "longer than before");
        const { size } = sys.stat(mnt + "/changed");
        return [...seen, size, sys.content(mnt + "/changed")];
      }, source);
      assertEquals(seen, [...expected], `${options}`);
      await command.end("SIGINT");
    }
  },
);

mountTest(
  "hostkit mount passes its options on to the kernel",
  async (scene) => {
    await using command = await start(
      "mount",
      "hello",
      scene.mnt,
      "--fsname",
      "a name",
      "--allow-other",
      "--default-permissions",
      "--dev",
      "--suid",
      "--no-exec",
      "--no-atime",
      "--sync",
      "--dir-sync",
    );
    const line = (await Deno.readTextFile("/proc/self/mountinfo")).split("\n")
      .find((line) => line.includes(` ${scene.mnt} `))!;
    assertStringIncludes(line, " fuse.hostkit a\\040name ");
    assertStringIncludes(line, "allow_other");
    assertStringIncludes(line, "default_permissions");
    assertEquals(/nodev|nosuid/.test(line), false, line);
    assertStringIncludes(line, " ro,noexec,noatime ");
    assertStringIncludes(line, " ro,sync,dirsync,");
    await command.end("SIGINT");
  },
);

mountTest(
  "hostkit mount warns who lets others into a module that checks nothing",
  async (scene) => {
    const module = new URL("../fuse/fs/_mem_module.ts", import.meta.url);
    const path = `${scene.dir}/module.ts`;
    const fs = new URL("../../fuse/fs/mod.ts", import.meta.url);
    await Deno.writeTextFile(
      path,
      `import { HelloFS } from "${fs}"; export default new HelloFS();`,
    );
    for (
      const [name, options, warns] of [
        [path, ["--allow-other"], true],
        [path, ["--allow-other", "--default-permissions"], false],
        [path, [], false],
        [module.pathname, ["--allow-other"], false],
      ] as const
    ) {
      await using command = await start("mount", name, scene.mnt, ...options);
      const { stderr } = await command.end("SIGINT");
      assertEquals(stderr.includes("checks permissions"), warns, stderr);
    }
  },
);

mountTest(
  "hostkit mount fails with 1 and one line on standard error",
  async (scene) => {
    await Deno.writeTextFile(`${scene.dir}/file`, "x");
    await using _session = await scene.mount(new HelloFS());
    for (
      const [words, code] of [
        [["hello", `${scene.dir}/missing`], "ENOENT"],
        [["hello", `${scene.dir}/file`], "ENOTDIR"],
        [["hello", scene.dir], "ENOTEMPTY"],
        [["hello", scene.mnt], "EBUSY"],
        [
          ["mirror", `${scene.dir}/missing`, scene.mnt, "--read-only"],
          "ENOENT",
        ],
        [
          ["mirror", "/usr/share", `${scene.dir}/missing`, "--read-only"],
          "ENOENT",
        ],
      ] as const
    ) {
      const { code: status, stdout, stderr } = await hostkit("mount", ...words);
      assertEquals([status, stdout], [1, ""], stderr);
      assertMatch(stderr, /^hostkit: [^\n]+\n$/);
      assertStringIncludes(stderr, code);
    }
    assertEquals(scene.mounts(), [scene.mnt]);
  },
);

mountTest(
  "hostkit mount refuses wrong usage with 2 and one line on standard error",
  async (scene) => {
    const wrong = [
      [],
      ["nosuch", scene.mnt],
      ["hello"],
      ["hello", scene.mnt, "other"],
      ["mirror", scene.dir],
      ["clock", scene.mnt, "other"],
      ["./missing.ts"],
      ["mirror", scene.dir, scene.mnt, "--workers", "2", "--trace"],
      ["mirror", scene.dir, scene.mnt, "--workers=2", "--passthrough"],
      ["hello", scene.mnt, "--frobnicate"],
      ["hello", scene.mnt, "-x"],
      ["hello", scene.mnt, "--cache-time", "soon"],
      ["hello", scene.mnt, "--cache-time", "-1"],
      ["hello", scene.mnt, "--cache-time"],
      ["hello", scene.mnt, "--fsname", ""],
      ["hello", scene.mnt, "--context"],
    ];
    for (const words of wrong) {
      const { code, stdout, stderr } = await callMain("mount", ...words);
      assertEquals([code, stdout], [2, ""], `${words}: ${stderr}`);
      assertMatch(stderr, /^hostkit: [^\n]+\n$/);
    }
    assertEquals(scene.mounts(), []);
  },
);
