import { SyscallError } from "../../../ffi/mod.ts";
import { EPERM, EXDEV, S_IFDIR } from "../../../posix/mod.ts";
import type {
  Attr,
  CreateRequest,
  CreateResponse,
  Dirent,
  LinkRequest,
  LookupRequest,
  LookupResponse,
  MkdirRequest,
  MkdirResponse,
  MknodRequest,
  OpenRequest,
  OpenResponse,
  RemoveRequest,
  RenamingRequest,
  RequestBase as Request,
  SymlinkRequest,
  SymlinkResponse,
} from "../../message/mod.ts";
import { andThen, attempt } from "../maybe_promise.ts";
import type { Handle, MaybePromise, Node } from "../node.ts";
import { PathContext } from "./context.ts";
import { createNew } from "./create.ts";
import { joined, type PathEntry, type Tree } from "./entry.ts";
import { list } from "./listing.ts";
import type { Step } from "./locks.ts";
import { remove, rename } from "./moves.ts";
import { PathNode } from "./node.ts";
import type { PathStat } from "./operations.ts";
import { type Pinned, pinned } from "./pin.ts";

/** The part of the tree that a directory uses. */
interface DirectoryTree<H> extends Tree<H> {
  /** Returns the node of a name that has been looked up. */
  enter(parent: PathDirectory<H>, name: string, stat: PathStat): PathNode<H>;
}

/** A directory of a file system by paths; also its own handle. */
export class PathDirectory<H> extends PathNode<H> implements Handle {
  declare readonly tree: DirectoryTree<H>;
  /** The nodes in it that the kernel knows, or that an open file needs. */
  readonly children: Map<string, PathNode<H>> = new Map();
  /** A lock on its names: lookups wait while a replaced name is missing. */
  readonly names: Step = { above: undefined, users: 0, moving: false };
  /** Whether it was removed through the mount: requests then use no name. */
  isRemoved = false;
  /** Its last known metadata. */
  #last: PathStat | undefined;
  #opens = 0;

  constructor(
    tree: DirectoryTree<H>,
    type: number,
    inode: bigint | undefined,
  ) {
    super(tree, type, inode);
  }

  override get path(): string | undefined {
    return this.#isRoot ? "/" : super.path;
  }

  override get isNeeded(): boolean {
    return this.children.size > 0 || this.#isRoot;
  }

