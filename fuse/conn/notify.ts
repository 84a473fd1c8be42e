import { SyscallError } from "../../ffi/mod.ts";
import { ECONNABORTED, ENODEV, ENOENT, EOPNOTSUPP } from "../../posix/mod.ts";
import {
  FUSE_EXPIRE_ONLY,
  FUSE_HAS_EXPIRE_ONLY,
  FUSE_HAS_RESEND,
} from "../abi/mod.ts";
import { type Notification, notification } from "../message/internal.ts";
import {
  type NotifyReply,
  NotifyRetrieval,
  type PollWakeup,
} from "../message/mod.ts";

/** The error when the kernel does not cache the object of a notification. */
export class ErrNotCached extends SyscallError {
  /** The class's name. */
  override readonly name = "ErrNotCached";

  /** Makes the error: ENOENT. */
  constructor() {
    super("write", ENOENT, { hint: "the kernel does not cache it" });
  }
}

/** The first id of `retrieve`, chosen to avoid collisions with other ids. */
const OWN_IDS = 1n << 63n;

/**
 * The notifications that a server sends to the kernel.
 *
 * The kernel may block a notification until a request about the same file or
 * directory is answered, so each notification is written on another thread.
 * Await a notification inside a handler only if it is about another file than
 * the request; otherwise answer first. Notifications sent together may arrive
 * in any order: await a notification before sending another that must follow
 * it.
 */
export abstract class Notifier {
  readonly #retrievals = new Map<bigint, PromiseWithResolvers<Uint8Array>>();
  #nextId = OWN_IDS;

  /** The `FUSE_*` INIT flags in force, both words. */
  abstract get features(): bigint;

  /** @internal Writes a notification; returns its errno, or 0. */
  abstract _notify(message: Notification): Promise<number>;

