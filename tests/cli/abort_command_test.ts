import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ABORT_USAGE } from "../../cli/abort_command.ts";
import { findMount } from "../../fuse/mount/mount_info.ts";
import { output, run } from "../_support/client.ts";
import { hostkit, RunningHostkit } from "../_support/hostkit.ts";
import { mountTest } from "../_support/mount.ts";
import { isQemu } from "../_support/platform.ts";
import { callMain } from "./call_main.ts";

const SILENT = { code: 0, stdout: "", stderr: "" };
const CONTROL = "/sys/fs/fuse/connections";

mountTest(
  "hostkit abort frees a client whose server is stopped; unmounting works",
  async (scene) => {
    const before = findMount(CONTROL);
    await using command = await RunningHostkit
      .start("mount", "hello", scene.mnt);
    command.kill("SIGSTOP");
    const client = run("cat", `${scene.mnt}/hello`);
    assertEquals(await hostkit("abort", scene.mnt), SILENT);
    const { code, stderr } = await client;
    assertEquals(code, 1);
    assertMatch(stderr, /abort|not connected/);
    assertEquals(await hostkit("abort", scene.mnt), SILENT);
    assertEquals(await hostkit("unmount", scene.mnt), SILENT);
    assertEquals(scene.mounts(), []);
    command.kill("SIGCONT");
    assertEquals((await command.end()).code, 0);
    if (before === undefined) await output("umount", CONTROL);
  },
);

mountTest(
  "hostkit abort fails with 1 where nothing of its kind is mounted",
  async (scene) => {
    for (
      const [dir, code] of [
        [scene.mnt, "EINVAL"],
        ["/proc", "EINVAL"],
        [`${scene.dir}/missing`, "ENOENT"],
      ] as const
    ) {
      const { code: status, stdout, stderr } = await callMain("abort", dir);
      assertEquals([status, stdout], [1, ""]);
      assertMatch(stderr, /^hostkit: [^\n]+\n$/);
      assertStringIncludes(stderr, code);
    }
  },
);

Deno.test("hostkit abort --help prints how it is called, wrong usage is 2", {
  ignore: isQemu,
}, async () => {
  assertEquals(await callMain("abort", "--help"), {
    ...SILENT,
    stdout: ABORT_USAGE,
  });
  for (const words of [[], ["a", "b"], ["a", "--lazy"]]) {
    const { code, stdout, stderr } = await callMain("abort", ...words);
    assertEquals([code, stdout], [2, ""], `${words}`);
    assertMatch(stderr, /^hostkit: [^\n]+\n$/);
  }
});
