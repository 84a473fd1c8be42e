import { assertEquals, assertRejects } from "@std/assert";
import { SyscallError } from "../../../ffi/mod.ts";
import { HelloFS, MirrorFS, mountFS, SqliteFS } from "../../../fuse/fs/mod.ts";
import { output } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { denoCommand } from "../../_support/platform.ts";

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
  { programs: [] },
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
  { programs: [] },
);