  async #send(message: Notification): Promise<void> {
    const errno = await this._notify(message);
    if (errno === 0) return;
    if (errno === ENOENT) throw new ErrNotCached();
    const hint = errno === ENODEV ? "the connection is closed" : undefined;
    throw new SyscallError("write", errno, { path: "/dev/fuse", hint });
  }

  #require(feature: bigint, what: string): void {
    if ((this.features & feature) !== 0n) return;
    const hint = `this kernel cannot ${what}`;
    throw new SyscallError("write", EOPNOTSUPP, { path: "/dev/fuse", hint });
  }

  /**
   * Makes the kernel drop a node's cached attributes, and a part of its cached
   * data. The data of a directory is its cached listing.
   *
   * @param node The node's id.
   * @param offset Where the data starts, in bytes.
   * @param size The size of the data in bytes: -1 up to the end of file, 0 for
   * none.
   * @throws {ErrNotCached} If the kernel does not know the node.
   */
  async invalidateNode(
    node: bigint,
    offset: number | bigint,
    size: number | bigint,
  ): Promise<void> {
    await this.#send(notification.invalidateNode(node, offset, size));
  }

  /**
   * Makes the kernel drop a cached name, which it will look up again. File
   * systems mounted on the name or below are unmounted.
   *
   * @param parent The directory's id.
   * @param name The name.
   * @throws {ErrNotCached} If the kernel does not know the directory, or the
   * name in it.
   * @throws {SyscallError} ENOTDIR if the node is no directory.
   */
  async invalidateEntry(parent: bigint, name: string): Promise<void> {
    await this.#send(notification.invalidateEntry(parent, name));
  }

  /**
   * Makes a cached name expire: the kernel will look the name up again, but
   * unmounts nothing. Linux 6.2.
   *
   * @param parent The directory's id.
   * @param name The name.
   * @throws {ErrNotCached} As {@linkcode invalidateEntry}.
   * @throws {SyscallError} EOPNOTSUPP on an older kernel.
   */
  async expireEntry(parent: bigint, name: string): Promise<void> {
    this.#require(FUSE_HAS_EXPIRE_ONLY, "expire a name");
    await this.#send(
      notification.invalidateEntry(parent, name, FUSE_EXPIRE_ONLY),
    );
  }

  /**
   * Tells the kernel that a name was removed. In addition to
   * {@linkcode invalidateEntry}, programs that have the node open, or as their
   * working directory, see that it is deleted.
   *
   * @param parent The directory's id.
   * @param child The id of the node that had the name; 0 makes this the same as
   * `invalidateEntry`.
   * @param name The name.
   * @throws {ErrNotCached} If the kernel does not know the name, or knows it
   * for another node.
   * @throws {SyscallError} ENOTDIR if `parent` is no directory, ENOTEMPTY if
   * the child is a directory with an entry in use, EBUSY if a file system was
   * mounted on it at this moment.
   */
  async notifyDelete(
    parent: bigint,
    child: bigint,
    name: string,
  ): Promise<void> {
    await this.#send(notification.deleteEntry(parent, child, name));
  }

  /**
   * Puts data into the page cache of a file, whose size grows if necessary; the
   * size that the server reports should agree. The next `open` drops the data,
   * unless it answers `FOPEN_KEEP_CACHE`.
   *
   * @param node The file's id.
   * @param offset Where the data starts, in bytes.
   * @param data The data, which is copied immediately.
   * @throws {ErrNotCached} If the kernel does not know the node.
   * @throws {SyscallError} EINVAL if it is not a regular file.
   */
  async notifyStore(
    node: bigint,
    offset: number | bigint,
    data: Uint8Array,
  ): Promise<void> {
    await this.#send(notification.store(node, offset, data));
  }

  /**
   * Asks the kernel for data in the page cache of a file. The data arrives
   * among the requests as a {@linkcode NotifyReply}, for servers that read
   * requests themselves.
   *
   * @param id A number of your choice, which the reply will carry.
   * @param node The file's id.
   * @param offset Where the data starts, in bytes.
   * @param size The most bytes to return; the kernel stops at `maxWrite`.
   * @returns A function that takes the data out of the reply, which may arrive
   * before this promise is fulfilled.
   * @throws {ErrNotCached} If the kernel does not know the node.
   */
  async notifyRetrieve(
    id: bigint,
    node: bigint,
    offset: number | bigint,
    size: number,
  ): Promise<NotifyRetrieval> {
    await this.#send(notification.retrieve(id, node, offset, size));
    return new NotifyRetrieval(id);
  }

  /**
   * Returns data from the page cache of a file, once the server has read the
   * kernel's reply among the requests.
   *
   * @param node The file's id.
   * @param offset Where the data starts, in bytes.
   * @param size The most bytes to return; the kernel stops at `maxWrite`.
   * @returns The cached data from the offset up to the first gap, possibly
   * empty.
   * @throws {ErrNotCached} If the kernel does not know the node.
   * @throws {SyscallError} ECONNABORTED if the session ends before.
   */
  async retrieve(
    node: bigint,
    offset: number | bigint,
    size: number,
  ): Promise<Uint8Array> {
    // With io_uring, odd ids belong to interrupts.
    const id = this.#nextId;
    this.#nextId += 2n;
    const waiting = Promise.withResolvers<Uint8Array>();
    waiting.promise.catch(() => {});
    this.#retrievals.set(id, waiting);
    try {
      await this.notifyRetrieve(id, node, offset, size);
      return await waiting.promise;
    } finally {
      this.#retrievals.delete(id);
    }
  }

  /**
   * Wakes the programs that poll a file: they poll it again.
   *
   * @param wakeup The value from the {@linkcode PollRequest}. The file may have
   * been closed meanwhile.
   */
  async notifyPollWakeup(wakeup: PollWakeup): Promise<void> {
    await this.#send(notification.pollWakeup(wakeup?.kernelHandle));
  }

  /**
   * Makes the kernel resend every request that has been read but not answered,
   * with `FUSE_UNIQUE_RESEND` in its id: for a server that replaces a crashed
   * server. The kernel ignores answers under the old ids. Linux 6.9.
   *
   * @throws {SyscallError} EOPNOTSUPP on an older kernel.
   */
  async notifyResend(): Promise<void> {
    this.#require(FUSE_HAS_RESEND, "send requests again");
    await this.#send(notification.resend());
  }

  /**
   * Makes the kernel look up every name again at its next use. Linux 6.16.
   *
   * @throws {SyscallError} EINVAL on an older kernel.
   */
  async notifyIncEpoch(): Promise<void> {
    await this.#send(notification.incEpoch());
  }

  /**
   * Makes the kernel forget unused nodes: it sends FORGET for each node that it
   * has forgotten. Linux 6.18.
   *
   * @param nodes The nodes' ids; the kernel ignores unknown ids.
   * @throws {SyscallError} EINVAL on an older kernel.
   */
  async notifyPrune(nodes: readonly bigint[]): Promise<void> {
    await this.#send(notification.prune(nodes));
  }

  /** @internal Fulfills the promise of a retrieval with its data. */
  _retrieved({ header: { id }, data }: NotifyReply): void {
    this.#retrievals.get(id)?.resolve(data.slice());
  }

  /** @internal Rejects the promises of all retrievals. */
  _endRetrievals(): void {
    const error = new SyscallError("read", ECONNABORTED);
    for (const { reject } of this.#retrievals.values()) reject(error);
  }
}
