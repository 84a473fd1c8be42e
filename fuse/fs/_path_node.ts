import { SyscallError } from "../../ffi/syscall_error.ts";
import {
  EINVAL,
  ENOENT,
  EOPNOTSUPP,
  EPERM,
  ESTALE,
} from "../../posix/constants_errno.ts";
import type { Attr } from "../attr.ts";
import { FOPEN_DIRECT_IO, FOPEN_KEEP_CACHE } from "../constants.ts";
import type { CreateRequest } from "../create_requests.ts";
import type { OpenRequest, OpenResponse } from "../handle_requests.ts";
import type {
  AccessRequest,
  GetattrRequest,
  GetattrResponse,
  ReadlinkRequest,
} from "../node_requests.ts";
import type { Request } from "../request.ts";
import type { SetattrRequest } from "../setattr_request.ts";
import * as valid from "../setattr_valid.ts";
import type {
  GetxattrRequest,
  ListxattrRequest,
  RemovexattrRequest,
  SetxattrRequest,
} from "../xattr_requests.ts";
import { appendFlags } from "./_append.ts";
import { andThen } from "./_maybe_promise.ts";
import type { PathDirectory } from "./_path_directory.ts";
import { PathFile } from "./_path_file.ts";
import type { Step } from "./_path_locks.ts";
import { fillAttr, typeOf } from "./_path_stat.ts";
import type { PathTree } from "./_path_tree.ts";
import type { Handle, MaybePromise, Node } from "./node.ts";
import { PathContext } from "./path_context.ts";
import type { PathStat } from "./path_operations.ts";

const PERMISSIONS = 0o7777;

/** What an operation does, given its path. */
type Action<H, T> = (
  path: string,
  context: PathContext<H>,
) => MaybePromise<T>;

/** A name of a node. */
interface Name<H> {
  readonly parent: PathDirectory<H>;
  readonly name: string;
}

/** Anything that the kernel knows of a file system by paths. */
export class PathNode<H> implements Node, Step {
  readonly tree: PathTree<H>;
  /** `S_IF*` */
  readonly type: number;
  /** The number that the file system gave. */
  readonly inode: bigint | undefined;
  readonly openFiles: Set<PathFile<H>> = new Set();
  /** Whether the kernel knows it: it says so when it forgets it. */
  known = false;
  users = 0;
  moving = false;
  /** The name in the root under which it waits to be closed. */
  hiddenAs: string | undefined;
  #names: readonly Name<H>[] = [];

  constructor(tree: PathTree<H>, type: number, inode: bigint | undefined) {
    this.tree = tree;
    this.type = type;
    this.inode = inode;
  }

  get above(): PathDirectory<H> | undefined {
    return this.#names[0]?.parent;
  }

  /** The path, `undefined` if there is no name left that leads here. */
  get path(): string | undefined {
    const [first] = this.#names;
    const above = first?.parent.path;
    return above && joined(above, first!.name);
  }

  /** Whether removing its last name would leave open files without any. */
  get mustHide(): boolean {
    return this.tree.hides && this.openFiles.size > 0 &&
      this.#names.length === 1;
  }

  /** Whether this may be what a stat describes. */
  is(type: number, inode: bigint | undefined): boolean {
    return type === this.type &&
      (inode === this.inode || inode === undefined || this.inode === undefined);
  }

  /** Whether a node is this one or lies in it. */
  isAbove(node: PathNode<H>): boolean {
    for (let at: PathNode<H> | undefined = node; at; at = at.above) {
      if (at === this) return true;
    }
    return false;
  }

  /** Adds a name. */
  addName(parent: PathDirectory<H>, name: string): this {
    parent.children.set(name, this);
    this.#names = [...this.#names, { parent, name }];
    return this;
  }

  /** Takes a name away. */
  dropName(parent: PathDirectory<H>, name: string): void {
    this.#names = this.#names.filter((it) =>
      it.parent !== parent || it.name !== name
    );
    parent.children.delete(name);
    parent.prune();
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

