import { assertEquals } from "@std/assert";
import { FOPEN_CACHE_DIR, FOPEN_KEEP_CACHE } from "../../../../fuse/mod.ts";
import { inClient, output } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import { directory, file, fsOf, WAYS } from "../../../_support/nodes.ts";

mountTest(
  "FOPEN_CACHE_DIR and FOPEN_KEEP_CACHE let the kernel keep a listing",
  async (scene) => {
    let listings = 0;
    const d = directory({ a: file("a") }, {
      open: (_request, response) => {
        response.flags |= FOPEN_CACHE_DIR | FOPEN_KEEP_CACHE;
        return { readDirAll: () => (listings++, [{ name: "a" }]) };
      },
    });
    await using _session = await scene.mount(fsOf(directory({ d })));
    for (let i = 0; i < 3; i++) {
      assertEquals(await output("ls", `${scene.mnt}/d`), "a\n");
    }
    assertEquals(listings, 1);
  },
);

mountTest(
  "Handle.readdirplus() gives nodes with the entries, which spares lookup()",
  async (scene) => {
    for (const [when, answering] of WAYS) {
      const looked: string[] = [];
      const nodes = { a: file("a"), b: file("bb"), c: file("ccc") };
      const root = directory(nodes, {
        lookup: (name) => {
          looked.push(name);
          return nodes[name as "a"];
        },
        readdirplus: () => [
          { name: "a", node: nodes.a },
          { name: "b", node: nodes.b },
          { name: "c" },
        ],
      });
      await using session = await scene.mount(answering(fsOf(root)), {
        readdirplus: "always",
      });
      const seen = await inClient(
        scene.mnt,
        ({ scandir, stat }, mnt) =>
          scandir(mnt).map(({ name }) => [name, stat(`${mnt}/${name}`).size]),
      );
      assertEquals(seen, [["a", 1], ["b", 2], ["c", 3]], when);
      assertEquals(looked, ["c"], when);
      assertEquals(session.server.nodeCount, 4, when);
    }
  },
);
