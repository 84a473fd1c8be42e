import { assertEquals } from "@std/assert";
import { MemFS } from "../../../../fuse/fs/mod.ts";
import { output } from "../../../_support/client.ts";
import { callInClient } from "../../../_support/client_process.ts";
import { mountTest } from "../../../_support/mount.ts";
import { rounds } from "../../../_support/platform.ts";
import { SEED } from "../../_random.ts";

const CLIENT = import.meta.resolve("../_random_client.ts");
const COUNT = rounds(2000);

mountTest(
  "MemFS answers random calls of three users as tmpfs does",
  async (scene) => {
    const real = `${scene.dir}/real`;
    await Deno.mkdir(real);
    await output("mount", "-t", "tmpfs", "-o", "mode=777", "tmpfs", real);
    try {
      const fs = new MemFS({ mode: 0o777 });
      await using _session = await scene.mount(fs, {
        ...fs.mountOptions,
        allowOther: true,
        allowDev: true,
        allowSuid: true,
      });
      const args = [scene.mnt, real, SEED, COUNT];
      const difference = await callInClient(CLIENT, "callAlike", ...args);
      assertEquals(difference, null, `HOSTKIT_SEED=${SEED}`);
    } finally {
      // Whoever looks at all that is mounted uses it for a moment.
      await output("umount", "-l", real);
    }
  },
);
