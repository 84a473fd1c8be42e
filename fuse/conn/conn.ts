import { showState, toInt } from "../../ffi/internal.ts";
import { SyscallError } from "../../ffi/mod.ts";
import { ECONNABORTED, EIO, ENODEV, EOPNOTSUPP } from "../../posix/mod.ts";
import type { Protocol } from "../abi/mod.ts";
import type { Channel } from "../channel/internal.ts";
import {
  DEFAULT_MAX_WRITE,
  Frame,
  newRequest,
  type Notification,
  type Reply,
  UNANSWERED,
} from "../message/internal.ts";
import {
  type InitOptions,
  InterruptRequest,
  NotifyReply,
  type Request,
  type RequestBase as AnyRequest,
  type Responder,
} from "../message/mod.ts";
import { type Tap, Tracer } from "../trace/internal.ts";
import type { TraceOptions } from "../trace/mod.ts";
import { handshake } from "./handshake.ts";
import { InFlight } from "./in_flight.ts";
import { serveBlocking, type Served, serveSharing } from "./loop.ts";
import type { MountInfo, MountWatcher } from "./mounted.ts";
import { Notifier } from "./notify.ts";
import { addServed, removeServed } from "./served_mounts.ts";
import { Wire } from "./wire.ts";

/** Whether a server waits in the event loop or by blocking the thread. */
export type ServeMode = "async" | "blocking";

/**
 * A connection to the kernel: requests in, replies out.
 *
 * `mount` makes one. Serve it with `serve` of `./fuse/fs`, or read requests
 * one by one and answer each.
 */
export class Conn extends Notifier implements Responder, AsyncDisposable {
  static {
    showState(this, ({ protocol, mountInfo }) => ({ protocol, mountInfo }));
  }

  readonly #wire: Wire;
  #closed: Promise<void> | undefined;
  /** @internal The requests that wait for an answer. */
  readonly _inFlight: InFlight = new InFlight();
  #protocol!: Protocol;
  #features = 0n;
  /** Whether the file system was unmounted when the connection was closed. */
  #isGone = false;
  /** The mount that the connection serves. */
  readonly mountInfo: MountInfo;
  /**
   * @internal The generation of this mount's node ids: 32 random bits, which
   * distinguish them from equal ids of another mount.
   */
  _generation: number = crypto.getRandomValues(new Uint32Array(1))[0]!;
  /** @internal Whether another program mounted it and will unmount it. */
  _isForeign = false;
  /** @internal Unmounts the file system when this process ends. */
  _watcher: MountWatcher | undefined;

  /** @internal Makes a connection, which owns a mounted device and a log. */
  constructor(
    device: Channel,
    mountInfo: MountInfo,
    { maxWrite = DEFAULT_MAX_WRITE }: InitOptions,
    log?: Tap,
  ) {
    super();
    this.#wire = new Wire(device, maxWrite);
    if (log !== undefined) this.#wire.tap(log);
    this.mountInfo = mountInfo;
    addServed(mountInfo);
  }

  /** The protocol version that kernel and library agreed on. */
  get protocol(): Protocol {
    return this.#protocol;
  }

  /** The `FUSE_*` INIT flags in force, both words. */
  get features(): bigint {
    return this.#features;
  }

  /**
   * Reads the next request, waiting for it without blocking the event loop.
   *
   * @returns The request, which the caller must answer; `null` when the
   * session is over.
   * @throws {ProtocolError} If the request cannot be decoded. The request is
   * answered EIO.
   */
  async readRequest(): Promise<Request | null> {
    for (;;) {
      const request = this.readRequestSync();
      if (request !== undefined) return request;
      await this.#wire.channel.wait();
    }
  }

  /**
   * Reads the next request if there is one now.
   *
   * The signal of a request aborts when an `InterruptRequest` for it is read.
   * The `InterruptRequest` is returned as well, and a sole reader can ignore
   * it. With several readers, its target may not have been seen yet: answer the
   * `InterruptRequest` with EAGAIN, and the kernel sends it again unless the
   * target has been answered.
   *
   * @returns The request; `undefined` when there is none; `null` when the
   * session is over.
   * @throws {ProtocolError} If the request cannot be decoded. The request is
   * answered EIO.
   */
  readRequestSync(): Request | null | undefined {
    const ready = this.#read();
    if (ready === undefined) {
      this._inFlight.interruptAll();
      this._inFlight.clear();
      return null;
    }
    if (!ready) return undefined;
    try {
      return this.#decode(this.#wire.current);
    } catch (error) {
      this.#wire.refuseFrame(this.#wire.current, EIO);
      throw error;
    }
  }

