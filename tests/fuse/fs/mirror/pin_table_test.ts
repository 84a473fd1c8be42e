import { assertEquals, assertThrows } from "@std/assert";
import {
  IDENTITY,
  PinTable,
  pinTable,
} from "../../../../fuse/fs/mirror/pin_table.ts";
import { MirrorFS } from "../../../../fuse/fs/mirror/mirror_fs.ts";
import { assertNoFdLeak, openFds } from "../../../_support/leaks.ts";
import { openNull } from "./_open_null.ts";

const ignore = Deno.build.os !== "linux";

function identity(n: number): Int32Array {
  return new Int32Array(IDENTITY).fill(n);
}

Deno.test("A mirror refuses to share other memory, and leaves nothing open", {
  ignore,
}, () => {
  assertNoFdLeak(() => {
    for (const bytes of [0, 4, 32, 4096]) {
      const shared = new SharedArrayBuffer(bytes);
      const fs = new MirrorFS(".", { shared });
      assertThrows(() => fs.root(), TypeError, "MirrorFS.share()");
    }
  });
});

Deno.test("PinTable gives a file one id until its last lookup is taken back", {
  ignore,
}, () => {
  assertNoFdLeak(() => {
    const memory = pinTable(10);
    const [one, other] = [new PinTable(memory), new PinTable(memory)];
    const fd = openNull();
    const id = one.add(identity(1), fd);
    assertEquals(other.find(identity(1)), id);
    assertEquals(other.find(identity(2)), 0);
    assertEquals([one.fdOf(id), other.fdOf(id), other.size], [fd, fd, 1]);
    one.forget(id, 1);
    assertEquals(one.fdOf(id), fd);
    other.forget(id, 1);
    assertEquals([one.fdOf(id), other.size, openFds().has(fd)], [-1, 0, false]);
    // The id of a forgotten file is not used again.
    const next = other.add(identity(1), openNull());
    assertEquals(next === id, false);
    other.forget(id, 5);
    assertEquals([one.fdOf(id), one.fdOf(next) >= 0], [-1, true]);
    one.close();
    assertEquals(other.fdOf(next) >= 0, true);
    other.close();
  });
});

Deno.test("PinTable is empty when all Workers have closed it", {
  ignore,
}, () => {
  assertNoFdLeak(() => {
    const memory = pinTable(3);
    const table = new PinTable(memory);
    const ids = [1, 2, 3].map((n) => table.add(identity(n), openNull()));
    table.forget(ids[1]!, 1);
    table.close();
    const next = new PinTable(memory);
    assertEquals(next.size, 0);
    assertEquals(ids.map((id) => next.fdOf(id)), [-1, -1, -1]);
    assertEquals([1, 2, 3].map((n) => next.find(identity(n))), [0, 0, 0]);
    const fds = [1, 2, 3].map(openNull);
    const again = fds.map((fd, n) => next.add(identity(n), fd));
    assertEquals(again.map((id) => next.fdOf(id)), fds);
    next.close();
  });
});

Deno.test("PinTable.add() of a file that is there counts, and closes", {
  ignore,
}, () => {
  assertNoFdLeak(() => {
    const table = new PinTable(pinTable(10));
    const id = table.add(identity(1), openNull());
    assertEquals(table.add(identity(1), openNull()), id);
    table.forget(id, 1);
    assertEquals(table.fdOf(id) >= 0, true);
    table.close();
  });
});

Deno.test("PinTable.add() throws ENFILE when the table is full", {
  ignore,
}, () => {
  assertNoFdLeak(() => {
    const table = new PinTable(pinTable(2));
    const ids = [1, 2].map((n) => table.add(identity(n), openNull()));
    assertThrows(() => table.add(identity(3), openNull()), Error, "ENFILE");
    table.forget(ids[0]!, 1);
    table.add(identity(3), openNull());
    assertEquals(table.find(identity(2)), ids[1]);
    table.close();
  });
});

Deno.test(
  "PinTable.fdOf() knows no id that was never given",
  { ignore },
  () => {
    const table = new PinTable(pinTable(2));
    for (const id of [0, 1, 2, 2 ** 22, 2 ** 52]) {
      assertEquals(table.fdOf(id), -1);
      table.forget(id, 1);
    }
    table.close();
  },
);

Deno.test("pinTable() refuses a number of files that is none", () => {
  for (const files of [0, -1, 1.5, NaN, 2 ** 23]) {
    assertThrows(() => pinTable(files), RangeError);
  }
});

Deno.test("PinTable counts for several Workers at once", {
  ignore,
}, async () => {
  const memory = pinTable(7);
  const watcher = new PinTable(memory);
  const before = openFds().size;
  const workers = Array.from(
    { length: 3 },
    () =>
      new Worker(import.meta.resolve("./_pin_worker.ts"), { type: "module" }),
  );
  const wrong = await Promise.all(workers.map((worker) => {
    const { promise, resolve } = Promise.withResolvers<number>();
    worker.onmessage = ({ data }) => resolve(data);
    worker.postMessage(memory);
    return promise;
  }));
  assertEquals(wrong, [0, 0, 0]);
  assertEquals(watcher.size, 0);
  for (const worker of workers) worker.terminate();
  watcher.close();
  const nulls = [...openFds().values()].filter((path) => path === "/dev/null");
  assertEquals(nulls.length <= 3, true, `${nulls.length} of ${before}`);
});
