/**
 * Changes a file system until its server is killed, and finds out later
 * whether what it then holds is what it may hold: runs in a process of its own,
 * which remembers what it did.
 *
 * @module
 */

import * as sys from "../../../_support/sys/mod.ts";
import { type RandomBelow, randomNumbers } from "../../_random.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A file as it should be; its names share it. */
interface File {
  data: Bytes;
  /** Its extended attribute. */
  x: string | null;
}

/** What the tree should be, by its names. */
type Tree = Map<string, File>;

/** What is done to a name, and "ack" once fsync(2) has returned. */
type Change =
  | readonly [what: "create" | "unlink" | "fsync" | "ack", name: string]
  | readonly [what: "truncate", name: string, size: number]
  | readonly [what: "link" | "rename", name: string, newName: string]
  | readonly [what: "setxattr", name: string, value: string]
  | readonly [
    what: "write",
    name: string,
    at: number,
    size: number,
    seed: number,
  ];

const PAGE = 4096;
const DIRECTORIES = ["d1", "d2"] as const;
const NAMES = [
  ...Array.from({ length: 12 }, (_, i) => `file${i}`),
  ...DIRECTORIES.flatMap((dir) => [0, 1, 2, 3].map((i) => `${dir}/${i}`)),
] as const;
const X = "user.x";
/** What a system call says once the server is gone. */
const GONE = ["ECONNABORTED", "ENOTCONN"];

/** What was there before the changes that follow. */
let start: Tree | undefined;
let log: Change[] = [];

function randomData(size: number, seed: number): Bytes {
  const below = randomNumbers(seed);
  const words = new Uint32Array(size / 4);
  for (let i = 0; i < words.length; i++) words[i] = below(2 ** 32);
  return new Uint8Array(words.buffer);
}

/** The same bytes, and zeros behind them; or as many of them. */
function resized(data: Bytes, size: number): Bytes {
  const bytes = new Uint8Array(size);
  bytes.set(data.subarray(0, size));
  return bytes;
}

function apply(tree: Tree, change: Change): void {
  const [, name] = change;
  const file = tree.get(name)!;
  switch (change[0]) {
    case "create":
      return void tree.set(name, { data: new Uint8Array(), x: null });
    case "unlink":
      return void tree.delete(name);
    case "link":
      return void tree.set(change[2], file);
    case "rename":
      // Two names of one file: rename(2) leaves both.
      if (tree.get(change[2]) === file) return;
      tree.delete(name);
      return void tree.set(change[2], file);
    case "setxattr":
      return void (file.x = change[2]);
    case "truncate":
      return void (file.data = resized(file.data, change[2]));
    case "write": {
      const [, , at, size, seed] = change;
      const end = Math.max(file.data.length, at + size);
      file.data = resized(file.data, end);
      return file.data.set(randomData(size, seed), at);
    }
  }
}

/** Calls a function with an open file. */
function withOpen(
  path: string,
  flags: number,
  call: (fd: number) => void,
): void {
  const fd = sys.open(path, flags);
  try {
    call(fd);
  } finally {
    sys.close(fd);
  }
}

function execute(change: Change): void {
  const [, name] = change;
  switch (change[0]) {
    case "create":
      return sys.create(name, sys.O_EXCL);
    case "unlink":
      return sys.unlink(name);
    case "link":
      return sys.link(name, change[2]);
    case "rename":
      return sys.rename(name, change[2]);
    case "setxattr":
      return sys.setxattr(name, X, change[2]);
    case "truncate":
      return sys.truncate(name, change[2]);
    case "fsync":
      return withOpen(name, sys.O_RDONLY, sys.fsync);
    case "write": {
      const [, , at, size, seed] = change;
      return withOpen(name, sys.O_WRONLY, (fd) => {
        const n = sys.pwrite(fd, randomData(size, seed), at);
        if (n !== size) throw new Error(`wrote ${n} of ${change}`);
      });
    }
  }
}

