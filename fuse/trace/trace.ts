import { errnoName, errnoString, showState } from "../../ffi/internal.ts";
import { FUSE_OUT_HEADER } from "../abi/internal.ts";
import {
  describeNotification,
  fieldsJson,
  fieldsText,
  Frame,
  newRequest,
  type Notification,
  type Reply,
  REPLY_BODY,
  replyFields,
  UNANSWERED,
} from "../message/internal.ts";
import {
  GetxattrRequest,
  ListxattrRequest,
  type RequestBase as Request,
  UnrecognizedRequest,
} from "../message/mod.ts";
import type { Tap } from "./tap.ts";

const { unique: UNIQUE } = FUSE_OUT_HEADER.offset;

/** A message of the kernel. */
export class RequestMessage {
  /** The discriminant of {@linkcode DebugMessage}. */
  readonly kind = "request";
  /** The time at which the request was read, in milliseconds since 1970. */
  readonly timeMs: number;
  /** The request, which a listener must not answer. */
  readonly request: Request;
  /** Whether a {@linkcode ReplyMessage} follows. */
  readonly wantsReply: boolean;

  /** @internal */
  constructor(timeMs: number, request: Request, wantsReply: boolean) {
    this.timeMs = timeMs;
    this.request = request;
    this.wantsReply = wantsReply;
  }

  /** The request's own fields, by name. */
  get fields(): Record<string, unknown> {
    return this.request._fields();
  }

  /** Returns the request on one line. */
  toString(): string {
    return `<- ${this.request}`;
  }

  /** Returns the request for JSON. */
  toJSON(): Record<string, unknown> {
    const { kind, timeMs, request } = this;
    return { kind, timeMs, ...request.toJSON() };
  }
}

/** An answer of the server. */
export class ReplyMessage {
  static {
    showState(this, String);
  }

  /** The discriminant of {@linkcode DebugMessage}. */
  readonly kind = "reply";
  /** The time at which the answer was written, in milliseconds since 1970. */
  readonly timeMs: number;
  /** The id of the request. */
  readonly id: bigint;
  /** The name of the request. */
  readonly opname: string;
  /** The time from the request to the answer, in milliseconds. */
  readonly durationMs: number;
  /** The positive error number, 0 for success. */
  readonly errno: number;
  /** Whether the request still waited for this answer. */
  readonly delivered: boolean;
  readonly #opcode: number;
  readonly #asksSize: boolean;
  readonly #body: Uint8Array;

  /** @internal */
  constructor(
    timeMs: number,
    asked: Asked,
    reply: Reply,
    delivered: boolean,
  ) {
    this.timeMs = timeMs;
    this.id = reply.view.getBigUint64(UNIQUE, true);
    this.opname = asked.request.opname;
    this.durationMs = timeMs - asked.timeMs;
    this.errno = reply.errno;
    this.delivered = delivered;
    this.#opcode = asked.opcode;
    this.#asksSize = asksSize(asked.request);
    this.#body = reply.bytes.subarray(REPLY_BODY, reply.length);
  }

  /** The answer's fields by name, valid only until the next message. */
  get fields(): Record<string, unknown> {
    return this.errno === 0
      ? replyFields(this.#opcode, this.#asksSize, this.#body)
      : {};
  }

  /** Returns the answer on one line. */
  toString(): string {
    return `-> ${this.opname} [ID=0x${this.id.toString(16)}] ${
      errorText(this.errno)
    }${fieldsText(this.fields)} <${this.durationMs.toFixed(3)}ms>${
      this.delivered ? "" : " nobody waited"
    }`;
  }

  /** Returns the answer for JSON. */
  toJSON(): Record<string, unknown> {
    const { kind, timeMs, opname, id, durationMs, errno, delivered } = this;
    return {
      kind,
      timeMs,
      opname,
      id: `${id}`,
      durationMs,
      errno,
      delivered,
      ...fieldsJson(this.fields),
    };
  }
}

/** A message that the server sent without a request. */
export class NotificationMessage {
  static {
    showState(this, String);
  }

