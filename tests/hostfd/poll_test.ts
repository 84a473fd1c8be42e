import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  EFD_NONBLOCK,
  EFD_SEMAPHORE,
  eventfd,
  eventfdRead,
  eventfdWrite,
  type HostFd,
  pipe,
  poll,
  pollAsync,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  POLLOUT,
} from "../../hostfd/mod.ts";
import { assertNoFdLeak } from "../_support/leaks.ts";
import { assertErrno, NOT_INT } from "../posix/throws.ts";

/** Runs `body` with a pipe, and fails if a descriptor stays open. */
function withPipe(
  name: string,
  body: (reader: HostFd, writer: HostFd) => Promise<void>,
): void {
  Deno.test({
    name,
    ignore: Deno.build.os !== "linux",
    fn: () =>
      assertNoFdLeak(async () => {
        const [reader, writer] = pipe();
        using _reader = reader;
        using _writer = writer;
        await body(reader, writer);
      }),
  });
}

withPipe("poll() tells each descriptor's events", (reader, writer) => {
  const requests = [
    { fd: reader.fd, events: POLLIN },
    { fd: -1, events: POLLIN },
    { fd: writer.fd, events: POLLOUT },
  ];
  assertEquals(poll(requests, 0), [0, 0, POLLOUT]);
  writer.writeSync(new Uint8Array(1));
  assertEquals(poll(requests, -1), [POLLIN, 0, POLLOUT]);
  const { fd } = writer;
  writer.close();
  const [events, , gone] = poll(requests, -1);
  assertEquals([events, gone], [POLLIN | POLLHUP, POLLNVAL]);
  assertEquals(requests[2]!.fd, fd);
  reader.close();
  assertEquals(poll([], 0), []);
  return Promise.resolve();
});

withPipe("poll() tells unasked that nobody reads", (reader, writer) => {
  reader.close();
  assertEquals(poll([{ fd: writer.fd, events: 0 }], -1), [POLLERR]);
  return Promise.resolve();
});

withPipe(
  "pollAsync() lets the program go on while it waits",
  async (reader, writer) => {
    const waiting = pollAsync([
      { fd: writer.fd, events: 0 },
      { fd: reader.fd, events: POLLIN },
    ]);
    writer.writeSync(new Uint8Array(1));
    assertEquals(await waiting, [0, POLLIN]);
  },
);

withPipe("pollAsync() ends at its timeout", async (reader) => {
  for (const timeoutMs of [0, 1]) {
    const request = { fd: reader.fd, events: POLLIN };
    assertEquals(await pollAsync([request], { timeoutMs }), [0]);
  }
});

withPipe("pollAsync() ends with the signal's reason", async (reader) => {
  const request = { fd: reader.fd, events: POLLIN };
  const reason = new Error("enough");
  const controller = new AbortController();
  const { signal } = controller;
  const waiting = pollAsync([request], { signal });
  controller.abort(reason);
  assertEquals(await assertRejects(() => waiting), reason);
  assertEquals(
    await assertRejects(() => pollAsync([request], { signal })),
    reason,
  );
});

Deno.test("poll() refuses events that do not fit into 16 bits", async () => {
  using counter = eventfd();
  for (const events of [0x1_0000, 0x1_0001, -0x8001]) {
    const requests = [{ fd: counter.fd, events }];
    assertThrows(() => poll(requests, 0), RangeError, "events");
    await assertRejects(() => pollAsync(requests), RangeError, "events");
  }
  assertEquals(poll([{ fd: counter.fd, events: 0xffff }], 0).length, 1);
});

Deno.test("poll() throws RangeError for what is no integer", async () => {
  for (const value of NOT_INT) {
    assertThrows(() => poll([], value), RangeError);
    assertThrows(() => poll([{ fd: value, events: 0 }], 0), RangeError);
    assertThrows(() => poll([{ fd: 0, events: value }], 0), RangeError);
    await assertRejects(() => pollAsync([], { timeoutMs: value }), RangeError);
  }
});

Deno.test({
  name: "eventfd() counts, up to 2^64 - 2",
  ignore: Deno.build.os !== "linux",
  fn() {
    using counter = eventfd(2 ** 32 - 1, EFD_NONBLOCK);
    eventfdWrite(counter.fd, 1);
    assertEquals(eventfdRead(counter.fd), 2n ** 32n);
    assertErrno(() => eventfdRead(counter.fd), "EAGAIN");
    eventfdWrite(counter.fd, 2n ** 64n - 2n);
    assertErrno(() => eventfdWrite(counter.fd, 1), "EAGAIN");
    assertErrno(() => eventfdWrite(counter.fd, 2n ** 64n - 1n), "EINVAL");
    assertEquals(eventfdRead(counter.fd), 2n ** 64n - 2n);
  },
});

Deno.test({
  name: "eventfd() with EFD_SEMAPHORE gives one at a time",
  ignore: Deno.build.os !== "linux",
  fn() {
    using permits = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK);
    assertEquals(eventfdRead(permits.fd), 1n);
    assertEquals(eventfdRead(permits.fd), 1n);
    assertErrno(() => eventfdRead(permits.fd), "EAGAIN");
  },
});

Deno.test({
  name: "eventfd() refuses what is out of range",
  ignore: Deno.build.os !== "linux",
  fn() {
    for (const value of [-1, 0.5, NaN, 2 ** 32]) {
      assertThrows(() => eventfd(value), RangeError);
    }
    using counter = eventfd();
    for (const value of [-1, 0.5, NaN, -1n, 2n ** 64n]) {
      assertThrows(() => eventfdWrite(counter.fd, value), RangeError);
    }
    assertErrno(() => eventfd(0, 0x40000000), "EINVAL", "eventfd");
    assertErrno(() => eventfdRead(-1), "EBADF");
  },
});
