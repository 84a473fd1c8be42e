import { SyscallError } from "../../../ffi/mod.ts";
import { ESTALE, O_APPEND, O_WRONLY } from "../../../posix/mod.ts";
import type { MaybePromise } from "../node.ts";
import { openAgain } from "./again.ts";
import type { NodeFileHandle, NodeFS } from "./interface.ts";

const BIGINT = { bigint: true } as const;

interface Opened {
  readonly appends: boolean;
  /** The other one of the same file, once it was needed. */
  other?: Promise<NodeFileHandle>;
}

/**
 * What appends to open files, and what writes elsewhere in them.
 *
 * To a handle opened with O_APPEND every write is one to the end, whatever
 * position it gives, and to no other handle. Most files need but the one that
 * they were opened with; the other is opened for those whose O_APPEND is
 * changed by fcntl(2), and for mapped pages of files that are appended to.
 */
export class AppendingHandles {
  readonly #fs: NodeFS;
  readonly #opened = new WeakMap<NodeFileHandle, Opened>();

  constructor(fs: NodeFS) {
    this.#fs = fs;
  }

  /** Takes note how a file was opened. */
  opened(handle: NodeFileHandle, flags: number): NodeFileHandle {
    this.#opened.set(handle, { appends: (flags & O_APPEND) !== 0 });
    return handle;
  }

  /**
   * Returns a handle that appends to an open file, or one that does not.
   *
   * @param path Where the file was found last.
   * @throws {SyscallError} ESTALE if it is there no more.
   */
  to(
    handle: NodeFileHandle,
    appends: boolean,
    path: () => string,
  ): MaybePromise<NodeFileHandle> {
    const opened = this.#opened.get(handle);
    if (opened === undefined || opened.appends === appends) return handle;
    return opened.other ??= this.#openOther(handle, appends, path)
      .catch((error) => {
        delete opened.other;
        throw error;
      });
  }

  /** Closes an open file. */
  async close(handle: NodeFileHandle): Promise<void> {
    const other = this.#opened.get(handle)?.other;
    try {
      await handle.close();
    } finally {
      await (await other?.catch(() => undefined))?.close();
    }
  }

  async #openOther(
    handle: NodeFileHandle,
    appends: boolean,
    path: () => string,
  ): Promise<NodeFileHandle> {
    const flags = appends ? O_WRONLY | O_APPEND : O_WRONLY;
    try {
      return await openAgain(this.#fs, handle, flags);
    } catch {
      // Not a file of the host: by its name then.
    }
    const other = await this.#fs.open!(path(), flags);
    try {
      const [a, b] = [await handle.stat?.(BIGINT), await other.stat?.(BIGINT)];
      if (a?.ino === b?.ino && a?.dev === b?.dev) return other;
    } catch (error) {
      await other.close();
      throw error;
    }
    await other.close();
    throw new SyscallError("open", ESTALE);
  }
}