  get #isRoot(): boolean {
    return this === this.tree.root;
  }

  get renameFlags(): number {
    return this.tree.operations.renameFlags ?? 0;
  }

  /** Returns the path of a name. */
  pathOf(name: string, request: Request | undefined): string {
    return joined(this.mustPath(request), name);
  }

  /** Removes the entry of a node. */
  dropChild(name: string, node: PathEntry<H>): void {
    // Another lookup may have given the name to another node.
    if (this.children.get(name) === node) this.children.delete(name);
    this.prune();
  }

  override open(
    request: OpenRequest,
    _response: OpenResponse,
  ): MaybePromise<Handle> {
    if (this.path === undefined && !this.takeMeant(request)) {
      throw this.gone(request);
    }
    this.#opens++;
    return this;
  }

  release(): void {
    this.#opens--;
  }

  /** Whether a request means this directory, even if it has no name. */
  override takeMeant(request: Request | undefined): boolean {
    return this.isRemoved || super.takeMeant(request);
  }

  override fill(attr: Attr, stat: PathStat): void {
    super.fill(attr, stat);
    this.#last = stat;
  }

  /** Fills in the attributes of a removed directory that is still in use. */
  protected override fillGone(
    attr: Attr,
    request: Request | undefined,
    isMeant: boolean,
  ): MaybePromise<void> {
    const isUsed = this.#opens > 0 || isMeant;
    if (this.#last === undefined || !isUsed) {
      return super.fillGone(attr, request, isMeant);
    }
    super.fill(attr, this.#last);
    attr.nlink = 0;
  }

  readDirAll(): MaybePromise<Dirent[]> {
    return list(this);
  }

  lookup(
    name: string,
    request: LookupRequest,
    response: LookupResponse,
  ): MaybePromise<Node | undefined> {
    const { locks, retries } = this.tree;
    if (this.tree.isHidden(this, name)) return undefined;
    const keeps = retries.isRetry(request);
    return locks.use(
      [this, this.names],
      () => request.signal,
      () => this.#lookup(name, request, response, keeps),
    );
  }

  #lookup(
    name: string,
    request: LookupRequest,
    response: LookupResponse,
    keeps: boolean,
  ): MaybePromise<Node | undefined> {
    const path = this.pathOf(name, request);
    const before = this.children.get(name);
    const found = andThen(
      this.tree.stat(path, request),
      (stat): MaybePromise<Pinned<H>> =>
        stat && keeps ? pinned(this.tree, path, stat, request) : { stat },
    );
    return andThen(found, (found) => {
      const { stat, pin } = found;
      if (this.children.get(name) !== before) {
        // The name was changed meanwhile, perhaps after the stat.
        const ended = pin && this.end(pin.value);
        return andThen(
          ended,
          () => this.#lookup(name, request, response, keeps),
        );
      }
      const node = stat && this.#enter(name, stat, response);
      const isDirectory = node?.type === S_IFDIR;
      if (!keeps || node === undefined || isDirectory) {
        return node;
      }
      return andThen(node.keep(found, request), () => node);
    });
  }

  #enter(
    name: string,
    stat: PathStat,
    { attr }: LookupResponse,
  ): PathNode<H> {
    const node = this.tree.enter(this, name, stat);
    node.fill(attr, stat);
    node.known = true;
    return node;
  }

  /** Makes a file and returns its node. */
  #make(
    request: Request,
    name: string,
    response: LookupResponse,
    make: (path: string, context: PathContext<H>) => MaybePromise<unknown>,
  ): MaybePromise<PathNode<H>> {
    return this.callByPath(request, (_, context) => {
      const path = this.pathOf(name, request);
      const stat = andThen(
        make(path, context),
        () => this.tree.mustStat(path, request),
      );
      return andThen(stat, (stat) => this.#enter(name, stat, response));
    });
  }

  create(
    request: CreateRequest,
    response: CreateResponse,
  ): MaybePromise<readonly [Node, Handle]> {
    const { name } = request;
    const { operations } = this.tree;
    return this.callByPath(request, (_, context) => {
      const path = this.pathOf(name, request);
      return andThen(
        createNew(operations, path, request, context),
        (handle) => {
          const enter = (stat: PathStat): readonly [Node, Handle] => {
            const node = this.#enter(name, stat, response);
            return [node, node.opened(handle, context, request, response)];
          };
          const release = (error: unknown): MaybePromise<never> => {
            const closed = this.tree.operations.release?.(
              path,
              new PathContext(request, handle),
            );
            return andThen(closed, () => {
              throw error;
            });
          };
          return attempt(
            () => andThen(this.tree.mustStat(path, request, handle), enter),
            release,
          );
        },
      );
    });
  }

  mknod(
    request: MknodRequest,
    response: LookupResponse,
  ): MaybePromise<Node> {
    const { operations } = this.tree;
    if (operations.mknod === undefined) throw refused("mknod");
    const { name, mode, rdev } = request;
    return this.#make(
      request,
      name,
      response,
      (path, context) => operations.mknod!(path, mode, rdev, context),
    );
  }

  mkdir(
    request: MkdirRequest,
    response: MkdirResponse,
  ): MaybePromise<Node> {
    const { operations } = this.tree;
    if (operations.mkdir === undefined) throw refused("mkdir");
    const { name, mode } = request;
    return this.#make(
      request,
      name,
      response,
      (path, context) => operations.mkdir!(path, mode, context),
    );
  }

  symlink(
    request: SymlinkRequest,
    response: SymlinkResponse,
  ): MaybePromise<Node> {
    const { operations } = this.tree;
    if (operations.symlink === undefined) throw refused("symlink");
    const { newName, target } = request;
    return this.#make(
      request,
      newName,
      response,
      (path, context) => operations.symlink!(target, path, context),
    );
  }

  link(
    request: LinkRequest,
    old: Node,
    response: LookupResponse,
  ): MaybePromise<Node> {
    const { operations, locks } = this.tree;
    if (operations.link === undefined) throw refused("link");
    if (!(old instanceof PathNode)) throw new SyscallError("link", EXDEV);
    const node: PathNode<H> = old;
    const { newName } = request;
    const link = (): MaybePromise<Node> => {
      const path = this.pathOf(newName, request);
      const context = new PathContext<H>(request);
      const linked = operations.link!(node.mustPath(request), path, context);
      const stat = andThen(linked, () => this.tree.mustStat(path, request));
      return andThen(stat, (stat) => {
        // A file without an inode number is told apart only by its node.
        if (this.tree.inodeOf(stat) === undefined) node.addName(this, newName);
        return this.#enter(newName, stat, response);
      });
    };
    const use = (): MaybePromise<Node> =>
      locks.use([this, node], () => request.signal, link);
    return node.byAnyName(use);
  }

  remove(request: RemoveRequest): MaybePromise<void> {
    return remove(this, request);
  }

  rename(request: RenamingRequest, newDir: Node): MaybePromise<void> {
    if (!(newDir instanceof PathDirectory)) {
      throw new SyscallError("rename", EXDEV);
    }
    return rename(this, request, newDir);
  }
}

function refused(syscall: string): SyscallError {
  return new SyscallError(syscall, EPERM);
}
