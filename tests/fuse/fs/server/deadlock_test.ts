import { assert, assertEquals, assertRejects } from "@std/assert";
import { SyscallError } from "../../../../ffi/mod.ts";
import { abort, unmount } from "../../../../fuse/mod.ts";
import { connectionOf, findMount } from "../../../../fuse/mount/mount_info.ts";
import {
  HelloFS,
  MirrorFS,
  mountFS,
  SqliteFS,
} from "../../../../fuse/fs/mod.ts";
import { output } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import { denoCommand } from "../../../_support/platform.ts";

mountTest(
  "One process that serves a mount in a Worker and uses it from its main thread, with Deno.readTextFileSync, Deno.Command and a watch, does not deadlock",
  async (scene) => {
    const program = `${import.meta.dirname}/_serve_and_use.ts`;
    const words = ["run", "--no-prompt", "--allow-all", program, scene.mnt];
    const seen = await output(...denoCommand, ...words);
    assertEquals(JSON.parse(seen), {
      read: "from the same process",
      names: ["sub"],
      missing: "NotFound",
      outputSync: "from the same process",
      output: "from the same process",
      program: "started\n",
      watched: true,
      big: true,
    });
    assertEquals(scene.mounts(), []);
  },
);

mountTest(
  "mountFS() refuses with EDEADLK what would wait for this very thread",
  async (scene) => {
    await using session = await scene.mount(new HelloFS());
    const { mountpoint } = session;
    for (
      const refused of [
        () => mountFS(`${mountpoint}/hello`, new HelloFS()),
        () => mountFS(`${scene.dir}/other`, new MirrorFS(mountpoint)),
        () => mountFS(`${scene.dir}/other`, new SqliteFS(`${mountpoint}/db`)),
        () => mountFS(`${scene.dir}/other`, new MirrorFS(`${mountpoint}/x`)),
        () =>
          mountFS(
            `${scene.dir}/other`,
            new MirrorFS(`${scene.dir}/./mnt/../mnt/x`),
          ),
      ]
    ) {
      const error = await assertRejects(refused, SyscallError);
      assertEquals(error.code, "EDEADLK", error.message);
    }
    assertEquals(await output("cat", `${mountpoint}/hello`), "hello, world\n");
  },
);

mountTest(
  "A synchronous call on one's own mount waits until that is aborted",
  async (scene) => {
    const [program, ...words] = denoCommand;
    const script = `${import.meta.dirname}/_read_own_mount.ts`;
    await using child = new Deno.Command(program, {
      args: [...words, "run", "--no-prompt", "--allow-ffi", "--allow-read"]
        .concat(script, scene.mnt),
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const lines = child.stdout.pipeThrough(new TextDecoderStream());
    const reader = lines.getReader();
    assertEquals((await reader.read()).value, "now\n");
    const connection = connectionOf(findMount(scene.mnt)!);
    const control = `${scene.dir}/control`;
    await Deno.mkdir(control);
    await output("mount", "-t", "fusectl", "none", control);
    try {
      const waiting = `${control}/${connection}/waiting`;
      while (await Deno.readTextFile(waiting) === "0\n");
    } finally {
      await output("umount", control);
    }
    // Had it been answered, the text would come.
    abort(scene.mnt);
    const { value = "" } = await reader.read();
    assert(/abort|not connected/.test(value), value);
    await reader.cancel();
    await unmount(scene.mnt, { lazy: true });
  },
  { programs: ["mount"] },
);
