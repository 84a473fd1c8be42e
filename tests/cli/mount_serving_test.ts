import { assertEquals, assertMatch } from "@std/assert";
import { MOUNT_OPTIONS, MOUNT_USAGE } from "../../cli/mount_command.ts";
import { type Outcome, output, run } from "../_support/client.ts";
import { RunningHostkit } from "../_support/hostkit.ts";
import { mountTest } from "../_support/mount.ts";
import { canUseUring, withSwitch } from "../_support/uring.ts";
import { callMain } from "./call_main.ts";

const start = RunningHostkit.start;
const URING = { ignore: !canUseUring };

for (
  const [isOn, stderr] of [
    [true, /^$/],
    [false, /^hostkit: requests do not come through io_uring: [^\n]+\n$/],
  ] as const
) {
  mountTest(
    `hostkit mount --io-uring ${
      isOn
        ? "exchanges requests through it"
        : "says so where it is not switched on, and serves all the same"
    }`,
    async (scene) => {
      await using command = await withSwitch(
        isOn,
        () => start("mount", "hello", scene.mnt, "--io-uring"),
      );
      assertEquals(await output("cat", `${scene.mnt}/hello`), "hello, world\n");
      const ended = await command.end("SIGINT");
      assertEquals(ended.code, 0);
      assertMatch(ended.stderr, stderr);
    },
    URING,
  );
}

mountTest(
  "hostkit mount --workers --stats prints what all have done",
  async (scene) => {
    await Deno.writeTextFile(`${scene.dir}/file`, "content");
    await using command = await start(
      "mount",
      "mirror",
      scene.dir,
      scene.mnt,
      "--workers=3",
      "--no-cache",
      "--stats",
    );
    const file = `${scene.mnt}/file`;
    await Promise.all(Array.from({ length: 30 }, () => output("cat", file)));
    const { code, stderr } = await command.end("SIGINT");
    assertEquals(code, 0);
    assertMatch(stderr, /^\d+ operations, .* 210 bytes read, 0 bytes/);
    assertMatch(stderr, /^OPEN +30 +0 /m);
  },
);

mountTest(
  "hostkit mount mirror --no-xattrs shows no extended attributes",
  async (scene) => {
    const file = `${scene.dir}/file`;
    await Deno.writeTextFile(file, "content");
    await output("setfattr", "-n", "user.a", "-v", "b", file);
    const list = async (...options: string[]): Promise<Outcome> => {
      await using command = await start(
        "mount",
        "mirror",
        scene.dir,
        scene.mnt,
        ...options,
      );
      const outcome = await run("getfattr", `${scene.mnt}/file`);
      await command.end("SIGINT");
      return outcome;
    };
    assertMatch((await list()).stdout, /^user\.a$/m);
    assertMatch(
      (await list("--no-xattrs")).stderr,
      /Operation not supported$/m,
    );
  },
  { programs: ["setfattr", "getfattr"] },
);

for (
  const [name, reason, ...words] of [
    ["--size of hello", "--size does not apply to hello", "hello", "--size=1M"],
    [
      "--inodes of clock",
      "--inodes does not apply to clock",
      "clock",
      "--inodes=9",
    ],
    [
      "--size of a mirror",
      "--size does not apply to mirror",
      "mirror",
      "/usr",
      "--size=1M",
    ],
    [
      "--inodes of a module",
      "--inodes does not apply to ./fs.ts",
      "./fs.ts",
      "--inodes=9",
    ],
    [
      "--passthrough of memory",
      "--passthrough does not apply to memory",
      "memory",
      "--passthrough",
    ],
    [
      "--passthrough of sqlite",
      "--passthrough does not apply to sqlite",
      "sqlite",
      "a.db",
      "--passthrough",
    ],
    [
      "--no-xattrs of memory",
      "--no-xattrs does not apply to memory",
      "memory",
      "--no-xattrs",
    ],
    [
      "--export of memory",
      "--export does not apply to memory",
      "memory",
      "--export",
    ],
    [
      "--export and two Workers",
      "--export allows only one Worker",
      "mirror",
      "/usr",
      "--export",
      "--workers=2",
    ],
    [
      "--no-xattrs and --allow-other",
      "--no-xattrs cannot be combined with --allow-other: other users could " +
      "bypass access control lists",
      "mirror",
      "/usr",
      "--no-xattrs",
      "--allow-other",
    ],
    [
      "--workers of memory",
      "--workers does not apply to memory",
      "memory",
      "--workers=2",
    ],
    [
      "--io-uring and --workers",
      "--trace, --record and --io-uring cannot be combined with --workers",
      "mirror",
      "/usr",
      "--workers=2",
      "--io-uring",
    ],
  ] as const
) {
  Deno.test(`hostkit mount refuses ${name}`, async () => {
    const { code, stdout, stderr } = await callMain("mount", ...words, "/mnt");
    assertEquals([code, stdout, stderr], [2, "", `hostkit: ${reason}\n`]);
  });
}

Deno.test("hostkit mount's usage names every option that it takes", () => {
  const { boolean, string } = MOUNT_OPTIONS;
  const unnamed = [...boolean, ...string]
    .filter((option) => !MOUNT_USAGE.includes(`--${option}`));
  assertEquals(unnamed, []);
});
