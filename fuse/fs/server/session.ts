import {
  checkMethod,
  checkOptions,
  checkText,
  showState,
} from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import type { Conn } from "../../conn/mod.ts";
import {
  mount,
  type MountOptions,
  unmount,
  type UnmountOptions,
} from "../../mount/mod.ts";
import type { FS } from "../node.ts";
import { checkRoot } from "./check_root.ts";
import {
  checkServeOptions,
  type ServeOptions,
  withMountDefaults,
} from "./serve_options.ts";
import { Server } from "./server.ts";

/**
 * Serves a file system on a connection that `mount` made.
 *
 * @param conn The connection; the server reads and closes it.
 * @param fs The file system.
 * @param options What the kernel may cache, and where defects are reported.
 * @returns The server, which has started.
 *
 * @example Usage
 * ```ts ignore
 * import { mount } from "@hostkit/hostkit/fuse";
 * import { HelloFS, serve } from "@hostkit/hostkit/fuse/fs";
 *
 * const conn = await mount("/mnt/hello", { readOnly: true });
 * await serve(conn, new HelloFS()).closed;
 * ```
 */
export function serve(
  conn: Conn,
  fs: FS,
  options: ServeOptions = {},
): Server {
  checkMethod("conn", conn, "readRequestSync");
  checkMethod("fs", fs, "root");
  checkOptions("options", options);
  return new Server(conn, fs, Promise.try(() => fs.root()), options);
}

/** A file system that is mounted and served by this process. */
export class Session implements AsyncDisposable {
  static {
    showState(this, ({ mountpoint, conn }) => ({ mountpoint, conn }));
  }

  /** The connection to the kernel, by which notifications are sent. */
  readonly conn: Conn;
  /** The mount point: an absolute path without symbolic links. */
  readonly mountpoint: string;
  /** The server. */
  readonly server: Server;

  /** @internal */
  constructor(conn: Conn, server: Server) {
    this.conn = conn;
    this.mountpoint = conn.mountInfo.mountpoint;
    this.server = server;
  }

  /** Fulfilled once it is unmounted, by any process, and all is released. */
  get closed(): Promise<void> {
    return this.server.closed;
  }

  /**
   * Unmounts it and waits for the end of the session. A second call does
   * nothing, even if something else is mounted there by then.
   *
   * @param options With `lazy`, a file system in use leaves the tree at once,
   * and the session ends when the last program closes what it has open.
   * @throws {SyscallError} EBUSY if a program uses it, or something is mounted
   * on top of it.
   */
  async unmount(options: UnmountOptions = {}): Promise<void> {
    await unmount(this.conn, options);
    await this.closed;
  }

  /**
   * Unmounts it, by force if it is in use: requests in flight are drained, see
   * {@linkcode Server.close}, and programs that still have a file open get
   * ENOTCONN from then on.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.unmount();
    } catch (error) {
      if (!(error instanceof SyscallError && error.code === "EBUSY")) {
        throw error;
      }
      await this.server.close();
      await unmount(this.conn, { lazy: true });
    }
  }
}

/**
 * Mounts a file system on a directory and serves it until it is unmounted.
 *
 * @param dir An empty directory.
 * @param fs The file system.
 * @param options Those of `mount` and of {@linkcode serve}.
 * @returns The session; it unmounts at the end of an `await using` scope.
 * @throws {SyscallError} As `mount`; nothing stays mounted or open then.
 *
 * @example Usage
 * ```ts ignore
 * import { HelloFS, mountFS } from "@hostkit/hostkit/fuse/fs";
 *
 * await using session = await mountFS("/mnt/hello", new HelloFS());
 * await new Deno.Command("ls", { args: ["-l", session.mountpoint] }).spawn()
 *   .status;
 * ```
 */
export async function mountFS(
  dir: string,
  fs: FS,
  options: MountOptions & ServeOptions = {},
): Promise<Session> {
  checkText("dir", dir);
  checkMethod("fs", fs, "root");
  checkServeOptions(checkOptions("options", options));
  // A file system that cannot start is not mounted.
  const root = checkRoot(await fs.root());
  try {
    const conn = await mount(dir, withMountDefaults(options));
    return new Session(conn, new Server(conn, fs, root, options));
  } catch (error) {
    fs.destroy?.();
    throw error;
  }
}
