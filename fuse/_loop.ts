/**
 * How a thread divides its time between the kernel's requests, its event loop,
 * and sleep.
 *
 * The kernel's round trip is dominated by waking a CPU that has gone to sleep.
 * So after an answer each loop looks for the next request for a moment before
 * it waits, and gives the CPU away between two looks: the kernel likes to wake
 * the caller on the CPU that answered it.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { libc } from "../ffi/libc.ts";
import type { Channel } from "./channel.ts";

/** How long requests are served before the event loop gets its turn. */
const SLICE_MS = 2;
/** The same for a thread that has nothing better to do. */
const OWNED_SLICE_MS = 10;
/** How many empty turns of the event loop go by before waiting in the kernel. */
const SPIN_TURNS = 100;
/** How often an owned thread looks before it sleeps: at most some 200 µs. */
const MAX_LOOKS = 256;
const MIN_LOOKS = 4;
/** How long a sleep is at most that looking longer would have spared. */
const SHORT_MS = 0.25;
/** How long an owned thread sleeps until it lets its event loop wait instead. */
const IDLE_MS = 20;
/** How many requests go by between two looks at the clock. */
const CLOCK_EVERY = 16;
/** The same where the event loop is shared. */
const SHARING_CLOCK_EVERY = 4;

/** What a loop serves. */
export interface Served {
  /** Where requests come from. */
  readonly channel: Channel;
  /** Whether promises of handlers are awaited, which the event loop settles. */
  readonly isBusy: boolean;
  /**
   * Reads and handles one request.
   *
   * @returns Whether there was one; `undefined` at the end of the session.
   */
  step(): boolean | undefined;
}

/**
 * Serves until the session is over and leaves the event loop to others: it
 * turns at least every {@linkcode SLICE_MS}, and whenever no request waits.
 */
export function serveSharing(served: Served): Promise<void> {
  return new Promise((resolve, reject) => {
    let emptyTurns = 0;
    const turn = (): void => {
      try {
        const ready = serveSlice(served, SLICE_MS);
        if (ready === undefined) return resolve();
        emptyTurns = ready ? 0 : emptyTurns + 1;
      } catch (error) {
        return reject(error);
      }
      if (emptyTurns < SPIN_TURNS) {
        libc().sched_yield();
        setImmediate(turn);
      } else {
        emptyTurns = 0;
        served.channel.wait().then(turn, reject);
      }
    };
    turn();
  });
}

/**
 * Serves what waits, but not for long.
 *
 * @returns Whether there was anything; `undefined` at the end of the session.
 */
function serveSlice(served: Served, milliseconds: number): boolean | undefined {
  let ready = served.step();
  if (!ready) return ready;
  let end = Infinity;
  for (let count = 1; (ready = served.step()); count++) {
    // Asking the clock costs as much as a small request.
    if (count % SHARING_CLOCK_EVERY !== 0) continue;
    const now = performance.now();
    if (now > end) break;
    if (end === Infinity) end = now + milliseconds;
  }
  return ready === undefined ? undefined : true;
}

/**
 * Serves until the session is over and keeps the thread while requests come:
 * it looks for the next one, and sleeps in the kernel without telling the event
 * loop. That turns every {@linkcode OWNED_SLICE_MS} all the same, and freely
 * while promises of handlers are awaited, after a signal, and once nobody has
 * asked for anything for {@linkcode IDLE_MS}.
 */
export function serveBlocking(served: Served): Promise<void> {
  const { channel } = served;
  if (channel.sleep === undefined) return serveSharing(served);
  return new Promise((resolve, reject) => {
    let looks = MAX_LOOKS;
    let emptyTurns = 0;
    /** Serves; returns whether a request came, or `undefined` at the end. */
    const hold = (): boolean | undefined => {
      const end = performance.now() + OWNED_SLICE_MS;
      let count = 0;
      let empty = 0;
      for (;;) {
        const ready = served.step();
        if (ready === undefined) return undefined;
        if (ready) {
          if (empty > MIN_LOOKS) looks = MAX_LOOKS;
          empty = 0;
          if (++count % CLOCK_EVERY === 0 && performance.now() > end) {
            return true;
          }
        } else if (served.isBusy) return count > 0;
        else if (empty++ < looks) libc().sched_yield();
        else {
          const start = performance.now();
          if (start > end) return true;
          const isWoken = channel.sleep!(IDLE_MS);
          const isShort = performance.now() - start < SHORT_MS;
          looks = isShort ? MAX_LOOKS : Math.max(looks >> 1, MIN_LOOKS);
          if (!isWoken) return false;
          empty = 0;
        }
      }
    };
    const turn = (): void => {
      let ready: boolean | undefined;
      try {
        ready = hold();
      } catch (error) {
        return reject(error);
      }
      if (ready === undefined) return resolve();
      emptyTurns = ready ? 0 : emptyTurns + 1;
      if (ready || served.isBusy && emptyTurns < SPIN_TURNS) {
        if (!ready) libc().sched_yield();
        setImmediate(turn);
      } else {
        emptyTurns = 0;
        channel.wait().then(turn, reject);
      }
    };
    turn();
  });
}
