/**
 * Small file systems, made of the nodes a test wants to see.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import type { FS, Handle, Node } from "../../fuse/fs/mod.ts";
import { intercept } from "../../fuse/fs/testing/mod.ts";

/** A node that is its own handle, as most in tests are. */
export type SmallNode = Node & Handle;

const ENCODER = new TextEncoder();

/** Returns a file with that content. */
export function file(
  content: string | Uint8Array,
  rest: Partial<SmallNode> = {},
): SmallNode {
  const bytes = typeof content === "string" ? ENCODER.encode(content) : content;
  return {
    attr(attr) {
      attr.mode = 0o100644;
      attr.size = bytes.length;
    },
    readAll: () => bytes,
    ...rest,
  };
}

/** Returns a directory with those entries. */
export function directory(
  entries: Record<string, Node> = {},
  rest: Partial<SmallNode> = {},
): SmallNode {
  return {
    attr(attr) {
      attr.mode = 0o40755;
    },
    lookup: (name) => Object.hasOwn(entries, name) ? entries[name] : undefined,
    readDirAll: () => Object.keys(entries).map((name) => ({ name })),
    ...rest,
  };
}

/** Returns the file system with that root. */
export function fsOf(root: Node, rest: Partial<FS> = {}): FS {
  return { root: () => root, ...rest };
}

/** What never answers with a promise. */
const SYNCHRONOUS = new Set([
  "destroy",
  "forget",
  "generateInode",
  "generationOf",
  "handleById",
  "idOf",
  "nodeById",
]);

/**
 * Returns the same file system with every answer a promise, fulfilled in a
 * later turn of the event loop.
 */
export function later(fs: FS): FS {
  return intercept(fs, ({ method, proceed }) => {
    if (SYNCHRONOUS.has(method)) return proceed();
    return new Promise((resolve) => setImmediate(resolve)).then(proceed);
  });
}

/** Both ways to answer, for tests that must hold for each. */
export const WAYS: readonly (readonly [string, (fs: FS) => FS])[] = [
  ["at once", (fs) => fs],
  ["later", later],
];
