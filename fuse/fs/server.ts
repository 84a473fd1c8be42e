import { SyscallError } from "../../ffi/syscall_error.ts";
import { EIO, ENOSYS, EOPNOTSUPP } from "../../posix/constants_errno.ts";
import type { Frame } from "../_frame.ts";
import { Reply } from "../_reply.ts";
import type { Conn } from "../conn.ts";
import * as op from "../constants.ts";
import { RequestPool } from "../decode.ts";
import { BatchForgetRequest, ForgetRequest } from "../node_requests.ts";
import type { Request } from "../request.ts";
import { InterruptRequest, UnrecognizedRequest } from "../session_requests.ts";
import { toErrno } from "../to_errno.ts";
import { readdir, readdirplus } from "./_directory_operations.ts";
import { flush, open, read, release } from "./_handle_operations.ts";
import { isPromise } from "./_maybe_promise.ts";
import * as node from "./_operations.ts";
import { State } from "./_state.ts";
import { undo } from "./_undo.ts";
import type { FS, MaybePromise, Node } from "./node.ts";
import { type ServeOptions, withDefaults } from "./serve_options.ts";

/** How long the end of a session waits for handlers still at work. */
const DRAIN_MS = 5000;
/** How many buffers of replies wait to be used again. */
const MAX_SPARE = 64;

type Operation = (
  state: State,
  request: never,
  reply: Reply,
) => MaybePromise<void>;

/** What answers each opcode; the others are answered ENOSYS. */
const OPERATIONS: ReadonlyMap<number, Operation> = new Map<number, Operation>([
  [op.FUSE_LOOKUP, node.lookup],
  [op.FUSE_GETATTR, node.getattr],
  [op.FUSE_READLINK, node.readlink],
  [op.FUSE_ACCESS, node.access],
  [op.FUSE_STATFS, node.statfs],
  [op.FUSE_GETXATTR, node.getxattr],
  [op.FUSE_LISTXATTR, node.listxattr],
  [op.FUSE_OPEN, open],
  [op.FUSE_OPENDIR, open],
  [op.FUSE_READ, read],
  [op.FUSE_READDIR, readdir],
  [op.FUSE_READDIRPLUS, readdirplus],
  [op.FUSE_FLUSH, flush],
  [op.FUSE_RELEASE, release],
  [op.FUSE_RELEASEDIR, release],
  [op.FUSE_DESTROY, () => {}],
]);

/**
 * Serves a file system on a connection.
 *
 * An operation that answers at once costs no promise; one that returns a
 * promise leaves the server free for the next request, and as many as the
 * kernel sends are in flight together.
 */
export class Server {
  readonly #conn: Conn;
  readonly #fs: FS;
  readonly #options: Required<ServeOptions>;
  readonly #pool = new RequestPool();
  readonly #replies: Reply[] = [];
  readonly #inFlight = new Map<number, Request>();
  #drained: (() => void) | undefined;
  #state: State | undefined;
  /** Fulfilled when the session is over and everything has been released. */
  readonly closed: Promise<void>;

  /** @internal Starts serving. */
  constructor(
    conn: Conn,
    fs: FS,
    root: MaybePromise<Node>,
    options: ServeOptions,
  ) {
    this.#conn = conn;
    this.#fs = fs;
    this.#options = withDefaults(options);
    this.closed = this.#run(root);
  }

  /** How many nodes the kernel knows, the root included. */
  get nodeCount(): number {
    return this.#state?.nodes.size ?? 0;
  }

  /** How many files and directories are open. */
  get handleCount(): number {
    return this.#state?.handles.size ?? 0;
  }

  /** How many requests wait for the promise of a handler. */
  get inFlightCount(): number {
    return this.#inFlight.size;
  }

  async #run(root: MaybePromise<Node>): Promise<void> {
    try {
      const state = new State(this.#fs, await root, this.#options);
      this.#state = state;
      await this.#conn._serve((frame) => this.#handle(state, frame));
    } finally {
      await this.#conn.close();
      await this.#drain();
      await this.#sweep();
    }
  }

