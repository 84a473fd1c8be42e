import { AT_FDCWD, cString, errno, libc } from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import {
  O_CLOEXEC,
  O_DIRECTORY,
  O_NOATIME,
  O_PATH,
} from "../../../posix/mod.ts";
import { mountpointPath } from "../../mount/internal.ts";
import { LockWaits } from "../locks/internal.ts";
import { Retries } from "../source/internal.ts";
import type { AwaitedLock } from "./awaited_locks.ts";
import {
  type DescriptorShares,
  mostDirectories,
  sharesOfThread,
} from "./descriptor_shares.ts";
import { MirrorDirectories } from "./directories.ts";
import type { MirrorEntry } from "./entry.ts";
import { MirrorHandles } from "./handles.ts";
import { MirrorNode } from "./node.ts";
import type { NodeSource } from "./node_source.ts";
import type { MirrorOptions } from "./options.ts";
import { MirrorPins } from "./pins.ts";
import { type FileId, type FileKey, Stat } from "./stat.ts";

const UP = cString("..");

/** The source of a mirror, while it is mounted: its nodes and descriptors. */
export class MirrorTree implements NodeSource<MirrorNode> {
  readonly stat: Stat = new Stat();
  readonly directories: MirrorDirectories;
  /** The number of descriptors that each user takes. */
  readonly shares: DescriptorShares;
  readonly retries: Retries<MirrorEntry> = new Retries();
  readonly rootFd: number;
  readonly root: MirrorNode;
  /** The requests that wait for a lock, to detect deadlocks. */
  readonly waits: LockWaits = new LockWaits();
  readonly #nodes = new Map<FileKey, MirrorNode>();
  /** Descriptors of nodes that were not found by a name. */
  readonly #ownFds = new Map<MirrorNode, number>();
  /** An extra flag for opening files: O_NOATIME, or 0. */
  quiet: number;
  #pins: MirrorPins | undefined;
  #handles: MirrorHandles | undefined;
  #hidden: { key: FileKey; name: string } | undefined;

  /** Opens a directory as the source. */
  constructor(
    source: string,
    { exclude, shared, noAtime = false }: MirrorOptions,
    exports: boolean,
  ) {
    this.quiet = noAtime ? O_NOATIME : 0;
    const hidden = exclude === undefined ? undefined : mountpointPath(exclude);
    const flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    this.rootFd = libc().openat(AT_FDCWD, cString(source), flags, 0);
    if (this.rootFd < 0) {
      throw new SyscallError("openat", errno(), { path: source });
    }
    using opened = new DisposableStack();
    opened.defer(() => void libc().close(this.rootFd));
    if (!this.stat.of(this.rootFd)) throw new SyscallError("statx", errno());
    this.stat.makeHome();
    this.root = new MirrorNode(this, this.stat.id, this.rootFd);
    this.root.sawAt(this.root, cString("."));
    this.#nodes.set(this.root.id.key, this.root);
    if (hidden !== undefined) this.#hide(hidden);
    if (shared !== undefined) this.#pins = new MirrorPins(this, shared);
    else if (exports) this.#handles = new MirrorHandles(this.rootFd);
    this.shares = this.#pins?.shares ?? sharesOfThread();
    this.shares.measure(this.rootFd);
    const most = mostDirectories(this.shares.limit);
    this.directories = new MirrorDirectories(this.stat, most);
    opened.move();
  }

