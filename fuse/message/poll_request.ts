import { checkBits, checkU64 } from "../../ffi/internal.ts";
import { FUSE_POLL_IN, FUSE_POLL_OUT, U64 } from "../abi/internal.ts";
import {
  FUSE_POLL_SCHEDULE_NOTIFY,
  type PollEvents,
  pollEventsString,
  type PollFlags,
  pollFlagsString,
  POLLIN,
  POLLOUT,
  POLLRDNORM,
  POLLWRNORM,
} from "../abi/mod.ts";
import { named } from "./fields.ts";
import type { Frame } from "./frame.ts";
import { type Reply, REPLY_BODY } from "./reply.ts";
import { FieldsResponse, HandleRequest } from "./request.ts";

const { offset: IN, size: SIZE } = FUSE_POLL_IN;

/** The events of a file that is always ready for reading and writing. */
export const DEFAULT_POLL_MASK: PollEvents = POLLIN | POLLOUT | POLLRDNORM |
  POLLWRNORM;

/**
 * Asks which events an open file is ready for: poll(2), select(2), epoll(7).
 *
 * ENOSYS: from now on every file is always ready
 * ({@linkcode DEFAULT_POLL_MASK}), and POLL is never sent.
 *
 * @example Usage
 * ```ts
 * import * as fuse from "@hostkit/hostkit/fuse";
 *
 * const waiting: fuse.PollWakeup[] = [];
 *
 * function poll(request: fuse.PollRequest): void {
 *   const wakeup = request.wakeup();
 *   if (wakeup !== undefined) waiting.push(wakeup);
 *   request.respond(new fuse.PollResponse());
 * }
 * console.assert(poll.length === 1);
 * ```
 */
export class PollRequest extends HandleRequest {
  /** The request's name. */
  readonly opname = "POLL";
  /** @internal */
  readonly _kernelHandle: U64 = new U64();
  /** `FUSE_POLL_*` flags. */
  flags: PollFlags = 0;
  /** `POLL*` events that the caller waits for. */
  events: PollEvents = 0;
  /** @internal Reused with the request. */
  readonly _response: PollResponse = new PollResponse();

  /**
   * Returns the wake-up to pass to `Conn.notifyPollWakeup` when more events
   * have occurred; it is valid until the handle is released. The kernel then
   * sends POLL again.
   *
   * @returns The wake-up, or `undefined` if the caller does not wait.
   */
  wakeup(): PollWakeup | undefined {
    return (this.flags & FUSE_POLL_SCHEDULE_NOTIFY) === 0
      ? undefined
      : new PollWakeup(this._kernelHandle.big);
  }

  /** Answers with the events that the file is ready for. */
  respond(response: PollResponse): void {
    this._respondWith(response);
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    frame.checkBody(SIZE);
    frame.read64(this._handle, IN.fh);
    frame.read64(this._kernelHandle, IN.kh);
    this.flags = frame.u32(IN.flags);
    this.events = frame.u32(IN.events);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    return {
      handle: this.handle,
      kernelHandle: this._kernelHandle.big,
      flags: named(this.flags, pollFlagsString),
      events: named(this.events, pollEventsString),
    };
  }
}

/** An identifier of the callers that wait for a polled file. */
export class PollWakeup {
  /** The kernel's number of the open file. */
  readonly kernelHandle: bigint;

  /** Makes the wake-up. */
  constructor(kernelHandle: bigint) {
    this.kernelHandle = checkU64("kernelHandle", kernelHandle);
  }

  /** Returns the number in hexadecimal. */
  toString(): string {
    return `kh=0x${this.kernelHandle.toString(16)}`;
  }

  /** Returns the number for JSON, as a decimal string. */
  toJSON(): string {
    return `${this.kernelHandle}`;
  }
}

/** The events that an open file is ready for. */
export class PollResponse extends FieldsResponse {
  /** `POLL*` events; the kernel ignores events that were not requested. */
  revents: PollEvents = 0;

  /** @internal */
  override _encode(reply: Reply): void {
    reply.zeroBody(FUSE_POLL_OUT.size);
    const at = REPLY_BODY + FUSE_POLL_OUT.offset.revents;
    reply.view.setUint32(at, checkBits("revents", this.revents), true);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    return { revents: named(this.revents, pollEventsString) };
  }
}
