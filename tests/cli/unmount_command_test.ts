import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { HelloFS } from "../../fuse/fs/mod.ts";
import { mount } from "../../fuse/mod.ts";
import { holdOpen } from "../_support/client.ts";
import { hostkit, RunningHostkit } from "../_support/hostkit.ts";
import { mountTest } from "../_support/mount.ts";
import { isQemu } from "../_support/platform.ts";
import { callMain } from "./call_main.ts";

const SILENT = { code: 0, stdout: "", stderr: "" };

mountTest(
  "hostkit unmount unmounts what hostkit mount mounted",
  async (scene) => {
    await using command = await RunningHostkit.start(
      "mount",
      "hello",
      scene.mnt,
    );
    assertEquals(await hostkit("unmount", scene.mnt), SILENT);
    assertEquals((await command.end()).code, 0);
    assertEquals(scene.mounts(), []);
  },
);

mountTest(
  "hostkit unmount refuses what is in use, and takes it with --lazy",
  async (scene) => {
    const session = await scene.mount(new HelloFS());
    {
      await using _holder = await holdOpen(`${scene.mnt}/hello`);
      const { code, stdout, stderr } = await hostkit("unmount", scene.mnt);
      assertEquals([code, stdout], [1, ""]);
      assertMatch(stderr, /^hostkit: [^\n]*EBUSY[^\n]*\n$/);
      assertEquals(scene.mounts(), [scene.mnt]);
      const tried = await hostkit("unmount", scene.mnt, "--timeout", "0.1");
      assertStringIncludes(tried.stderr, "EBUSY");
      assertEquals(await hostkit("unmount", scene.mnt, "--lazy"), SILENT);
      assertEquals(scene.mounts(), []);
    }
    await session.closed;
  },
);

mountTest("hostkit unmount works on a dead mount", async (scene) => {
  const conn = await mount(scene.mnt);
  await conn.close();
  assertEquals(await hostkit("unmount", scene.mnt), SILENT);
});

mountTest(
  "hostkit unmount fails with 1 where nothing of its kind is mounted",
  async (scene) => {
    for (
      const [dir, code] of [
        [scene.mnt, "EINVAL"],
        ["/proc", "EINVAL"],
        [`${scene.dir}/missing`, "ENOENT"],
      ] as const
    ) {
      const { code: status, stdout, stderr } = await callMain("unmount", dir);
      assertEquals([status, stdout], [1, ""]);
      assertMatch(stderr, /^hostkit: [^\n]+\n$/);
      assertStringIncludes(stderr, code);
    }
  },
);

Deno.test(
  "hostkit unmount refuses wrong usage with 2",
  { ignore: isQemu },
  async () => {
    const wrong = [[], ["a", "b"], ["a", "--force-it"], [
      "a",
      "--timeout",
      "x",
    ]];
    for (const words of wrong) {
      const { code, stdout, stderr } = await callMain("unmount", ...words);
      assertEquals([code, stdout], [2, ""], `${words}`);
      assertMatch(stderr, /^hostkit: [^\n]+\n$/);
    }
  },
);
