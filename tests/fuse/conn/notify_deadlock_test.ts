import { assertEquals, assertInstanceOf } from "@std/assert";
import { type Conn, ErrNotCached } from "../../../fuse/mod.ts";
import { output, run } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { directory, file, fsOf } from "../../_support/nodes.ts";
import { turns } from "../_notifying.ts";

/** How a lookup is answered after it has invalidated its own directory. */
const ENDINGS: readonly [how: string, wait: () => void | Promise<void>][] = [
  ["at once", () => {}],
  ["while the kernel waits for it", () => turns(2000)],
];

for (const [how, wait] of ENDINGS) {
  mountTest(
    `A lookup invalidates the directory that it is in, and answers ${how}`,
    async (scene) => {
      const sent: Promise<PromiseSettledResult<void>[]>[] = [];
      const answers = file("x");
      const root = directory({}, {
        lookup: (name, request) => {
          const conn = request.header.conn as Conn;
          const { node } = request.header;
          sent.push(Promise.allSettled([
            conn.invalidateEntry(node, name),
            conn.invalidateNode(node, 0, -1),
            conn.notifyDelete(node, 0n, name),
          ]));
          const waiting = wait();
          return waiting === undefined ? answers : waiting.then(() => answers);
        },
      });
      await using _session = await scene.mount(fsOf(root));
      for (const name of ["a", "b", "c"]) {
        await run("stat", `${scene.mnt}/${name}`);
      }
      assertEquals(sent.length >= 3, true);
      for (const results of await Promise.all(sent)) {
        for (const result of results) {
          if (result.status === "fulfilled") continue;
          assertInstanceOf(result.reason, ErrNotCached);
        }
      }
    },
  );
}

mountTest(
  "A lookup that waits for the notification it holds up hangs alone, and close() frees it",
  async (scene) => {
    const outcome = Promise.withResolvers<unknown>();
    const started = Promise.withResolvers<void>();
    const root = directory({ other: directory() }, {
      lookup: async (name, request) => {
        if (name === "other") return directory({ file: file("x") });
        const conn = request.header.conn as Conn;
        const sending = conn.invalidateEntry(request.header.node, name);
        started.resolve();
        outcome.resolve(await sending.catch((error) => error));
        return undefined;
      },
    });
    const session = await scene.mount(fsOf(root));
    await output("stat", `${scene.mnt}/other`);
    const looking = run("stat", `${scene.mnt}/name`);
    await started.promise;
    await turns(1000);
    // The notification holds this directory's lock, but no other's.
    assertEquals(await output("cat", `${scene.mnt}/other/file`), "x");
    assertEquals(session.server.inFlightCount, 1);
    await session.conn.close();
    assertInstanceOf(await outcome.promise, ErrNotCached);
    assertEquals((await looking).code, 1);
    await session.unmount({ lazy: true });
  },
);
