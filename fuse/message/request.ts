import { badType, showState } from "../../ffi/internal.ts";
import { ENOSYS } from "../../posix/mod.ts";
import { FUSE_IN_HEADER, U64 } from "../abi/internal.ts";
import { fieldsJson, fieldsText } from "./fields.ts";
import type { Frame } from "./frame.ts";
import { Reply } from "./reply.ts";
import { toErrno } from "./to_errno.ts";

const { offset: IN } = FUSE_IN_HEADER;

/** The connection that a request came from, which takes the reply. */
export interface Responder {
  /** @internal Sends a finished or unfinished reply to the kernel. */
  _send(reply: Reply): void;
}

/** The header of every request: the caller and the node. */
export class Header {
  static {
    showState(this, String);
  }

  /** The request's connection; undefined if it was decoded from bytes. */
  conn: Responder | undefined;
  /** @internal */
  readonly _unique: U64 = new U64();
  /** @internal */
  readonly _node: U64 = new U64();
  /** User id of the calling process: its fsuid. */
  uid = 0;
  /** Group id of the calling process: its fsgid. */
  gid = 0;
  /** Thread id of the caller; 0 for a request of the kernel itself. */
  pid = 0;

  /** The request's id, unique among those in flight. */
  get id(): bigint {
    return this._unique.big;
  }

  /** The node that the request is about; 1 is the root. */
  get node(): bigint {
    return this._node.big;
  }

  /** @internal */
  _decode({ view }: Frame): void {
    this._unique.read(view, IN.unique);
    this._node.read(view, IN.nodeid);
    this.uid = view.getUint32(IN.uid, true);
    this.gid = view.getUint32(IN.gid, true);
    this.pid = view.getUint32(IN.pid, true);
  }

  /** @internal Copies every field of another header. */
  _assign(other: Header): void {
    this.conn = other.conn;
    this._unique.set(other._unique);
    this._node.set(other._node);
    this.uid = other.uid;
    this.gid = other.gid;
    this.pid = other.pid;
  }

  /** Returns the fields on one line, ids in hexadecimal. */
  toString(): string {
    return `ID=0x${this.id.toString(16)} Node=0x${this.node.toString(16)} ` +
      `Uid=${this.uid} Gid=${this.gid} Pid=${this.pid}`;
  }

  /** Returns the fields for JSON, ids as decimal strings. */
  toJSON(): Record<string, unknown> {
    const { id, node, uid, gid, pid } = this;
    return { id: `${id}`, node: `${node}`, uid, gid, pid };
  }
}

/** A response that can be encoded. */
export interface Response {
  /** @internal Writes the body into `reply`. */
  _encode(reply: Reply): void;
}

/**
 * A response with fields that can be printed.
 *
 * A value of a wrong type causes a TypeError, and a number that does not fit
 * its field a RangeError: when the field is set, if it has a setter, and
 * otherwise when the answer is given.
 */
export abstract class FieldsResponse implements Response {
  static {
    showState(this, String);
  }

  /** @internal Writes the body into `reply`. */
  abstract _encode(reply: Reply): void;

  /** @internal The fields, for printing. */
  abstract _fields(): Record<string, unknown>;

  /** Returns the fields on one line, for a trace. */
  toString(): string {
    return fieldsText(this._fields()).slice(1);
  }

  /** Returns the fields for JSON, 64-bit numbers as decimal strings. */
  toJSON(): Record<string, unknown> {
    return fieldsJson(this._fields());
  }
}

/**
 * A request of the kernel that waits for exactly one answer.
 *
 * Answer with the subclass's `respond` or with {@linkcode respondError}, once.
 */
export abstract class Request {
  static {
    showState(this, String);
  }

  /** The caller and the node. */
  readonly header: Header = new Header();
  /** @internal Whether the kernel is to drop attributes before the answer. */
  _hasStaleAttr = false;
  /** The request's name, as the kernel spells it without `FUSE_`. */
  abstract readonly opname: string;

  #answered = false;
  #abort: AbortController | undefined;
  /** The request of which this request is a part. */
  #origin: Request | undefined;

