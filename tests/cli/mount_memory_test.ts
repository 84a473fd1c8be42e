import { assertEquals, assertStringIncludes } from "@std/assert";
import { output } from "../_support/client.ts";
import { RunningHostkit } from "../_support/hostkit.ts";
import { mountTest } from "../_support/mount.ts";
import { callMain } from "./call_main.ts";

mountTest(
  "hostkit mount memory is writable, and as large as was asked for",
  async (scene) => {
    await using command = await RunningHostkit.start(
      "mount",
      "memory",
      scene.mnt,
      "--size",
      "8M",
      "--inodes",
      "100",
    );
    const line = `mounted memory on ${scene.mnt}; Ctrl-C unmounts\n`;
    assertEquals(command.stdout, line);
    await output("sh", "-c", 'echo content > "$1/file"', "sh", scene.mnt);
    assertEquals(await output("cat", `${scene.mnt}/file`), "content\n");
    const format = ["-f", "-c", "%T %S %b %f %c %d"];
    assertEquals(
      await output("stat", ...format, scene.mnt),
      "fuseblk 4096 2048 2047 100 98\n",
    );
    assertEquals((await command.end("SIGTERM")).code, 0);
  },
);

for (const value of ["0", "-1", "1.5M", "M", "9999999T", "64 M"]) {
  Deno.test(`hostkit mount memory refuses --size ${value}`, async () => {
    const { code, stderr } = await callMain(
      "mount",
      "memory",
      "/",
      `--size=${value}`,
    );
    assertEquals(code, 2);
    assertStringIncludes(stderr, "--size");
  });
}
