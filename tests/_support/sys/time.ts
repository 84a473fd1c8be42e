/**
 * Waiting, and being interrupted while a system call waits.
 *
 * @module
 */

import { platform } from "../../../ffi/platform.ts";
import { functionAddresses } from "../../../ffi/runtime.ts";
import { c, done } from "./libc.ts";

const SIGALRM = 14;
const ITIMER_REAL = 0;
const LIMIT_MS = 20_000;

/** Does nothing for a while. */
export function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/**
 * Returns what a function returns, once it is what is wanted or 20 seconds are
 * over: the kernel closes files later.
 */
export function settled<T>(value: () => T, wanted: NoInfer<T>): T {
  const end = Date.now() + LIMIT_MS;
  for (;;) {
    const found = value();
    if (JSON.stringify(found) === JSON.stringify(wanted)) return found;
    if (Date.now() > end) return found;
    sleep(1);
  }
}

/**
 * Makes a call that a signal interrupts every 50 ms; where it waits, it fails
 * with EINTR, unless the kernel shall start it again.
 */
export function interrupted<T>(call: () => T, { restart = false } = {}): T {
  // A handler that does nothing.
  const handler = functionAddresses(platform().libc, ["labs"]).get("labs")!;
  c().signal(SIGALRM, handler);
  c().siginterrupt(SIGALRM, restart ? 0 : 1);
  setTimer(50_000);
  try {
    return call();
  } finally {
    setTimer(0);
  }
}

/** `setitimer` with the same time for the first signal and each other. */
function setTimer(us: number): void {
  const value = new Uint8Array(
    new BigInt64Array([0n, BigInt(us), 0n, BigInt(us)]).buffer,
  );
  done("setitimer", c().setitimer(ITIMER_REAL, value, 0n));
}
