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

/** The kernel does not have in its cache what a notification was about. */
export class ErrNotCached extends SyscallError {
  /** The class's name. */
  override readonly name = "ErrNotCached";

  /** Makes the error: ENOENT. */
  constructor() {
    super("write", ENOENT, { hint: "the kernel does not cache it" });
  }
}

/** Where the ids of `retrieve` start: out of the way of any other. */
const OWN_IDS = 1n << 63n;

/**
 * The messages that a server sends to the kernel unasked.
 *
 * The kernel may hold a notification up until it has the answer to a request
 * about the same file or directory, so each is written on another thread. Wait
 * for one inside a handler only if it is about something else than the request
 * at hand; otherwise answer first. Several may be under way together, and
 * overtake each other: wait for one before you send what must follow it.
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
    const hint = `this kernel does not know how to ${what}`;
    throw new SyscallError("write", EOPNOTSUPP, { path: "/dev/fuse", hint });
  }

  /**
   * Lets the kernel forget a node's attributes, and a part of its data. For a
   * directory, the data is its listing, where that is cached.
   *
   * @param node The node's id.
   * @param offset Where the data starts, in bytes.
   * @param size How much data, in bytes: -1 up to the end, 0 none.
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
   * Lets the kernel forget what a name stands for: it will look it up again.
   * What is mounted on it or below is unmounted.
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
   * Lets the time run out for which the kernel trusts a name: it will look it
   * up again, but unmounts nothing. Linux 6.2.
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
   * Tells the kernel that a name was removed: as {@linkcode invalidateEntry},
   * and whoever has the node open or is in it sees that it is gone.
   *
   * @param parent The directory's id.
   * @param child The id of the node that the name stood for; with 0 this is
   * no more than `invalidateEntry`.
   * @param name The name.
   * @throws {ErrNotCached} If the kernel does not know the name, or for
   * another node.
   * @throws {SyscallError} ENOTDIR if `parent` is no directory, ENOTEMPTY if
   * the child is one, something in which is in use, EBUSY if something was
   * mounted on it in this moment.
   */
  async notifyDelete(
    parent: bigint,
    child: bigint,
    name: string,
  ): Promise<void> {
    await this.#send(notification.deleteEntry(parent, child, name));
  }

  /**
   * Puts data into the page cache of a file, whose size grows if need be; what
   * the server says of the size should agree. The next `open` drops the data
   * again, unless it answers `FOPEN_KEEP_CACHE`.
   *
   * @param node The file's id.
   * @param offset Where the data starts, in bytes.
   * @param data The data, which is copied at once.
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
   * Asks the kernel for data in the page cache of a file, which comes as a
   * {@linkcode NotifyReply} among the requests: for those who read them.
   *
   * @param id A number of your choice, which the reply will have.
   * @param node The file's id.
   * @param offset Where the data starts, in bytes.
   * @param size How much at most, in bytes; the kernel stops at `maxWrite`.
   * @returns What takes the data out of the reply. That may be read before
   * this promise is fulfilled.
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
   * Returns data that the page cache of a file has, once the reply to
   * {@linkcode notifyRetrieve} was read by whoever reads the requests.
   *
   * @param node The file's id.
   * @param offset Where the data starts, in bytes.
   * @param size How much at most, in bytes; the kernel stops at `maxWrite`.
   * @returns What there is from the offset on without a gap, possibly nothing.
   * @throws {ErrNotCached} If the kernel does not know the node.
   * @throws {SyscallError} ECONNABORTED if the session ends before.
   */
  async retrieve(
    node: bigint,
    offset: number | bigint,
    size: number,
  ): Promise<Uint8Array> {
    // Through io_uring an odd id is that of an interrupt.
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
   * Wakes the programs that poll a file: they will ask again.
   *
   * @param wakeup What the {@linkcode PollRequest} gave. It does no harm if the
   * file was closed meanwhile.
   */
  async notifyPollWakeup(wakeup: PollWakeup): Promise<void> {
    await this.#send(notification.pollWakeup(wakeup?.kernelHandle));
  }

  /**
   * Lets the kernel send every request again that has been read and has no
   * answer yet, with `FUSE_UNIQUE_RESEND` in its id: for a server that takes
   * the place of one that crashed. Answers under the old ids reach nobody.
   * Linux 6.9.
   *
   * @throws {SyscallError} EOPNOTSUPP on an older kernel.
   */
  async notifyResend(): Promise<void> {
    this.#require(FUSE_HAS_RESEND, "send requests again");
    await this.#send(notification.resend());
  }

  /**
   * Lets the kernel look up every name again, when it is used next. Linux
   * 6.16.
   *
   * @throws {SyscallError} EINVAL on an older kernel.
   */
  async notifyIncEpoch(): Promise<void> {
    await this.#send(notification.incEpoch());
  }

  /**
   * Lets the kernel forget nodes, unless something uses them: a FORGET follows
   * for each that it did forget. Linux 6.18.
   *
   * @param nodes The nodes' ids; unknown ones do no harm.
   * @throws {SyscallError} EINVAL on an older kernel.
   */
  async notifyPrune(nodes: readonly bigint[]): Promise<void> {
    await this.#send(notification.prune(nodes));
  }

  /** @internal Hands the data of a retrieval to whoever waits for it. */
  _retrieved({ header: { id }, data }: NotifyReply): void {
    this.#retrievals.get(id)?.resolve(data.slice());
  }

  /** @internal Disappoints whoever waits for a retrieval. */
  _endRetrievals(): void {
    const error = new SyscallError("read", ECONNABORTED);
    for (const { reject } of this.#retrievals.values()) reject(error);
  }
}
