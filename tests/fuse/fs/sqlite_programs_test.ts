import { assertEquals } from "@std/assert";
import { SqliteFS } from "../../../fuse/fs/mod.ts";
import { output } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { fsck } from "../../_support/sqlite_fsck.ts";
import { PROGRAM_SCRIPTS } from "./_programs.ts";

for (const [what, [programs, script]] of Object.entries(PROGRAM_SCRIPTS)) {
  mountTest(`In a SqliteFS ${what}`, async (scene) => {
    const path = `${scene.dir}/fs.sqlite`;
    const fs = new SqliteFS(path);
    await using session = await scene.mount(fs, {
      ...fs.mountOptions,
      allowDev: true,
      allowSuid: true,
    });
    await output("bash", "-c", `set -e; cd "$1"\n${script}`, "bash", scene.mnt);
    await session.unmount();
    assertEquals(fsck(path), []);
  }, { programs: ["bash", ...programs] });
}