  #decode(frame: Frame): Request {
    frame.checkHeader();
    const { opcode } = frame;
    const request = newRequest(frame);
    request.header.conn = this;
    request._decode(frame);
    if (request._holdsFrame) {
      const copy = new Frame(frame.bytes.slice(0, frame.length), frame.length);
      copy.checkHeader();
      request._decode(copy);
    }
    if (!UNANSWERED.has(opcode)) this._inFlight.add(request);
    else if (request instanceof InterruptRequest) {
      this._inFlight.interrupt(request);
    } else if (request instanceof NotifyReply) this._retrieved(request);
    return request;
  }

  #read(): boolean | undefined {
    return this.#closed === undefined ? this.#wire.read() : undefined;
  }

  /** Iterates over the requests until the session is over. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Request, void, void> {
    for (;;) {
      const request = await this.readRequest();
      if (request === null) return;
      yield request;
    }
  }

  /** @internal Answers INIT. */
  async _handshake(options: InitOptions & TraceOptions): Promise<void> {
    const { debug } = options;
    if (debug !== undefined) this.#wire.tap(new Tracer(debug));
    const agreed = await handshake(this, this.#wire, options);
    this.#protocol = agreed.protocol;
    this.#features = agreed.features;
  }

  /**
   * @internal Takes over the features that another connection negotiated.
   */
  _agree(protocol: Protocol, features: bigint, generation: number): void {
    this.#protocol = protocol;
    this.#features = features;
    this._generation = generation;
  }

  /** @internal Opens one more descriptor for the mount and returns it. */
  _clone(): number {
    const fd = this.#wire.channel.clone?.();
    if (fd === undefined) throw new SyscallError("ioctl", EOPNOTSUPP);
    return fd;
  }

  /**
   * @internal Sends a reply; returns whether the caller still waited for it.
   */
  _send(reply: Reply): boolean {
    this._inFlight.answer(reply);
    return this.#wire.write(reply);
  }

  /** @internal */
  override async _notify(message: Notification): Promise<number> {
    if (this.#closed !== undefined) return ENODEV;
    return await this.#wire.notify(message);
  }

  /**
   * @internal Hands each request's frame to `handle` until the session is
   * over, and waits for requests as the mode says.
   */
  _serve(
    handle: (frame: Frame) => void,
    mode: ServeMode = "async",
  ): Promise<void> {
    const inFlight = this._inFlight;
    const served: Served = {
      channel: this.#wire.channel,
      get isBusy() {
        return inFlight.size > 0;
      },
      step: () => {
        const ready = this.#read();
        if (ready) handle(this.#wire.current);
        return ready;
      },
    };
    return mode === "blocking" ? serveBlocking(served) : serveSharing(served);
  }

  /** @internal See {@linkcode Wire.keepFrame}. */
  _keepFrame(): Frame | undefined {
    return this.#wire.keepFrame();
  }

  /** @internal See {@linkcode Wire.returnFrame}. */
  _returnFrame(frame: Frame): void {
    this.#wire.returnFrame(frame);
  }

  /**
   * @internal See {@linkcode Wire.lentReply}; none if the request keeps its
   * frame.
   */
  _lentReply(request: AnyRequest): Reply | undefined {
    return request._holdsFrame ? undefined : this.#wire.lentReply;
  }

  /**
   * Registers an open file as a backing file, for `OpenResponse.backingId` and
   * `FOPEN_PASSTHROUGH`: FUSE_DEV_IOC_BACKING_OPEN. Mount with `passthrough`.
   * All files that are open on the same node at the same time must get the same
   * id.
   *
   * @param fd A regular file of another file system. The descriptor may be
   * closed after this call. The kernel opens the file again, with this
   * process's credentials, each time the node is opened.
   * @returns The id, above 0. Give it back with {@linkcode closeBacking}.
   * @throws {SyscallError} EPERM without CAP_SYS_ADMIN, or if passthrough was
   * not negotiated; ELOOP if the file's own file system is stacked too deep,
   * see `maxStackDepth`; EBADF; EOPNOTSUPP for a file that cannot be a backing
   * file.
   */
  openBacking(fd: number): number {
    const id = this._openBacking(toInt("fd", fd));
    if (id > 0) return id;
    throw new SyscallError("ioctl", -id);
  }

  /**
   * @internal Does what `openBacking` does, but returns a negative errno
   * instead of throwing.
   */
  _openBacking(fd: number): number {
    if (this.#closed !== undefined) return -ENODEV;
    return this.#wire.channel.openBacking?.(fd) ?? -EOPNOTSUPP;
  }

  /**
   * Unregisters a backing file. Files that were opened with it keep it.
   *
   * @param id The id that {@linkcode openBacking} returned.
   */
  closeBacking(id: number): void {
    toInt("id", id);
    if (this.#closed === undefined) this.#wire.channel.closeBacking?.(id);
  }

  /** @internal Whether the file system is known to be gone. */
  get _isUnmounted(): boolean {
    return this.#isGone || this.#wire.isUnmounted;
  }

  /**
   * Closes the connection. Callers that wait in the file system get an error.
   * The mount stays, without a server, unless it was unmounted before or is
   * mounted with `autoUnmount`.
   */
  close(): Promise<void> {
    return this.#closed ??= this.#close();
  }

  async #close(): Promise<void> {
    const isUnmounted = this._watcher !== undefined && this._isUnmounted;
    removeServed(this.mountInfo);
    await this.#failInFlight();
    await this.#wire.channel.close();
    this._inFlight.interruptAll();
    this._endRetrievals();
    this.#wire.closeTaps();
    this.#isGone = await this._watcher?.end(isUnmounted) ?? false;
  }

  /** Fails every request in flight, since a notification may wait for it. */
  async #failInFlight(): Promise<void> {
    if (!this.#wire.channel.isNotifying) return;
    for (const { header } of this._inFlight) {
      this.#wire.refuse(header, ECONNABORTED);
    }
    await this.#wire.finishNotifications(ECONNABORTED);
  }

  /** Calls {@linkcode Conn.prototype.close | close()}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
