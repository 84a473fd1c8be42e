import { assert, assertEquals, assertMatch } from "@std/assert";
import { TOP_USAGE } from "../../cli/top_command.ts";
import { HelloFS, type ServerStats } from "../../fuse/fs/mod.ts";
import { holdOpen, output } from "../_support/client.ts";
import { hostkit, RunningHostkit } from "../_support/hostkit.ts";
import { mountTest } from "../_support/mount.ts";
import { isQemu } from "../_support/platform.ts";
import { callMain } from "./call_main.ts";

mountTest(
  "hostkit top --json prints what hostkit mount has served so far",
  async (scene) => {
    await using server = await RunningHostkit.start(
      "mount",
      "hello",
      scene.mnt,
      "--no-cache",
    );
    for (let i = 0; i < 3; i++) await output("cat", `${scene.mnt}/hello`);
    const { code, stdout, stderr } = await hostkit("top", scene.mnt, "--json");
    assertEquals([code, stderr], [0, ""]);
    const stats: ServerStats = JSON.parse(stdout);
    const of = (name: string) =>
      stats.byOperation.find(({ opname }) => opname === name);
    assertEquals(of("OPEN")?.count, 3);
    assertEquals(stats.bytesRead, 3 * "hello, world\n".length);
    assert(stats.callers.length >= 3);
    const waits = stats.callers.map(({ totalMs }) => totalMs);
    assertEquals(waits, waits.toSorted((a, b) => b - a));
    await server.end("SIGINT");
  },
);

mountTest(
  "hostkit top --json prints what all Workers have served together",
  async (scene) => {
    await Deno.writeTextFile(`${scene.dir}/file`, "content");
    await using server = await RunningHostkit.start(
      "mount",
      "mirror",
      scene.dir,
      scene.mnt,
      "--workers=3",
      "--no-cache",
    );
    const file = `${scene.mnt}/file`;
    await Promise.all(Array.from({ length: 30 }, () => output("cat", file)));
    await using _holder = await holdOpen(file);
    // Whichever answers, it says the same.
    for (let looks = 0; looks < 5; looks++) {
      const { stdout } = await callMain("top", scene.mnt, "--json");
      const { byOperation, bytesRead, handles }: ServerStats = JSON.parse(
        stdout,
      );
      const opened = byOperation.find(({ opname }) => opname === "OPEN");
      const known = [opened?.count, bytesRead, handles];
      assertEquals(known, [31, 30 * "content".length, 1]);
    }
    await server.end("SIGINT");
  },
);

mountTest(
  "hostkit top shows the operations and callers between two looks, and ends when it is unmounted",
  async (scene) => {
    await using server = await RunningHostkit.start(
      "mount",
      "hello",
      scene.mnt,
      "--no-cache",
    );
    await using top = await RunningHostkit.start(
      "top",
      scene.mnt,
      "--interval",
      "0.1",
    );
    assertMatch(top.stdout, /^\S+: \d+ nodes, \d+ open, \d+ in flight\n/);
    // It asks by GETXATTR, so that there is always something to show.
    assertMatch(top.stdout, /^OPERATION .* median .*\nGETXATTR +\d+ .*▁?█/m);
    assertMatch(top.stdout, /^CALLER .* slowest +pid\n\S.* \d+$/m);
    await server.end("SIGINT");
    const { code, stdout, stderr } = await top.end();
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /\S+ is no longer mounted\n$/);
  },
);

mountTest(
  "hostkit top --count ends after as many looks",
  async (scene) => {
    await using server = await RunningHostkit.start(
      "mount",
      "hello",
      scene.mnt,
    );
    const options = ["--count", "2", "--interval", "0.01"];
    const { code, stdout } = await hostkit("top", scene.mnt, ...options);
    assertEquals([code, stdout.match(/^OPERATION/gm)?.length], [0, 2]);
    await server.end("SIGINT");
  },
);

mountTest(
  "hostkit top fails with 1 and one clear line where there are no statistics",
  async (scene) => {
    const refused = async (dir: string, reason: RegExp): Promise<void> => {
      const { code, stdout, stderr } = await callMain("top", dir, "--json");
      assertEquals([code, stdout], [1, ""], dir);
      assertMatch(stderr, /^hostkit: [^\n]+\n$/);
      assertMatch(stderr, reason);
    };
    await refused(scene.mnt, /nothing is mounted there/);
    await refused("/proc", /not FUSE/);
    await refused(`${scene.dir}/missing`, /ENOENT/);
    await using _session = await scene.mount(new HelloFS());
    await refused(scene.mnt, /its server shows no statistics/);
  },
);

Deno.test("hostkit top --help prints how it is called, wrong usage is 2", {
  ignore: isQemu,
}, async () => {
  assertEquals(await callMain("top", "--help"), {
    code: 0,
    stdout: TOP_USAGE,
    stderr: "",
  });
  for (
    const words of [
      [],
      ["a", "b"],
      ["a", "--lazy"],
      ["a", "--count", "0"],
      ["a", "--interval", "soon"],
    ]
  ) {
    const { code, stdout, stderr } = await callMain("top", ...words);
    assertEquals([code, stdout], [2, ""], `${words}`);
    assertMatch(stderr, /^hostkit: [^\n]+\n$/);
  }
});