  /**
   * A signal that is aborted when the caller gives up (its system call was
   * interrupted) or the file system is unmounted. The request still needs an
   * answer: throwing `signal.reason` answers EINTR.
   */
  get signal(): AbortSignal {
    return this.#origin?.signal ??
      (this.#abort ??= new AbortController()).signal;
  }

  /**
   * Answers with an error.
   *
   * @param error Any value; {@linkcode toErrno} converts the error to an errno.
   */
  respondError(error: unknown): void {
    const reply = this.#begin();
    reply.fail(toErrno(error));
    this.#send(reply);
  }

  /**
   * Answers ENOSYS: this server does not implement this opcode.
   *
   * For many opcodes the kernel applies ENOSYS to every node of the mount and
   * never sends the opcode again; the documentation of their classes describes
   * the effect. For other opcodes ENOSYS is an ordinary error. If only this
   * node does not support the operation, answer EOPNOTSUPP.
   */
  respondUnsupported(): void {
    const reply = this.#begin();
    reply.fail(ENOSYS);
    this.#send(reply);
  }

  /**
   * Makes the kernel drop the attributes of the file that the request changes,
   * before the answer is sent. A handler of `./fuse/fs` calls this after a
   * change that the kernel does not expect, such as set-ID bits that a write
   * clears. A server without `./fuse/fs` calls `Conn.invalidateNode` first
   * instead.
   */
  invalidateAttr(): void {
    this._hasStaleAttr = true;
  }

  /** @internal The node whose attributes {@linkcode invalidateAttr} means. */
  get _changedNode(): U64 {
    return this.header._node;
  }

  /** @internal Reads the header and the body out of a frame. */
  _decode(frame: Frame): void {
    this.#answered = false;
    this._hasStaleAttr = false;
    this.#abort = undefined;
    this.header._decode(frame);
    this._decodeBody(frame);
  }

  /**
   * @internal Makes this a part of another request, with its caller and signal.
   */
  _actFor(origin: Request): void {
    this.#origin = origin;
    this.header._assign(origin.header);
  }

  /** @internal Aborts {@linkcode signal}. */
  _interrupt(): void {
    (this.#abort ??= new AbortController()).abort();
  }

  /** @internal Sends the one answer. */
  _respond(response?: Response): void {
    const reply = this.#begin();
    response?._encode(reply);
    this.#send(reply);
  }

  /** @internal Sends the one answer, which must be of the right class. */
  _respondWith(
    this: Request & { readonly _response: Response },
    response: Response,
  ): void {
    const { _response } = this;
    // A LookupResponse also answers MKDIR, since both have the same encoding.
    if (response?._encode !== _response._encode) {
      throw badType("response", response, `a ${_response.constructor.name}`);
    }
    this._respond(response);
  }

  #begin(): Reply {
    if (this.#answered) throw new Error(`Cannot answer ${this.opname} twice`);
    const reply = new Reply();
    reply.begin(this.header._unique);
    return reply;
  }

  /** Sends the reply; until then an error leaves the request unanswered. */
  #send(reply: Reply): void {
    this.#answered = true;
    this.header.conn?._send(reply);
  }

  /** @internal Reads the body out of a frame whose header has been checked. */
  abstract _decodeBody(frame: Frame): void;

  /**
   * @internal Whether a field is a view of the frame, which must then hold no
   * other request before this one is answered.
   */
  get _holdsFrame(): boolean {
    return false;
  }

  /** @internal The fields of the body, for printing. */
  _fields(): Record<string, unknown> {
    return {};
  }

  /** Returns the request on one line, for a trace. */
  toString(): string {
    return `${this.opname} [${this.header}]${fieldsText(this._fields())}`;
  }

  /** Returns the request for JSON, 64-bit numbers as decimal strings. */
  toJSON(): Record<string, unknown> {
    return {
      opname: this.opname,
      header: this.header.toJSON(),
      ...fieldsJson(this._fields()),
    };
  }
}

/** The base class of the requests about an open file or directory. */
export abstract class HandleRequest extends Request {
  /** @internal */
  readonly _handle: U64 = new U64();

  /** The handle that the answer to OPEN gave. */
  get handle(): bigint {
    return this._handle.big;
  }
}

/** A request that the kernel wants no answer to. */
export abstract class UnansweredRequest extends Request {
  /** Does nothing: the kernel wants no answer. */
  respond(): void {}

  /** Does nothing: the kernel wants no answer. */
  override respondError(_error: unknown): void {}

  /** Does nothing: the kernel wants no answer. */
  override respondUnsupported(): void {}
}