  forget(): void {
    this.known = false;
    this.prune();
  }

  /**
   * Calls an operation: for an open file with its handle, whatever happens to
   * the path meanwhile, else by the path. A node without a name that is asked
   * for itself, as by fstat(2), is served by any of its open files.
   */
  call<T>(
    request: Request | undefined,
    action: Action<H, T>,
    file?: PathFile<H>,
  ): MaybePromise<T> {
    const open = file ??
      (this.path === undefined ? this.#anyFile() : undefined);
    return open?.handle !== undefined
      ? action(this.path ?? "", new PathContext(request, open.handle))
      : this.callByPath(request, action);
  }

  /** Calls an operation by the path. */
  callByPath<T>(
    request: Request | undefined,
    action: Action<H, T>,
  ): MaybePromise<T> {
    return this.tree.locks.use(
      [this],
      () => request?.signal,
      () => action(this.mustPath(), new PathContext(request)),
    );
  }

  /** Returns the path, where there must be one. */
  mustPath(): string {
    const { path } = this;
    if (path === undefined) throw new SyscallError("lookup", ENOENT);
    return path;
  }

  #anyFile(): PathFile<H> | undefined {
    const [file] = this.openFiles;
    return file;
  }

  /** Fills in what a stat says. */
  fill(attr: Attr, stat: PathStat): void {
    if (!this.is(typeOf(stat), this.tree.inodeOf(stat))) {
      // Somebody else has put another thing there: let it be looked up again.
      throw new SyscallError("getattr", ESTALE);
    }
    fillAttr(attr, stat);
    if (this.inode !== undefined) attr.inode = this.inode;
    if (this.hiddenAs !== undefined) attr.nlink = Math.max(0, attr.nlink - 1);
  }

  attr(attr: Attr): MaybePromise<void> {
    return this.#fillNow(attr);
  }

  getattr(
    request: GetattrRequest,
    { attr }: GetattrResponse,
    file?: PathFile<H>,
  ): MaybePromise<void> {
    return this.#fillNow(attr, request, file);
  }

