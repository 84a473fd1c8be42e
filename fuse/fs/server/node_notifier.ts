import { checkIterable } from "../../../ffi/internal.ts";
import { type Conn, ErrNotCached } from "../../conn/mod.ts";
import type { PollWakeup } from "../../message/mod.ts";
import type { Node } from "../node.ts";

/**
 * The notifications that a server sends to the kernel, by node, about changes
 * that were not made through the mount.
 *
 * The kernel may hold such a message up until a request about the same file or
 * directory has been answered. So do not await the notification in a handler
 * for that file or directory, since this deadlocks: start it, and answer. A
 * method throws {@linkcode ErrNotCached} where the kernel has nothing to drop,
 * which most callers ignore.
 *
 * @example A file that changes by itself
 * ```ts ignore
 * import { mountFS, type Node } from "@hostkit/hostkit/fuse/fs";
 *
 * let text = "first";
 * const file: Node = {
 *   attr(attr) {
 *     attr.mode = 0o100444;
 *     attr.size = text.length;
 *   },
 *   open: () => ({ readAll: () => new TextEncoder().encode(text) }),
 * };
 * const root: Node = {
 *   attr: (attr) => void (attr.mode = 0o40555),
 *   lookup: (name) => name === "file" ? file : undefined,
 * };
 * await using session = await mountFS("/mnt/changing", { root: () => root });
 * text = "second";
 * await session.server.invalidateNodeData(file).catch(() => {});
 * ```
 */
export abstract class NodeNotifier {
  /** @internal The connection that carries the notifications. */
  readonly _conn: Conn;

  /** @internal */
  constructor(conn: Conn) {
    this._conn = conn;
  }

  /** @internal Returns the id of a node, if the kernel knows it. */
  abstract _idOf(node: Node): number | undefined;

  #id(node: Node): bigint {
    const id = this._idOf(node);
    if (id === undefined) throw new ErrNotCached();
    return BigInt(id);
  }

  /**
   * Makes the kernel drop a node's cached attributes, such as size and times.
   * Its data stays cached.
   *
   * @param node The node, as `lookup` returned it.
   * @throws {ErrNotCached} If the kernel does not know the node.
   */
  async invalidateNodeAttr(node: Node): Promise<void> {
    await this._conn.invalidateNode(this.#id(node), 0, 0);
  }

  /**
   * Makes the kernel drop a node's cached attributes, and data from the page
   * cache.
   *
   * @param node The node, as `lookup` returned it.
   * @param offset Where the data starts, in bytes. Default: 0.
   * @param size The size of the data in bytes. Default: -1, up to the end of
   * file.
   * @throws {ErrNotCached} If the kernel does not know the node.
   */
  async invalidateNodeData(
    node: Node,
    offset: number | bigint = 0,
    size: number | bigint = -1,
  ): Promise<void> {
    await this._conn.invalidateNode(this.#id(node), offset, size);
  }

  /**
   * Makes the kernel drop a cached name, or its cached absence: the kernel will
   * look the name up again.
   *
   * @param parent The directory.
   * @param name The name.
   * @throws {ErrNotCached} If the kernel does not know the directory, or the
   * name in it.
   */
  async invalidateEntry(parent: Node, name: string): Promise<void> {
    await this._conn.invalidateEntry(this.#id(parent), name);
  }

  /**
   * Makes a cached name expire, so that the kernel looks it up again. Unlike
   * {@linkcode invalidateEntry}, this does not unmount what is mounted below
   * the name. Linux 6.2.
   *
   * @param parent The directory.
   * @param name The name.
   * @throws {ErrNotCached} As {@linkcode invalidateEntry}.
   * @throws {SyscallError} EOPNOTSUPP on an older kernel.
   */
  async expireEntry(parent: Node, name: string): Promise<void> {
    await this._conn.expireEntry(this.#id(parent), name);
  }

  /**
   * Tells the kernel, and programs that watch the directory by inotify(7), that
   * a name was removed.
   *
   * @param parent The directory.
   * @param child The node that had the name.
   * @param name The name.
   * @throws {ErrNotCached} If the kernel does not know the name.
   * @throws {SyscallError} EBUSY if something is mounted on the name,
   * ENOTEMPTY if it is a directory of which the kernel still knows entries.
   */
  async notifyDelete(parent: Node, child: Node, name: string): Promise<void> {
    await this._conn.notifyDelete(this.#id(parent), this.#id(child), name);
  }

  /**
   * Puts data into the page cache of a file. The next `open` drops it again,
   * unless that answers `FOPEN_KEEP_CACHE`.
   *
   * @param node The file.
   * @param offset Where the data starts, in bytes.
   * @param data The data.
   * @throws {ErrNotCached} If the kernel does not know the node.
   * @throws {SyscallError} EINVAL if it is not a regular file.
   */
  async notifyStore(
    node: Node,
    offset: number | bigint,
    data: Uint8Array,
  ): Promise<void> {
    await this._conn.notifyStore(this.#id(node), offset, data);
  }

  /**
   * Returns data from the page cache of a file.
   *
   * @param node The file.
   * @param offset Where the data starts, in bytes.
   * @param size The most bytes to return; the kernel stops at `maxWrite`.
   * @returns The cached data from the offset up to the first gap, possibly
   * empty.
   * @throws {ErrNotCached} If the kernel does not know the node.
   * @throws {SyscallError} ECONNABORTED if the session ends before.
   */
  async retrieve(
    node: Node,
    offset: number | bigint,
    size: number,
  ): Promise<Uint8Array> {
    return await this._conn.retrieve(this.#id(node), offset, size);
  }

  /**
   * Wakes the programs that poll a file: they poll it again.
   *
   * @param wakeup The value that {@linkcode PollRequest.wakeup} returned. The
   * file may have been closed meanwhile.
   */
  async notifyPollWakeup(wakeup: PollWakeup): Promise<void> {
    await this._conn.notifyPollWakeup(wakeup);
  }

  /**
   * Makes the kernel forget unused nodes; `forget` is called for each node that
   * it has forgotten. Linux 6.18.
   *
   * @param nodes The nodes; the kernel ignores any that it does not know.
   * @throws {SyscallError} EINVAL on an older kernel.
   */
  async prune(nodes: Iterable<Node>): Promise<void> {
    const ids = Iterator.from(checkIterable("nodes", nodes)).map((node) =>
      this._idOf(node)
    )
      .filter((id) => id !== undefined).map(BigInt);
    await this._conn.notifyPrune([...ids]);
  }
}
