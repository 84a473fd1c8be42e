import { SyscallError } from "../../ffi/syscall_error.ts";
import { EOPNOTSUPP, EPERM, EXDEV } from "../../posix/constants_errno.ts";
import { O_CREAT, O_EXCL } from "../../posix/constants_fcntl.ts";
import { RENAME_EXCHANGE } from "../constants.ts";
import type {
  CreateRequest,
  CreateResponse,
  MkdirRequest,
  MkdirResponse,
  MknodRequest,
  SymlinkRequest,
  SymlinkResponse,
} from "../create_requests.ts";
import type { Dirent } from "../dirent.ts";
import type {
  LinkRequest,
  RemoveRequest,
  RenameRequest,
} from "../entry_requests.ts";
import type { OpenRequest, OpenResponse } from "../handle_requests.ts";
import type { LookupRequest, LookupResponse } from "../node_requests.ts";
import type { Request } from "../request.ts";
import { andThen, isPromise } from "./_maybe_promise.ts";
import { joined, PathNode } from "./_path_node.ts";
import type { Handle, MaybePromise, Node } from "./node.ts";
import { PathContext } from "./path_context.ts";
import type { PathStat } from "./path_operations.ts";

/** A directory of a file system by paths; also its own handle. */
export class PathDirectory<H> extends PathNode<H> implements Handle {
  /** What the kernel knows in it, or an open file needs. */
  readonly children: Map<string, PathNode<H>> = new Map();

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
  pathOf(name: string): string {
    return joined(this.mustPath(), name);
  }

  override open(
    _request: OpenRequest,
    _response: OpenResponse,
  ): MaybePromise<Handle> {
    return this;
  }

