/**
 * Open files that lose their name.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { PathFS } from "../../../../fuse/fs/mod.ts";
import { holdOpen, inClient, output } from "../../../_support/client.ts";
import type { Sys } from "../../../_support/client_process.ts";
import { mountTest } from "../../../_support/mount.ts";
import { PathStore } from "../../../_support/path_store.ts";
import { WAYS } from "./_ways.ts";

/** Uses a file that has lost its name, and then its directory. */
function useUnlinked(sys: Sys, mnt: string): unknown[] {
  const path = `${mnt}/sub/file`;
  sys.mkdir(`${mnt}/sub`);
  const fd = sys.open(path, sys.O_CREAT | sys.O_RDWR, 0o666);
  sys.write(fd, "content");
  sys.unlink(path);
  sys.put(path, "other");
  sys.unlink(path);
  sys.rmdir(`${mnt}/sub`);
  const listed = sys.listdir(mnt);
  sys.write(fd, " and more");
  sys.fchmod(fd, 0o600);
  const { size, nlink, mode } = sys.fstat(fd);
  const content = sys.latin1(sys.pread(fd, 100, 0));
  return [content, size, nlink, mode, listed];
}

for (const [way, answering] of WAYS) {
  mountTest(
    `PathFS hides a file that is removed while it is open, answering ${way}`,
    async (scene) => {
      const store = new PathStore();
      await using session = await scene.mount(new PathFS(answering(store)));
      const seen = await inClient(scene.mnt, useUnlinked);
      assertEquals(seen, ["content and more", 16, 0, 0o100600, []]);
      await session.unmount();
      assertEquals(store.paths, []);
      const hidden = store.calls.find((call) => call.startsWith("rename"));
      assert(/^rename \/sub\/file \/\.hostkit-/.test(hidden!), hidden);
    },
  );

  mountTest(
    `PathFS removes an open file at once and goes on by its handle, ${way}`,
    async (scene) => {
      const store = new PathStore({ handles: true });
      const fs = new PathFS(answering(store), { unlinked: "handle" });
      await using session = await scene.mount(fs);
      const seen = await inClient(scene.mnt, useUnlinked);
      assertEquals(seen, ["content and more", 16, 0, 0o100600, []]);
      await session.unmount();
      assertEquals(store.paths, []);
      assert(store.calls.includes("unlink /sub/file"));
      assert(store.calls.includes("release "));
      assert(!store.calls.some((call) => call.startsWith("rename")));
    },
  );
}

mountTest(
  "PathFS hides an open file that a rename replaces",
  async (scene) => {
    const store = new PathStore();
    await using session = await scene.mount(new PathFS(store));
    const seen = await inClient(
      scene.mnt,
      ({ content, listdir, open, put, rename, ...sys }, mnt) => {
        for (const name of ["old", "new"]) put(`${mnt}/${name}`, name);
        const fd = open(mnt + "/old", 0);
        rename(mnt + "/new", mnt + "/old");
        const left = sys.latin1(sys.readAll(fd));
        return [left, content(mnt + "/old"), listdir(mnt)];
      },
    );
    assertEquals(seen, ["old", "new", ["old"]]);
    await session.unmount();
    assertEquals(store.paths, ["/old"]);
  },
);

mountTest(
  "PathFS gives an open file its name back if the rename over it fails",
  async (scene) => {
    const store = new PathStore();
    const { rename } = store;
    store.rename = function (from, to, flags): void {
      if (from === "/new") throw new Deno.errors.PermissionDenied();
      return rename.call(this, from, to, flags);
    };
    await using session = await scene.mount(new PathFS(store));
    const seen = await inClient(
      scene.mnt,
      ({ content, listdir, open, put, rename, ...sys }, mnt) => {
        for (const name of ["old", "new"]) put(`${mnt}/${name}`, name);
        const fd = open(mnt + "/old", 0);
        const refused = sys.attempt(rename, mnt + "/new", mnt + "/old");
        const left = sys.latin1(sys.readAll(fd));
        return [refused, left, content(mnt + "/old"), listdir(mnt).sort()];
      },
    );
    assertEquals(seen, ["EACCES", "old", "old", ["new", "old"]]);
    await session.unmount();
    assertEquals(store.paths, ["/new", "/old"]);
  },
);

mountTest(
  "PathFS removes what it hid when it is unmounted by force",
  async (scene) => {
    const store = new PathStore();
    const session = await scene.mount(new PathFS(store));
    await output("touch", `${scene.mnt}/file`);
    await using _holder = await holdOpen(`${scene.mnt}/file`);
    await output("rm", `${scene.mnt}/file`);
    assertEquals(store.paths.length, 1);
    await session[Symbol.asyncDispose]();
    assertEquals(store.paths, []);
  },
);
