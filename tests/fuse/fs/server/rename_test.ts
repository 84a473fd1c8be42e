/**
 * What renames reach a directory, and with which flags.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { inClient } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import { WAYS } from "../../../_support/nodes.ts";
import { Store, StoreDirectory } from "../../../_support/store.ts";

for (const [when, answering] of WAYS) {
  mountTest(
    `Node.rename() moves a name, over another one and between directories, answering ${when}`,
    async (scene) => {
      const store = new Store();
      await using session = await scene.mount(answering(store));
      const seen = await inClient(
        scene.mnt,
        ({ attempt, content, listdir, rename, stat, ...sys }, mnt) => {
          sys.chdir(mnt);
          sys.mkdir("from");
          sys.mkdir("to");
          for (const name of ["from/a", "from/b", "to/c"]) sys.put(name, name);
          const { ino } = stat("from/a");
          rename("from/a", "to/a");
          rename("from/b", "to/c");
          rename("to/a", "to/d");
          rename("from", "to/from");
          return [
            ...[listdir(".").sort(), listdir("to").sort()],
            ...[content("to/c"), content("to/d"), stat("to/d").ino === ino],
            attempt(rename, "to/none", "x"),
          ];
        },
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

mountTest(
  "Node.renameFlags lets RENAME_EXCHANGE reach rename(); others are EINVAL",
  async (scene) => {
    const store = new Store();
    await using _session = await scene.mount(store);
    const seen = await inClient(
      scene.mnt,
      ({ attempt, content, rename, ...sys }, mnt) => {
        sys.chdir(mnt);
        for (const name of ["a", "b"]) sys.put(name, name);
        return [
          attempt(rename, "a", "b", sys.RENAME_NOREPLACE),
          attempt(rename, "a", "c", sys.RENAME_NOREPLACE),
          attempt(rename, "c", "b", sys.RENAME_EXCHANGE),
          content("b"),
          content("c"),
          attempt(rename, "b", "x", sys.RENAME_WHITEOUT),
          sys.listdir(".").sort(),
        ];
      },
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
    const seen = await inClient(
      scene.mnt,
      ({ attempt, content, rename, ...sys }, mnt) => {
        sys.chdir(mnt);
        for (const name of ["a", "b"]) sys.put(name, name);
        return [
          attempt(rename, "a", "b", sys.RENAME_EXCHANGE),
          content("a"),
          content("b"),
          attempt(rename, "a", "c", sys.RENAME_NOREPLACE),
        ];
      },
    );
    assertEquals(seen, ["EINVAL", "a", "b", null]);
  },
);