/** Returns what the tree is. */
function found(): Tree {
  const tree: Tree = new Map();
  const files = new Map<bigint, File>();
  for (const name of NAMES) {
    const status = sys.attempt(sys.stat, name);
    if (status === "ENOENT") continue;
    if (typeof status !== "object") throw new Error(`${name}: ${status}`);
    let file = files.get(status!.ino);
    if (file === undefined) {
      const hasX = sys.listxattr(name).includes(X);
      file = {
        data: sys.contentBytes(name) as Bytes,
        x: hasX ? sys.getxattr(name, X) : null,
      };
      files.set(status!.ino, file);
    }
    tree.set(name, file);
  }
  return tree;
}

/** Says in what two trees differ. */
function differences(is: Tree, shall: Tree): string[] {
  return NAMES.flatMap((name) => {
    const [a, b] = [is, shall].map((tree) => describe(tree, name));
    return a === b ? [] : [`${name} is ${a}, not ${b}`];
  });
}

/** A file in words: which of its names is the first, and what it holds. */
function describe(tree: Tree, name: string): string {
  const file = tree.get(name);
  if (file === undefined) return "nothing";
  const first = NAMES.find((other) => tree.get(other) === file);
  let hash = 0;
  for (const byte of file.data) hash = Math.imul(hash ^ byte, 0x0100_0193);
  return `${first}: ${file.data.length} bytes (${hash}), ${X} ${file.x}`;
}

/**
 * Says what is wrong: the tree must be as it was after some of the changes,
 * none before the last fsync(2) left out.
 */
function complaint(is: Tree): string | undefined {
  if (start === undefined) return undefined;
  const stored = log.findLastIndex(([what]) => what === "ack") + 1;
  const shall = start;
  let wrong: string[] = [];
  for (let i = 0; i <= log.length; i++) {
    if (i >= stored) {
      wrong = differences(is, shall);
      if (wrong.length === 0) return undefined;
    }
    if (i < log.length) apply(shall, log[i]!);
  }
  return `of ${log.length} changes, the last fsync(2) after ${stored}, ` +
    `it is after none since; unlike after the last:\n${wrong.join("\n")}\n` +
    `changes since the fsync(2):\n${log.slice(stored).join("\n")}`;
}

function choose(tree: Tree, below: RandomBelow): Change {
  const any = (): string => NAMES[below(NAMES.length)]!;
  const name = any();
  if (!tree.has(name)) return ["create", name];
  switch (below(9)) {
    case 0:
      return ["truncate", name, below(200_000)];
    case 1:
      return ["unlink", name];
    case 2: {
      const other = any();
      return tree.has(other) ? ["fsync", name] : ["link", name, other];
    }
    case 3:
      return ["rename", name, any()];
    case 4:
      return ["setxattr", name, "x".repeat(below(100))];
    case 5:
      return ["fsync", name];
  }
  // In whole pages, so that each is one request.
  const size = (1 + below(16)) * PAGE;
  return ["write", name, below(40) * PAGE, size, below(2 ** 30)];
}

let now: Tree = new Map();
let below: RandomBelow = randomNumbers(0);

/** Makes changes until so many fsync(2) have returned or the server is gone. */
function change(mostStored: number): void {
  for (let stored = 0; stored < mostStored;) {
    const change = choose(now, below);
    const isFsync = change[0] === "fsync";
    if (!isFsync) log.push(change);
    const error = sys.attempt(execute, change);
    if (GONE.includes(error as string)) return;
    if (error !== null) throw new Error(`${change}: ${error}`);
    if (isFsync) stored++;
    if (isFsync) log.push(["ack", ""]);
    else apply(now, change);
  }
}

/**
 * Compares what is there with what was done until the server was killed.
 *
 * @returns What is wrong, if anything is.
 */
export function check(mnt: string): string | undefined {
  sys.chdir(mnt);
  for (const name of DIRECTORIES) {
    if (!sys.exists(name)) sys.mkdir(name);
  }
  withOpen(".", sys.O_RDONLY, sys.fsync);
  now = found();
  const wrong = complaint(now);
  start = structuredClone(now);
  log = [];
  return wrong;
}

/** Makes changes until so many fsync(2) have returned. */
export function begin(seed: number, stored: number): void {
  below = randomNumbers(seed);
  change(stored);
}

/** Goes on until the server is gone, which it takes for granted. */
export function goOn(): void {
  change(Infinity);
  sys.chdir("/");
}
