import { assert, assertEquals, assertThrows } from "@std/assert";
import { addressOf } from "../../../ffi/mod.ts";
import { HostFd, listenUnix, pipe, socketpair } from "../../../hostfd/mod.ts";
import { connectUnix } from "../../../hostfd/mod.ts";
import {
  IORING_ACCEPT_MULTISHOT,
  IORING_CQE_F_MORE,
  IORING_OP_ACCEPT,
  IORING_OP_ASYNC_CANCEL,
  IORING_OP_NOP,
  IORING_OP_POLL_ADD,
  IORING_OP_READ,
  IORING_OP_TIMEOUT,
  IORING_OP_URING_CMD,
  IORING_OP_WRITE,
  IOSQE_IO_LINK,
  RawRing,
  Ring,
  type RingOptions,
} from "../../../hostfd/uring/mod.ts";
import { EBADF, ECANCELED, EINVAL } from "../../../posix/mod.ts";
import { bytesOf, textOf } from "../../usermem/_case.ts";
import { TestFile } from "../_files.ts";
import { hasRing, ringMappings, untilAsleep, withRing } from "./_ring.ts";

type Completion = [token: number, result: number, flags: number];

/** Runs `body` with a ring, and the list of what completed. */
function withRawRing(
  name: string,
  body: (ring: RawRing, completed: Completion[]) => void | Promise<void>,
  options: RingOptions = {},
): void {
  const completed: Completion[] = [];
  withRing(name, (ring) => {
    completed.length = 0;
    return body(ring, completed);
  }, { ...options, onCompletion: (...args) => completed.push(args) });
}

function prepareRead(
  ring: RawRing,
  fd: number,
  token: number,
  dst: Uint8Array<ArrayBuffer>,
  offset: number | bigint,
): void {
  const entry = ring.prepare(IORING_OP_READ, fd, token, dst);
  entry.address = addressOf(new Uint8Array(dst.buffer)) +
    BigInt(dst.byteOffset);
  entry.length = dst.length;
  entry.offset = offset;
}

withRawRing(
  "RawRing.submitAndWait() tells tokens and results",
  (ring, completed) => {
    using file = TestFile.of(bytesOf("hello"));
    const dsts = [new Uint8Array(2), new Uint8Array(9)];
    for (const [i, dst] of dsts.entries()) {
      prepareRead(ring, file.fd, i + 0x7ffffffe, dst, 1);
    }
    assertEquals([ring.inFlight, completed], [2, []]);
    assertEquals(ring.submitAndWait(2), 2);
    assertEquals(completed, [[0x7ffffffe, 2, 0], [0x7fffffff, 4, 0]]);
    assertEquals(dsts.map((dst) => textOf(dst.subarray(0, 2))), ["el", "el"]);
    assertEquals([ring.inFlight, ring.submitAndWait(5)], [0, 0]);
  },
);

withRawRing("RawRing.submitAndWait(0) waits for nothing", (ring, completed) => {
  const [reader, writer] = pipe();
  using _reader = reader;
  using _writer = writer;
  prepareRead(ring, reader.fd, 1, new Uint8Array(8), -1);
  assertEquals(ring.submitAndWait(0), 0);
  writer.writeSync(new Uint8Array(3));
  assertEquals(ring.submitAndWait(), 1);
  assertEquals(completed, [[1, 3, 0]]);
});

withRawRing(
  "RawRing.submit() has the event loop complete",
  async (ring, completed) => {
    const [reader, writer] = pipe();
    using _reader = reader;
    using _writer = writer;
    prepareRead(ring, reader.fd, 1, new Uint8Array(8), -1);
    ring.submit();
    await untilAsleep();
    assertEquals(completed, []);
    writer.writeSync(new Uint8Array(3));
    while (ring.inFlight > 0) {
      await new Promise((resolve) => setTimeout(resolve));
    }
    assertEquals(completed, [[1, 3, 0]]);
  },
);

withRawRing(
  "RawRing.prepare() hands a full queue to the kernel",
  (ring, completed) => {
    using file = TestFile.of(Uint8Array.from({ length: 256 }, (_, i) => i));
    assertEquals(ring.entries, 4);
    const dsts = Array.from({ length: 256 }, () => new Uint8Array(1));
    for (const [i, dst] of dsts.entries()) {
      prepareRead(
        ring,
        file.fd,
        i,
        dst,
        i,
      );
    }
    assertEquals(completed, []);
    assertEquals(ring.submitAndWait(256), 256);
    assertEquals(dsts.map(([byte]) => byte), [...dsts.keys()]);
    assertEquals(completed.map(([token]) => token), [...dsts.keys()]);
  },
  { entries: 4 },
);

