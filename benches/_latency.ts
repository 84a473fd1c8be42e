/**
 * Serves one large file whose every read takes a millisecond, until it is
 * unmounted.
 *
 *     deno run --allow-all _latency.ts DIR
 *
 * @module
 */

import { LARGE, MIB, PAGE } from "../cli/workload_files.ts";
import { mountFS, type Node, Tree } from "../fuse/fs/mod.ts";

/** How long a read takes. */
const LATENCY_MS = 1;

const content = new Uint8Array(PAGE).fill(1);

const file: Node = {
  attr(attr) {
    attr.mode = 0o100444;
    attr.size = 64 * MIB;
  },
  open: () => ({
    async read({ size }, response) {
      await new Promise((resolve) => setTimeout(resolve, LATENCY_MS));
      response.data = content.subarray(0, size);
    },
  }),
};

async function main([dir]: string[]): Promise<void> {
  const fs = new Tree({ [LARGE]: file });
  await (await mountFS(dir!, fs, { directIO: true })).closed;
}

if (import.meta.main) main(Deno.args);
