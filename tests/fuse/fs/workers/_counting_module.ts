/**
 * A file system that several Workers can serve: files of numbers, of which
 * nothing is kept, and one whose reader waits until it gives up.
 *
 * @module
 */

import type { FS, Node } from "../../../../fuse/fs/mod.ts";
import { directory, file } from "../../../_support/nodes.ts";

/** The ids of what is no number. */
const SLOW_ID = 2;
const FIRST_ID = 1000;

/** Who has read of the slow file, and given up: a count of each. */
export interface Told {
  readonly counts: SharedArrayBuffer;
}

/** Makes the file system. */
export default function ({ counts }: Told): FS {
  const told = new Int32Array(counts);
  const slow: Node = file("slow", {
    readAll: undefined!,
    read: (request) => {
      Atomics.add(told, 0, 1);
      const { promise, reject } = Promise.withResolvers<void>();
      request.signal.addEventListener("abort", () => {
        Atomics.add(told, 1, 1);
        reject(request.signal.reason);
      }, { once: true });
      return promise;
    },
  });
  const number = (i: number): Node => ({
    ...file(`${i}\n`),
    open: () => ({ id: i + 1, readAll: () => content(i) }),
  });
  const ids = new WeakMap<Node, number>([[slow, SLOW_ID]]);
  const nodeById = (id: number): Node => {
    if (id === SLOW_ID) return slow;
    const node = number(id - FIRST_ID);
    ids.set(node, id);
    return node;
  };
  const root = directory({}, {
    lookup: (name) => {
      if (name === "slow") return slow;
      return /^\d+$/.test(name) ? nodeById(FIRST_ID + Number(name)) : undefined;
    },
    readDirAll: () =>
      Array.from({ length: 3000 }, (_, i) => ({ name: `${i}` })),
  });
  return {
    root: () => root,
    idOf: (node) => ids.get(node)!,
    nodeById,
    handleById: (id) => ({ id, readAll: () => content(id - 1) }),
  };
}

function content(i: number): Uint8Array {
  return new TextEncoder().encode(`${i}\n`);
}
