import { assert, assertEquals, assertLess } from "@std/assert";
import { Spin } from "../../../fuse/conn/spin.ts";

/** A thread that looks for requests, and the CPU that it runs on. */
class Thread {
  now = 1000;
  /** What giving the CPU away takes, in milliseconds. */
  yieldMs = 0.001;
  readonly spin = new Spin(() => this.now, () => {
    this.now += this.yieldMs;
  });

  /** Looks until it is time to sleep; returns for how many milliseconds. */
  lookInVain(): number {
    const start = this.now;
    while (this.spin.again());
    return this.now - start;
  }

  sleep(ms: number): void {
    this.now += ms;
    this.spin.resume();
  }

  /** Has requests come so long after the one before. */
  serve(count: number, pauseMs: number): void {
    for (let i = 0; i < count; i++) {
      const end = this.now + pauseMs;
      while (this.now < end && this.spin.again());
      this.sleep(Math.max(end - this.now, 0));
      this.spin.hit();
    }
  }

  /** Has other programs take the CPU whenever it is given away. */
  crowd(): void {
    this.yieldMs = 4;
    while (!this.spin.isCrowded) {
      this.lookInVain();
      this.spin.hit();
    }
  }
}

function assertAbout(actual: number, expected: number): void {
  assert(Math.abs(actual - expected) < 0.01, `${actual} is not ${expected}`);
}

Deno.test("Spin looks for 50 µs at first, and then no more until there is a request", () => {
  const thread = new Thread();
  assertAbout(thread.lookInVain(), 0.05);
  assertEquals(thread.spin.again(), false);
  thread.sleep(1);
  assertEquals(thread.spin.again(), false);
  thread.spin.hit();
  assertEquals(thread.spin.again(), true);
});

Deno.test("Spin looks for four times the usual pause more, up to 200 µs", () => {
  for (const [pauseMs, ms] of [[0.01, 0.09], [0.03, 0.17], [0.045, 0.2]]) {
    const thread = new Thread();
    thread.serve(50, pauseMs!);
    assertAbout(thread.lookInVain(), ms!);
  }
});

Deno.test("Spin looks one time in 16 where requests come seldom", () => {
  const thread = new Thread();
  thread.serve(50, 1);
  let looks = 0;
  for (let i = 0; i < 64; i++) {
    if (thread.lookInVain() > 0) looks++;
    thread.sleep(1);
    thread.spin.hit();
  }
  assertEquals(looks, 4);
});

Deno.test("Spin looks again each time once requests come soon", () => {
  const thread = new Thread();
  thread.serve(50, 1);
  thread.serve(50, 0.01);
  for (let i = 0; i < 64; i++) {
    assertLess(0, thread.lookInVain());
    thread.spin.hit();
    thread.serve(1, 0.01);
  }
});

Deno.test("Spin takes one program that passes by for no crowd", () => {
  const thread = new Thread();
  thread.serve(50, 0.01);
  for (let i = 0; i < 5; i++) {
    thread.yieldMs = 4;
    assertAbout(thread.lookInVain(), 4);
    assertEquals(thread.spin.isCrowded, false);
    thread.yieldMs = 0.001;
    thread.spin.hit();
    thread.serve(20, 0.01);
    thread.sleep(21);
  }
});

Deno.test("Spin leaves the CPU to others who want it, longer if they still do", () => {
  const thread = new Thread();
  for (const ms of [20, 40, 80, 160, 320, 640, 640]) {
    thread.crowd();
    const start = thread.now;
    for (; thread.spin.isCrowded; thread.sleep(1)) {
      assertEquals(thread.spin.again(), false);
      thread.spin.hit();
    }
    assertAbout(thread.now - start, ms);
  }
  thread.yieldMs = 0.001;
  thread.sleep(30);
  thread.serve(50, 0.01);
  thread.crowd();
  thread.sleep(19);
  assertEquals(thread.spin.isCrowded, true);
  thread.sleep(1);
  assertEquals(thread.spin.isCrowded, false);
});
