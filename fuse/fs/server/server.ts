import { SyscallError } from "../../../ffi/mod.ts";
import {
  EAGAIN,
  EIO,
  ENOSYS,
  ENOTCONN,
  EOPNOTSUPP,
} from "../../../posix/mod.ts";
import * as op from "../../abi/mod.ts";
import type { Conn } from "../../conn/mod.ts";
import {
  type Frame,
  invalidateNode,
  Reply,
  REPLY_BODY,
  RequestPool,
} from "../../message/internal.ts";
import {
  BatchForgetRequest,
  ForgetRequest,
  InterruptRequest,
  LockWaitRequest,
  NotifyReply,
  type RequestBase as Request,
  toErrno,
  UnrecognizedRequest,
  type WriteRequest,
} from "../../message/mod.ts";
import { isPromise } from "../maybe_promise.ts";
import type { FS, MaybePromise, Node } from "../node.ts";
import { Callers } from "./callers.ts";
import { checkRoot } from "./check_root.ts";
import { GoneReaders } from "./gone_readers.ts";
import { NodeNotifier } from "./node_notifier.ts";
import { OPERATIONS } from "./operation_table.ts";
import { Recorder } from "./recorder.ts";
import {
  type FullServeOptions,
  type ServeOptions,
  withDefaults,
} from "./serve_options.ts";
import type { ServerStats } from "./server_stats.ts";
import type { Interrupted, Shared } from "./shared.ts";
import type { SharedFS } from "./shared_nodes.ts";
import { State } from "./state.ts";
import { atMost, sweep } from "./sweep.ts";
import { undo } from "./undo.ts";

/** The error message for an answer whose memory is gone. */
const TAKEN = "Cannot answer: response.buffer was transferred";
/** The most reply buffers that are kept for reuse. */
const MAX_SPARE = 64;

/** The opcodes that are still served while the server is closing. */
const CLOSING: ReadonlySet<number> = new Set([
  op.FUSE_WRITE,
  op.FUSE_FSYNC,
  op.FUSE_FSYNCDIR,
  op.FUSE_FLUSH,
  op.FUSE_RELEASE,
  op.FUSE_RELEASEDIR,
]);

/**
 * The server of a file system on a connection; {@linkcode serve} makes it.
 *
 * An operation that answers at once creates no promise. While an operation's
 * promise is pending, the server handles further requests, as many as the
 * kernel sends.
 */
export class Server extends NodeNotifier {
  readonly #fs: FS;
  readonly #options: FullServeOptions;
  readonly #shared: Shared | undefined;
  readonly #pool = new RequestPool();
  readonly #replies: Reply[] = [];
  readonly #recorder = new Recorder();
  readonly #callers = new Callers();
  readonly #goneReaders: GoneReaders;
  /** Fulfilled when no request is in flight, if anything waits for that. */
  #drained: PromiseWithResolvers<void> | undefined;
  #closing: Promise<void> | undefined;
  /** The file system once it has given its root: then it must be ended. */
  #started: FS | undefined;
  #state: State | undefined;
  /** Fulfilled when the session is over and everything has been released. */
  readonly closed: Promise<void>;

  /** @internal Starts serving. */
  constructor(
    conn: Conn,
    fs: FS,
    root: MaybePromise<Node>,
    options: ServeOptions,
    shared?: Shared,
  ) {
    super(conn);
    this.#shared = shared;
    this.#fs = fs;
    this.#options = withDefaults(options);
    this.#goneReaders = new GoneReaders(conn._inFlight);
    this.closed = this.#run(root);
  }

  /** @internal */
  override _idOf(node: Node): number | undefined {
    return this.#state?.nodes.idOf(node);
  }

  /** The number of nodes that the kernel knows, including the root. */
  get nodeCount(): number {
    return this.#state?.nodes.size ?? 0;
  }

  /** The number of open files and directories. */
  get handleCount(): number {
    return this.#state?.handles.size ?? 0;
  }

  /** The number of requests that wait for the promise of a handler. */
  get inFlightCount(): number {
    return this._conn._inFlight.size;
  }

