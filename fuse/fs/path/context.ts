import { showState } from "../../../ffi/internal.ts";
import type { RequestBase as Request } from "../../message/mod.ts";
import type { MaybePromise } from "../node.ts";

/** What an operation by path knows beside its arguments. */
export class PathContext<H = unknown> {
  static {
    showState(this, ({ uid, gid, pid, handle }) => ({ uid, gid, pid, handle }));
  }

  /**
   * What `open` or `create` returned for the open file that is meant; of a file
   * without a name, for one of those that are open.
   */
  readonly handle: H | undefined;
  /**
   * For `open` and `create` to set: whether data bypasses the kernel's cache.
   * What is read then ends where `read` says, whatever the size.
   */
  directIO = false;
  /** For `open` to set: whether the kernel's cache of the file is still good. */
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

/** What an operation does, given its path. */
export type Action<H, T> = (
  path: string,
  context: PathContext<H>,
) => MaybePromise<T>;
