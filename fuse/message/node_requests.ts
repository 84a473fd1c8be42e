import { checkMs, checkU64Field } from "../../ffi/internal.ts";
import {
  FUSE_ACCESS_IN,
  FUSE_ATTR_OUT,
  FUSE_BATCH_FORGET_IN,
  FUSE_ENTRY_OUT,
  FUSE_FORGET_IN,
  FUSE_FORGET_ONE,
  FUSE_GETATTR_IN,
  getNumber64,
  setNumber64,
  setValidity,
  U64,
} from "../abi/internal.ts";
import {
  FUSE_GETATTR_FH,
  getattrFlagsString,
  ProtocolError,
} from "../abi/mod.ts";
import { Attr } from "./attr.ts";
import { named } from "./fields.ts";
import { BODY, type Frame } from "./frame.ts";
import { type Reply, REPLY_BODY } from "./reply.ts";
import { FieldsResponse, Request, UnansweredRequest } from "./request.ts";
import { encodeTarget } from "./target.ts";

const { offset: ENTRY } = FUSE_ENTRY_OUT;
const { offset: ATTR } = FUSE_ATTR_OUT;

/** Asks which node a name in the directory `header.node` stands for. */
export class LookupRequest extends Request {
  /** The request's name. */
  readonly opname = "LOOKUP";
  /** The name, without `/`; bytes that are not UTF-8 are U+DC80 to U+DCFF. */
  name = "";
  /** @internal Reused with the request. */
  readonly _response: LookupResponse = new LookupResponse();

  /** Answers with the node, whose lookup count grows by 1. */
  respond(response: LookupResponse): void {
    this._respondWith(response);
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    this.name = frame.lastName(0);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    return { name: this.name };
  }
}

/** The node behind a name. */
export class LookupResponse extends FieldsResponse {
  /** The node's id; 0 means that there is no such name, which is cached too. */
  node = 0n;
  /** Tells nodes with the same id apart; 0 if ids are never reused. */
  generation = 0n;
  /**
   * The time in milliseconds that the kernel may cache the name: 0 unless set
   * here or by `entryValidMs` of a server of `./fuse/fs`.
   */
  get entryValidMs(): number {
    return this.#entryValidMs;
  }
  set entryValidMs(ms: number) {
    this.#entryValidMs = checkMs("entryValidMs", ms);
  }

  #entryValidMs = 0;
  /** The node's attributes. */
  readonly attr: Attr = new Attr();

  /** @internal */
  override _encode(reply: Reply): void {
    reply.zeroBody(FUSE_ENTRY_OUT.size);
    this._encodeNode(reply);
  }

  /** @internal Writes `struct fuse_entry_out` over zeros. */
  _encodeNode(reply: Reply): void {
    this._encodeAt(reply, REPLY_BODY, 0, 0);
    const { view } = reply;
    const node = checkU64Field("node", this.node);
    view.setBigUint64(REPLY_BODY + ENTRY.nodeid, node, true);
    const generation = checkU64Field("generation", this.generation);
    view.setBigUint64(REPLY_BODY + ENTRY.generation, generation, true);
  }

  /**
   * @internal Writes `struct fuse_entry_out` over zeros, node below 2^53 and
   * generation below 2^32: the kernel keeps no more of it.
   */
  _encodeAt(reply: Reply, at: number, node: number, generation: number): void {
    const { view } = reply;
    setNumber64(view, at + ENTRY.nodeid, node);
    view.setUint32(at + ENTRY.generation, generation, true);
    setValidity(
      view,
      at + ENTRY.entry_valid,
      at + ENTRY.entry_valid_nsec,
      this.entryValidMs,
    );
    setValidity(
      view,
      at + ENTRY.attr_valid,
      at + ENTRY.attr_valid_nsec,
      this.attr.validMs,
    );
    reply.bytes.set(this.attr._bytes, at + ENTRY.attr);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    const { node, generation, entryValidMs, attr } = this;
    return { node, generation, entryValidMs, attr };
  }
}

/** Asks for the metadata of `header.node`. */
export class GetattrRequest extends Request {
  /** The request's name. */
  readonly opname = "GETATTR";
  /** `FUSE_GETATTR_FH` if {@linkcode handle} is valid. */
  flags = 0;
  /** @internal */
  readonly _handle: U64 = new U64();
  /** @internal Reused with the request. */
  readonly _response: GetattrResponse = new GetattrResponse();

