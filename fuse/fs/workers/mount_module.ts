import {
  checkOptions,
  checkText,
  libc,
  show,
  showState,
} from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import type { Conn } from "../../conn/mod.ts";
import { checkMountOptions } from "../../mount/internal.ts";
import {
  mount,
  type MountOptions,
  unmount,
  type UnmountOptions,
} from "../../mount/mod.ts";
import { withDefaults, withMountDefaults } from "../server/internal.ts";
import type { ServeOptions, ServerStats } from "../server/mod.ts";
import { WorkerPool } from "./pool.ts";

/** The options of the Workers that serve a module's file system. */
export interface WorkersOptions {
  /** The number of Workers, at least 1. Default: 1. */
  workers?: number;
  /**
   * The argument of the module's function in each Worker: any value that can be
   * cloned, such as a path, or a SharedArrayBuffer, which all Workers then
   * share.
   */
  data?: unknown;
}

/** A file system that is mounted and served by Workers of this process. */
export class ModuleSession implements AsyncDisposable {
  static {
    showState(this, ({ mountpoint, conn }) => ({ mountpoint, conn }));
  }

  /** The connection that sends notifications; the Workers read its requests. */
  readonly conn: Conn;
  /** The mount point: an absolute path without symbolic links. */
  readonly mountpoint: string;
  /** Fulfilled once it is unmounted, by any process, and all is released. */
  readonly closed: Promise<void>;
  readonly #pool: WorkerPool;

  /** @internal */
  constructor(conn: Conn, pool: WorkerPool) {
    this.conn = conn;
    this.mountpoint = conn.mountInfo.mountpoint;
    this.#pool = pool;
    this.closed = pool.closed.then(() => conn.close());
  }

  /**
   * Returns the combined statistics of the Workers, even after they have ended.
   * With several Workers `nodes` is 0, since none of them knows which nodes the
   * kernel knows.
   */
  stats(): Promise<ServerStats> {
    return this.#pool.stats();
  }

  /** Ends the session, mounted or not: see `Server.close()`. */
  async close(): Promise<void> {
    this.#pool.close();
    await this.closed;
  }

  /** Unmounts it and waits for the session's end, as `Session.unmount()`. */
  async unmount(options: UnmountOptions = {}): Promise<void> {
    await unmount(this.conn, options);
    await this.closed;
  }

  /** Unmounts it, by force if it is in use. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.unmount();
    } catch (error) {
      if (!(error instanceof SyscallError && error.code === "EBUSY")) {
        throw error;
      }
      await this.close();
      await unmount(this.conn, { lazy: true });
    }
  }
}

/**
 * Mounts the file system of a module on a directory and serves it by Workers,
 * each with a queue of its own to the kernel (FUSE_DEV_IOC_CLONE), until it is
 * unmounted.
 *
 * A single Worker can serve any file system, and this thread is free for other
 * work. With several Workers, the kernel gives each request to the first Worker
 * that reads, and each Worker loads the module separately. So the file system
 * must map ids to nodes by `FS.idOf` and `FS.nodeById`, and to handles by
 * `FS.handleById` if it opens handles. The Workers must share all state that
 * can change: by a file, a SharedArrayBuffer in `data`, or the process's file
 * descriptors. `HelloFS`, `Tree` and `MirrorFS` support several Workers;
 * `MemFS` and `SqliteFS` do not and are refused.
 *
 * Several Workers run as many handlers at once as there are Workers, which
 * helps if handlers take time and callers make several requests at once. A
 * single caller gains nothing: use `mountFS` then. A Worker stops serving after
 * an uncaught error, which `onError` gets as a `cause`, and after its module
 * calls `close()` or `Deno.exit()`. Needs `--allow-read` for the module.
 *
 * @param dir An empty directory.
 * @param module The module's URL, such as `import.meta.resolve("./my_fs.ts")`.
 * Its `default` or `fs` export is the file system, or a function that returns
 * it.
 * @param options The options of `mount` and `serve`; the default mode is
 * `"blocking"`. The options `debug`, `record` and `overIoUring` are refused, as
 * is `passthrough` with more than one Worker.
 * @returns The session; it unmounts at the end of an `await using` scope.
 * @throws {TypeError} If the module has no file system, or one that several
 * Workers cannot serve. Nothing is mounted then.
 * @throws {RangeError} If `workers` is not a valid number of Workers.
 * @throws {SyscallError} As `mount`.
 *
 * @example Usage
 * ```ts ignore
 * import { mountModule } from "@hostkit/hostkit/fuse/fs";
 *
 * const module = import.meta.resolve("./my_fs.ts");
 * await using session = await mountModule("/mnt/mine", module, { workers: 2 });
 * await session.closed;
 * ```
 */
export async function mountModule(
  dir: string,
  module: string | URL,
  options: MountOptions & ServeOptions & WorkersOptions = {},
): Promise<ModuleSession> {
  checkText("dir", dir);
  const { workers = 1, data, ...rest } = checkOptions("options", options);
  checkMountOptions(rest);
  if (!(Number.isInteger(workers) && workers >= 1)) {
    throw new RangeError(`Cannot serve with ${show(workers)} Workers`);
  }
  const url = new URL(module).href;
  if (options.debug !== undefined || options.record !== undefined) {
    throw new TypeError("Cannot trace what Workers serve");
  }
  if (options.overIoUring) {
    throw new TypeError("Cannot serve through io_uring and by Workers");
  }
  if (options.passthrough && workers > 1) {
    throw new TypeError("Cannot mount with passthrough and several Workers");
  }
  const { onError, ...serveOptions } = withDefaults({
    mode: "blocking",
    ...rest,
  });
  const pool = new WorkerPool(workers, onError);
  try {
    await pool.load(url, data);
    const conn = await mount(dir, withMountDefaults(options));
    const clones: number[] = [];
    try {
      while (clones.length < workers) clones.push(conn._clone());
      pool.serve({
        kind: "serve",
        mountInfo: conn.mountInfo,
        major: conn.protocol.major,
        minor: conn.protocol.minor,
        features: conn.features,
        generation: conn._generation,
        isForeign: conn._isForeign,
        maxWrite: options.maxWrite,
        options: { ...serveOptions },
      }, clones);
    } catch (error) {
      await conn.close();
      await unmount(conn, { lazy: true });
      throw error;
    } finally {
      // Each Worker closes the clone that it has received.
      for (const fd of clones) libc().close(fd);
    }
    return new ModuleSession(conn, pool);
  } catch (error) {
    pool.terminate();
    throw error;
  }
}
