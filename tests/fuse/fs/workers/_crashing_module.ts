/**
 * A file system that several Workers can serve, with a file that is all right
 * and two whose readers meet an error that nobody catches.
 *
 * @module
 */

import type { FS, Node } from "../../../../fuse/fs/mod.ts";
import { directory, file } from "../../../_support/nodes.ts";

function crashing(crash: () => void): Node {
  return file("x", {
    readAll: undefined!,
    read: () => {
      crash();
      return new Promise<void>(() => {});
    },
  });
}

const NODES: Record<string, Node> = {
  fine: file("fine\n"),
  throws: crashing(() =>
    setTimeout(() => {
      throw new Error("thrown");
    }, 0)
  ),
  rejects: crashing(() => void Promise.reject(new Error("rejected"))),
  "throws-on": crashing(() =>
    void setInterval(() => {
      throw new Error("thrown on and on");
    }, 1)
  ),
  closes: crashing(() => setTimeout(() => close(), 0)),
  exits: crashing(() => setTimeout(() => Deno.exit(0), 0)),
};

/** Makes the file system. */
export default function (): FS {
  const root = directory(NODES);
  const all = [root, ...Object.values(NODES)];
  return {
    root: () => root,
    idOf: (node) => all.indexOf(node) + 1,
    nodeById: (id) => all[id - 1]!,
  };
}
