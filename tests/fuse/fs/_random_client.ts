/**
 * Makes random system calls in two directories, which must answer alike: runs
 * in a process of its own.
 *
 * Each call is made in both, by one of several users, and compared: result or
 * errno, whether times of what it touched changed, and now and then the whole
 * tree.
 *
 * @module
 */

import { createHash } from "node:crypto";
import * as sys from "../../_support/sys/mod.ts";
import { randomNumbers } from "../_random.ts";
import { describe, randomOperation, type World } from "./_random_operations.ts";

const USERS: readonly sys.User[] = [
  { uid: 0 },
  { uid: 1000, groups: [1000, 2000] },
  { uid: 1001, groups: [1001] },
];
/** After how many calls everything is removed, and all is compared. */
const [REMOVE, COMPARE] = [400, 50] as const;
/** Of larger files the content is not compared. */
const MOST_READ = 2 ** 24;
const SHOWN = 300;

/** Returns what there is, by path. */
function tree(root: string): Map<string, string> {
  const first = new Map<bigint, string>();
  return new Map(
    sys.walk(root).map((path) => {
      const status = sys.lstat(path);
      const name = path.slice(root.length);
      if (!first.has(status.ino)) first.set(status.ino, name);
      const xattrs = sys.llistxattr(path).sort()
        .map((name) => [name, sys.lgetxattr(path, name)]);
      const all = [describe(status), first.get(status.ino), xattrs];
      return [name, JSON.stringify([...all, contentOf(path, status)])];
    }),
  );
}

function contentOf(path: string, { mode, size }: sys.Status): string {
  const type = mode & 0o170000;
  if (type === sys.S_IFLNK) return sys.readlink(path);
  if (type !== sys.S_IFREG || size >= MOST_READ) return "";
  return createHash("sha1").update(sys.contentBytes(path)).digest("hex");
}

/** What a call may change beside its result: paths, and what they are in. */
function around(root: string, paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const whole = `${root}/${path}`;
    return [whole, whole.slice(0, whole.lastIndexOf("/"))];
  });
}

function age(root: string, paths: readonly string[]): void {
  for (const path of around(root, paths)) {
    sys.attempt(() => sys.utime(path, 1n, 1n, { follow: false }));
  }
}

function aged(root: string, paths: readonly string[]): unknown[] {
  return around(root, paths)
    .map((path) => sys.attempt(() => sys.lstat(path).mtime === 1n));
}

/**
 * Makes so many calls.
 *
 * @returns The first difference, with what came before it; or `null`.
 */
export function callAlike(
  mnt: string,
  other: string,
  seed: number,
  count: number,
): string | null {
  const below = randomNumbers(seed);
  const worlds = [mnt, other].map((root): World => ({
    root,
    fds: new Map(),
    promised: new Set(),
  }));
  const history: string[] = [];
  const difference = (): string | null => {
    const [here, there] = [tree(mnt), tree(other)] as const;
    const paths = new Set([...here.keys(), ...there.keys()]);
    const all = [...paths].filter((path) => here.get(path) !== there.get(path))
      .map((path) => `${path}: ${here.get(path)}, not ${there.get(path)}`);
    return all.length > 0 ? all.join("\n") : null;
  };
  for (let i = 0; i < count; i++) {
    if (i % REMOVE === 0) {
      for (const root of [mnt, other]) {
        for (const name of sys.listdir(root)) sys.removeAll(`${root}/${name}`);
      }
    }
    const { paths, words, call } = randomOperation(below);
    const user = USERS[below(USERS.length)]!;
    const roots = worlds.map(({ root }) => root);
    for (const root of roots) age(root, paths);
    const inBoth = () => worlds.map((it) => sys.attempt(() => call(it)));
    const results = user.uid === 0 ? inBoth() : sys.as(user, inBoth);
    const [here, there] = roots.map((root, i) =>
      JSON.stringify([results[i], aged(root, paths)])
    ) as [string, string];
    const wrong = here !== there
      ? `${here.slice(0, SHOWN)}, not ${there.slice(0, SHOWN)}`
      : i % COMPARE === 0 || i === count - 1
      ? difference()
      : null;
    history.push(`${i} ${user.uid} ${words}: ${there.slice(0, 100)}`);
    if (wrong !== null) return `${history.slice(-12).join("\n")}\n${wrong}`;
  }
  return null;
}
