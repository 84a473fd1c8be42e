import { assert, assertEquals, assertThrows } from "@std/assert";
import * as posix from "../../posix/mod.ts";
import { denoCommand } from "../_support/platform.ts";
import { NOT_INT } from "./throws.ts";

const ignore = Deno.build.os !== "linux";

Deno.test({
  name: "futexWait() returns at once when the value is another",
  ignore,
  fn() {
    const words = new Int32Array([0, -5]);
    assertEquals(posix.futexWait(words, 1, 5), "not-equal");
    assertEquals(posix.futexWait(words, 1, -5, 0), "timed-out");
    assertEquals(posix.futexWait(words, 1, -5, -1), "timed-out");
    assertEquals(posix.futexWait(words, 1, -5, 0.5), "timed-out");
  },
});

Deno.test({
  name: "futexWaitAsync() says why it ended",
  ignore,
  fn: async () => {
    const words = new Int32Array(new SharedArrayBuffer(8));
    assertEquals(await posix.futexWaitAsync(words, 0, 1, 9e4), "not-equal");
    assertEquals(await posix.futexWaitAsync(words, 0, 0, 1), "timed-out");
    const waits = [1, 2, 3].map(() => posix.futexWaitAsync(words, 1, 0, 6e4));
    const outcomes = Promise.all(waits);
    let woken = 0;
    while (woken < 3) {
      woken += posix.futexWake(words, 1);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    assertEquals(await outcomes, ["ok", "ok", "ok"]);
  },
});

Deno.test({
  name: "futexWake() wakes as many as asked for",
  ignore,
  fn: async () => {
    const words = new Int32Array(new SharedArrayBuffer(4));
    assertEquals(posix.futexWake(words, 0), 0);
    const waits = [1, 2].map(() => posix.futexWaitAsync(words, 0, 0, 6e4));
    assertEquals(posix.futexWake(words, 0, 0), 0);
    for (let woken = 0; woken < 2;) {
      const now = posix.futexWake(words, 0, 1);
      assert(now <= 1);
      woken += now;
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    await Promise.all(waits);
  },
});

Deno.test({
  name: "futexWait() and futexWake() throw RangeError on bad arguments",
  ignore,
  fn: async () => {
    const words = new Int32Array(2);
    for (const index of [-1, 2, 0.5, NaN]) {
      assertThrows(() => posix.futexWait(words, index, 0), RangeError);
      assertThrows(() => posix.futexWake(words, index), RangeError);
    }
    for (const value of NOT_INT) {
      assertThrows(() => posix.futexWait(words, 0, value), RangeError);
    }
    assertThrows(() => posix.futexWait(words, 0, 0, NaN), RangeError);
    for (const count of [-1, 0.5, NaN]) {
      assertThrows(() => posix.futexWake(words, 0, count), RangeError);
    }
    const rejected = posix.futexWaitAsync(words, 9, 0);
    assertEquals(await rejected.catch((e) => e instanceof RangeError), true);
  },
});

const PING = 0;
const PONG = 1;

Deno.test({
  name: "futexWait() waits for another process that maps the same object",
  ignore,
  fn: async () => {
    const name = `/futex_test-${Deno.pid}`;
    const flags = posix.O_RDWR | posix.O_CREAT | posix.O_EXCL;
    const fd = posix.shmOpen(name, flags, 0o600);
    posix.ftruncate(fd, posix.getpagesize());
    const { MAP_SHARED, PROT_RDWR } = posix;
    const { data } = posix.mmap(
      null,
      posix.getpagesize(),
      PROT_RDWR,
      MAP_SHARED,
      fd,
      0,
    );
    posix.close(fd);
    const words = new Int32Array(data.buffer);
    const [program, ...args] = denoCommand;
    const script = new URL("_futex_echo.ts", import.meta.url).pathname;
    const child = new Deno.Command(program, {
      args: [...args, "run", "--no-check", "--allow-ffi", script, name],
      signal: AbortSignal.timeout(60_000),
    }).spawn();
    try {
      for (let round = 1; round <= 1000; round++) {
        Atomics.store(words, PING, round);
        posix.futexWake(words, PING);
        let seen;
        while ((seen = Atomics.load(words, PONG)) !== round) {
          const outcome = await posix.futexWaitAsync(words, PONG, seen, 3e4);
          assert(outcome !== "timed-out");
        }
      }
    } finally {
      Atomics.store(words, PING, -1);
      posix.futexWake(words, PING);
      posix.shmUnlink(name);
    }
    assertEquals((await child.status).code, 0);
    posix.munmap(data);
  },
});
