import { SyscallError } from "../../../ffi/mod.ts";
import { EINVAL, EOPNOTSUPP } from "../../../posix/mod.ts";
import { FOPEN_DIRECT_IO, FOPEN_KEEP_CACHE } from "../../abi/mod.ts";
import type {
  AccessRequest,
  Attr,
  CreateRequest,
  GetattrRequest,
  GetattrResponse,
  GetxattrRequest,
  ListxattrRequest,
  OpenRequest,
  OpenResponse,
  ReadlinkRequest,
  RemovexattrRequest,
  RequestBase as Request,
  SetattrRequest,
  SetxattrRequest,
} from "../../message/mod.ts";
import { andThen } from "../maybe_promise.ts";
import type { Handle, MaybePromise, Node } from "../node.ts";
import { appendFlags } from "../source/internal.ts";
import { changesOf } from "./changes.ts";
import { PathContext } from "./context.ts";
import { type OpenFile, type Parent, PathEntry } from "./entry.ts";
import { PathFile } from "./file.ts";
import { PathHandle } from "./handle.ts";
import type { PathStat } from "./operations.ts";
import { fillAttr, typeOf } from "./stat.ts";

/** A node of a file system by paths. */
export class PathNode<H> extends PathEntry<H> implements Node {
  /** Adds a name. */
  addName(parent: Parent<H>, name: string): this {
    if (parent.children.get(name) === this) return this;
    parent.children.set(name, this);
    this.noteName(parent, name);
    return this;
  }

  /** Fills in the attributes from a stat. */
  fill(attr: Attr, stat: PathStat): void {
    fillAttr(attr, stat);
    if (this.inode !== undefined) attr.inode = this.inode;
    if (this.hiddenAs !== undefined) attr.nlink = Math.max(0, attr.nlink - 1);
  }

  attr(attr: Attr): MaybePromise<void> {
    return this.fillNow(attr);
  }

  getattr(
    request: GetattrRequest,
    { attr }: GetattrResponse,
    file?: OpenFile<H>,
  ): MaybePromise<void> {
    return this.fillNow(attr, request, file);
  }

  /** Calls `getattr` and fills in the attributes. */
  fillNow(
    attr: Attr,
    request?: Request,
    file?: OpenFile<H>,
  ): MaybePromise<void> {
    const isMeant = this.takeMeant(request);
    const stat = this.call(
      request,
      (path, { handle }) => this.tree.stat(path, request, handle),
      file,
      () => undefined,
    );
    return andThen(stat, (stat) =>
      // Otherwise another program has replaced the file.
      stat && this.is(typeOf(stat), this.tree.inodeOf(stat))
        ? this.fill(attr, stat)
        : this.fillGone(attr, request, isMeant));
  }

  /** Fills in the attributes of a node that is no longer at its path. */
  protected fillGone(
    attr: Attr,
    request: Request | undefined,
    isMeant: boolean,
  ): MaybePromise<void> {
    const { kept } = this;
    const isKept = isMeant && kept !== undefined;
    // An open file has attributes even if another file has its name.
    const open = this.openHandle ?? (isKept ? kept.pin : undefined);
    if (open === undefined && !isKept) throw this.gone(request);
    const stat = open === undefined
      ? kept?.stat
      : open.lend((handle) => this.tree.stat("", request, handle));
    return andThen(stat, (stat) => {
      if (stat === undefined) throw this.gone(request);
      this.fill(attr, stat);
    });
  }

  setattr(
    request: SetattrRequest,
    { attr }: GetattrResponse,
    file?: OpenFile<H>,
  ): MaybePromise<void> {
    const changes = changesOf(request, this.tree.operations);
    const change = (): MaybePromise<void> =>
      this.call(
        request,
        (path, context) =>
          changes.reduce<MaybePromise<void>>(
            (done, change) => andThen(done, () => change(path, context)),
            undefined,
          ),
        file,
      );
    const changed = file?.handle === undefined && this.openHandle !== undefined
      ? andThen(this.checkNames(request), change)
      : change();
    return andThen(changed, () => this.fillNow(attr, request, file));
  }

  readlink(request: ReadlinkRequest): MaybePromise<string> {
    const { operations } = this.tree;
    if (operations.readlink === undefined) {
      throw new SyscallError("readlink", EINVAL);
    }
    return this.callByPath(
      request,
      (path, context) => operations.readlink!(path, context),
      () => {
        if (this.kept?.target === undefined) throw this.gone(request);
        return this.kept.target;
      },
    );
  }

  open(request: OpenRequest, response: OpenResponse): MaybePromise<Handle> {
    const isMeant = this.takeMeant(request);
    return this.callByPath(
      request,
      (path, context) =>
        andThen(
          this.tree.operations.open?.(path, request.flags, context),
          (handle) =>
            this.#openedByPath(request, response, handle, context, isMeant),
        ),
      () => this.#openAgain(request, response, isMeant),
    );
  }

  /** Checks that the file that was opened at the path is this file. */
  #openedByPath(
    request: OpenRequest,
    response: OpenResponse,
    handle: H | undefined,
    context: PathContext<H>,
    isMeant: boolean,
  ): MaybePromise<Handle> {
    const { tree, inode } = this;
    const open = (): PathFile<H> =>
      this.opened(handle, context, request, response);
    const canTell = tree.goesByHandles && inode !== undefined;
    if (handle === undefined || !canTell) return open();
    const stat = tree.stat(this.path ?? "", request, handle);
    return andThen(stat, (stat) => {
      if (stat && this.is(typeOf(stat), tree.inodeOf(stat))) return open();
      // Another program has replaced the file.
      return andThen(
        this.end(handle),
        () => this.#openAgain(request, response, isMeant),
      );
    });
  }

  /** Opens a file that has lost its name, through an open handle. */
  #openAgain(
    request: OpenRequest,
    response: OpenResponse,
    isMeant: boolean,
  ): MaybePromise<Handle> {
    const { handles } = this;
    const { flags } = request;
    const [any] = handles;
    if (any === undefined || !isMeant) throw this.gone(request);
    const suiting = handles.find((handle) => handle.suits(flags));
    if (suiting !== undefined) {
      response.flags |= suiting.openFlags;
      return this.#add(suiting.share());
    }
    return any.lend((handle) => {
      const context = new PathContext(request, handle);
      const opened = this.tree.operations.open!("", flags, context);
      return andThen(opened, (handle) => {
        if (handle === undefined) throw this.gone(request);
        return this.opened(handle, context, request, response);
      });
    });
  }

  /** Makes and records the open file for a result of `open` or `create`. */
  opened(
    handle: H | undefined,
    { directIO, keepCache }: PathContext<H>,
    request: OpenRequest | CreateRequest,
    response: Pick<OpenResponse, "flags">,
  ): PathFile<H> {
    const openFlags = (directIO ? FOPEN_DIRECT_IO : 0) |
      (keepCache ? FOPEN_KEEP_CACHE : 0) |
      (this.tree.operations.append === undefined ? 0 : appendFlags(request));
    response.flags |= openFlags;
    return this.#add(
      handle === undefined
        ? undefined
        : new PathHandle(handle, request.flags, openFlags),
    );
  }

  #add(handle: PathHandle<H> | undefined): PathFile<H> {
    const file = new PathFile(this, handle);
    this.openFiles.add(file);
    return file;
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
