import { assertEquals } from "@std/assert";
import { MemFS } from "../../../fuse/fs/mod.ts";
import { output, python } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { rounds } from "../../_support/platform.ts";
import { SEED } from "../_random.ts";
import { RANDOM_OPERATIONS } from "./_random_operations.ts";

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
      const difference = await python(
        scene.mnt,
        RANDOM_OPERATIONS,
        real,
        SEED,
        COUNT,
      );
      assertEquals(difference, null, `HOSTKIT_SEED=${SEED}`);
    } finally {
      await output("umount", real);
    }
  },
  { programs: ["python3"] },
);