withRawRing("A full completion queue loses nothing", (ring, completed) => {
  assertEquals(ring.cqEntries, 8);
  for (let i = 0; i < 5000; i++) ring.prepare(IORING_OP_NOP, -1, i);
  assertEquals(ring.submitAndWait(0), 5000);
  assertEquals(new Set(completed.map(([token]) => token)).size, 5000);
  assertEquals(ring.inFlight, 0);
}, { entries: 8, cqEntries: 8 });

withRawRing("The queues' counters may overflow", (ring, completed) => {
  // The kernel starts both at 0: 2^16 rounds show that they wrap in the ring.
  for (let i = 0; i < 20_000; i++) {
    ring.prepare(IORING_OP_NOP, -1, i);
    if (i % 3 === 0) ring.submitAndWait(0);
  }
  ring.submitAndWait(ring.inFlight);
  assertEquals(completed.map(([token]) => token), [...Array(20_000).keys()]);
}, { entries: 2 });

withRawRing("RawRing.cancel() cancels one operation", (ring, completed) => {
  const [reader, writer] = pipe();
  using _reader = reader;
  using _writer = writer;
  const prepare = (token: number): number => {
    prepareRead(ring, reader.fd, token, new Uint8Array(8), -1);
    return ring.prepare(IORING_OP_POLL_ADD, reader.fd, token).id;
  };
  const poll = prepare(1);
  ring.submitAndWait(0);
  ring.cancel(poll);
  assertEquals(ring.submitAndWait(), 1);
  assertEquals(completed, [[1, -ECANCELED, 0]]);
  // Its slot is another's now, which is not meant.
  const other = prepare(3);
  assert(other !== poll);
  ring.submitAndWait(0);
  ring.cancel(poll);
  assertEquals(ring.submitAndWait(0), 0);
  completed.length = 0;
  ring.cancel(other);
  assertEquals(ring.submitAndWait(), 1);
  assertEquals(completed, [[3, -ECANCELED, 0]]);
});

withRawRing(
  "A multishot operation completes until it ends",
  (ring, completed) => {
    const path = `\0uring-multishot-${Deno.pid}`;
    using server = listenUnix(path);
    const entry = ring.prepare(IORING_OP_ACCEPT, server.fd, 5);
    entry.ioprio = IORING_ACCEPT_MULTISHOT;
    const { id } = entry;
    ring.submitAndWait(0);
    for (let i = 0; i < 3; i++) {
      using _client = connectUnix(path);
      assertEquals(ring.submitAndWait(), 1);
      const [token, fd, flags] = completed.pop()!;
      using _accepted = new HostFd(fd);
      assertEquals([token, flags & IORING_CQE_F_MORE], [5, IORING_CQE_F_MORE]);
      assertEquals(ring.inFlight, 1);
    }
    ring.cancel(id);
    ring.submitAndWait();
    assertEquals([completed, ring.inFlight], [[[5, -ECANCELED, 0]], 0]);
  },
);

withRawRing(
  "RawRing.reserve() keeps what is linked together",
  (ring, completed) => {
    using file = TestFile.of(new Uint8Array(0));
    for (let round = 0; round < 50; round++) {
      ring.prepare(IORING_OP_NOP, -1, 0);
      if (round % 2 === 0) ring.prepare(IORING_OP_NOP, -1, 0);
      ring.reserve(3);
      const src = bytesOf("hello");
      const write = ring.prepare(IORING_OP_WRITE, file.fd, 1, src);
      write.flags = IOSQE_IO_LINK;
      write.address = addressOf(new Uint8Array(src.buffer));
      write.length = src.length;
      write.offset = 0;
      // It fails, so what is linked to it is not begun.
      ring.prepare(IORING_OP_WRITE, -1, 2).flags = IOSQE_IO_LINK;
      ring.prepare(IORING_OP_NOP, -1, 3);
      ring.submitAndWait(ring.inFlight);
    }
    const linked = completed.filter(([token]) => token > 0)
      .map(([token, result]) => `${token} ${result}`);
    assertEquals(
      new Set(linked),
      new Set(["1 5", `2 ${-EBADF}`, `3 ${-ECANCELED}`]),
    );
    assertEquals(linked.length, 150);
    assertThrows(() => ring.reserve(9), RangeError);
  },
  { entries: 4 },
);

