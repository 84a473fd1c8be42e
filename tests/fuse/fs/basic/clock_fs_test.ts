import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  ClockFS,
  type Node,
  type NodeNotifier,
} from "../../../../fuse/fs/mod.ts";
import { unmount } from "../../../../fuse/mod.ts";
import { inClient, output } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";

mountTest("ClockFS has one file that tells the time", async (scene) => {
  const before = Date.now();
  await using _session = await scene.mount(new ClockFS());
  assertEquals(await output("ls", scene.mnt), "clock\n");
  const text = await output("cat", `${scene.mnt}/clock`);
  assertMatch(text, /^\d{4}-.*Z\n$/);
  const time = Date.parse(text.trim());
  const after = Date.now();
  assert(before <= time && time <= after, `${before} ${time} ${after}`);
});

mountTest(
  "ClockFS shows the new time through a descriptor that is open",
  async (scene) => {
    const clock = new ClockFS();
    await using session = await scene.mount(clock);
    await clock.tick(session.server, new Date(0));
    const server = session.server;
    // Its reader asks for a tick by touching a file beside the mount.
    const asked = Deno.watchFs(scene.dir, { recursive: false });
    const ticking = (async () => {
      for await (const { paths } of asked) {
        if (!paths.some((path) => path.endsWith("/tick"))) continue;
        await clock.tick(server, new Date(1000));
        await Deno.writeTextFile(`${scene.dir}/done`, "");
        return;
      }
    })();
    const seen = await inClient(scene.mnt, (sys, mnt, dir) => {
      const fd = sys.open(mnt + "/clock", 0);
      const read = () => sys.latin1(sys.pread(fd, 100, 0));
      const seen = [read(), read()];
      sys.create(dir + "/tick");
      while (!sys.exists(dir + "/done")) sys.sleep(1);
      return [...seen, read(), sys.stat(mnt + "/clock").mtime];
    }, scene.dir);
    await ticking;
    const first = "1970-01-01T00:00:00.000Z\n";
    assertEquals(seen, [
      first,
      first,
      "1970-01-01T00:00:01.000Z\n",
      1_000_000_000n,
    ]);
    const reads = server.stats.byOperation
      .find(({ opname }) => opname === "READ")!;
    // What is read again comes from the kernel's cache.
    assertEquals(reads.count, 2);
  },
);

mountTest("ClockFS ticks once started, until unmounted", async (scene) => {
  const clock = new ClockFS();
  const session = await scene.mount(clock);
  clock.start(session.server, 1);
  assertEquals(Deno.inspect(clock), "ClockFS { isTicking: true }");
  const first = await output("cat", `${scene.mnt}/clock`);
  while (await output("cat", `${scene.mnt}/clock`) === first);
  // A timer left behind fails the test.
  await session.unmount();
  assertEquals(Deno.inspect(clock), "ClockFS { isTicking: false }");
});

mountTest("ClockFS stops when a tick finds it closed", async (scene) => {
  const clock = new ClockFS();
  const { server, conn, closed } = await scene.mount(clock);
  await output("ls", "-l", scene.mnt);
  // Closed, with no turn of the event loop in which the file system hears of
  // it.
  const closing: NodeNotifier = Object.create(server, {
    invalidateNodeData: {
      value: async (node: Node) => {
        const closing = conn.close();
        await server.invalidateNodeData(node).finally(() => closing);
      },
    },
  });
  clock.start(closing, 1);
  // An error that nobody catches fails the test, and so does a timer.
  await closed;
  await unmount(scene.mnt);
});

mountTest("ClockFS refuses to be written", async (scene) => {
  await using _session = await scene.mount(new ClockFS());
  const seen = await inClient(
    scene.mnt,
    ({ attempt, open, O_RDWR }, mnt) => attempt(open, mnt + "/clock", O_RDWR),
  );
  assertEquals(seen, "EACCES");
});
