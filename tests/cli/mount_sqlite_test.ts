import { assertEquals, assertStringIncludes } from "@std/assert";
import { inClient, output } from "../_support/client.ts";
import { hostkit, RunningHostkit } from "../_support/hostkit.ts";
import { mountTest } from "../_support/mount.ts";

mountTest(
  "hostkit mount sqlite keeps a file system in a file, within its limits",
  async (scene) => {
    const path = `${scene.dir}/fs.sqlite`;
    const words = ["mount", "sqlite", path, scene.mnt, "--size", "64K"];
    {
      await using command = await RunningHostkit.start(...words);
      assertEquals(
        command.stdout,
        `mounted sqlite ${path} on ${scene.mnt}; Ctrl-C unmounts\n`,
      );
      await output("sh", "-c", 'echo content > "$1/file"', "sh", scene.mnt);
      assertEquals((await command.end("SIGINT")).code, 0);
    }
    await using command = await RunningHostkit.start(...words);
    assertEquals(await output("cat", `${scene.mnt}/file`), "content\n");
    assertEquals(
      await inClient(scene.mnt, ({ statfs }, mnt) => statfs(mnt).blocks),
      16,
    );
    assertEquals((await command.end("SIGTERM")).code, 0);
  },
);

mountTest(
  "hostkit mount sqlite says what it waits for, and why it cannot mount a file",
  async (scene) => {
    const path = `${scene.dir}/fs.sqlite`;
    await using command = await RunningHostkit.start(
      "mount",
      "sqlite",
      path,
      scene.mnt,
    );
    const other = `${scene.dir}/other`;
    await Deno.mkdir(other);
    const { code, stderr } = await hostkit("mount", "sqlite", path, other);
    assertEquals([code, stderr], [
      1,
      `hostkit: ${path} is in use: waiting for the end of its server\n` +
      `hostkit: mount "${path}": EBUSY: Device or resource busy ` +
      "(it is mounted already, or another program uses it)\n",
    ]);
    assertEquals((await command.end("SIGTERM")).code, 0);
    await Deno.writeTextFile(path, "no database");
    const text = await hostkit("mount", "sqlite", path, other);
    assertEquals(text.code, 1);
    assertStringIncludes(text.stderr, "(the file is not an SQLite database)\n");
  },
);
