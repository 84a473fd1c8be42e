/**
 * Small file systems, made of the nodes a test wants to see.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import type { FS, Handle, Node } from "../../fuse/fs/mod.ts";

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
const SYNCHRONOUS = new Set<PropertyKey>([
  "destroy",
  "forget",
  "generateInode",
]);
/** What answers with a node, a handle, or one of each. */
const MAKERS = new Set<PropertyKey>([
  "root",
  "lookup",
  "open",
  "create",
  "tmpfile",
  "mknod",
  "mkdir",
  "symlink",
  "link",
]);

/**
 * Returns the same file system with every answer a promise, fulfilled in a
 * later turn of the event loop.
 */
export function later(fs: FS): FS {
  const known = new WeakMap<object, object>();
  const targets = new WeakMap<object, object>();
  const unwrap = (value: unknown): unknown =>
    targets.get(value as object) ?? value;
  const wrap = <T extends object>(target: T): T => {
    let proxy = known.get(target) as T | undefined;
    if (proxy === undefined) {
      proxy = new Proxy(target, { get: (_, key) => wrapMember(target, key) });
      known.set(target, proxy);
      targets.set(proxy, target);
    }
    return proxy;
  };
  const wrapMember = (target: object, key: PropertyKey): unknown => {
    const member: unknown = Reflect.get(target, key);
    if (typeof member !== "function") return member;
    if (SYNCHRONOUS.has(key)) return member.bind(target);
    return async (...args: unknown[]) => {
      await new Promise((resolve) => setImmediate(resolve));
      const answer = await member.apply(target, args.map(unwrap));
      if (!MAKERS.has(key) || answer === undefined) return answer;
      return Array.isArray(answer) ? answer.map(wrap) : wrap(answer);
    };
  };
  return wrap(fs);
}

/** Both ways to answer, for tests that must hold for each. */
export const WAYS: readonly (readonly [string, (fs: FS) => FS])[] = [
  ["at once", (fs) => fs],
  ["later", later],
];
