import { AT_FDCWD } from "../../ffi/abi_linux.ts";
import { cString } from "../../ffi/c_string.ts";
import { errno, libc } from "../../ffi/libc.ts";
import { SyscallError } from "../../ffi/syscall_error.ts";
import { O_CLOEXEC, O_DIRECTORY, O_PATH } from "../../posix/constants_fcntl.ts";
import { mountpointPath } from "../_mountpoint.ts";
import type { AwaitedLock } from "./_awaited_locks.ts";
import { LockWaits } from "./_lock_waits.ts";
import { MirrorDirectories } from "./_mirror_directories.ts";
import { MirrorPins } from "./_mirror_pins.ts";
import { MirrorNode } from "./_mirror_node.ts";
import { type FileKey, Stat } from "./_stat.ts";

/** The source of a mirror, while it is mounted: its nodes and descriptors. */
export class MirrorTree {
  readonly stat: Stat = new Stat();
  readonly directories: MirrorDirectories = new MirrorDirectories(this.stat);
  readonly rootFd: number;
  readonly root: MirrorNode;
  /** Who waits for a lock, so that no circle of them waits for ever. */
  readonly waits: LockWaits = new LockWaits();
  readonly #nodes = new Map<FileKey, MirrorNode>();
  #pins: MirrorPins | undefined;
  #hidden: { key: FileKey; name: string } | undefined;

  /** Opens a directory as the source. */
  constructor(
    source: string,
    exclude: string | undefined,
    shared: SharedArrayBuffer | undefined,
  ) {
    const hidden = exclude === undefined ? undefined : mountpointPath(exclude);
    const flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    this.rootFd = libc().openat(AT_FDCWD, cString(source), flags, 0);
    if (this.rootFd < 0) {
      throw new SyscallError("openat", errno(), { path: source });
    }
    this.stat.of(this.rootFd);
    this.stat.makeHome();
    this.root = new MirrorNode(this, this.stat.id, this.rootFd);
    this.root.sawAt(this.root, cString("."));
    this.#nodes.set(this.root.id.key, this.root);
    if (hidden !== undefined) this.#hide(hidden);
    if (shared !== undefined) this.#pins = new MirrorPins(this, shared);
  }

  /** Returns the node of the file that `stat` describes, if there is one. */
  known(): MirrorNode | undefined {
    // Where files have a descriptor, nobody needs to know their names.
    if (this.#pins !== undefined) return undefined;
    const known = this.#nodes.get(this.stat.key);
    return known !== undefined && this.stat.is(known.id) ? known : undefined;
  }

  /** Returns who has a lock for which somebody in the source waits. */
  ownersOf({ major, minor, inode, start }: AwaitedLock): bigint[] {
    const key = this.stat.homeKey(major, minor, inode);
    const node = key === undefined ? undefined : this.#nodes.get(key);
    return node?.locks.ownersFrom(start) ?? [];
  }

  /**
   * Returns the node of the file that `stat` describes, which the kernel is
   * about to be told of.
   *
   * @param open Opens the file with O_PATH, for Workers that serve together.
   */
  node(open: () => number): MirrorNode {
    if (this.#pins !== undefined) return this.#pins.node(open);
    const known = this.known();
    if (known !== undefined) return known;
    const node = new MirrorNode(this, this.stat.id);
    this.#nodes.set(node.id.key, node);
    return node;
  }

  /** The nodes that all Workers know, where several serve. */
  get pins(): MirrorPins | undefined {
    return this.#pins;
  }

  /** Whether a name is kept out of the mirror. */
  isHidden(directory: MirrorNode, name: string): boolean {
    return this.hidesIn(directory) && this.#hidden!.name === name;
  }

  /** Whether any name of a directory is. */
  hidesIn(directory: MirrorNode): boolean {
    return this.#hidden !== undefined &&
      this.#hidden.key === directory.id.key;
  }

  /** Lets go of a node that the kernel has forgotten. */
  forget(node: MirrorNode): void {
    this.directories.close(node);
    const { key } = node.id;
    if (this.#nodes.get(key) === node) this.#nodes.delete(key);
  }

  /** Closes every descriptor. */
  close(): void {
    this.#pins?.close();
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
