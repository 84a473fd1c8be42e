import type { SyscallError } from "../../../ffi/mod.ts";
import { ENOENT } from "../../../posix/mod.ts";
import { type RequestBase as Request, toErrno } from "../../message/mod.ts";
import { andThen, attempt } from "../maybe_promise.ts";
import type { MaybePromise } from "../node.ts";
import { Expected, type Keepable, type Retries } from "../source/internal.ts";
import { type Action, PathContext } from "./context.ts";
import type { PathHandle } from "./handle.ts";
import type { PathLocks, Step } from "./locks.ts";
import type { PathStat } from "./operations.ts";
import type { Pinned, Source } from "./pin.ts";
import { typeOf } from "./stat.ts";

/** The part of the tree that each node uses. */
export interface Tree<H> extends Source<H> {
  /** Whether open files that lose their name are kept under a hidden name. */
  readonly hides: boolean;
  readonly locks: PathLocks;
  readonly retries: Retries<PathEntry<H>>;
  readonly root: Parent<H>;
  /** Returns a new hidden name in the root. */
  newHiddenName(): string;
  /** Whether a name in a directory is hidden. */
  isHidden(parent: Parent<H>, name: string): boolean;
  /** Returns the inode number in a stat, if it is on the root's device. */
  inodeOf(stat: PathStat): bigint | undefined;
  /** Forgets the inode number of a node that is no longer used. */
  forget(node: PathEntry<H>): void;
}

/** The part of a directory that its entries use. */
export interface Parent<H> extends PathEntry<H> {
  readonly children: Map<string, PathEntry<H>>;
  /** Removes the entry of a node. */
  dropChild(name: string, node: PathEntry<H>): void;
}

/** The part of an open file that its node uses. */
export interface OpenFile<H> {
  /** The handle, perhaps shared with other open files. */
  readonly shared: PathHandle<H> | undefined;
  /** The result of `open` or `create`. */
  readonly handle: H | undefined;
}

/** A name of a node. */
interface Name<H> {
  readonly parent: Parent<H>;
  readonly name: string;
}

/**
 * The names of a node in a file system by paths. Operations reach the node by
 * its path, or by an open handle if it has no path.
 */
export class PathEntry<H> implements Step, Keepable {
  readonly tree: Tree<H>;
  /** `S_IF*` */
  readonly type: number;
  /** The inode number that the file system gave. */
  readonly inode: bigint | undefined;
  readonly openFiles: Set<OpenFile<H>> = new Set();
  /** Whether the kernel knows the node: true until it sends a FORGET. */
  known = false;
  users = 0;
  moving = false;
  /** The hidden name in the root that a removed file has until it is closed. */
  hiddenAs: string | undefined;
  /** The requests for which it outlives its last name: see `Retries`. */
  #keptFor: Expected | undefined;
  /** The handle and metadata that are kept for those requests. */
  kept: Pinned<H> | undefined;
  #names: readonly Name<H>[] = [];

  constructor(tree: Tree<H>, type: number, inode: bigint | undefined) {
    this.tree = tree;
    this.type = type;
    this.inode = inode;
  }

  get above(): Parent<H> | undefined {
    return this.#names[0]?.parent;
  }

  /** The path; `undefined` if no name leads to the node any more. */
  get path(): string | undefined {
    const [first] = this.#names;
    const above = first?.parent.path;
    return above && joined(above, first!.name);
  }

  /** Whether the file must be hidden, not removed, with its last name. */
  get mustHide(): boolean {
    return this.tree.hides && this.#isMissed && this.#names.length === 1;
  }

