/**
 * Changes names in the source of a mirror, as fast as the kernel can.
 *
 * @module
 */

import {
  attempt,
  rename,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
} from "../../../_support/sys/mod.ts";

/** Indices of the shared words: wanted state, state, number of changes. */
export const WANTED = 0;
export const STATE = 1;
export const COUNT = 2;
/** The values of `WANTED` and `STATE`. */
export const STOPPED = 0;
export const GOING = 1;
export const ENDED = 2;

/** The message to the worker. */
export interface Order {
  readonly control: SharedArrayBuffer;
  /** The two names, which are exchanged. */
  readonly names: readonly [string, string];
  /** Whether instead the first is renamed to the second, and back. */
  readonly byTurns: boolean;
}

function change({ names: [a, b], byTurns }: Order): unknown {
  if (!byTurns) return attempt(rename, a, b, RENAME_EXCHANGE);
  attempt(rename, a, b, RENAME_NOREPLACE);
  return attempt(rename, b, a, RENAME_NOREPLACE);
}

/** Changes names whenever that is wanted, until the end. */
export function obey(order: Order): void {
  const control = new Int32Array(order.control);
  const say = (state: number): void => {
    Atomics.store(control, STATE, state);
    Atomics.notify(control, STATE);
  };
  for (;;) {
    Atomics.wait(control, WANTED, STOPPED);
    if (Atomics.load(control, WANTED) === ENDED) return say(ENDED);
    say(GOING);
    while (Atomics.load(control, WANTED) === GOING) {
      if (change(order) === null) Atomics.add(control, COUNT, 1);
    }
    say(STOPPED);
  }
}