  readDirAll(): MaybePromise<Dirent[]> {
    const { operations } = this.tree;
    if (operations.readdir === undefined) {
      throw new SyscallError("readdir", EOPNOTSUPP);
    }
    const listed = this.callByPath(
      undefined,
      (path, context) => operations.readdir!(path, context),
    );
    return andThen(listed, (entries) =>
      Array.from(
        entries,
        (entry) => typeof entry === "string" ? { name: entry } : entry,
      ).filter(({ name }) =>
        name !== "." && name !== ".." && !this.tree.isHidden(this, name)
      ).map((entry) => this.#numbered(entry)));
  }

  /** Adds the number of what is known, if the listing does not say it. */
  #numbered(entry: Dirent): Dirent {
    const inode = this.children.get(entry.name)?.inode;
    return entry.inode || inode === undefined ? entry : { ...entry, inode };
  }

  lookup(
    name: string,
    request: LookupRequest,
    response: LookupResponse,
  ): MaybePromise<Node | undefined> {
    if (this.tree.isHidden(this, name)) return undefined;
    return this.callByPath(request, () => {
      const stat = this.tree.stat(this.pathOf(name), request);
      return andThen(
        stat,
        (stat) => stat && this.#enter(name, stat, response),
      );
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

  /** Makes something, and returns the node that it has become. */
  #make(
    request: Request,
    name: string,
    response: LookupResponse,
    make: (path: string, context: PathContext<H>) => MaybePromise<unknown>,
  ): MaybePromise<PathNode<H>> {
    return this.callByPath(request, (_, context) => {
      const path = this.pathOf(name);
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
    return this.callByPath(request, (_, context) => {
      const path = this.pathOf(name);
      return andThen(this.#create(path, request, context), (handle) => {
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
      });
    });
  }

  #create(
    path: string,
    { mode, flags }: CreateRequest,
    context: PathContext<H>,
  ): MaybePromise<H | undefined> {
    const { operations } = this.tree;
    if (operations.create !== undefined) {
      return operations.create(path, mode, flags, context);
    }
    if (operations.mknod === undefined) throw refused("create");
    return andThen(
      operations.mknod(path, mode, 0, context),
      () => operations.open?.(path, flags & ~(O_CREAT | O_EXCL), context),
    );
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
    return locks.use([this, node], () => request.signal, () => {
      const path = this.pathOf(newName);
      const context = new PathContext<H>(request);
      const linked = operations.link!(node.mustPath(), path, context);
      const stat = andThen(linked, () => this.tree.mustStat(path, request));
      return andThen(stat, (stat) => {
        // What has no number is one file for as long as it is remembered.
        if (this.tree.inodeOf(stat) === undefined) node.addName(this, newName);
        return this.#enter(newName, stat, response);
      });
    });
  }

  remove(request: RemoveRequest): MaybePromise<void> {
    const { operations } = this.tree;
    const { name, dir } = request;
    const isAble = dir ? operations.rmdir : operations.unlink;
    if (isAble === undefined) throw refused(dir ? "rmdir" : "unlink");
    const node = this.children.get(name);
    return this.#move(request, [node], this, () => {
      if (node?.mustHide) {
        const hidden = this.#hide(node, name, request);
        return andThen(hidden, () => node.removeHidden());
      }
      const path = this.pathOf(name);
      const context = new PathContext<H>(request);
      const removed = dir
        ? operations.rmdir!(path, context)
        : operations.unlink!(path, context);
      return andThen(removed, () => node?.dropName(this, name));
    });
  }

  rename(request: RenameRequest, newDir: Node): MaybePromise<void> {
    const { operations } = this.tree;
    if (operations.rename === undefined) throw refused("rename");
    if (!(newDir instanceof PathDirectory)) {
      throw new SyscallError("rename", EXDEV);
    }
    const to: PathDirectory<H> = newDir;
    const { oldName, newName, flags } = request;
    const node = this.children.get(oldName);
    const replaced = to.children.get(newName);
    const exchanges = (flags & RENAME_EXCHANGE) !== 0;
    return this.#move(request, [node, replaced], to, () => {
      const hides = !exchanges && replaced?.mustHide;
      const rename = (): MaybePromise<void> =>
        operations.rename!(
          this.pathOf(oldName),
          to.pathOf(newName),
          flags,
          new PathContext(request),
        );
      const renamed = hides
        ? andThen(
          to.#hide(replaced!, newName, request),
          () =>
            attempt(rename, (error) =>
              andThen(to.#unhide(replaced!, newName, request), () => {
                throw error;
              })),
        )
        : rename();
      return andThen(renamed, () => {
        node?.dropName(this, oldName);
        if (!hides) replaced?.dropName(to, newName);
        node?.addName(to, newName);
        if (exchanges) replaced?.addName(this, oldName);
        return replaced?.removeHidden();
      });
    });
  }

  /** Changes names, in this directory and another. */
  #move(
    request: Request,
    nodes: readonly (PathNode<H> | undefined)[],
    to: PathDirectory<H>,
    action: () => MaybePromise<void>,
  ): MaybePromise<void> {
    return this.tree.locks.move(
      nodes.filter((node) => node !== undefined),
      [this, to],
      () => request.signal,
      action,
    );
  }

  /** Gives an open file a name that nobody sees, instead of its last one. */
  #hide(
    node: PathNode<H>,
    name: string,
    request: Request,
  ): MaybePromise<void> {
    const { root, operations } = this.tree;
    const hiddenAs = this.tree.newHiddenName();
    const context = new PathContext<H>(request);
    const renamed = operations.rename!(
      this.pathOf(name),
      root.pathOf(hiddenAs),
      0,
      context,
    );
    return andThen(renamed, () => {
      node.hiddenAs = hiddenAs;
      node.addName(root, hiddenAs).dropName(this, name);
    });
  }

  #unhide(
    node: PathNode<H>,
    name: string,
    request: Request,
  ): MaybePromise<void> {
    const { root, operations } = this.tree;
    const hiddenAs = node.hiddenAs!;
    const context = new PathContext<H>(request);
    const renamed = operations.rename!(
      root.pathOf(hiddenAs),
      this.pathOf(name),
      0,
      context,
    );
    return andThen(renamed, () => {
      node.hiddenAs = undefined;
      node.addName(this, name).dropName(root, hiddenAs);
    });
  }
}

function refused(syscall: string): SyscallError {
  return new SyscallError(syscall, EPERM);
}

/** Does something, and something else if it throws, now or later. */
function attempt<T>(
  action: () => MaybePromise<T>,
  onError: (error: unknown) => MaybePromise<never>,
): MaybePromise<T> {
  try {
    const done = action();
    return isPromise(done) ? done.catch(onError) : done;
  } catch (error) {
    return onError(error);
  }
}
