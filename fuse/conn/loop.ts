/**
 * The loop that divides a thread's time between the kernel's requests, its
 * event loop, and sleep.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import type { Channel } from "../channel/internal.ts";
import { Spin } from "./spin.ts";

/** The time for which requests are served before the event loop runs. */
const SLICE_MS = 1;
/** The same for a thread that does nothing but serve. */
const OWNED_SLICE_MS = 10;
/** The time for which a shared thread polls before its event loop runs. */
const LOOK_MS = 0.05;
/** The idle time after which an owned thread waits in its event loop. */
const IDLE_MS = 20;
/** The same where the event loop is shared. */
const NAP_MS = 1;
/** The number of requests between two readings of the clock. */
const CLOCK_EVERY = 16;
/** The same where the event loop is shared. */
const SHARING_CLOCK_EVERY = 4;

/** The session that a loop serves. */
export interface Served {
  /** The source of the requests. */
  readonly channel: Channel;
  /** Whether a handler's promise is pending, which needs the event loop. */
  readonly isBusy: boolean;
  /**
   * Reads and handles one request.
   *
   * @returns Whether there was one; `undefined` at the end of the session.
   */
  step(): boolean | undefined;
}

/** The next step: run the event loop, wait in it for a request, or end. */
type Next = "turn" | "wait" | "end";

/**
 * Serves until the session is over and shares the event loop, which runs at
 * least every {@linkcode SLICE_MS}, and whenever there is no request. While
 * other programs want the CPU, the thread sleeps up to {@linkcode NAP_MS}
 * outside the event loop, since waking up through the event loop takes longer.
 */
export function serveSharing(served: Served): Promise<void> {
  return serve(served, false);
}

/**
 * Serves until the session is over and keeps the thread while requests arrive:
 * it polls for the next request, or sleeps in the kernel outside the event
 * loop. The event loop still runs every {@linkcode OWNED_SLICE_MS}, and freely
 * while a handler's promise is pending, after a signal, and once no request has
 * arrived for {@linkcode IDLE_MS}.
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

/** Serves the requests that are there or arrive soon, for a limited time. */
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
      // Reading the clock costs as much as a small request.
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