  #handle(state: State, frame: Frame): void {
    const { opcode } = frame;
    let request: Request;
    try {
      request = this.#pool.decode(frame);
    } catch (error) {
      return this.#refuse(frame, error);
    }
    request.header.conn = this.#conn;
    if (this.#unanswered(state, request)) return;
    const reply = this.#replies.pop() ?? new Reply();
    reply.begin(request.header._unique);
    const operation = OPERATIONS.get(opcode);
    if (operation === undefined) reply.fail(ENOSYS);
    else {
      try {
        const done = operation(state, request as never, reply);
        if (isPromise(done)) return this.#later(opcode, request, reply, done);
      } catch (error) {
        this.#fail(opcode, request, reply, error);
      }
    }
    this.#send(opcode, request, reply);
  }

  /** Does what the kernel wants no answer to; returns whether this was it. */
  #unanswered(state: State, request: Request): boolean {
    if (request instanceof ForgetRequest) {
      state.forget(request.header._node.number, request.n);
    } else if (request instanceof BatchForgetRequest) {
      for (const { node, n } of request.forget) state.forget(Number(node), n);
    } else if (request instanceof InterruptRequest) {
      // One that is not in flight has been answered meanwhile.
      this.#inFlight.get(request._target.number)?._interrupt();
    } else return false;
    return true;
  }

  /** Answers when a promise is settled; the request is its own until then. */
  #later(
    opcode: number,
    request: Request,
    reply: Reply,
    done: Promise<void>,
  ): void {
    const unique = request.header._unique.number;
    this.#pool.keep(opcode);
    this.#inFlight.set(unique, request);
    done.catch((error) => this.#fail(opcode, request, reply, error))
      .then(() => {
        this.#inFlight.delete(unique);
        this.#send(opcode, request, reply);
        if (this.#inFlight.size === 0) this.#drained?.();
      });
  }

  #fail(opcode: number, request: Request, reply: Reply, error: unknown): void {
    this.#undo(opcode, request, reply);
    const errno = toErrno(error);
    // To the kernel ENOSYS is the answer of every node, for ever.
    reply.fail(errno === ENOSYS ? EOPNOTSUPP : errno);
    this.#state!.report(error, request);
  }

  #send(opcode: number, request: Request, reply: Reply): void {
    let delivered = false;
    try {
      delivered = this.#conn._send(reply);
    } catch (error) {
      // The kernel found the answer malformed and told the caller EIO.
      this.#options.onError(error, request);
    }
    if (!delivered) this.#undo(opcode, request, reply);
    if (this.#replies.length < MAX_SPARE) this.#replies.push(reply);
  }

  #undo(opcode: number, request: Request, reply: Reply): void {
    const state = this.#state!;
    const handle = undo(state, opcode, reply);
    state.attempt(() => handle?.release?.(), request);
  }

  /** Answers EIO to a request that could not be decoded. */
  #refuse(frame: Frame, error: unknown): void {
    const request = new UnrecognizedRequest();
    request.header.conn = this.#conn;
    request._decode(frame);
    this.#options.onError(error, request);
    request.respondError(new SyscallError(request.opname, EIO));
  }

  /** Aborts what is in flight and gives it a moment to end. */
  async #drain(): Promise<void> {
    if (this.#inFlight.size === 0) return;
    for (const request of this.#inFlight.values()) request._interrupt();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#drained = resolve;
    await atMost(DRAIN_MS, promise);
  }

  /** Releases what the kernel, on unmounting, no longer speaks of. */
  async #sweep(): Promise<void> {
    const state = this.#state;
    if (state === undefined) return this.#fs.destroy?.();
    const releases = state.handles.clear().map(({ handle }) =>
      state.attempt(() => handle.release?.())
    );
    await atMost(DRAIN_MS, Promise.all(releases));
    for (const node of state.nodes.clear()) {
      state.attempt(() => node.forget?.());
    }
    state.attempt(() => this.#fs.destroy?.());
  }
}

/** Waits for a promise, but not for ever. */
async function atMost(ms: number, promise: Promise<unknown>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
