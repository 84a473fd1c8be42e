/**
 * A Worker that waits for the others, then makes failing calls.
 *
 * @module
 */

/// <reference lib="deno.worker" />

import { libc } from "../../ffi/libc.ts";
import { wrongErrnos } from "./_failing_calls.ts";

/** How long to wait for the other Workers. */
const LIMIT_MS = 60_000;

/** What the Worker is to do. */
export interface Task {
  /** How many calls to make. */
  count: number;
  /** Where in the turn to start. */
  first: number;
  /** How many Workers start together. */
  workers: number;
  /** One shared number: how many are ready. */
  ready: Int32Array<SharedArrayBuffer>;
}

/** What the Worker found. */
export interface Outcome {
  /** What {@linkcode wrongErrnos} returned. */
  wrong: Record<string, number>;
  /** Where the thread's `errno` is. */
  location: bigint;
}

self.onmessage = ({ data }: MessageEvent<Task>): void => {
  const { count, first, workers, ready } = data;
  Atomics.add(ready, 0, 1);
  Atomics.notify(ready, 0);
  for (let n: number; (n = Atomics.load(ready, 0)) < workers;) {
    if (Atomics.wait(ready, 0, n, LIMIT_MS) === "timed-out") {
      throw new Error("Another Worker did not come");
    }
  }
  const wrong = wrongErrnos(count, first);
  const outcome: Outcome = { wrong, location: libc().hErrnoLocation() };
  self.postMessage(outcome);
};
