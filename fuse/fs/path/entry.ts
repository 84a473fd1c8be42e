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

/** The nodes that the kernel knows, as each of them sees them. */
export interface Tree<H> extends Source<H> {
  /** Whether open files that lose their name are kept under another. */
  readonly hides: boolean;
  readonly locks: PathLocks;
  readonly retries: Retries<PathEntry<H>>;
  readonly root: Parent<H>;
  /** Returns a new name in the root that nobody sees. */
  newHiddenName(): string;
  /** Whether a name in a directory is to be seen by nobody. */
  isHidden(parent: Parent<H>, name: string): boolean;
  /** Returns the inode number that a stat gives, if that counts. */
  inodeOf(stat: PathStat): bigint | undefined;
  /** Forgets the number of a node that nobody uses any more. */
  forget(node: PathEntry<H>): void;
}

/** A directory, as what is in it sees it. */
export interface Parent<H> extends PathEntry<H> {
  readonly children: Map<string, PathEntry<H>>;
  /** Forgets that a node has a name here. */
  dropChild(name: string, node: PathEntry<H>): void;
}

/** An open file, as its node sees it. */
export interface OpenFile<H> {
  /** What `open` or `create` returned, perhaps shared with others. */
  readonly shared: PathHandle<H> | undefined;
  /** What `open` or `create` returned. */
  readonly handle: H | undefined;
}

/** A name of a node. */
interface Name<H> {
  readonly parent: Parent<H>;
  readonly name: string;
}

/**
 * The names of a node in a file system by paths, and how operations reach it:
 * by its path, or without one by a handle that is open.
 */
export class PathEntry<H> implements Step, Keepable {
  readonly tree: Tree<H>;
  /** `S_IF*` */
  readonly type: number;
  /** The number that the file system gave. */
  readonly inode: bigint | undefined;
  readonly openFiles: Set<OpenFile<H>> = new Set();
  /** Whether the kernel knows it: it says so when it forgets it. */
  known = false;
  users = 0;
  moving = false;
  /** The name in the root under which it waits to be closed. */
  hiddenAs: string | undefined;
  /** The requests for which it outlives its last name: see `Retries`. */
  #keptFor: Expected | undefined;
  /** What is known of it then. */
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

  /** The path, `undefined` if there is no name left that leads here. */
  get path(): string | undefined {
    const [first] = this.#names;
    const above = first?.parent.path;
    return above && joined(above, first!.name);
  }

  /** Whether somebody would miss it without its last name. */
  get mustHide(): boolean {
    return this.tree.hides && this.#isMissed && this.#names.length === 1;
  }

  get #isMissed(): boolean {
    return this.openFiles.size > 0 || this.#keptFor !== undefined;
  }

  /** Whether this may be what a stat describes. */
  is(type: number, inode: bigint | undefined): boolean {
    return type === this.type &&
      (inode === this.inode || inode === undefined || this.inode === undefined);
  }

  /** Whether a node is this one or lies in it. */
  isAbove(node: PathEntry<H>): boolean {
    for (let at: PathEntry<H> | undefined = node; at; at = at.above) {
      if (at === this) return true;
    }
    return false;
  }

  /** Notes a name that was added in its directory. */
  protected noteName(parent: Parent<H>, name: string): void {
    if (this.#names.length === 0) this.tree.retries.found(this);
    this.#names = [{ parent, name }, ...this.#names];
  }

  /**
   * Notes that a name leads here now: it is the path, since others may have
   * taken the rest away meanwhile.
   */
  confirmName(parent: Parent<H>, name: string): void {
    this.tree.retries.found(this);
    if (this.#names.length === 1) return;
    this.#names = [{ parent, name }, ...this.#namesBut(parent, name)];
  }

  #namesBut(parent: Parent<H>, name: string): Name<H>[] {
    return this.#names.filter((it) => it.parent !== parent || it.name !== name);
  }

  /** Takes a name away. */
  dropName(parent: Parent<H>, name: string): void {
    this.#names = this.#namesBut(parent, name);
    parent.dropChild(name, this);
  }

  /** Takes all names away. */
  dropNames(): void {
    for (const { parent, name } of this.#names) this.dropName(parent, name);
  }

  /** Whether it must be kept although neither kernel nor open file knows it. */
  get isNeeded(): boolean {
    return false;
  }

  /** Lets go of what neither the kernel nor an open file knows. */
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
   * Keeps it for a thread that is about to use it, whatever becomes of its
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
    return andThen(dropped, () => this.settle());
  }

  #dropPin(): MaybePromise<void> {
    const pin = this.kept?.pin;
    return pin?.drop(() => this.end(pin.value));
  }

  /** Releases a handle that no open file has. */
  end(handle: H): MaybePromise<void> {
    const context = new PathContext<H>(undefined, handle);
    return this.tree.operations.release?.(this.path ?? "", context);
  }

  /** Removes what nobody misses any more. */
  settle(): MaybePromise<void> {
    if (this.hiddenAs === undefined) return this.prune();
    const { locks, root } = this.tree;
    return locks.move(
      [this],
      [root],
      () => undefined,
      () => this.removeHidden(),
    );
  }

  /** Removes what was hidden, if nobody misses it; its name is claimed. */
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

  /** A handle by which what is open is reached if it has no name any more. */
  get openHandle(): PathHandle<H> | undefined {
    if (this.openFiles.size === 0 || !this.tree.goesByHandles) return undefined;
    for (const { shared } of this.openFiles) {
      if (shared !== undefined) return shared;
    }
    return undefined;
  }

  /**
   * Drops the names that somebody else has given to other files: what a
   * descriptor asks for goes to its file.
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

  /** The handles that are open, that of an open file first. */
  get handles(): PathHandle<H>[] {
    return [...this.openFiles].map(({ shared }) => shared)
      .concat(this.kept?.pin).filter((handle) => handle !== undefined);
  }

  /**
   * Calls an operation: for an open file with its handle, whatever happens to
   * the path meanwhile, else by the path. A node without a name that is asked
   * for itself, as by fstat(2), is served by any handle that is open.
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

  /** Calls an operation by the path, or does something else without one. */
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

  /** Does something by the path, and by another name if that is gone. */
  byAnyName<T>(action: () => MaybePromise<T>): MaybePromise<T> {
    const [first, second] = this.#names;
    if (second === undefined) return action();
    return attempt(action, (error) => {
      if (toErrno(error) !== ENOENT) throw error;
      // Somebody else has taken it away.
      if (this.#names[0] === first) this.dropName(first!.parent, first!.name);
      return this.byAnyName(action);
    });
  }

  /** Returns the path, where there must be one. */
  mustPath(request: Request | undefined): string {
    const { path } = this;
    if (path === undefined) throw this.gone(request);
    return path;
  }

  /**
   * Whether a request means this, and no name that has led here. That it was
   * kept for it counts once: the next such request may mean what has the name.
   */
  takeMeant(request: Request | undefined): boolean {
    return this.#keptFor?.take(request) === true ||
      this.tree.retries.wasStale(this, request);
  }

  #refuse(request: Request | undefined): never {
    throw this.gone(request);
  }

  /** The error for a node that no name leads to. */
  gone(request: Request | undefined): SyscallError {
    return this.tree.retries.gone(this, request);
  }
}

/** Returns the path of a name in a directory. */
export function joined(directory: string, name: string): string {
  return directory === "/" ? `/${name}` : `${directory}/${name}`;
}
