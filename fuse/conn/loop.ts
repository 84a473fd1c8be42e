/**
 * How a thread divides its time between the kernel's requests, its event loop,
 * and sleep.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import type { Channel } from "../channel/internal.ts";
import { Spin } from "./spin.ts";

/** How long requests are served before the event loop gets its turn. */
const SLICE_MS = 1;
/** The same for a thread that has nothing better to do. */
const OWNED_SLICE_MS = 10;
/** How long a shared thread looks for a request until its event loop turns. */
const LOOK_MS = 0.05;
/** How long an owned thread sleeps until it lets its event loop wait instead. */
const IDLE_MS = 20;
/** The same where the event loop is shared. */
const NAP_MS = 1;
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

/** What to do next: let the event loop turn, wait beside it, or end. */
type Next = "turn" | "wait" | "end";

/**
 * Serves until the session is over and leaves the event loop to others: it
 * turns at least every {@linkcode SLICE_MS}, and whenever no request waits.
 * Only while other programs want the CPU too is it held up for up to
 * {@linkcode NAP_MS}: to be woken through it would take longer.
 */
export function serveSharing(served: Served): Promise<void> {
  return serve(served, false);
}

/**
 * Serves until the session is over and keeps the thread while requests come:
 * it looks for the next one, and sleeps in the kernel without telling the event
 * loop. That turns every {@linkcode OWNED_SLICE_MS} all the same, and freely
 * while promises of handlers are awaited, after a signal, and once nobody has
 * asked for anything for {@linkcode IDLE_MS}.
 */
export function serveBlocking(served: Served): Promise<void> {
  return serve(served, served.channel.sleep !== undefined);
}

function serve(served: Served, isOwned: boolean): Promise<void> {
  const spin = new Spin();
  return new Promise((resolve, reject) => {
    const turn = (): void => {
      let next: Next;
      try {
        next = serveSlice(served, spin, isOwned);
      } catch (error) {
        return reject(error);
      }
      if (next === "turn") setImmediate(turn);
      else if (next === "wait") served.channel.wait().then(turn, reject);
      else resolve();
    };
    turn();
  });
}

/** Serves what waits and what comes soon, but not for long. */
function serveSlice(served: Served, spin: Spin, isOwned: boolean): Next {
  const { channel } = served;
  const sliceMs = isOwned ? OWNED_SLICE_MS : SLICE_MS;
  const lookMs = isOwned ? OWNED_SLICE_MS : LOOK_MS;
  // The nap of a shared thread takes a slice of its own.
  const awakeMs = isOwned ? OWNED_SLICE_MS : SLICE_MS - NAP_MS;
  const clockEvery = isOwned ? CLOCK_EVERY : SHARING_CLOCK_EVERY;
  spin.resume();
  const start = spin.now;
  for (let count = 0;;) {
    const ready = served.step();
    if (ready === undefined) return "end";
    if (ready) {
      spin.hit();
      // Asking the clock costs as much as a small request.
      if (++count % clockEvery !== 0) continue;
      spin.resume();
      if (spin.now - start > sliceMs) return "turn";
    } else if (served.isBusy) {
      return count > 0 || spin.again() ? "turn" : "wait";
    } else if (spin.again()) {
      if (spin.now - start > lookMs) return "turn";
    } else {
      const sleeps = channel.sleep !== undefined &&
        (isOwned || spin.isCrowded);
      if (!sleeps) return "wait";
      if (spin.now - start > awakeMs) return "turn";
      const isWoken = channel.sleep!(isOwned ? IDLE_MS : NAP_MS);
      spin.resume();
      if (!isWoken) return "wait";
    }
  }
}
