/**
 * What becomes of an open file that loses its name.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { PathFS } from "../../../fuse/fs/mod.ts";
import { holdOpen, output, python } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { PathStore } from "../../_support/path_store.ts";
import { WAYS } from "./_path_ways.ts";

const UNLINK_OPEN = `
path = mnt + "/sub/file"
os.mkdir(mnt + "/sub")
with open(path, "w+") as file:
    file.write("content")
    file.flush()
    os.remove(path)
    with open(path, "w") as other:
        other.write("other")
    os.remove(path)
    os.rmdir(mnt + "/sub")
    listed = os.listdir(mnt)
    file.write(" and more")
    file.flush()
    os.fchmod(file.fileno(), 0o600)
    s = os.fstat(file.fileno())
    file.seek(0)
    say([file.read(), s.st_size, s.st_nlink, oct(s.st_mode), listed])
`;

for (const [way, answering] of WAYS) {
  mountTest(
    `PathFS hides a file that is removed while it is open, answering ${way}`,
    async (scene) => {
      const store = new PathStore();
      await using session = await scene.mount(new PathFS(answering(store)));
      const seen = await python(scene.mnt, UNLINK_OPEN);
      assertEquals(seen, ["content and more", 16, 0, "0o100600", []]);
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
      const seen = await python(scene.mnt, UNLINK_OPEN);
      assertEquals(seen, ["content and more", 16, 0, "0o100600", []]);
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
    const seen = await python(
      scene.mnt,
      `
for name in ["old", "new"]:
    with open(mnt + "/" + name, "w") as file:
        file.write(name)
with open(mnt + "/old") as file:
    os.rename(mnt + "/new", mnt + "/old")
    say([file.read(), read(mnt + "/old"), os.listdir(mnt)])
`,
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
    const seen = await python(
      scene.mnt,
      `
for name in ["old", "new"]:
    with open(mnt + "/" + name, "w") as file:
        file.write(name)
with open(mnt + "/old") as file:
    refused = attempt(os.rename, mnt + "/new", mnt + "/old")
    say([refused, file.read(), read(mnt + "/old"), sorted(os.listdir(mnt))])
`,
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
  { programs: [] },
);