  #fillNow(
    attr: Attr,
    request?: Request,
    file?: PathFile<H>,
  ): MaybePromise<void> {
    const stat = this.call(
      request,
      (path, { handle }) => this.tree.mustStat(path, request, handle),
      file,
    );
    return andThen(stat, (stat) => this.fill(attr, stat));
  }

  setattr(
    request: SetattrRequest,
    _response: GetattrResponse,
    file?: PathFile<H>,
  ): MaybePromise<void> {
    const changes = this.#changes(request);
    return this.call(
      request,
      (path, context) =>
        changes.reduce<MaybePromise<void>>(
          (done, change) => andThen(done, () => change(path, context)),
          undefined,
        ),
      file,
    );
  }

  /** Returns what a request is about to change, once all of it can be. */
  #changes(request: SetattrRequest): Action<H, void>[] {
    const { operations } = this.tree;
    const changes: Action<H, void>[] = [];
    const add = (
      isMeant: boolean,
      isAble: unknown,
      change: Action<H, void>,
    ): void => {
      if (!isMeant) return;
      if (isAble === undefined) throw new SyscallError("setattr", EPERM);
      changes.push(change);
    };
    const flags = request.valid;
    const uid = valid.setattrValidUid(flags) ? request.uid : undefined;
    const gid = valid.setattrValidGid(flags) ? request.gid : undefined;
    const atime = valid.setattrValidAtime(flags) ? request.atimeNs : undefined;
    const mtime = valid.setattrValidMtime(flags) ? request.mtimeNs : undefined;
    add(
      valid.setattrValidSize(flags),
      operations.truncate,
      (path, context) => operations.truncate!(path, request.size, context),
    );
    add(
      uid !== undefined || gid !== undefined,
      operations.chown,
      (path, context) => operations.chown!(path, uid, gid, context),
    );
    add(
      valid.setattrValidMode(flags),
      operations.chmod,
      (path, context) =>
        operations.chmod!(path, request.mode & PERMISSIONS, context),
    );
    add(
      atime !== undefined || mtime !== undefined,
      operations.utimens,
      (path, context) => operations.utimens!(path, atime, mtime, context),
    );
    return changes;
  }

  readlink(request: ReadlinkRequest): MaybePromise<string> {
    const { operations } = this.tree;
    if (operations.readlink === undefined) {
      throw new SyscallError("readlink", EINVAL);
    }
    return this.callByPath(
      request,
      (path, context) => operations.readlink!(path, context),
    );
  }

  open(request: OpenRequest, response: OpenResponse): MaybePromise<Handle> {
    const { operations } = this.tree;
    return this.callByPath(request, (path, context) =>
      andThen(
        operations.open?.(path, request.flags, context),
        (handle) => this.opened(handle, context, request, response),
      ));
  }

  /** Keeps a file that has been opened. */
  opened(
    handle: H | undefined,
    { directIO, keepCache }: PathContext<H>,
    request: OpenRequest | CreateRequest,
    response: Pick<OpenResponse, "flags">,
  ): PathFile<H> {
    if (this.tree.operations.append !== undefined) {
      response.flags |= appendFlags(request);
    }
    if (directIO) response.flags |= FOPEN_DIRECT_IO;
    if (keepCache) response.flags |= FOPEN_KEEP_CACHE;
    const file = new PathFile(this, handle);
    this.openFiles.add(file);
    return file;
  }

  /** An open file was closed: lets go of what waited for it. */
  closed(file: PathFile<H>): MaybePromise<void> {
    this.openFiles.delete(file);
    if (this.hiddenAs === undefined) return this.prune();
    const { locks, root } = this.tree;
    return locks.move(
      [this],
      [root],
      () => undefined,
      () => this.removeHidden(),
    );
  }

  /** Removes what was hidden, once nobody has it open; its name is claimed. */
  removeHidden(): MaybePromise<void> {
    const { hiddenAs } = this;
    if (hiddenAs === undefined || this.openFiles.size > 0) return;
    const { root, operations } = this.tree;
    const path = joined("/", hiddenAs);
    const removed = operations.unlink!(path, new PathContext(undefined));
    return andThen(removed, () => {
      this.hiddenAs = undefined;
      this.dropName(root, hiddenAs);
      this.prune();
    });
  }

  access(request: AccessRequest): MaybePromise<void> {
    const { operations } = this.tree;
    if (operations.access === undefined) return;
    return this.call(
      request,
      (path, context) => operations.access!(path, request.mask, context),
    );
  }

  getxattr(request: GetxattrRequest): MaybePromise<Uint8Array | undefined> {
    const { operations } = this.tree;
    if (operations.getxattr === undefined) return undefined;
    return this.call(
      request,
      (path, context) => operations.getxattr!(path, request.name, context),
    );
  }

  listxattr(request: ListxattrRequest): MaybePromise<Iterable<string>> {
    const { operations } = this.tree;
    if (operations.listxattr === undefined) return [];
    return this.call(
      request,
      (path, context) => operations.listxattr!(path, context),
    );
  }

  setxattr(request: SetxattrRequest): MaybePromise<void> {
    const { operations } = this.tree;
    const { name, xattr, flags } = request;
    if (operations.setxattr === undefined) {
      throw new SyscallError("setxattr", EOPNOTSUPP);
    }
    return this.call(
      request,
      (path, context) =>
        operations.setxattr!(path, name, xattr, flags, context),
    );
  }

  removexattr(request: RemovexattrRequest): MaybePromise<void> {
    const { operations } = this.tree;
    if (operations.removexattr === undefined) {
      throw new SyscallError("removexattr", EOPNOTSUPP);
    }
    return this.call(
      request,
      (path, context) => operations.removexattr!(path, request.name, context),
    );
  }
}

/** Returns the path of a name in a directory. */
export function joined(directory: string, name: string): string {
  return directory === "/" ? `/${name}` : `${directory}/${name}`;
}
