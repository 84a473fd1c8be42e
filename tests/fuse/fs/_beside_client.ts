/**
 * System calls made twice, in two directories that shall not differ: runs in
 * a process of its own, which is one of two clients.
 *
 * @module
 */

import { STATX } from "../../../ffi/abi_linux.ts";
import { cString } from "../../../ffi/c_string.ts";
import { linuxLibc } from "../../../ffi/libc.ts";
import { SyscallError } from "../../../ffi/syscall_error.ts";
import { EBADF, EISDIR } from "../../../posix/constants_errno.ts";
import * as sys from "../../_support/sys/mod.ts";

/** A system call that can be sent. */
export interface Call {
  readonly name: keyof typeof CALLS;
  /** Who makes it. */
  readonly uid: number;
  readonly args: readonly (string | number)[];
}

/** One of the two directories, and what is open in it. */
interface World {
  readonly root: string;
  readonly fds: Map<number, number>;
}

const AT_EMPTY_PATH = 0x1000;
const AT_STATX_FORCE_SYNC = 0x2000;
const STATX_BASIC_STATS = 0x7ff;
const S_IFMT = 0o170000;

/** What shall be the same of a file, whatever file system shows it. */
function facts({ mode, uid, gid, nlink, size }: sys.Status): number[] {
  const isDirectory = (mode & S_IFMT) === sys.S_IFDIR;
  return [mode, uid, gid, nlink, isDirectory ? 0 : size];
}

function fd({ fds }: World, slot: number): number {
  const fd = fds.get(slot);
  if (fd === undefined) throw new SyscallError("no such slot", EBADF);
  return fd;
}

/** The same of a file: who locks a directory does so without the server. */
function file(world: World, slot: number): number {
  const opened = fd(world, slot);
  const isFile = (sys.fstat(opened).mode & S_IFMT) === sys.S_IFREG;
  if (!isFile) throw new SyscallError("no file", EISDIR);
  return opened;
}

function close(world: World, slot: number): void {
  sys.close(fd(world, slot));
  world.fds.delete(slot);
}

/** Returns what is in a directory and below: path, facts, content. */
function tree({ root }: World): unknown[] {
  const first = new Map<bigint, string>();
  return sys.walk(root).map((path) => {
    const status = sys.lstat(path);
    const name = path.slice(root.length);
    if (!first.has(status.ino)) first.set(status.ino, name);
    const type = status.mode & S_IFMT;
    const content = type === sys.S_IFREG
      ? sys.content(path)
      : type === sys.S_IFLNK
      ? sys.readlink(path)
      : "";
    return [name, first.get(status.ino), facts(status), content];
  });
}

type Made = (world: World, ...args: never[]) => unknown;

