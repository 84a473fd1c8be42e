/**
 * Serves a large file, each read of which takes a millisecond, until it is
 * unmounted.
 *
 *     deno run --allow-all _latency.ts DIR
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { LARGE, MIB, PAGE, write } from "../cli/internal.ts";
import { mountFS, type Node, Tree } from "../fuse/fs/mod.ts";
import { READY } from "./_server.ts";

/** The time that a read takes. */
const LATENCY_MS = 1;

interface Wait {
  readonly end: number;
  readonly resolve: () => void;
}

const waits: Wait[] = [];
const content = new Uint8Array(PAGE).fill(1);

/**
 * Waits for a millisecond, like a handler that waits on the event loop. A timer
 * would take more than two.
 */
function wait(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (waits.length === 0) setImmediate(wake);
  waits.push({ end: performance.now() + LATENCY_MS, resolve });
  return promise;
}

/** Ends the waits whose time is over, which are first in the list. */
function wake(): void {
  const now = performance.now();
  const count = waits.findIndex(({ end }) => end > now);
  const over = waits.splice(0, count < 0 ? waits.length : count);
  for (const { resolve } of over) resolve();
  if (waits.length > 0) setImmediate(wake);
}

const file: Node = {
  attr(attr) {
    attr.mode = 0o100444;
    attr.size = 64 * MIB;
  },
  open: () => ({
    async read({ size }, response) {
      await wait();
      response.data = content.subarray(0, size);
    },
  }),
};

async function main([dir]: string[]): Promise<void> {
  const fs = new Tree({ [LARGE]: file });
  const session = await mountFS(dir!, fs, { directIO: true });
  write(Deno.stdout, READY);
  await session.closed;
}

if (import.meta.main) main(Deno.args);
