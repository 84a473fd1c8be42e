import { assertEquals, assertLess } from "@std/assert";
import { Spin } from "../../fuse/_spin.ts";

/** Looks until it is time to sleep; returns how often. */
function lookInVain(spin: Spin): number {
  let looks = 0;
  while (spin.again()) looks++;
  return looks;
}

/** Sleeps so long that nobody would have looked on until then. */
function sleep(spin: Spin): void {
  const end = performance.now() + 1;
  while (performance.now() < end);
  spin.resume();
}

/** Has requests come a millisecond after the one before. */
function comeSeldom(spin: Spin): void {
  for (let i = 0; i < 50; i++) {
    lookInVain(spin);
    sleep(spin);
    spin.hit();
  }
}

Deno.test("Spin looks for a while, and then no more until there is a request", () => {
  const spin = new Spin();
  assertLess(0, lookInVain(spin));
  assertEquals(spin.again(), false);
  sleep(spin);
  assertEquals(spin.again(), false);
});

Deno.test("Spin seldom looks where requests come seldom", () => {
  const spin = new Spin();
  comeSeldom(spin);
  let tries = 0;
  for (let i = 0; i < 64; i++) {
    if (lookInVain(spin) > 0) tries++;
    sleep(spin);
    spin.hit();
  }
  // Fewer where other programs want the CPU: then it does not even try.
  assertLess(tries, 5);
});

Deno.test("Spin looks again each time once requests come soon", () => {
  const spin = new Spin();
  comeSeldom(spin);
  // Other programs may want the CPU meanwhile.
  for (let inARow = 0; inARow < 50; spin.hit()) {
    if (spin.again()) inARow++;
    else {
      inARow = 0;
      // To be woken takes its time.
      sleep(spin);
    }
  }
});
