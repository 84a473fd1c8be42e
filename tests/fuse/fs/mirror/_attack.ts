/**
 * Works in a mirror as an ordinary user, and at the same time replaces the
 * user's files in its source by root's: runs in a process of its own.
 *
 * @module
 */

import * as sys from "../../../_support/sys/mod.ts";
import {
  COUNT,
  ENDED,
  GOING,
  type Order,
  STATE,
  STOPPED,
  WANTED,
} from "./_exchange.ts";

const USER = 1001;
const SECRET = "nobody but root may read this";
const OWN = "the user's";
const DATA = "0123456789";

/** Names in the user's directory in the mirror. */
interface Place {
  /** The name that is now the user's, now root's. */
  readonly path: string;
  /** A file of the user's that is never moved. */
  readonly other: string;
}

/** An operation on a name that changes meanwhile. */
interface Target {
  /** The file that the user has at the name at first, if any. */
  readonly has?: "file" | "link";
  /** Whether root's file has the name by turns, instead of an exchange. */
  readonly byTurns?: boolean;
  /** Makes the operation; returns the content that was read. */
  act(place: Place): string | void;
}

function withOpen<T>(path: string, flags: number, use: (fd: number) => T): T {
  const fd = sys.open(path, flags, 0o666);
  try {
    return use(fd);
  } finally {
    sys.close(fd);
  }
}

function readOf(path: string, flags: number): string {
  return withOpen(
    path,
    flags,
    (fd) => sys.latin1(sys.pread(fd, 100, 0)),
  );
}

/** Every operation of a mirror that changes or shows something by a name. */
const TARGETS: Readonly<Record<string, Target>> = {
  mkfifo: { act: ({ path }) => sys.mkfifo(path) },
  "mknod of a file": { act: ({ path }) => sys.mknod(path, 0o100666) },
  mkdir: { act: ({ path }) => sys.mkdir(path) },
  symlink: { act: ({ path }) => sys.symlink("target", path) },
  "open with O_CREAT": {
    byTurns: true,
    act: ({ path }) => readOf(path, sys.O_CREAT | sys.O_RDWR),
  },
  "open with O_CREAT and O_TRUNC": {
    byTurns: true,
    act: ({ path }) => readOf(path, sys.O_CREAT | sys.O_RDWR | sys.O_TRUNC),
  },
  "open with O_CREAT and O_EXCL": {
    act: ({ path }) => readOf(path, sys.O_CREAT | sys.O_EXCL | sys.O_RDWR),
  },
  link: { act: ({ path, other }) => sys.link(other, path) },
  open: { has: "file", act: ({ path }) => readOf(path, sys.O_RDWR) },
  "open with O_TRUNC": {
    has: "file",
    act: ({ path }) => readOf(path, sys.O_RDWR | sys.O_TRUNC),
  },
  "open with O_RDONLY and O_TRUNC": {
    has: "file",
    act: ({ path }) => readOf(path, sys.O_RDONLY | sys.O_TRUNC),
  },
  write: {
    has: "file",
    act: ({ path }) =>
      withOpen(path, sys.O_WRONLY, (fd) => void sys.write(fd, DATA)),
  },
  ftruncate: {
    has: "file",
    act: ({ path }) =>
      withOpen(path, sys.O_WRONLY, (fd) => sys.ftruncate(fd, 3)),
  },
  fallocate: {
    has: "file",
    act: ({ path }) =>
      withOpen(path, sys.O_WRONLY, (fd) => sys.fallocate(fd, 0, 0, 9000)),
  },
  copy_file_range: {
    has: "file",
    act: ({ path, other }) =>
      withOpen(
        other,
        sys.O_RDONLY,
        (from) =>
          withOpen(path, sys.O_WRONLY, (fd) =>
            void sys.copyFileRange(from, fd, 5, 0, 0)),
      ),
  },
  truncate: { has: "file", act: ({ path }) => sys.truncate(path, 3) },
  chmod: { has: "file", act: ({ path }) => sys.chmod(path, 0o646) },
  chown: { has: "file", act: ({ path }) => sys.chown(path, -1, USER) },
  utimensat: { has: "file", act: ({ path }) => sys.utime(path, 1n, 1n) },
  setxattr: {
    has: "file",
    act: ({ path }) => sys.setxattr(path, "user.secret", "known"),
  },
  removexattr: {
    has: "file",
    act({ path }) {
      sys.attempt(sys.setxattr, path, "user.secret", "own");
      sys.removexattr(path, "user.secret");
    },
  },
  getxattr: {
    has: "file",
    act: ({ path }) => sys.getxattr(path, "user.secret"),
  },
  listxattr: { has: "file", act: ({ path }) => sys.listxattr(path).join() },
  rename: {
    has: "file",
    act: ({ path, other }) => sys.rename(path, `${other}.moved`),
  },
  readlink: { has: "link", act: ({ path }) => readLink(path) },
};

