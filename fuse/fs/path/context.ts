import { showState } from "../../../ffi/internal.ts";
import type { RequestBase as Request } from "../../message/mod.ts";
import type { MaybePromise } from "../node.ts";

/** The context of an operation by path: caller, open file, cancellation. */
export class PathContext<H = unknown> {
  static {
    showState(this, ({ uid, gid, pid, handle }) => ({ uid, gid, pid, handle }));
  }

  /**
   * The result of `open` or `create` for the request's open file; for a file
   * without a name, the result for one of its open files.
   */
  readonly handle: H | undefined;
  /**
   * For `open` and `create` to set: whether data bypasses the page cache. The
   * file then ends where `read` returns less, whatever its size.
   */
  directIO = false;
  /** For `open` to set: whether the page cache of the file is still valid. */
  keepCache = false;
  readonly #request: Request | undefined;

  /** @internal */
  constructor(request: Request | undefined, handle?: H) {
    this.#request = request;
    this.handle = handle;
  }

  /** User id of the caller; 0 when the server itself asks. */
  get uid(): number {
    return this.#request?.header.uid ?? 0;
  }

  /** Group id of the caller; 0 when the server itself asks. */
  get gid(): number {
    return this.#request?.header.gid ?? 0;
  }

  /** Thread id of the caller; 0 when the kernel or the server itself asks. */
  get pid(): number {
    return this.#request?.header.pid ?? 0;
  }

  /**
   * Aborted when the caller gives up, or the file system is unmounted. Throwing
   * `signal.reason` answers EINTR.
   */
  get signal(): AbortSignal {
    return this.#request?.signal ?? new AbortController().signal;
  }
}

/** An operation on a path that is found when it is called. */
export type Action<H, T> = (
  path: string,
  context: PathContext<H>,
) => MaybePromise<T>;
