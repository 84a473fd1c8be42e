import { SyscallError } from "../../../ffi/mod.ts";
import { EFBIG, ENXIO, EOPNOTSUPP, EPERM } from "../../../posix/mod.ts";
import { FUSE_FSYNC_FDATASYNC } from "../../abi/mod.ts";
import type {
  FAllocateRequest,
  FsyncRequest,
  GetattrRequest,
  GetattrResponse,
  LseekRequest,
  LseekResponse,
  ReadRequest,
  ReadResponse,
  ReleaseRequest,
  RequestBase as Request,
  SetattrRequest,
  WriteRequest,
  WriteResponse,
} from "../../message/mod.ts";
import { andThen, isPromise } from "../maybe_promise.ts";
import type { Handle, MaybePromise } from "../node.ts";
import { appends } from "../source/internal.ts";
import type { PathContext } from "./context.ts";
import type { OpenFile, PathEntry } from "./entry.ts";
import type { PathHandle } from "./handle.ts";
import { isSmall } from "./is_small.ts";
import type { PathOperations } from "./operations.ts";

/** The node of an open file, which answers requests for the file as well. */
interface OpenNode<H> extends PathEntry<H> {
  getattr(
    request: GetattrRequest,
    response: GetattrResponse,
    file: OpenFile<H>,
  ): MaybePromise<void>;
  setattr(
    request: SetattrRequest,
    response: GetattrResponse,
    file: OpenFile<H>,
  ): MaybePromise<void>;
}

/** An open file of a file system by paths. */
export class PathFile<H> implements Handle, OpenFile<H> {
  readonly #node: OpenNode<H>;
  /** The handle, perhaps shared with other open files. */
  readonly shared: PathHandle<H> | undefined;
  // Set only if there is such an operation: without it, close(2) is cheaper.
  readonly flush?: NonNullable<Handle["flush"]>;
  // Set only if there is such an operation: otherwise the server answers.
  readonly lseek?: NonNullable<Handle["lseek"]>;

  constructor(node: OpenNode<H>, shared: PathHandle<H> | undefined) {
    this.#node = node;
    this.shared = shared;
    if (this.#operations.flush !== undefined) {
      this.flush = (request) =>
        this.#callIfThere(
          request,
          (path, context) => this.#operations.flush!(path, context),
        );
    }
    if (this.#operations.lseek !== undefined) {
      this.lseek = (request, response) => this.#seek(request, response);
    }
  }

  /** The result of `open` or `create`. */
  get handle(): H | undefined {
    return this.shared?.value;
  }

  get #operations(): PathOperations<H> {
    return this.#node.tree.operations;
  }

  #call<T>(
    request: Request | undefined,
    action: (path: string, context: PathContext<H>) => MaybePromise<T>,
  ): MaybePromise<T> {
    return this.#node.call(request, action, this);
  }

  /** Calls an operation, unless the file has neither path nor handle. */
  #callIfThere(
    request: Request | undefined,
    action: (path: string, context: PathContext<H>) => MaybePromise<void>,
  ): MaybePromise<void> {
    const isThere = this.handle !== undefined || this.#node.path !== undefined;
    return isThere ? this.#call(request, action) : undefined;
  }

  getattr(
    request: GetattrRequest,
    response: GetattrResponse,
  ): MaybePromise<void> {
    return this.#node.getattr(request, response, this);
  }

  setattr(
    request: SetattrRequest,
    response: GetattrResponse,
  ): MaybePromise<void> {
    return this.#node.setattr(request, response, this);
  }

  read(request: ReadRequest, response: ReadResponse): MaybePromise<void> {
    const operations = this.#operations;
    if (operations.read === undefined) {
      throw new SyscallError("read", EOPNOTSUPP);
    }
    const { offset, size } = request;
    if (isSmall(offset + size)) return this.#read(request, response);
    return andThen(this.#smallSize("read", request), (size) => {
      if (offset < size) return this.#read(request, response);
      response.length = 0;
    });
  }

  #read(request: ReadRequest, response: ReadResponse): MaybePromise<void> {
    const { buffer } = response;
    const length = this.#call(
      request,
      (path, context) =>
        this.#operations.read!(path, buffer, request.offset, context),
    );
    return andThen(length, (length) => {
      response.length = length;
    });
  }

  /** Returns the size; throws EFBIG if it is not exact as a number. */
  #smallSize(syscall: string, request: Request): MaybePromise<number> {
    const stat = this.#call(
      request,
      (path, { handle }) => this.#node.tree.mustStat(path, request, handle),
    );
    return andThen(stat, (stat) => {
      const size = Number(stat.size ?? 0);
      if (!isSmall(size)) throw new SyscallError(syscall, EFBIG);
      return size;
    });
  }

  write(request: WriteRequest, response: WriteResponse): MaybePromise<void> {
    const operations = this.#operations;
    const { data, offset } = request;
    if (operations.write === undefined) throw new SyscallError("write", EPERM);
    const isEnd = operations.append !== undefined && appends(request);
    if (!isEnd && !isSmall(offset + data.length)) {
      throw new SyscallError("write", EFBIG);
    }
    const written = this.#call(
      request,
      (path, context) =>
        isEnd
          ? operations.append!(path, data, context)
          : operations.write!(path, data, offset, context),
    );
    return andThen(written, (size) => {
      if (typeof size === "number") response.size = size;
    });
  }

  fsync(request: FsyncRequest): MaybePromise<void> {
    const operations = this.#operations;
    if (operations.fsync === undefined) return;
    const dataOnly = (request.flags & FUSE_FSYNC_FDATASYNC) !== 0;
    return this.#call(
      request,
      (path, context) => operations.fsync!(path, dataOnly, context),
    );
  }

  fallocate(request: FAllocateRequest): MaybePromise<void> {
    const operations = this.#operations;
    const { mode, offset, length } = request;
    if (operations.fallocate === undefined) {
      throw new SyscallError("fallocate", EOPNOTSUPP);
    }
    if (!isSmall(offset + length)) throw new SyscallError("fallocate", EFBIG);
    return this.#call(
      request,
      (path, context) =>
        operations.fallocate!(path, mode, offset, length, context),
    );
  }

  #seek(request: LseekRequest, response: LseekResponse): MaybePromise<void> {
    const { offset, whence } = request;
    if (!isSmall(offset)) {
      return andThen(this.#smallSize("lseek", request), () => {
        throw new SyscallError("lseek", ENXIO);
      });
    }
    const found = this.#call(
      request,
      (path, context) => this.#operations.lseek!(path, offset, whence, context),
    );
    return andThen(found, (offset) => {
      response.offset = offset;
    });
  }

  release(request?: ReleaseRequest): MaybePromise<void> {
    const node = this.#node;
    // No other request may start to use a file that is about to be closed.
    node.openFiles.delete(this);
    const { release } = this.#operations;
    if (release === undefined) return node.removeUnused();
    const end = (): MaybePromise<void> =>
      this.#callIfThere(
        request,
        (path, context) => release.call(this.#operations, path, context),
      );
    const released = this.shared === undefined ? end() : this.shared.drop(end);
    return isPromise(released)
      ? released.finally(() => node.removeUnused())
      : node.removeUnused();
  }
}
