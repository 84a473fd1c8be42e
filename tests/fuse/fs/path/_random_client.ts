/**
 * Makes the same calls in a mount and in a plain directory, with few names, so
 * that calls meet: runs in a process of its own. Up to four files stay open,
 * even if their names change.
 *
 * @module
 */

import { SyscallError } from "../../../../ffi/syscall_error.ts";
import { EBADF } from "../../../../posix/constants_errno.ts";
import * as sys from "../../../_support/sys/mod.ts";
import { type RandomBelow, randomNumbers } from "../../_random.ts";

/** One of the two directories, and its open files. */
interface World {
  readonly root: string;
  readonly held: Map<number, number>;
}

type Step = (world: World) => unknown;

const { O_CREAT, O_EXCL, O_RDWR, O_TRUNC, RENAME_EXCHANGE } = sys;

function hold(world: World, slot: number, path: string, flags: number): void {
  const fd = sys.open(path, flags | sys.O_NOFOLLOW, 0o644);
  if (world.held.has(slot)) close(world, slot);
  world.held.set(slot, fd);
}

function close(world: World, slot: number): void {
  sys.close(held(world, slot));
  world.held.delete(slot);
}

function held({ held }: World, slot: number): number {
  const fd = held.get(slot);
  if (fd === undefined) throw new SyscallError("nothing is held", EBADF);
  return fd;
}

/** The metadata that is the same in both; of directories only the mode. */
function facts({ mode, nlink, size }: sys.Status): number[] {
  const isDirectory = (mode & 0o170000) === sys.S_IFDIR;
  return isDirectory ? [mode] : [mode, nlink, size];
}

/** Returns all files: path, metadata, content. */
function tree({ root }: World): [path: string, ...unknown[]][] {
  return sys.walk(root).map((path) => {
    const status = sys.lstat(path);
    const type = status.mode & 0o170000;
    const text = type === sys.S_IFLNK
      ? sys.readlink(path)
      : type === sys.S_IFREG
      ? sys.content(path)
      : "";
    return [path.slice(root.length), facts(status), text];
  });
}

/** Returns a random step and its arguments. */
function chooseStep(below: RandomBelow): [step: Step, words: unknown[]] {
  const path = () =>
    "/" +
    Array.from({ length: [1, 1, 2, 3][below(4)]! }, () => "abcd"[below(4)])
      .join("/");
  const [a, b, slot, size] = [path(), path(), below(4), below(9)];
  const text = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[below(26)]!.repeat(1 + below(8));
  const write: Step = (it) => sys.pwrite(held(it, slot), text, size);
  const rename: Step = ({ root }) => sys.rename(root + a, root + b);
  const mkdir: Step = ({ root }) => sys.mkdir(root + a);
  const unlink: Step = ({ root }) => sys.unlink(root + a);
  const open = (flags: number): Step => (it) =>
    hold(it, slot, it.root + a, flags);
  const steps: readonly Step[] = [
    open(O_RDWR | O_CREAT),
    open(O_RDWR | O_CREAT | O_EXCL),
    open(O_RDWR | O_TRUNC),
    mkdir,
    mkdir,
    ({ root }) => sys.rmdir(root + a),
    unlink,
    unlink,
    rename,
    rename,
    rename,
    ({ root }) => sys.rename(root + a, root + b, RENAME_EXCHANGE),
    ({ root }) => sys.link(root + a, root + b),
    ({ root }) => sys.symlink("to " + a, root + b),
    ({ root }) => sys.truncate(root + a, size),
    ({ root }) => sys.chmod(root + a, 0o600 + size),
    write,
    write,
    (it) => sys.latin1(sys.pread(held(it, slot), 99, 0)),
    (it) => sys.ftruncate(held(it, slot), size),
    (it) => facts(sys.fstat(held(it, slot))),
    ({ root }) => facts(sys.lstat(root + a)),
    (it) => close(it, slot),
    tree,
  ];
  return [steps[below(steps.length)]!, [a, b, slot, size, text]];
}

/**
 * Makes `count` calls in both.
 *
 * @returns The first difference, or `null`; and the paths that are left.
 */
export function doTheSame(
  mnt: string,
  plain: string,
  seed: number,
  count: number,
): [difference: string | null, paths: string[]] {
  const below = randomNumbers(seed);
  const worlds = [mnt, plain].map((root) => ({ root, held: new Map() }));
  const compare = (step: Step, words: unknown[]): string | null => {
    const [here, there] = worlds.map((it) =>
      JSON.stringify(sys.attempt(() => step(it)))
    );
    return here === there ? null : `${step} ${words}: ${here}, not ${there}`;
  };
  let difference: string | null = null;
  for (let i = 0; i < count && difference === null; i++) {
    difference = compare(...chooseStep(below));
  }
  for (const world of worlds) {
    for (const slot of [...world.held.keys()]) close(world, slot);
  }
  difference ??= compare(tree, []);
  return [difference, tree(worlds[1]!).map(([path]) => path)];
}
