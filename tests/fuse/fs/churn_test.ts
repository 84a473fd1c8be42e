import { assertEquals, assertLess } from "@std/assert";
import { inClient, output } from "../../_support/client.ts";
import { heapAfterCollection } from "../../_support/garbage.ts";
import { mountTest } from "../../_support/mount.ts";
import { rounds } from "../../_support/platform.ts";
import { Store } from "../../_support/store.ts";

/** How many files are made, found and removed. */
const COUNT = rounds(16_000);
/** How many of them are there at the same time. */
const AT_ONCE = 4000;

mountTest(
  "Many creates, lookups and unlinks leave no node, no handle and no memory behind",
  async (scene) => {
    const store = new Store();
    await using session = await scene.mount(store, { entryValidMs: 0 });
    const { server } = session;
    const churn = (count: number) =>
      inClient(
        scene.mnt,
        (sys, mnt, count, atOnce) => {
          sys.chdir(mnt);
          for (let start = 0; start < count; start += atOnce) {
            const names = Array.from(
              { length: atOnce },
              (_, i) => `${start + i}`,
            );
            for (const name of names) sys.create(name);
            for (const name of names) sys.stat(name);
            for (const name of names) sys.unlink(name);
          }
          return sys.listdir(".").length;
        },
        count,
        AT_ONCE,
      );
    // Once to warm up: pools and tables get their size.
    await churn(2 * AT_ONCE);
    const before = heapAfterCollection();
    assertEquals(await churn(COUNT), 0);
    await output("sh", "-c", "echo 2 > /proc/sys/vm/drop_caches");
    while (server.nodeCount > 1) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assertEquals(server.handleCount, 0);
    const { byOperation } = server.stats;
    for (const name of ["CREATE", "LOOKUP", "UNLINK", "RELEASE"]) {
      const done = byOperation.find(({ opname }) => opname === name)!;
      assertLess(COUNT, done.count, name);
    }
    // A node takes some hundred bytes: one in ten that stays would show.
    assertLess(heapAfterCollection() - before, COUNT * 40 + 1_000_000);
  },
  { dropsCaches: true, limitMs: 600_000 },
);

mountTest(
  "Nodes that the kernel still knows at unmount are swept",
  async (scene) => {
    const store = new Store();
    const session = await scene.mount(store);
    await inClient(scene.mnt, ({ create }, mnt) => {
      for (let i = 0; i < 2000; i++) create(`${mnt}/${i}`);
    });
    assertEquals(session.server.nodeCount, 2001);
    await session.unmount();
    assertEquals(session.server.nodeCount, 0);
    assertEquals(session.server.handleCount, 0);
  },
);
