import { assert, assertEquals } from "@std/assert";
import {
  latencyMs,
  type OperationStats,
  type Server,
} from "../../../../fuse/fs/mod.ts";
import { inClient, output } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import { directory, file, fsOf, WAYS } from "../../../_support/nodes.ts";
import { Store } from "../../../_support/store.ts";

function of({ stats }: Server, name: string): OperationStats | undefined {
  return stats.byOperation.find(({ opname }) => opname === name);
}

for (const [when, answering] of WAYS) {
  mountTest(
    `Server.stats counts operations, errors, bytes and latencies, with answers ${when}`,
    async (scene) => {
      await using session = await scene.mount(answering(new Store()), {
        directIO: true,
      });
      const { server } = session;
      await inClient(scene.mnt, (sys, mnt) => {
        sys.chdir(mnt);
        for (let i = 0; i < 10; i++) sys.attempt(sys.stat, "missing");
        const fd = sys.open("f", sys.O_CREAT | sys.O_RDWR);
        for (let i = 0; i < 5; i++) sys.write(fd, "x".repeat(1000));
        sys.pread(fd, 10_000, 0);
        sys.pread(fd, 10_000, 5000);
      });
      const { stats } = server;
      const { count, errors } = of(server, "LOOKUP")!;
      // A negative answer is not remembered; the last is that of open(2).
      assertEquals([count, errors], [11, 11]);
      assertEquals(of(server, "WRITE")?.count, 5);
      assertEquals(stats.bytesWritten, 5000);
      assertEquals(of(server, "READ")?.count, 2);
      assertEquals(stats.bytesRead, 5000);
      assertEquals(stats.inFlight, 0);
      assertEquals(stats.nodes, server.nodeCount);
      assertEquals(stats.handles, server.handleCount);
      let [operations, failed] = [0, 0];
      for (const operation of stats.byOperation) {
        const { count, histogram, totalMs, maxMs, opname } = operation;
        operations += count;
        failed += operation.errors;
        assertEquals(histogram.length, 32);
        assertEquals(histogram.reduce((a, b) => a + b), count, opname);
        assert(maxMs > 0 && maxMs <= totalMs, opname);
        assert(totalMs <= maxMs * count, opname);
        // The slowest is in the last bucket that has any.
        const last = histogram.findLastIndex((n) => n > 0);
        assert(maxMs * 1000 < 2 ** last, opname);
        assert(last === 0 || maxMs * 1000 >= 2 ** (last - 1), opname);
      }
      assertEquals([stats.operations, stats.errors], [operations, failed]);
      // A picture, which does not change.
      await output("ls", scene.mnt);
      assertEquals(stats.operations, operations);
      assert(server.stats.operations > operations);
      JSON.stringify(stats);
    },
  );
}

mountTest(
  "Server.stats counts requests that want no answer",
  async (scene) => {
    const f = file("f");
    await using session = await scene.mount(fsOf(directory({ f })), {
      entryValidMs: 0,
      attrValidMs: 0,
    });
    await output("stat", `${scene.mnt}/f`);
    await output("sh", "-c", `echo 2 > /proc/sys/vm/drop_caches`);
    const { server } = session;
    while (of(server, "FORGET") === undefined) {
      if (of(server, "BATCH_FORGET") !== undefined) break;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assertEquals(server.stats.errors, 0);
  },
  { dropsCaches: true },
);

Deno.test("latencyMs() of a histogram is the bound of the bucket with that share", () => {
  assertEquals(latencyMs([], 0.5), 0);
  assertEquals(latencyMs([0, 0], 0.5), 0);
  assertEquals(latencyMs([1], 0.5), 0.001);
  const histogram = [0, 0, 90, 0, 9, 0, 1];
  assertEquals(
    [0.01, 0.5, 0.9, 0.91, 0.99, 1].map((share) => latencyMs(histogram, share)),
    [0.004, 0.004, 0.004, 0.016, 0.016, 0.064],
  );
});
