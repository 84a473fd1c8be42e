import { SyscallError } from "../../../ffi/mod.ts";
import { ESTALE, O_APPEND, O_WRONLY } from "../../../posix/mod.ts";
import type { MaybePromise } from "../node.ts";
import { openAgain } from "./again.ts";
import type { NodeFileHandle, NodeFS } from "./interface.ts";

const BIGINT = { bigint: true } as const;

interface Opened {
  readonly appends: boolean;
  /** The second handle of the file, opened when it is first needed. */
  other?: Promise<NodeFileHandle>;
}

/**
 * The handles of open files: one that appends, and one that writes at offsets.
 *
 * A handle opened with O_APPEND writes to the end of the file at any position;
 * other handles write at the position. Most files need only the handle that
 * they were opened with. A second handle is opened when fcntl(2) changes a
 * file's O_APPEND, and to write mapped pages of a file opened with O_APPEND.
 */
export class AppendingHandles {
  readonly #fs: NodeFS;
  readonly #opened = new WeakMap<NodeFileHandle, Opened>();

  constructor(fs: NodeFS) {
    this.#fs = fs;
  }

  /** Records the flags that a file was opened with; returns its handle. */
  opened(handle: NodeFileHandle, flags: number): NodeFileHandle {
    this.#opened.set(handle, { appends: (flags & O_APPEND) !== 0 });
    return handle;
  }

  /**
   * Returns a handle of an open file that appends, or one that does not.
   *
   * @param path Returns the last known path of the file.
   * @throws {SyscallError} ESTALE if the file is no longer at that path.
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
      // Not a file of the host: open it by its name instead.
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