/** What a call does in one directory. Paths begin with `/`. */
const CALLS = {
  open(world, slot: number, path: string, flags: number, mode: number) {
    const opened = sys.open(world.root + path, flags, mode);
    if (world.fds.has(slot)) close(world, slot);
    world.fds.set(slot, opened);
  },
  close,
  pwrite: (world, slot: number, text: string, at: number) =>
    sys.pwrite(fd(world, slot), text, at),
  write: (world, slot: number, text: string) =>
    sys.write(fd(world, slot), text),
  pread: (world, slot: number, size: number, at: number) =>
    sys.latin1(sys.pread(fd(world, slot), size, at)),
  ftruncate: (world, slot: number, size: number) =>
    sys.ftruncate(fd(world, slot), size),
  fstat: (world, slot: number) => facts(sys.fstat(fd(world, slot))),
  fchmod(world, slot: number, mode: number) {
    // The kernel does not ask anew whose file it is.
    sys.fstat(fd(world, slot));
    sys.fchmod(fd(world, slot), mode);
  },
  fallocate: (world, slot: number, mode: number, at: number, size: number) =>
    sys.fallocate(fd(world, slot), mode, at, size),
  copy(world, from: number, to: number, size: number, at: number) {
    // The kernel does not ask anew how much there is to be copied.
    sys.fstat(fd(world, from));
    return sys.copyFileRange(fd(world, from), fd(world, to), size, 0, at);
  },
  lock(
    world,
    slot: number,
    command: number,
    type: number,
    ...[at, size]: [
      number,
      number,
    ]
  ) {
    sys.lock(file(world, slot), command, type, at, size);
  },
  getlk(
    world,
    slot: number,
    command: number,
    type: number,
    ...[at, size]: [
      number,
      number,
    ]
  ) {
    const found = sys.lock(file(world, slot), command, type, at, size);
    // Of several in the way it tells any; no two may write the same byte. Whose
    // it is differs: the mirror's server holds it, and not who took it.
    const isOnly = type === sys.F_RDLCK && size === 1;
    return isOnly
      ? [found.type, found.start, found.length]
      : found.type === sys.F_UNLCK;
  },
  flock: (world, slot: number, operation: number) =>
    sys.flock(file(world, slot), operation),
  append(world, path: string, text: string) {
    const file = sys.open(world.root + path, sys.O_WRONLY | sys.O_APPEND);
    try {
      return sys.write(file, text);
    } finally {
      sys.close(file);
    }
  },
  put: (world, path: string, text: string) => sys.put(world.root + path, text),
  content: (world, path: string) => sys.content(world.root + path),
  truncate: (world, path: string, size: number) =>
    sys.truncate(world.root + path, size),
  stat: (world, path: string) => facts(sys.stat(world.root + path)),
  lstat: (world, path: string) => facts(sys.lstat(world.root + path)),
  chmod: (world, path: string, mode: number) =>
    sys.chmod(world.root + path, mode),
  chown: (world, path: string, uid: number, gid: number) =>
    sys.chown(world.root + path, uid, gid),
  access: (world, path: string, mode: number) =>
    sys.access(world.root + path, mode),
  mkdir: (world, path: string, mode: number) =>
    sys.mkdir(world.root + path, mode),
  rmdir: (world, path: string) => sys.rmdir(world.root + path),
  unlink: (world, path: string) => sys.unlink(world.root + path),
  link: (world, path: string, newPath: string) =>
    sys.link(world.root + path, world.root + newPath),
  symlink: (world, target: string, path: string) =>
    sys.symlink(target, world.root + path),
  readlink: (world, path: string) => sys.readlink(world.root + path),
  rename: (world, path: string, newPath: string, flags: number) =>
    sys.rename(world.root + path, world.root + newPath, flags),
  listdir: (world, path: string) => sys.listdir(world.root + path).sort(),
  tree,
} satisfies Record<string, Made>;

let worlds: readonly World[] = [];

/** Takes the two directories, by the paths that this client has for them. */
export function enter(...roots: string[]): void {
  worlds = roots.map((root) => ({ root, fds: new Map() }));
}

/** Makes calls, each in both; returns both results, or names of errors. */
export function make(calls: readonly Call[]): [unknown, unknown][] {
  return calls.map(({ name, uid, args }) => {
    const call = CALLS[name] as (world: World, ...args: unknown[]) => unknown;
    const [a, b] = worlds.map((world) =>
      sys.attempt(() =>
        uid === 0
          ? call(world, ...args)
          : sys.as({ uid }, () => call(world, ...args))
      )
    );
    return [a, b];
  });
}

/**
 * Has the kernel ask for the attributes of all that is open: those of what has
 * a name it asks for when it looks that up.
 */
export function refresh(): void {
  for (const { root, fds } of worlds) {
    const file = sys.open(root, sys.O_RDONLY);
    for (const fd of [file, ...fds.values()]) {
      const flags = AT_EMPTY_PATH | AT_STATX_FORCE_SYNC;
      const status = new Uint8Array(STATX.size);
      linuxLibc().statx(fd, cString(""), flags, STATX_BASIC_STATS, status);
    }
    sys.close(file);
  }
}