  /**
   * A snapshot of the server's statistics.
   *
   * @example Print the slowest kinds of requests
   * ```ts ignore
   * import { HelloFS, latencyMs, mountFS } from "@hostkit/hostkit/fuse/fs";
   *
   * await using session = await mountFS("/mnt/hello", new HelloFS());
   * for (const { opname, histogram } of session.server.stats.byOperation) {
   *   console.log(`${opname}: 99% took ${latencyMs(histogram, 0.99)} ms`);
   * }
   * ```
   */
  get stats(): ServerStats {
    const byOperation = this.#recorder.snapshot();
    const bytesOf = (name: string): number =>
      byOperation.find(({ opname }) => opname === name)?.bytes ?? 0;
    return {
      operations: byOperation.reduce((sum, { count }) => sum + count, 0),
      errors: byOperation.reduce((sum, { errors }) => sum + errors, 0),
      bytesRead: bytesOf("READ"),
      bytesWritten: bytesOf("WRITE"),
      inFlight: this.inFlightCount,
      nodes: this.nodeCount,
      handles: this.handleCount,
      passthrough: {
        opened: this.#state?.backings.opened ?? 0,
        refused: this.#state?.backings.refused ?? 0,
        error: this.#state?.backings.error,
      },
      byOperation,
      callers: this.#callers.snapshot(),
    };
  }

  /** @internal Aborts the signal of a request, if it is in flight. */
  _interrupt(target: Interrupted): void {
    this._conn._inFlight.interruptId(target);
  }

