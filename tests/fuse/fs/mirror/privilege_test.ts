/**
 * The access of a user to another user's files in a mirror, before the kernel
 * knows the owner.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import * as promises from "node:fs/promises";
import {
  fromNodeFS,
  type FS,
  MemFS,
  MirrorFS,
} from "../../../../fuse/fs/mod.ts";
import type { MountOptions } from "../../../../fuse/mod.ts";
import { ClientProcess, inClient } from "../../../_support/client_process.ts";
import { mountTest } from "../../../_support/mount.ts";

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
);

mountTest(
  "O_CREAT of a file that the kernel does not know of opens it as others may",
  async (scene) => {
    const source = `${scene.dir}/source`;
    await Deno.mkdir(source);
    await Deno.chmod(source, 0o777);
    const fs = new MirrorFS(source);
    await using _session = await scene.mount(fs, {
      ...fs.mountOptions,
      allowOther: true,
      negativeValidMs: 60_000,
    });
    await using user = new ClientProcess();
    const names = ["own", "locked", "shared", "secret", "pipe", "link"];
    await user.run(
      (sys, uid, mnt, source, names) => {
        sys.become(uid, uid);
        // The kernel knows that there is none.
        for (const name of names) sys.exists(`${mnt}/${name}`);
        sys.put(`${source}/own`, "own");
        sys.put(`${source}/locked`, "locked");
        sys.chmod(`${source}/locked`, 0o400);
      },
      USER,
      scene.mnt,
      source,
      names,
    );
    for (
      const [name, mode] of [["shared", 0o666], ["secret", 0o600]] as const
    ) {
      await Deno.writeTextFile(`${source}/${name}`, name);
      await Deno.chmod(`${source}/${name}`, mode);
    }
    await Deno.symlink("shared", `${source}/link`);
    const seen = await user.run(
      (sys, mnt, names) => {
        sys.mkfifo(`${mnt}/../source/pipe`);
        return names.map((name) =>
          sys.attempt(() => {
            const flags = sys.O_CREAT | sys.O_RDWR | sys.O_NONBLOCK;
            const fd = sys.open(`${mnt}/${name}`, flags, 0o644);
            const { mode } = sys.fstat(fd);
            const isFile = (mode & sys.S_IFMT) === sys.S_IFREG;
            return isFile ? sys.latin1(sys.pread(fd, 10, 0)) : "no file";
          })
        );
      },
      scene.mnt,
      names,
    );
    assertEquals(seen, [
      "own",
      "EACCES",
      "shared",
      "EACCES",
      "no file",
      "shared",
    ]);
    const cut = await user.run((sys, mnt) => {
      const flags = sys.O_CREAT | sys.O_TRUNC | sys.O_WRONLY;
      return [
        sys.attempt(() => sys.close(sys.open(`${mnt}/own`, flags))),
        sys.attempt(() => sys.close(sys.open(`${mnt}/secret`, flags))),
      ];
    }, scene.mnt);
    assertEquals(cut, [null, "EACCES"]);
    assertEquals(await Deno.readTextFile(`${source}/own`), "");
    assertEquals(await Deno.readTextFile(`${source}/secret`), "secret");
  },
);

mountTest(
  "O_CREAT through node:fs opens nothing unchecked that has appeared meanwhile",
  async (scene) => {
    const source = `${scene.dir}/source`;
    await Deno.mkdir(source);
    await Deno.chmod(source, 0o777);
    const fs = fromNodeFS(promises, { root: source });
    await using _session = await scene.mount(fs, {
      ...fs.mountOptions,
      allowOther: true,
      negativeValidMs: 60_000,
    });
    await using user = new ClientProcess();
    const names = ["shared", "secret", "link"];
    await user.run(
      (sys, uid, mnt, names) => {
        sys.become(uid, uid);
        for (const name of names) sys.exists(`${mnt}/${name}`);
      },
      USER,
      scene.mnt,
      names,
    );
    for (
      const [name, mode] of [["shared", 0o666], ["secret", 0o600]] as const
    ) {
      await Deno.writeTextFile(`${source}/${name}`, name);
      await Deno.chmod(`${source}/${name}`, mode);
    }
    await Deno.symlink("secret", `${source}/link`);
    const seen = await user.run(
      (sys, mnt, names) =>
        names.map((name) =>
          sys.attempt(() => {
            const fd = sys.open(`${mnt}/${name}`, sys.O_CREAT | sys.O_RDWR);
            return sys.latin1(sys.pread(fd, 10, 0));
          })
        ),
      scene.mnt,
      names,
    );
    assertEquals(seen, ["shared", "EACCES", "EACCES"]);
  },
);

const FILE_SYSTEMS: Readonly<
  Record<
    string,
    (source: string) => FS & { readonly mountOptions: MountOptions }
  >
> = {
  "a mirror": (source) => new MirrorFS(source),
  "a MemFS": () => new MemFS(),
};

for (const [what, make] of Object.entries(FILE_SYSTEMS)) {
  mountTest(
    `A user is not told of trusted attributes in ${what}`,
    async (scene) => {
      const fs = make(scene.dir);
      const dir = what === "a mirror" ? `${scene.mnt}/d` : scene.mnt;
      await Deno.mkdir(`${scene.dir}/d`);
      await using _session = await scene.mount(fs, {
        ...fs.mountOptions,
        allowOther: true,
      });
      const all = await inClient(dir, (sys, dir) => {
        sys.put(`${dir}/file`);
        sys.setxattr(`${dir}/file`, "user.a", "1");
        sys.setxattr(`${dir}/file`, "trusted.b", "2");
        return sys.listxattr(`${dir}/file`).sort();
      });
      assertEquals(all, ["trusted.b", "user.a"]);
      await using user = new ClientProcess();
      const seen = await user.run(
        (sys, uid, dir) => {
          sys.become(uid, uid);
          const size = sys.listxattrSize(`${dir}/file`, 0);
          return [size, ...sys.listxattr(`${dir}/file`)];
        },
        USER,
        dir,
      );
      assertEquals(seen, ["user.a\0".length, "user.a"]);
    },
  );
}

mountTest(
  "A mirror that leaves no trace keeps the source's times of access",
  async (scene) => {
    const source = `${scene.dir}/source`;
    await Deno.mkdir(`${source}/dir`, { recursive: true });
    await Deno.writeTextFile(`${source}/file`, "content");
    const areKept = async (noAtime: boolean): Promise<boolean[]> => {
      const fs = new MirrorFS(source, { noAtime });
      await using _session = await scene.mount(fs, fs.mountOptions);
      return await inClient(scene.mnt, (sys, mnt, source) => {
        // Older than the last change, so that reading is noted.
        const paths = ["dir", "file"].map((name) => `${source}/${name}`);
        for (const path of paths) sys.utime(path, 1n, 2_000_000_000n);
        sys.listdir(`${mnt}/dir`);
        sys.content(`${mnt}/file`);
        return paths.map((path) => sys.stat(path).atime === 1n);
      }, source);
    };
    assertEquals(await areKept(false), [false, false]);
    assertEquals(await areKept(true), [true, true]);
  },
);
