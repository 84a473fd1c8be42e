import { checkInstance, show } from "../../ffi/internal.ts";
import { FUSE_WRITE_IN, FUSE_WRITE_OUT, U64 } from "../abi/internal.ts";
import {
  FUSE_WRITE_LOCKOWNER,
  type OpenFlags,
  openFlagsString,
  type WriteFlags,
  writeFlagsString,
} from "../abi/mod.ts";
import { named } from "./fields.ts";
import { type Frame, NO_DATA } from "./frame.ts";
import { type Reply, REPLY_BODY } from "./reply.ts";
import { FieldsResponse, HandleRequest } from "./request.ts";

const { offset: IN, size: SIZE } = FUSE_WRITE_IN;

/**
 * Asks to write to an open file. With `FUSE_WRITE_CACHE` the handle is that of
 * any open file of the node.
 *
 * @example Usage
 * ```ts
 * import { type WriteRequest, WriteResponse } from "@hostkit/hostkit/fuse";
 *
 * const content = new Uint8Array(4096);
 *
 * function write(request: WriteRequest): void {
 *   content.set(request.data, request.offset);
 *   const response = new WriteResponse();
 *   response.size = request.data.length;
 *   request.respond(response);
 * }
 * console.assert(write.length === 1);
 * ```
 */
export class WriteRequest extends HandleRequest {
  /** The request's name. */
  readonly opname = "WRITE";
  /** @internal */
  readonly _offset: U64 = new U64();
  /** `FUSE_WRITE_*` flags. */
  flags: WriteFlags = 0;
  /** @internal */
  readonly _lockOwner: U64 = new U64();
  /** The flags of the open file and the call, as in open(2). */
  fileFlags: OpenFlags = 0;
  /** @internal Reused with the request. */
  readonly _response: WriteResponse = new WriteResponse();
  #data = NO_DATA;

  /** The offset to write at, exact below 2^53 and rounded beyond. */
  get offset(): number {
    return this._offset.number;
  }

  /** The offset to write at, exact. */
  get offset64(): bigint {
    return this._offset.big;
  }

  /**
   * The data to write, possibly empty.
   *
   * This is a view of the request's buffer, which is reused once this request
   * is answered; to keep the data for longer, copy it (`data.slice()`). The
   * handler may write to the view.
   */
  get data(): Uint8Array<ArrayBuffer> {
    return this.#data;
  }

  /** The owner of the caller's locks; valid with `FUSE_WRITE_LOCKOWNER`. */
  get lockOwner(): bigint {
    return this._lockOwner.big;
  }

  /** Answers with the number of bytes written; fewer shorten the write(2). */
  respond(response: WriteResponse): void {
    checkInstance("response", response, WriteResponse);
    response._check(this.#data.length);
    this._respond(response);
  }

  /** @internal */
  override get _holdsFrame(): boolean {
    return true;
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    frame.checkBodyAtLeast(SIZE);
    const size = frame.u32(IN.size);
    frame.checkBody(SIZE + size);
    frame.read64(this._handle, IN.fh);
    frame.read64(this._offset, IN.offset);
    this.flags = frame.u32(IN.write_flags);
    frame.read64(this._lockOwner, IN.lock_owner);
    this.fileFlags = frame.u32(IN.flags);
    this.#data = frame.data(SIZE, size, this.#data);
  }

  /** @internal The fields, with the data's length instead of the data. */
  override _fields(): Record<string, unknown> {
    const { handle, offset64: offset, data, flags, lockOwner } = this;
    const fields: Record<string, unknown> = { handle, offset };
    fields.size = data.length;
    if (flags !== 0) fields.flags = named(flags, writeFlagsString);
    if ((flags & FUSE_WRITE_LOCKOWNER) !== 0) fields.lockOwner = lockOwner;
    return { ...fields, fileFlags: named(this.fileFlags, openFlagsString) };
  }
}

/** The number of bytes written. */
export class WriteResponse extends FieldsResponse {
  /** Bytes written, at most the length of the request's data. */
  size = 0;

  /**
   * @internal Checks the size: for a larger one than `limit`, the kernel would
   * fail the caller's write(2) with EIO.
   */
  _check(limit: number): void {
    const { size } = this;
    if (Number.isInteger(size) && size >= 0 && size <= limit) return;
    throw new RangeError(
      `Cannot answer that ${show(size)} of ${limit} bytes were written`,
    );
  }

  /** @internal */
  override _encode(reply: Reply): void {
    reply.zeroBody(FUSE_WRITE_OUT.size);
    const at = REPLY_BODY + FUSE_WRITE_OUT.offset.size;
    reply.view.setUint32(at, this.size, true);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    return { size: this.size };
  }
}
