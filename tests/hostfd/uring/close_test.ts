/**
 * Many operations in flight at once, and their end.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { addressOf } from "../../../hostfd/uring/_memory.ts";
import {
  type HostFd,
  pipe,
  POLLIN,
  SOCK_SEQPACKET,
  socketpair,
} from "../../../hostfd/mod.ts";
import {
  IORING_OP_READ,
  IORING_OP_TIMEOUT,
  RawRing,
  Ring,
} from "../../../hostfd/uring/mod.ts";
import { ECANCELED } from "../../../posix/mod.ts";
import { assertNoFdLeak } from "../../_support/leaks.ts";
import { bytesOf } from "../../usermem/_case.ts";
import { TestFile } from "../_files.ts";
import {
  collectGarbage,
  hasRing,
  ringMappings,
  untilAsleep,
  withRing,
} from "./_ring.ts";

const MANY = 4096;

/** What became of some promises, and how often. */
async function endings(
  promises: readonly Promise<unknown>[],
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const result of await Promise.allSettled(promises)) {
    const name = result.status === "fulfilled"
      ? `${result.value}`
      : result.reason.code ?? result.reason.message;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** Starts as many operations as asked for that wait for a pipe. */
function startMany(
  ring: Ring,
  reader: HostFd,
  count: number,
): Promise<unknown>[] {
  return Array.from({ length: count }, (_, i) => {
    switch (i % 3) {
      case 0:
        return ring.read(reader.fd, new Uint8Array(1));
      case 1:
        return ring.poll(reader.fd, POLLIN);
      default:
        return ring.timeout(1e6 + i);
    }
  });
}

/** Waits until the kernel has what was queued. */
async function submitted(ring: Ring): Promise<void> {
  await ring.timeout(0);
}

withRing("4096 operations in flight all complete", async (ring) => {
  const [a, b] = socketpair();
  using _a = a;
  using _b = b;
  const dsts = Array.from({ length: MANY }, () => new Uint8Array(1));
  const receiving = dsts.map((dst) => ring.recv(a.fd, dst));
  assertEquals(ring.inFlight, MANY);
  await submitted(ring);
  const bytes = Uint8Array.from({ length: MANY }, (_, i) => i % 251 + 1);
  for (let sent = 0; sent < MANY;) {
    sent += await ring.send(b.fd, bytes.subarray(sent));
  }
  assertEquals(await endings(receiving), { 1: MANY });
  const sum = (all: Iterable<number>) => [...all].reduce((a, b) => a + b);
  assertEquals(sum(dsts.map(([byte]) => byte!)), sum(bytes));
  assertEquals(ring.inFlight, 0);
}, { entries: 64 });

withRing(
  "4096 operations in flight are cancelled by their signals",
  async (ring) => {
    const [reader, writer] = pipe();
    using _reader = reader;
    using _writer = writer;
    const controller = new AbortController();
    const { signal } = controller;
    const polling = Array.from(
      { length: MANY },
      () => ring.poll(reader.fd, POLLIN, { signal }),
    );
    await submitted(ring);
    controller.abort(new Error("enough"));
    assertEquals(await endings(polling), { enough: MANY });
    assertEquals(ring.inFlight, 0);
  },
);

withRing(
  "4096 operations in flight end when their ring is disposed of",
  async (ring) => {
    const [reader, writer] = pipe();
    using _reader = reader;
    using _writer = writer;
    const waiting = startMany(ring, reader, MANY);
    const ends = endings(waiting);
    await submitted(ring);
    await ring[Symbol.asyncDispose]();
    assertEquals(await ends, { ECANCELED: MANY });
    assertEquals([ring.fd, ring.inFlight, ringMappings()], [-1, 0, []]);
  },
  { entries: 32, cqEntries: 64 },
);

withRing(
  "4096 operations in flight end when their ring is closed",
  async (ring) => {
    const [reader, writer] = pipe();
    using _reader = reader;
    using _writer = writer;
    const ends = endings(startMany(ring, reader, MANY));
    await submitted(ring);
    ring.close();
    assertEquals([ring.fd, ring.inFlight, ringMappings()], [-1, 0, []]);
    assertEquals(await ends, { ECANCELED: MANY });
  },
);

withRing("What the kernel has not been given ends too", async (ring) => {
  const [reader, writer] = pipe();
  using _reader = reader;
  using _writer = writer;
  const ends = endings(startMany(ring, reader, 100));
  ring.close();
  assertEquals(await ends, { ECANCELED: 100 });
});

Deno.test({
  name: "A ring that is closed while the event loop sleeps leaks nothing",
  ignore: !hasRing,
  fn: async () => {
    const [reader, writer] = pipe();
    using _reader = reader;
    using _writer = writer;
    await assertNoFdLeak(async () => {
      const ring = new Ring();
      const ends = endings([ring.read(reader.fd, new Uint8Array(1))]);
      await untilAsleep();
      ring.close();
      assertEquals(await ends, { ECANCELED: 1 });
      // It is closed; the thread that waits may not know yet.
      await ring[Symbol.asyncDispose]();
    });
  },
});

withRing(
  "Transfers with a device are over before the memory is let go",
  async (ring) => {
    // Nothing cancels what has begun, so closing waits for it.
    const path = await Deno.makeTempFile();
    try {
      const content = new Uint8Array(64 << 10).fill(7);
      using file = await Deno.open(path, { write: true });
      for (let i = 0; i < 16; i++) await file.write(content);
      await file.syncData();
      using target = await ring.openat(-100, path, 2);
      const dsts = Array.from({ length: 256 }, () => new Uint8Array(4096));
      const results = Promise.allSettled(dsts.flatMap((dst, i) => [
        ring.read(target.fd, dst, i * 4096),
        ring.write(target.fd, content.subarray(0, 4096), i * 4096),
        ring.fsync(target.fd),
      ]));
      await new Promise((resolve) => queueMicrotask(() => resolve(null)));
      await ring[Symbol.asyncDispose]();
      const ended = await results;
      for (const [i, dst] of dsts.entries()) {
        const read = ended[3 * i]!;
        const isDone = read.status === "fulfilled" && read.value === 4096;
        assert(dst.every((byte) => byte === (isDone ? 7 : 0)));
      }
    } finally {
      await Deno.remove(path);
    }
  },
);

Deno.test({
  name: "The memory of what is in flight is kept alive, and then let go",
  ignore: !hasRing,
  fn: async () => {
    const [reader, writer] = socketpair(SOCK_SEQPACKET);
    using _reader = reader;
    using _writer = writer;
    await using ring = new Ring();
    const seen: WeakRef<Uint8Array>[] = [];
    const ends = endings(Array.from({ length: 8 }, () => {
      const dst = new Uint8Array(1 << 20);
      seen.push(new WeakRef(dst));
      return ring.read(reader.fd, dst);
    }));
    await collectGarbage();
    const check = async (): Promise<void> => {
      const dsts = seen.map((ref) => ref.deref());
      for (let i = 0; i < 8; i++) writer.writeSync(bytesOf("x"));
      assertEquals(await ends, { 1: 8 });
      assertEquals(dsts.map((dst) => dst?.[0]), Array(8).fill(0x78));
    };
    await check();
    await collectGarbage();
    assertEquals(seen.map((ref) => ref.deref()), Array(8).fill(undefined));
  },
});

Deno.test({
  name: "A ring that is dropped unclosed is closed some time",
  ignore: !hasRing,
  fn: async () => {
    const drop = (): number => {
      const ring = new RawRing();
      const [reader, writer] = pipe();
      const dst = new Uint8Array(8);
      const entry = ring.prepare(IORING_OP_READ, reader.fd, 0, dst);
      entry.address = addressOf(dst);
      entry.length = 8;
      ring.submitAndWait(0);
      reader.close();
      writer.close();
      return ring.fd;
    };
    drop();
    await collectGarbage();
    assertEquals(ringMappings(), []);
  },
});

Deno.test({
  name: "A thousand rings, each closed with work in flight, leak nothing",
  ignore: !hasRing,
  fn() {
    assertNoFdLeak(() => {
      using file = TestFile.of(bytesOf("hello"));
      const time = new BigInt64Array([1000n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n]);
      let cancelled = 0;
      for (let i = 0; i < 1000; i++) {
        using ring = new RawRing({
          entries: 4,
          onCompletion: (_, result) =>
            cancelled += Number(result === -ECANCELED),
        });
        const entry = ring.prepare(IORING_OP_TIMEOUT, -1, 0, time);
        entry.address = addressOf(time);
        entry.length = 1;
        ring.submitAndWait(0);
        ring.prepare(IORING_OP_READ, file.fd, 0);
      }
      assertEquals(cancelled, 2000);
    });
    assertEquals(ringMappings(), []);
  },
});