  /** Returns the node of the file that `stat` describes, if there is one. */
  known(): MirrorNode | undefined {
    // With several Workers, nodes have descriptors, and no names to update.
    if (this.#pins !== undefined) return undefined;
    const known = this.#nodes.get(this.stat.key);
    return known !== undefined && this.stat.is(known.id) ? known : undefined;
  }

  /** Returns the owners of a lock that a process in the source waits for. */
  ownersOf({ major, minor, inode, start }: AwaitedLock): bigint[] {
    const key = this.stat.homeKey(major, minor, inode);
    const node = key === undefined ? undefined : this.#nodes.get(key);
    return node?.locks.ownersFrom(start) ?? [];
  }

  /**
   * Returns the node of the file that `stat` describes, for an entry response.
   *
   * @param open Opens the file with O_PATH, if several Workers serve or file
   * handles stay valid.
   * @param uid The user who looked the file up.
   */
  node(open: () => number, uid: number): MirrorNode {
    if (this.#pins !== undefined) return this.#pins.node(open, uid);
    const known = this.known();
    if (known !== undefined) return known;
    const id = this.#handles?.of(this.stat.id)?.id;
    if (this.#handles === undefined || id !== undefined) return this.#add(id);
    const fd = open();
    try {
      // Another file may have the name by now.
      if (!this.stat.of(fd)) throw new SyscallError("statx", errno());
      return this.known() ?? this.#add(this.#idOf(fd));
    } finally {
      libc().close(fd);
    }
  }

  /**
   * Returns the node with an id, which the kernel may have forgotten;
   * `undefined` if the file no longer exists, or ids are not kept.
   */
  byId(id: number): MirrorNode | undefined {
    const known = this.#handles?.byId(id);
    if (known === undefined) return undefined;
    const node = this.#nodes.get(known.file.key);
    if (node?.pinId === id) return node;
    const fd = this.#handles!.open(known);
    if (fd === undefined) this.#handles!.drop(id);
    return fd === undefined ? undefined : this.#adopt(fd, known.file);
  }

  /** Returns the generation, which differs between nodes with the same id. */
  generationOf({ pinId }: MirrorNode): number | undefined {
    return this.#handles?.byId(pinId)?.generation;
  }

  /** Returns a directory's parent directory, if it is in the source. */
  parentOf(directory: MirrorNode): MirrorNode | undefined {
    return directory.withFd(undefined, (fd) => {
      const parent = openParent(fd);
      let isInside = false;
      try {
        isInside = this.#isInside(parent);
      } finally {
        if (!isInside) libc().close(parent);
      }
      return isInside ? this.#adopt(parent) : undefined;
    });
  }

  /** Returns the id of the open file that `stat` describes. */
  #idOf(fd: number): number | undefined {
    const { id } = this.stat;
    const handles = this.#handles;
    return (handles?.of(id) ?? handles?.add(id, fd))?.id;
  }

  /** Adds the node of the file that `stat` describes. */
  #add(id: number | undefined, ownFd?: number): MirrorNode {
    const node = new MirrorNode(this, this.stat.id, ownFd, id);
    this.#nodes.set(node.id.key, node);
    if (ownFd !== undefined) this.#ownFds.set(node, ownFd);
    return node;
  }

  /**
   * Takes ownership of `fd` and returns its node; `undefined` if it is not the
   * expected file.
   */
  #adopt(fd: number, expected?: FileId): MirrorNode | undefined {
    let isKept = false;
    try {
      if (!this.stat.of(fd)) return undefined;
      if (expected !== undefined && !this.stat.is(expected)) return undefined;
      const known = this.known();
      if (known !== undefined) return known;
      const node = this.#add(this.#idOf(fd), fd);
      isKept = true;
      return node;
    } finally {
      if (!isKept) libc().close(fd);
    }
  }

  /** Whether the way up from a directory leads to the source. */
  #isInside(fd: number): boolean {
    let at = fd;
    let last: FileKey | undefined;
    try {
      for (;;) {
        if (!this.stat.of(at)) return false;
        if (this.stat.is(this.root.id)) return true;
        const { key } = this.stat;
        // The root directory of the process is its own parent.
        if (key === last) return false;
        last = key;
        const above = openParent(at);
        if (at !== fd) libc().close(at);
        at = above;
      }
    } finally {
      if (at !== fd) libc().close(at);
    }
  }

  /** The nodes that all Workers share, if several serve. */
  get pins(): MirrorPins | undefined {
    return this.#pins;
  }

  /** Whether a name is kept out of the mirror. */
  isHidden(directory: MirrorEntry, name: string): boolean {
    return this.hidesIn(directory) && this.#hidden!.name === name;
  }

  /** Whether any name of a directory is kept out of the mirror. */
  hidesIn(directory: MirrorEntry): boolean {
    return this.#hidden !== undefined &&
      this.#hidden.key === directory.id.key;
  }

  /** Releases a node that the kernel has forgotten. */
  forget(node: MirrorNode): void {
    node.drop();
    this.directories.close(node);
    const { key } = node.id;
    if (this.#nodes.get(key) === node) this.#nodes.delete(key);
    const fd = this.#ownFds.get(node);
    if (fd === undefined) return;
    this.#ownFds.delete(node);
    libc().close(fd);
  }

  /** Closes every descriptor. */
  close(): void {
    this.#pins?.close();
    this.#handles?.close();
    for (const node of this.#nodes.values()) node.drop();
    for (const fd of this.#ownFds.values()) libc().close(fd);
    this.#ownFds.clear();
    this.directories.closeAll();
    this.#nodes.clear();
    libc().close(this.rootFd);
  }

  #hide(path: string): void {
    const [, parent, name] = /^(.*)\/([^/]+)$/.exec(path) ?? [];
    if (parent === undefined) return;
    if (this.stat.at(AT_FDCWD, cString(parent || "/"))) {
      this.#hidden = { key: this.stat.key, name: name! };
    }
  }
}

function openParent(fd: number): number {
  const flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  const parent = libc().openat(fd, UP, flags, 0);
  if (parent < 0) throw new SyscallError("openat", errno());
  return parent;
}
