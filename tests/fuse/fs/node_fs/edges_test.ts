/**
 * Values that the interface of node:fs cannot represent, or only otherwise.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import * as promises from "node:fs/promises";
import { fromNodeFS, PathFS } from "../../../../fuse/fs/mod.ts";
import { inClient } from "../../../_support/client.ts";
import { ClientProcess } from "../../../_support/client_process.ts";
import { mountTest } from "../../../_support/mount.ts";
import { PathStore } from "../../../_support/path_store.ts";
import { FILE_SYSTEMS } from "../_file_systems.ts";

for (const { name, ...fileSystem } of FILE_SYSTEMS) {
  const isText = name.startsWith("fromNodeFS()");
  const ignore = fileSystem.ignore ?? false;

  mountTest(
    `${name} confuses no names that are not UTF-8`,
    async (scene) => {
      await using _mounted = await fileSystem.mount(scene);
      const seen = await inClient(scene.mnt, (sys, mnt) => {
        const [a, b] = [`${mnt}/\udcfe`, `${mnt}/\udcff`];
        const file = `${mnt}/file`;
        sys.put(file, "kept");
        return [
          sys.attempt(sys.put, a, "a"),
          sys.attempt(sys.put, b, "b"),
          sys.attempt(sys.mkdir, `${a}d`),
          sys.attempt(sys.symlink, "to", `${a}l`),
          sys.attempt(sys.link, file, `${a}f`),
          sys.attempt(sys.rename, file, `${b}r`),
          sys.attempt(sys.symlink, "to \udcfe", `${mnt}/link`),
          sys.attempt(sys.readlink, `${mnt}/link`),
          sys.attempt(sys.content, a),
          sys.attempt(sys.content, b),
          sys.listdir(mnt).sort(),
        ];
      });
      const no = "EILSEQ";
      assertEquals(
        seen,
        isText
          ? [no, no, no, no, no, no, no, "ENOENT", no, no, ["file"]]
          : [null, null, null, null, null, null, null, "to \udcfe", "a", "b", [
            "link",
            ...["\udcfe", "\udcfed", "\udcfef", "\udcfel", "\udcff", "\udcffr"],
          ]],
      );
    },
    { ignore },
  );

  mountTest(
    `${name} has times before 1970, and no file of 2^62 bytes`,
    async (scene) => {
      await using _mounted = await fileSystem.mount(scene);
      const seen = await inClient(scene.mnt, (sys, mnt) => {
        const path = `${mnt}/file`;
        const fd = sys.open(path, sys.O_CREAT | sys.O_RDWR);
        const times: bigint[] = [];
        for (const ns of [-2_000_000_000n, -86_400_000_000_000n]) {
          sys.utime(path, ns, ns);
          times.push(sys.stat(path).mtime);
          sys.futime(fd, ns - 1_000_000_000n, ns - 1_000_000_000n);
          times.push(sys.fstat(fd).mtime);
        }
        sys.utime(path, -1n, -1n);
        return {
          times,
          last: sys.stat(path).mtime,
          large: [
            sys.attempt(sys.ftruncate, fd, 2 ** 62),
            sys.attempt(sys.truncate, path, 2 ** 62),
            sys.attempt(sys.pwrite, fd, "x", 2 ** 62),
          ],
        };
      });
      assertEquals(
        seen.times,
        [-2n, -3n, -86_400n, -86_401n].map((s) => s * 1_000_000_000n),
      );
      assert(seen.last < 0n && seen.last >= -1_000_000_000n, `${seen.last}`);
      if (isText) assertEquals(seen.large, ["EFBIG", "EFBIG", "EFBIG"]);
    },
    { ignore },
  );
}

mountTest(
  "fromNodeFS() does not list what the object cannot say",
  async (scene) => {
    const source = `${scene.dir}/source`;
    await Deno.mkdir(source);
    await inClient(source, (sys, source) => {
      sys.put(`${source}/\udcfe`, "a");
      sys.put(`${source}/\udcff`, "b");
      sys.put(`${source}/\ufffd and`, "c");
      sys.symlink("\udcff", `${source}/link`);
    });
    const fs = fromNodeFS(promises, { root: source });
    await using _session = await scene.mount(fs, fs.mountOptions);
    const seen = await inClient(scene.mnt, (sys, mnt) => [
      sys.listdir(mnt).sort(),
      sys.content(`${mnt}/\ufffd and`),
      sys.attempt(sys.readlink, `${mnt}/link`),
    ]);
    assertEquals(seen, [["link", "\ufffd and"], "c", "EILSEQ"]);
  },
);

mountTest(
  "PathFS has the kernel check permissions, unless it does so itself",
  async (scene) => {
    const store = new PathStore();
    const fs = new PathFS(store);
    assertEquals(fs.mountOptions, { defaultPermissions: true });
    const own = new PathFS({ getattr: () => undefined, access() {} });
    assertEquals(own.mountOptions, { defaultPermissions: false });
    await using _session = await scene.mount(fs, {
      ...fs.mountOptions,
      allowOther: true,
    });
    await using client = new ClientProcess();
    const seen = await client.run((sys, mnt) => {
      sys.put(`${mnt}/file`, "root's");
      sys.chmod(`${mnt}/file`, 0o644);
      sys.become(1000, 1000);
      return [
        sys.attempt(sys.put, `${mnt}/file`, "mine"),
        sys.attempt(sys.chmod, `${mnt}/file`, 0o666),
        sys.content(`${mnt}/file`),
      ];
    }, scene.mnt);
    assertEquals(seen, ["EACCES", "EPERM", "root's"]);
  },
);

for (
  const [when, validMs] of [["at once", 0], ["a minute ago", 60_000]] as const
) {
  mountTest(
    `A file of fromNodeFS() has the name that is left in the source, looked up ${when}`,
    async (scene) => {
      const source = `${scene.dir}/source`;
      await Deno.mkdir(source);
      const fs = fromNodeFS(promises, { root: source });
      await using _session = await scene.mount(fs, {
        ...fs.mountOptions,
        entryValidMs: validMs,
        attrValidMs: validMs,
      });
      const seen = await inClient(scene.mnt, (sys, mnt, source) => {
        const { attempt, chmod, link, rename, stat, unlink } = sys;
        const seen: unknown[] = [];
        const use = (path: string) =>
          seen.push(
            attempt(chmod, path, 0o600),
            attempt(sys.truncate, path, 1),
            attempt(sys.content, path),
            attempt(link, path, `${path}-link`),
            attempt(sys.utime, path, 1n, 1n),
            stat(path).mode & 0o777,
          );
        // Another name, which is looked up first.
        sys.put(`${source}/old`, "moved");
        stat(`${mnt}/old`);
        rename(`${source}/old`, `${source}/new`);
        use(`${mnt}/new`);
        // Both are known, and the one looked up last is taken away.
        sys.put(`${source}/first`, "linked");
        link(`${source}/first`, `${source}/second`);
        for (const name of ["first", "second"]) stat(`${mnt}/${name}`);
        unlink(`${source}/second`);
        use(`${mnt}/first`);
        link(`${source}/first`, `${source}/third`);
        for (const name of ["third", "first"]) stat(`${mnt}/${name}`);
        unlink(`${source}/third`);
        seen.push(attempt(link, `${mnt}/first`, `${mnt}/fourth`));
        return seen;
      }, source);
      const used = (
        content: string,
      ) => [null, null, content, null, null, 0o600];
      assertEquals(seen.slice(0, 6), used("m"));
      assertEquals(seen.slice(6, 12), used("l"));
      assertEquals(seen.slice(12), [null]);
    },
  );
}

for (const [how, validMs] of [["cached", 60_000], ["not cached", 0]] as const) {
  mountTest(
    `What is open in fromNodeFS() is meant whatever has its name in the source, ${how}`,
    async (scene) => {
      const source = `${scene.dir}/source`;
      await Deno.mkdir(source);
      const fs = fromNodeFS(promises, { root: source });
      await using _session = await scene.mount(fs, {
        ...fs.mountOptions,
        entryValidMs: validMs,
        attrValidMs: validMs,
      });
      const seen = await inClient(scene.mnt, (sys, mnt, source) => {
        const use = (name: string, replace: (path: string) => void) => {
          sys.put(`${source}/${name}`, "mine");
          const fd = sys.open(`${mnt}/${name}`, sys.O_RDWR);
          replace(`${source}/${name}`);
          const change = (call: (fd: number) => void) => sys.attempt(call, fd);
          const changed = [
            change((fd) => sys.fchmod(fd, 0o600)),
            change((fd) => sys.fchown(fd, 5, 6)),
            change((fd) => sys.futime(fd, 1n, 2_000_000n)),
            change((fd) => sys.ftruncate(fd, 2)),
            sys.latin1(sys.pread(fd, 9, 0)),
          ];
          const { mode, uid, gid, nlink, size } = sys.fstat(fd);
          return [...changed, mode & 0o777, uid, gid, nlink, size];
        };
        const removed = use("removed", sys.unlink);
        const replaced = use("replaced", (path) => {
          sys.put(`${path}-new`, "theirs");
          sys.rename(`${path}-new`, path);
        });
        const theirs = sys.about(`${source}/replaced`);
        return [removed, replaced, theirs];
      }, source);
      const used = [null, null, null, null, "mi", 0o600, 5, 6, 0, 2];
      assertEquals(seen, [used, used, [0o100644, 1, 0, 0, 6, 0n]]);
    },
  );
}
