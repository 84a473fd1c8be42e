import { SyscallError } from "../../../ffi/mod.ts";
import { ENOENT, S_IFDIR } from "../../../posix/mod.ts";
import { type RequestBase as Request, toErrno } from "../../message/mod.ts";
import { andThen, isPromise } from "../maybe_promise.ts";
import type { MaybePromise } from "../node.ts";
import { Retries } from "../source/internal.ts";
import { PathContext } from "./context.ts";
import { PathDirectory } from "./directory.ts";
import type { Parent, PathEntry, Tree } from "./entry.ts";
import { PathLocks } from "./locks.ts";
import { PathNode } from "./node.ts";
import type { PathOperations, PathStat } from "./operations.ts";
import { typeOf } from "./stat.ts";

/** The nodes of a mounted file system by paths that the kernel knows. */
export class PathTree<H> implements Tree<H> {
  readonly operations: PathOperations<H>;
  /** Whether open files that lose their name are kept under a hidden name. */
  readonly hides: boolean;
  /** Whether operations on open files use their handles. */
  readonly goesByHandles: boolean;
  /** The prefix of hidden names in the root. */
  readonly #hiddenPrefix = `.hostkit-${crypto.randomUUID()}-`;
  #hidden = 0;
  readonly locks: PathLocks = new PathLocks();
  readonly retries: Retries<PathEntry<H>> = new Retries();
  readonly root: PathDirectory<H>;
  readonly #rootDev: number;
  readonly #byInode = new Map<bigint, PathNode<H>>();

  constructor(operations: PathOperations<H>, hides: boolean, root: PathStat) {
    this.operations = operations;
    this.goesByHandles = !hides;
    this.hides = hides && operations.rename !== undefined &&
      operations.unlink !== undefined;
    this.#rootDev = Number(root.dev ?? 0);
    const inode = this.inodeOf(root);
    this.root = new PathDirectory(this, typeOf(root), inode);
    if (inode !== undefined) this.#byInode.set(inode, this.root);
  }

  /** Returns a new hidden name in the root. */
  newHiddenName(): string {
    return `${this.#hiddenPrefix}${++this.#hidden}`;
  }

  /** Whether a name in a directory is hidden. */
  isHidden(parent: Parent<H>, name: string): boolean {
    return parent === this.root && name.startsWith(this.#hiddenPrefix);
  }

  /** Returns the inode number in a stat, if it is on the root's device. */
  inodeOf({ ino, dev }: PathStat): bigint | undefined {
    return ino && Number(dev ?? 0) === this.#rootDev ? BigInt(ino) : undefined;
  }

  /** Returns the metadata of the file at a path; `undefined` if none. */
  stat(
    path: string,
    request: Request | undefined,
    handle?: H,
  ): MaybePromise<PathStat | undefined> {
    const refuse = (error: unknown): undefined => {
      if (toErrno(error) !== ENOENT) throw error;
    };
    try {
      const context = new PathContext(request, handle);
      const stat = this.operations.getattr(path, context);
      return isPromise(stat) ? stat.catch(refuse) : stat;
    } catch (error) {
      return refuse(error);
    }
  }

  /** Returns the metadata of the file at a path; throws ENOENT if none. */
  mustStat(
    path: string,
    request: Request | undefined,
    handle?: H,
  ): MaybePromise<PathStat> {
    return andThen(this.stat(path, request, handle), (stat) => {
      if (stat === undefined) throw new SyscallError("lookup", ENOENT);
      return stat;
    });
  }

  /**
   * Returns the node of a name that has been looked up: the name's current node
   * if it still fits, else the node with the same inode number, or a new node.
   */
  enter(parent: PathDirectory<H>, name: string, stat: PathStat): PathNode<H> {
    const type = typeOf(stat);
    const inode = this.inodeOf(stat);
    const known = parent.children.get(name);
    if (known?.is(type, inode)) {
      known.confirmName(parent, name);
      return known;
    }
    known?.dropName(parent, name);
    return this.#adopt(parent, name, type, inode);
  }

  #adopt(
    parent: PathDirectory<H>,
    name: string,
    type: number,
    inode: bigint | undefined,
  ): PathNode<H> {
    const same = inode === undefined ? undefined : this.#byInode.get(inode);
    const isDirectory = type === S_IFDIR;
    if (same?.type === type && !(isDirectory && same.isAbove(parent))) {
      // A directory has one name: another program has moved it.
      if (isDirectory) same.dropNames();
      return same.addName(parent, name);
    }
    const Class = isDirectory ? PathDirectory : PathNode;
    const node = new Class(this, type, inode).addName(parent, name);
    if (inode !== undefined) this.#byInode.set(inode, node);
    return node;
  }

  /** Returns the node at a path, if the kernel knows it. */
  at(path: string): PathNode<H> | undefined {
    const names = path.split("/").filter((name) => name !== "");
    return names.reduce<PathNode<H> | undefined>(
      (node, name) =>
        node instanceof PathDirectory ? node.children.get(name) : undefined,
      this.root,
    );
  }

  /** Forgets the inode number of a node that is no longer used. */
  forget(node: PathEntry<H>): void {
    const { inode } = node;
    if (inode !== undefined && this.#byInode.get(inode) === node) {
      this.#byInode.delete(inode);
    }
  }
}