  /**
   * Ends the session, mounted or not, after requests in flight have finished.
   *
   * Running handlers have `drainMs` to answer. Then their signals are aborted,
   * and they have the same time again; handlers that wait for a lock are
   * aborted at once. Meanwhile programs may write, sync and close their open
   * files; every other call fails with ENOTCONN. A second call waits for the
   * same end.
   */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    const inFlight = this._conn._inFlight;
    for (const request of inFlight) {
      // Nobody can drop the lock any more that it waits for.
      if (request instanceof LockWaitRequest) request._interrupt();
    }
    await this.#idle();
    inFlight.interruptAll();
    await this.#idle();
    await this._conn.close();
    await this.closed;
  }

  async #run(root: MaybePromise<Node>): Promise<void> {
    try {
      const node = await root;
      this.#started = this.#fs;
      const state = new State(
        this.#fs,
        checkRoot(node),
        this.#options,
        this._conn,
        this.#shared === undefined ? undefined : this.#fs as SharedFS,
      );
      this.#state = state;
      this.#fs.mounted?.(this._conn.mountInfo);
      if (this.#options.statsXattr) {
        state.stats = () => this.#shared?.stats() ?? this.stats;
      }
      await this._conn._serve(
        (frame) => this.#handle(state, frame),
        this.#options.mode,
      );
    } finally {
      try {
        await this._conn.close();
      } finally {
        this._conn._inFlight.interruptAll();
        await this.#idle();
        // The callers of the remaining handlers are gone.
        this._conn._inFlight.clear();
        this.#goneReaders.stop();
        const { drainMs } = this.#options;
        await sweep(this.#started, this.#state, this.#shared, drainMs);
      }
    }
  }

  #handle(state: State, frame: Frame): void {
    const start = performance.now();
    const { opcode } = frame;
    let request: Request;
    try {
      request = this.#pool.decode(frame);
    } catch (error) {
      return this.#refuse(frame, error);
    }
    request.header.conn = this._conn;
    if (this.#unanswered(state, request)) {
      return this.#recorder.add(opcode, performance.now() - start, false, 0);
    }
    const reply = this._conn._lentReply(request) ?? this.#replies.pop() ??
      new Reply();
    reply.begin(request.header._unique);
    const operation = OPERATIONS.get(opcode);
    if (operation === undefined) reply.fail(ENOSYS);
    else if (this.#closing !== undefined && !CLOSING.has(opcode)) {
      reply.fail(ENOTCONN);
    } else {
      try {
        const done = operation(state, request as never, reply);
        if (isPromise(done)) {
          return this.#later(opcode, request, reply, done, start);
        }
      } catch (error) {
        this.#fail(opcode, request, reply, error);
      }
    }
    if (request._hasStaleAttr) {
      const told = this.#invalidateAttr(request);
      return this.#later(opcode, request, reply, told, start);
    }
    this.#send(opcode, request, reply, start);
  }

  /** Handles a request that needs no answer; returns false for any other. */
  #unanswered(state: State, request: Request): boolean {
    if (request instanceof ForgetRequest) {
      state.forget(request.header._node.number, request.n);
    } else if (request instanceof BatchForgetRequest) {
      for (const { node, n } of request.forget) state.forget(Number(node), n);
    } else if (request instanceof InterruptRequest) {
      if (this._conn._inFlight.interrupt(request)) return true;
      if (this.#shared !== undefined) {
        this.#shared.interrupted(request._target);
      } else {
        // After EAGAIN the kernel sends INTERRUPT again, unless it has the
        // answer.
        request.respondError(new SyscallError("interrupt", EAGAIN));
      }
    } else if (request instanceof NotifyReply) {
      this._conn._retrieved(request);
    } else return false;
    return true;
  }

  /**
   * Answers when a promise settles; the request keeps its memory until then.
   */
  #later(
    opcode: number,
    request: Request,
    reply: Reply,
    done: Promise<void>,
    start: number,
  ): void {
    const inFlight = this._conn._inFlight;
    this.#pool.keep(opcode);
    const frame = request._holdsFrame ? this._conn._keepFrame() : undefined;
    inFlight.add(request);
    // The process ids of another program's mount may be of its PID namespace.
    if (opcode === op.FUSE_READ && !this._conn._isForeign) {
      this.#goneReaders.watch();
    }
    const finish = () => {
      this.#send(opcode, request, reply, start);
      if (frame !== undefined) this._conn._returnFrame(frame);
      if (inFlight.size > 0) return;
      this.#drained?.resolve();
      this.#drained = undefined;
    };
    Promise.resolve(done)
      .catch((error) => this.#fail(opcode, request, reply, error))
      .then(() =>
        request._hasStaleAttr
          ? this.#invalidateAttr(request).then(finish)
          : finish()
      );
  }

  /**
   * Makes the kernel drop the attributes that a request has changed. The
   * request is answered without waiting for this.
   */
  async #invalidateAttr(request: Request): Promise<void> {
    request._hasStaleAttr = false;
    const { big } = request._changedNode;
    await this._conn._notify(invalidateNode(big, 0, 0));
  }

  #fail(opcode: number, request: Request, reply: Reply, error: unknown): void {
    if (reply.wasTaken) reply.begin(request.header._unique);
    undo(this.#state!, opcode, request, reply);
    const errno = toErrno(error);
    // After ENOSYS the kernel never sends this opcode again, for any node.
    reply.fail(errno === ENOSYS ? EOPNOTSUPP : errno);
    this.#state!.report(error, request);
  }

  #send(opcode: number, request: Request, reply: Reply, start: number): void {
    if (reply.wasTaken) {
      this.#fail(opcode, request, reply, new TypeError(TAKEN));
    }
    let delivered = false;
    try {
      delivered = this._conn._send(reply);
    } catch (error) {
      // The kernel found the answer malformed and told the caller EIO.
      this.#options.onError(error, request);
    }
    if (!delivered) undo(this.#state!, opcode, request, reply);
    const isError = reply.errno !== 0;
    const bytes = isError ? 0 : dataSize(opcode, request, reply);
    const ms = performance.now() - start;
    this.#recorder.add(opcode, ms, isError, bytes);
    this.#callers.add(request.header.pid, ms);
    if (!reply.isLent && this.#replies.length < MAX_SPARE) {
      this.#replies.push(reply);
    }
  }

  /** Answers EIO to a request that could not be decoded. */
  #refuse(frame: Frame, error: unknown): void {
    const request = new UnrecognizedRequest();
    request.header.conn = this._conn;
    request._decode(frame);
    this.#options.onError(error, request);
    request.respondError(new SyscallError(request.opname, EIO));
  }

  /** Waits until no request is in flight, for a limited time. */
  async #idle(): Promise<void> {
    if (this.inFlightCount === 0) return;
    this.#drained ??= Promise.withResolvers();
    await atMost(this.#options.drainMs, this.#drained.promise);
  }
}

/** Returns the number of bytes that a request has read or written. */
function dataSize(opcode: number, request: Request, reply: Reply): number {
  switch (opcode) {
    case op.FUSE_READ:
      return reply.length - REPLY_BODY;
    case op.FUSE_WRITE:
      return (request as WriteRequest)._response.size;
    default:
      return 0;
  }
}