/** Reads a link that is held; says so if what it reads is another's. */
function readLink(path: string): string | undefined {
  return withOpen(path, sys.O_PATH | sys.O_NOFOLLOW, (fd) => {
    const { uid } = sys.fstat(fd);
    const target = sys.freadlink(fd);
    if ((uid === USER) === (target === OWN)) return;
    return `${SECRET}: ${target} of user ${uid}`;
  });
}

/** Root's part: makes the directories of the source. */
export function fill(source: string): void {
  for (const dir of ["keep", "user"]) sys.mkdir(`${source}/${dir}`);
  sys.chown(`${source}/user`, USER, USER);
}

/**
 * Root's part: makes files of root's, and gives one another name, in the user's
 * directory.
 */
export function offer(source: string, name: string): void {
  const [file, link] = [`${source}/keep/file`, `${source}/keep/link`];
  const [theirs, ...others] = namesIn(`${source}/user`);
  [file, link, theirs, ...others].forEach(remove);
  sys.put(file, SECRET);
  sys.setxattr(file, "user.secret", SECRET);
  sys.chmod(file, 0o600);
  sys.utime(file, 5n, 5n);
  sys.symlink("root's", link);
  sys.link(TARGETS[name]!.has === "link" ? link : file, theirs);
  const other = `${source}/user/other`;
  sys.put(other, OWN);
  sys.chown(other, USER, USER);
}

/** Root's name, the user's, and the one that the user moves it to. */
function namesIn(dir: string): readonly [string, string, string] {
  return [`${dir}/theirs`, `${dir}/mine`, `${dir}/other.moved`];
}

function remove(path: string): void {
  if (sys.attempt(sys.unlink, path) === "EISDIR") sys.rmdir(path);
}

/** Root's part: says all of root's files that must not change. */
export function describe(source: string): unknown {
  return ["file", "link"].map((name) => {
    const path = `${source}/keep/${name}`;
    const { uid, gid, mode, size, mtime } = sys.lstat(path);
    const content = name === "link"
      ? sys.readlink(path)
      : [sys.content(path), sys.listxattr(path)];
    return [uid, gid, mode.toString(8), size, mtime, content];
  });
}

/** The names of all operations. */
export const NAMES: readonly string[] = Object.keys(TARGETS);

let worker: Worker | undefined;

/** The user's part begins: all threads become the user's. */
export async function begin(): Promise<void> {
  const url = import.meta.resolve("./_exchange_worker.ts");
  worker = new Worker(url, { type: "module" });
  const { promise: isReady, resolve } = Promise.withResolvers<unknown>();
  worker.onmessage = resolve;
  await isReady;
  sys.umask(0);
  sys.become(USER, USER);
}

/**
 * The user's part: does one operation again and again, while root's file comes
 * to its name.
 *
 * @param times How many changes of names are enough.
 * @returns What was read of root's.
 */
export function attack(
  name: string,
  mnt: string,
  source: string,
  times: number,
): string[] {
  const target = TARGETS[name]!;
  const dir = `${source}/user`;
  const [theirs, mine] = namesIn(dir);
  const place = { path: `${mnt}/user/mine`, other: `${mnt}/user/other` };
  using attacker = startAttacker({
    control: new SharedArrayBuffer(12),
    names: [theirs, mine],
    byTurns: target.byTurns === true,
  });
  const leaks: string[] = [];
  // Some operations leave little time for changes.
  for (let i = 0; attacker.changes < times && i < times; i++) {
    if (!putBack(dir, target)) break;
    attacker.go();
    try {
      const text = target.act(place);
      if (text?.includes(SECRET)) leaks.push(text);
    } catch {
      // Whatever it is: it was refused.
    }
    attacker.stop();
  }
  return [...new Set(leaks)];
}

/** Restores the names of both files; returns false if root's file is lost. */
function putBack(dir: string, { has }: Target): boolean {
  const all = namesIn(dir);
  const [theirs, mine] = all;
  const isRoots = (path: string) =>
    sys.attempt(() => sys.lstat(path).uid) === 0;
  const roots = all.find(isRoots);
  if (roots === undefined) return false;
  all.filter((path) => path !== roots).forEach(remove);
  if (roots !== theirs) sys.rename(roots, theirs);
  if (has === "file") sys.put(mine, OWN);
  if (has === "link") sys.symlink(OWN, mine);
  return true;
}

/** The control of the thread that changes names. */
interface Attacker extends Disposable {
  readonly changes: number;
  go(): void;
  stop(): void;
}

function startAttacker(order: Order): Attacker {
  const control = new Int32Array(order.control);
  const want = (state: number): void => {
    Atomics.store(control, WANTED, state);
    Atomics.notify(control, WANTED);
    for (let now; (now = Atomics.load(control, STATE)) !== state;) {
      Atomics.wait(control, STATE, now);
    }
  };
  worker!.postMessage(order);
  return {
    get changes() {
      return Atomics.load(control, COUNT);
    },
    go: () => want(GOING),
    stop: () => want(STOPPED),
    [Symbol.dispose]: () => want(ENDED),
  };
}