withRing(
  "Commands reach a socket's driver, in long entries too",
  async (ring) => {
    const [a, b] = socketpair();
    using _a = a;
    using _b = b;
    // linux/io_uring.h of Linux 6.7: SOCKET_URING_OP_GETSOCKOPT, whose value's
    // address is the first word of the command's data.
    const [GETSOCKOPT, SOL_SOCKET, SO_TYPE] = [2, 1, 3];
    const type = new Int32Array(new ArrayBuffer(16));
    const bytes = new Uint8Array(ring.commandLength);
    new DataView(bytes.buffer).setBigUint64(0, addressOf(type), true);
    const results: number[] = [];
    for (let i = 0; i < 10; i++) {
      type[0] = 0;
      const entry = ring.prepare(IORING_OP_URING_CMD, a.fd, i, type);
      entry.commandOp = GETSOCKOPT;
      entry.address = SOL_SOCKET + SO_TYPE * 2 ** 32;
      entry.fileIndex = 4;
      entry.command = bytes;
      ring.submitAndWait();
      results.push(type[0]!);
    }
    assertEquals(results, Array(10).fill(1));
    assertEquals(bytes.length, 80);
    assertThrows(() => {
      ring.prepare(IORING_OP_NOP, -1, 0).command = new Uint8Array(81);
    }, RangeError);
    const n = await ring.uringCmd(a.fd, { op: 99 }).catch((error) =>
      error.code
    );
    assertEquals(n, "EOPNOTSUPP");
  },
  { sqe128: true, entries: 4 },
);

withRawRing(
  "What onCompletion throws is thrown, and nothing is lost",
  (ring, completed) => {
    for (let i = 0; i < 9; i++) ring.prepare(IORING_OP_NOP, -1, i);
    const push = completed.push;
    const error = new Error("mine");
    completed.push = function (...args) {
      push.apply(this, args);
      if (this.length % 4 === 0) throw error;
      return this.length;
    };
    assertEquals(assertThrows(() => ring.submitAndWait(9)), error);
    assertEquals(completed.length, 4);
    assertEquals(assertThrows(() => ring.submitAndWait(5)), error);
    assertEquals(ring.submitAndWait(9), 1);
    assertEquals(completed.map(([token]) => token), [...Array(9).keys()]);
  },
);

Deno.test({
  name: "onCompletion may queue, submit, wait and close",
  ignore: !hasRing,
  fn() {
    let count = 0;
    const ring = new RawRing({
      entries: 4,
      onCompletion: () => {
        count++;
        if (count < 100) {
          ring.prepare(IORING_OP_NOP, -1, 0);
          ring.prepare(IORING_OP_NOP, -1, 0);
          if (count % 7 === 0) ring.submitAndWait(2);
        } else ring.close();
      },
    });
    ring.prepare(IORING_OP_NOP, -1, 0);
    while (ring.fd >= 0) ring.submitAndWait();
    assert(count >= 100);
    assertEquals([ring.inFlight, ringMappings()], [0, []]);
  },
});

withRawRing(
  "An entry of an operation that the kernel does not know fails alone",
  (ring, completed) => {
    const op = IORING_OP_ASYNC_CANCEL;
    ring.prepare(op, -1, 1).opFlags = 0x40000000;
    ring.prepare(255, -1, 2);
    ring.prepare(IORING_OP_NOP, -1, 3);
    ring.prepare(IORING_OP_TIMEOUT, -1, 4).length = 7;
    ring.submitAndWait(4);
    assertEquals(completed.map(([token, result]) => [token, result]), [
      [1, -EINVAL],
      [2, -EINVAL],
      [3, 0],
      [4, -EINVAL],
    ]);
  },
);

Deno.test({
  name: "A Worker that owns its thread serves with submitAndWait()",
  ignore: !hasRing,
  fn: async () => {
    const [client, server] = socketpair();
    using _client = client;
    using _server = server;
    const url = new URL("_echo_worker.ts", import.meta.url);
    const worker = new Worker(url, { type: "module" });
    try {
      const ended = new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = reject;
      });
      worker.postMessage(server.fd);
      await using ring = new Ring();
      const dst = new Uint8Array(9);
      for (const word of ["one", "two", "three"]) {
        await ring.send(client.fd, bytesOf(word));
        const n = await ring.recv(client.fd, dst);
        assertEquals(textOf(dst.subarray(0, n)), word);
      }
      client.close();
      assertEquals(await ended, 11);
    } finally {
      worker.terminate();
    }
  },
});