  /** The handle that fstat(2) was called on, if {@linkcode flags} says so. */
  get handle(): bigint {
    return this._handle.big;
  }

  /** @internal Whether the request names an open file. */
  get _hasHandle(): boolean {
    return (this.flags & FUSE_GETATTR_FH) !== 0;
  }

  /** Answers with the metadata. */
  respond(response: GetattrResponse): void {
    this._respondWith(response);
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    frame.checkBody(FUSE_GETATTR_IN.size);
    const { getattr_flags, fh } = FUSE_GETATTR_IN.offset;
    this.flags = frame.u32(getattr_flags);
    frame.read64(this._handle, fh);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    const flags = named(this.flags, getattrFlagsString);
    return { flags, handle: this.handle };
  }
}

/** The metadata of a node. */
export class GetattrResponse extends FieldsResponse {
  /** The attributes. */
  readonly attr: Attr = new Attr();

  /** @internal */
  override _encode(reply: Reply): void {
    reply.zeroBody(FUSE_ATTR_OUT.size);
    setValidity(
      reply.view,
      REPLY_BODY + ATTR.attr_valid,
      REPLY_BODY + ATTR.attr_valid_nsec,
      this.attr.validMs,
    );
    reply.bytes.set(this.attr._bytes, REPLY_BODY + ATTR.attr);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    return { attr: this.attr };
  }
}

/** Subtracts from the lookup count of `header.node`; has no answer. */
export class ForgetRequest extends UnansweredRequest {
  /** The request's name. */
  readonly opname = "FORGET";
  /** The number to subtract. */
  n = 0;

  /** @internal */
  override _decodeBody(frame: Frame): void {
    frame.checkBody(FUSE_FORGET_IN.size);
    this.n = getNumber64(frame.view, BODY + FUSE_FORGET_IN.offset.nlookup);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    return { n: this.n };
  }
}

/** One node of a {@linkcode BatchForgetRequest}. */
export interface BatchForgetItem {
  /** The node. */
  node: bigint;
  /** The number to subtract from the node's lookup count. */
  n: number;
}

/** Subtracts from the lookup counts of many nodes; has no answer. */
export class BatchForgetRequest extends UnansweredRequest {
  /** The request's name. */
  readonly opname = "BATCH_FORGET";
  /** The nodes. */
  forget: BatchForgetItem[] = [];

  /** @internal */
  override _decodeBody(frame: Frame): void {
    const { size, offset } = FUSE_BATCH_FORGET_IN;
    frame.checkBodyAtLeast(size);
    const count = frame.u32(offset.count);
    frame.checkBody(size + count * FUSE_FORGET_ONE.size);
    const { nodeid, nlookup } = FUSE_FORGET_ONE.offset;
    this.forget = Array.from({ length: count }, (_, i) => {
      const at = BODY + size + i * FUSE_FORGET_ONE.size;
      return {
        node: frame.view.getBigUint64(at + nodeid, true),
        n: getNumber64(frame.view, at + nlookup),
      };
    });
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    return { count: this.forget.length };
  }
}

/** Asks for the target of the symbolic link `header.node`. */
export class ReadlinkRequest extends Request {
  /** The request's name. */
  readonly opname = "READLINK";

  /**
   * Answers with the target.
   *
   * @param target 1 to 4095 bytes; bytes that are not UTF-8 as in names.
   * @throws {RangeError} If the target is empty, too long, or has a NUL.
   */
  respond(target: string): void {
    const bytes = encodeTarget(target);
    this._respond({ _encode: (reply) => reply.setBody(bytes) });
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    frame.checkBody(0);
  }
}

/**
 * Asks whether the caller may access `header.node`, for access(2) and chdir(2);
 * never sent if the kernel checks permissions itself.
 *
 * ENOSYS: from now on access is always allowed, and ACCESS is never sent.
 */
export class AccessRequest extends Request {
  /** The request's name. */
  readonly opname = "ACCESS";
  /** The requested access: R_OK 4, W_OK 2, X_OK 1, or F_OK 0. */
  mask = 0;

  /** Answers that access is allowed. */
  respond(): void {
    this._respond();
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    frame.checkBody(FUSE_ACCESS_IN.size);
    this.mask = frame.u32(FUSE_ACCESS_IN.offset.mask);
    if (this.mask > 7) {
      throw new ProtocolError(`ACCESS asks for unknown bits: ${this.mask}`);
    }
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    return { mask: this.mask };
  }
}