  get #isMissed(): boolean {
    return this.openFiles.size > 0 || this.#keptFor !== undefined;
  }

  /** Whether this may be the file with that type and inode number. */
  is(type: number, inode: bigint | undefined): boolean {
    return type === this.type &&
      (inode === this.inode || inode === undefined || this.inode === undefined);
  }

  /** Whether a node is this node or lies below it. */
  isAbove(node: PathEntry<H>): boolean {
    for (let at: PathEntry<H> | undefined = node; at; at = at.above) {
      if (at === this) return true;
    }
    return false;
  }

  /** Records a name that was added in its directory. */
  protected noteName(parent: Parent<H>, name: string): void {
    if (this.#names.length === 0) this.tree.retries.found(this);
    this.#names = [{ parent, name }, ...this.#names];
  }

  /**
   * Records that a name leads to the node now, and makes it the path: another
   * program may have removed the other names meanwhile.
   */
  confirmName(parent: Parent<H>, name: string): void {
    this.tree.retries.found(this);
    if (this.#names.length === 1) return;
    this.#names = [{ parent, name }, ...this.#namesBut(parent, name)];
  }

  #namesBut(parent: Parent<H>, name: string): Name<H>[] {
    return this.#names.filter((it) => it.parent !== parent || it.name !== name);
  }

  /** Removes a name. */
  dropName(parent: Parent<H>, name: string): void {
    this.#names = this.#namesBut(parent, name);
    parent.dropChild(name, this);
  }

  /** Removes all names. */
  dropNames(): void {
    for (const { parent, name } of this.#names) this.dropName(parent, name);
  }

  /** Whether the node is needed if neither kernel nor open file uses it. */
  get isNeeded(): boolean {
    return false;
  }

  /** Drops the node if neither the kernel nor an open file uses it. */
  prune(): void {
    if (this.known || this.openFiles.size > 0 || this.isNeeded) return;
    this.tree.forget(this);
    this.dropNames();
  }

  forget(): MaybePromise<void> {
    this.known = false;
    this.tree.retries.forget(this);
    return this.letGo();
  }

  /**
   * Keeps the node for a thread that is about to use it, even if it loses its
   * names.
   */
  keep(kept: Pinned<H>, request: Request): MaybePromise<void> {
    const dropped = this.#dropPin();
    this.kept = kept;
    (this.#keptFor ??= new Expected()).add(request);
    this.tree.retries.keep(this);
    return dropped;
  }

  letGo(): MaybePromise<void> {
    const dropped = this.#dropPin();
    this.kept = undefined;
    this.#keptFor = undefined;
    return andThen(dropped, () => this.removeUnused());
  }

  #dropPin(): MaybePromise<void> {
    const pin = this.kept?.pin;
    return pin?.drop(() => this.end(pin.value));
  }

  /** Releases a handle that no open file uses. */
  end(handle: H): MaybePromise<void> {
    const context = new PathContext<H>(undefined, handle);
    return this.tree.operations.release?.(this.path ?? "", context);
  }

  /** Removes the hidden file, or drops the node, if it is no longer used. */
  removeUnused(): MaybePromise<void> {
    if (this.hiddenAs === undefined) return this.prune();
    const { locks, root } = this.tree;
    return locks.move(
      [this],
      [root],
      () => undefined,
      () => this.removeHidden(),
    );
  }

  /** Removes the hidden file if it is not in use; the caller has locked it. */
  removeHidden(): MaybePromise<void> {
    const { hiddenAs } = this;
    if (hiddenAs === undefined || this.#isMissed) return;
    const { root, operations } = this.tree;
    const path = joined("/", hiddenAs);
    const removed = operations.unlink!(path, new PathContext(undefined));
    return andThen(removed, () => {
      this.hiddenAs = undefined;
      this.dropName(root, hiddenAs);
      this.prune();
    });
  }

  /** A handle for operations on an open file that has lost its name. */
  get openHandle(): PathHandle<H> | undefined {
    if (this.openFiles.size === 0 || !this.tree.goesByHandles) return undefined;
    for (const { shared } of this.openFiles) {
      if (shared !== undefined) return shared;
    }
    return undefined;
  }

  /**
   * Drops the names that another program has given to other files, so that a
   * request through a descriptor reaches the file of the descriptor.
   */
  checkNames(request: Request | undefined): MaybePromise<void> {
    const [first] = this.#names;
    const { path } = this;
    if (path === undefined || this.inode === undefined) return;
    return andThen(this.tree.stat(path, request), (stat) => {
      if (stat && this.is(typeOf(stat), this.tree.inodeOf(stat))) return;
      if (this.#names[0] === first) this.dropName(first!.parent, first!.name);
      return this.checkNames(request);
    });
  }

  /** The open handles, those of open files first. */
  get handles(): PathHandle<H>[] {
    return [...this.openFiles].map(({ shared }) => shared)
      .concat(this.kept?.pin).filter((handle) => handle !== undefined);
  }

  /**
   * Calls an operation: with the handle of an open file, whatever happens to
   * the path meanwhile, else by the path. For a request without an open file on
   * a node without a name, as fstat(2) sends, any open handle is used.
   */
  call<T>(
    request: Request | undefined,
    action: Action<H, T>,
    file?: OpenFile<H>,
    otherwise: () => MaybePromise<T> = () => this.#refuse(request),
  ): MaybePromise<T> {
    if (file?.handle !== undefined) {
      const context = new PathContext(request, file.handle);
      return action(this.path ?? "", context);
    }
    return this.callByPath(request, action, () => {
      const [handle] = this.handles;
      return handle === undefined
        ? otherwise()
        : handle.lend((handle) => action("", new PathContext(request, handle)));
    });
  }

  /** Calls an operation by the path, or `withoutPath` if there is none. */
  callByPath<T>(
    request: Request | undefined,
    action: Action<H, T>,
    withoutPath: () => MaybePromise<T> = () => this.#refuse(request),
  ): MaybePromise<T> {
    return this.byAnyName(() =>
      this.tree.locks.use([this], () => request?.signal, () => {
        const { path } = this;
        return path === undefined
          ? withoutPath()
          : action(path, new PathContext(request));
      })
    );
  }

  /** Calls an action that uses the path; tries the next name on ENOENT. */
  byAnyName<T>(action: () => MaybePromise<T>): MaybePromise<T> {
    const [first, second] = this.#names;
    if (second === undefined) return action();
    return attempt(action, (error) => {
      if (toErrno(error) !== ENOENT) throw error;
      // Another program has removed the name.
      if (this.#names[0] === first) this.dropName(first!.parent, first!.name);
      return this.byAnyName(action);
    });
  }

  /** Returns the path; throws if there is none. */
  mustPath(request: Request | undefined): string {
    const { path } = this;
    if (path === undefined) throw this.gone(request);
    return path;
  }

  /**
   * Whether a request means this node, not any file with its former name. A
   * request that the node is kept for counts once: the next such request may be
   * meant for another file that has the name.
   */
  takeMeant(request: Request | undefined): boolean {
    return this.#keptFor?.take(request) === true ||
      this.tree.retries.wasStale(this, request);
  }

  #refuse(request: Request | undefined): never {
    throw this.gone(request);
  }

  /** Returns the error for a node that no name leads to. */
  gone(request: Request | undefined): SyscallError {
    return this.tree.retries.gone(this, request);
  }
}

/** Returns the path of a name in a directory. */
export function joined(directory: string, name: string): string {
  return directory === "/" ? `/${name}` : `${directory}/${name}`;
}
