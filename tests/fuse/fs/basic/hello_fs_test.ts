import { assertEquals, assertStringIncludes } from "@std/assert";
import { unmount } from "../../../../fuse/mod.ts";
import { HelloFS } from "../../../../fuse/fs/mod.ts";
import { output, run } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import { denoCommand } from "../../../_support/platform.ts";

const SCRIPT = `${import.meta.dirname}/_mount_hello.ts`;

mountTest("HelloFS has one file that says hello", async (scene) => {
  await using _session = await scene.mount(new HelloFS());
  const listing = await output(
    "find",
    scene.mnt,
    "-printf",
    "%y %m %n %s %P\n",
  );
  assertEquals(listing, "d 555 2 0 \nf 444 1 13 hello\n");
  assertEquals(await output("cat", `${scene.mnt}/hello`), "hello, world\n");
  const { code, stderr } = await run("cat", `${scene.mnt}/goodbye`);
  assertEquals(code, 1);
  assertStringIncludes(stderr, "No such file or directory");
}, { programs: ["find"] });

mountTest(
  "A script that mounts HelloFS needs --allow-ffi and no other permission",
  async (scene) => {
    const [program, ...words] = denoCommand;
    await using child = new Deno.Command("timeout", {
      args: [
        "-k",
        "1",
        "25",
        program,
        ...words,
        "run",
        "--no-prompt",
        "--allow-ffi",
        SCRIPT,
        scene.mnt,
      ],
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    const { value } = await reader.read();
    assertEquals(new TextDecoder().decode(value), "mounted\n");
    assertEquals(await output("cat", `${scene.mnt}/hello`), "hello, world\n");
    await unmount(scene.mnt);
    await reader.cancel();
    assertEquals((await child.status).code, 0);
  },
);

mountTest(
  "A script that mounts without --allow-ffi gets Deno's own refusal",
  async (scene) => {
    const { code, stderr } = await run(
      ...denoCommand,
      "run",
      "--no-prompt",
      SCRIPT,
      scene.mnt,
    );
    assertEquals(code, 1);
    assertStringIncludes(stderr, "--allow-ffi");
  },
);
