/**
 * What a user may do in a mirror with what is somebody else's, where the kernel
 * does not know yet whose it is.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { MirrorFS } from "../../../fuse/fs/mod.ts";
import { ClientProcess } from "../../_support/client_process.ts";
import { rounds } from "../../_support/platform.ts";
import { mountTest } from "../../_support/mount.ts";

const USER = 1001;

mountTest(
  "A sticky directory keeps from a user what has become another's",
  async (scene) => {
    const source = `${scene.dir}/source`;
    const shared = `${source}/shared`;
    await Deno.mkdir(shared, { recursive: true });
    await Deno.chmod(shared, 0o1777);
    const fs = new MirrorFS(source);
    await using _session = await scene.mount(fs, {
      ...fs.mountOptions,
      allowOther: true,
    });
    await using user = new ClientProcess();
    await user.run((sys, uid) => sys.become(uid, uid), USER);
    const at = [`${scene.mnt}/shared`, shared] as const;
    // The kernel knows them as the user's.
    await user.run((sys, mnt, source) => {
      sys.mkdir(`${mnt}/dir`);
      for (const name of ["a", "b", "c", "d"]) sys.put(`${mnt}/${name}`);
      for (const name of ["a", "b", "c"]) sys.unlink(`${source}/${name}`);
      sys.rmdir(`${source}/dir`);
    }, ...at);
    await Deno.mkdir(`${shared}/dir`);
    for (const name of ["a", "b", "c"]) {
      await Deno.writeTextFile(`${shared}/${name}`, "root's");
    }
    const seen = await user.run((sys, mnt) => {
      const { attempt } = sys;
      return [
        attempt(sys.unlink, `${mnt}/a`),
        attempt(sys.rmdir, `${mnt}/dir`),
        attempt(sys.rename, `${mnt}/b`, `${mnt}/moved`),
        attempt(sys.rename, `${mnt}/d`, `${mnt}/c`),
        attempt(sys.rename, `${mnt}/d`, `${mnt}/moved`),
        attempt(sys.unlink, `${mnt}/moved`),
      ];
    }, at[0]);
    assertEquals(seen, ["EPERM", "EPERM", "EPERM", "EPERM", null, null]);
    const names = await Array.fromAsync(Deno.readDir(shared));
    const left = names.map(({ name }) => name).sort();
    assertEquals(left, ["a", "b", "c", "dir"]);
  },
  { programs: [] },
);

mountTest(
  "A file that another makes in the source meanwhile is opened, and no error",
  async (scene) => {
    const source = `${scene.dir}/source`;
    await Deno.mkdir(source);
    await Deno.chmod(source, 0o777);
    const fs = new MirrorFS(source);
    await using _session = await scene.mount(fs, {
      ...fs.mountOptions,
      allowOther: true,
    });
    await using other = new ClientProcess();
    await using user = new ClientProcess();
    for (const client of [other, user]) {
      await client.run((sys, uid) => sys.become(uid, uid), USER);
    }
    const end = `${scene.dir}/end`;
    const coming = other.run(
      (sys, source, end) => {
        for (let i = 0; i % 64 !== 0 || !sys.exists(end); i++) {
          sys.create(`${source}/file`);
          sys.attempt(sys.unlink, `${source}/file`);
        }
      },
      source,
      end,
    );
    const errors = await user.run(
      (sys, mnt, times) => {
        const seen: unknown[] = [];
        for (let i = 0; i < times; i++) {
          const flags = sys.O_CREAT | sys.O_RDWR;
          const fd = sys.attempt(sys.open, `${mnt}/file`, flags, 0o644);
          if (typeof fd === "number") sys.close(fd);
          else seen.push(fd);
          sys.attempt(sys.unlink, `${mnt}/file`);
        }
        return seen;
      },
      scene.mnt,
      rounds(300, 30_000),
    );
    await Deno.writeTextFile(end, "");
    await coming;
    assertEquals(errors, []);
  },
  { programs: [] },
);
