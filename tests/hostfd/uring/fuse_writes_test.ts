import { assertEquals } from "@std/assert";
import { MemFS } from "../../../fuse/fs/mod.ts";
import { callInProcess } from "../../../fuse/fs/testing/mod.ts";
import { mountTest } from "../../_support/mount.ts";
import { hasRing } from "./_ring.ts";

for (const count of [30, 100, 250]) {
  mountTest(
    `${count} writes of a ring to one file of a FUSE mount complete`,
    async (scene) => {
      await using _session = await scene.mount(new MemFS());
      const written = await callInProcess<number[]>(
        import.meta.resolve("./_write_at_once.ts"),
        "writeAtOnce",
        `${scene.mnt}/file`,
        count,
      );
      assertEquals(written, new Array(count).fill(4096));
    },
    { ignore: !hasRing },
  );
}