  /** The discriminant of {@linkcode DebugMessage}. */
  readonly kind = "notification";
  /** When the kernel had processed it, in milliseconds since 1970. */
  readonly timeMs: number;
  /** The positive error number, 0 for success. */
  readonly errno: number;
  readonly #bytes: Notification;

  /** @internal */
  constructor(timeMs: number, bytes: Notification, errno: number) {
    this.timeMs = timeMs;
    this.#bytes = bytes;
    this.errno = errno;
  }

  /** The notification's name, spelled as `FUSE_NOTIFY_*` without the prefix. */
  get name(): string {
    return describeNotification(this.#bytes)[0];
  }

  /** The notification's fields by name. */
  get fields(): Record<string, unknown> {
    return describeNotification(this.#bytes)[1];
  }

  /** Returns the notification on one line. */
  toString(): string {
    return `-> NOTIFY_${this.name}${fieldsText(this.fields)} ${
      errorText(this.errno)
    }`;
  }

  /** Returns the notification for JSON. */
  toJSON(): Record<string, unknown> {
    const { kind, timeMs, errno } = this;
    const opname = `NOTIFY_${this.name}`;
    return { kind, timeMs, opname, errno, ...fieldsJson(this.fields) };
  }
}

/** One message of a connection; its text and fields are made only on demand. */
export type DebugMessage = RequestMessage | ReplyMessage | NotificationMessage;

/** Returns `"0"`, or the error's name and meaning. */
export function errorText(errno: number): string {
  if (errno === 0) return "0";
  const name = errnoName(errno) || `E${errno}`;
  return `-1 ${name} (${errnoString(errno) || "unknown error"})`;
}

/** Whether a request asks for an attribute's size instead of its value. */
export function asksSize(request: Request): boolean {
  return (request instanceof GetxattrRequest ||
    request instanceof ListxattrRequest) && request.size === 0;
}

/** Decodes a request for printing; a malformed request becomes unrecognized. */
export function showRequest(frame: Frame): Request {
  const it = new Frame(frame.bytes, frame.length);
  try {
    it.checkHeader();
    const request = newRequest(it);
    request._decode(it);
    return request;
  } catch {
    const request = new UnrecognizedRequest();
    request._decode(it);
    return request;
  }
}

interface Asked {
  readonly request: Request;
  readonly opcode: number;
  readonly timeMs: number;
}

/** Passes the messages of a connection to the `debug` option. */
export class Tracer implements Tap {
  readonly #listener: (message: DebugMessage) => void;
  readonly #asked = new Map<bigint, Asked>();

  constructor(listener: (message: DebugMessage) => void) {
    this.#listener = listener;
  }

  request(frame: Frame): void {
    const timeMs = now();
    const request = showRequest(frame);
    const { opcode } = frame;
    const wantsReply = !UNANSWERED.has(opcode);
    if (wantsReply) {
      this.#asked.set(request.header.id, { request, opcode, timeMs });
    }
    this.#tell(new RequestMessage(timeMs, request, wantsReply));
  }

  reply(reply: Reply, delivered: boolean): void {
    const id = reply.view.getBigUint64(UNIQUE, true);
    const asked = this.#asked.get(id);
    if (asked === undefined) return;
    this.#asked.delete(id);
    this.#tell(new ReplyMessage(now(), asked, reply, delivered));
  }

  notification(message: Notification, errno: number): void {
    this.#tell(new NotificationMessage(now(), message, errno));
  }

  close(): void {}

  #tell(message: DebugMessage): void {
    try {
      this.#listener(message);
    } catch (error) {
      // An error of a listener must not end the session.
      // deno-lint-ignore no-console -- no caller could receive the error
      console.error("hostkit: the debug hook failed:", error);
    }
  }
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
