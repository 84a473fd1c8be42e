/**
 * What renames reach a directory, and with which flags.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { python } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { WAYS } from "../../_support/nodes.ts";
import { Store, StoreDirectory } from "../../_support/store.ts";

for (const [when, answering] of WAYS) {
  mountTest(
    `Node.rename() moves a name, over another one and between directories, answering ${when}`,
    async (scene) => {
      const store = new Store();
      await using session = await scene.mount(answering(store));
      const seen = await python(
        scene.mnt,
        `
os.chdir(mnt)
os.mkdir("from"), os.mkdir("to")
for name in ("from/a", "from/b", "to/c"): open(name, "w").write(name)
ino = stat("from/a")["ino"]
os.rename("from/a", "to/a")
os.rename("from/b", "to/c")
os.rename("to/a", "to/d")
os.rename("from", "to/from")
say([sorted(os.listdir(".")), sorted(os.listdir("to")), read("to/c"), read("to/d"),
     stat("to/d")["ino"] == ino, attempt(os.rename, "to/none", "x")])
`,
      );
      assertEquals(seen, [
        ["to"],
        ["c", "d", "from"],
        "from/b",
        "from/a",
        true,
        "ENOENT",
      ]);
      assertEquals(session.server.stats.errors > 0, true);
    },
  );
}

/** renameat2(2), which Python does not have. */
const RENAMEAT2 = `
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def rename(old, new, flags):
    paths = os.fsencode(mnt + "/" + old), os.fsencode(mnt + "/" + new)
    if libc.renameat2(-100, paths[0], -100, paths[1], flags) == 0: return None
    return errno.errorcode[ctypes.get_errno()]
NOREPLACE, EXCHANGE, WHITEOUT = 1, 2, 4
`;

mountTest(
  "Node.renameFlags lets RENAME_EXCHANGE reach rename(); others are EINVAL",
  async (scene) => {
    const store = new Store();
    await using _session = await scene.mount(store);
    const seen = await python(
      scene.mnt,
      `${RENAMEAT2}
for name in ("a", "b"): open(mnt + "/" + name, "w").write(name)
say([rename("a", "b", NOREPLACE), rename("a", "c", NOREPLACE), rename("c", "b", EXCHANGE),
     read(mnt + "/b"), read(mnt + "/c"), rename("b", "x", WHITEOUT), sorted(os.listdir(mnt))])
`,
    );
    assertEquals(seen, [
      "EEXIST",
      null,
      null,
      "a",
      "b",
      "EINVAL",
      ["b", "c"],
    ]);
  },
);

mountTest(
  "A rename() without renameFlags is never asked to exchange, and loses no file",
  async (scene) => {
    class Plain extends StoreDirectory {
      override readonly renameFlags = 0;
    }
    const top = new Plain();
    await using _session = await scene.mount({ root: () => top });
    const seen = await python(
      scene.mnt,
      `${RENAMEAT2}
for name in ("a", "b"): open(mnt + "/" + name, "w").write(name)
say([rename("a", "b", EXCHANGE), read(mnt + "/a"), read(mnt + "/b"), rename("a", "c", NOREPLACE)])
`,
    );
    assertEquals(seen, ["EINVAL", "a", "b", null]);
  },
);
