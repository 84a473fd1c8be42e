import { checkInstance } from "../../ffi/internal.ts";
import {
  FUSE_COPY_FILE_RANGE_IN,
  FUSE_COPY_FILE_RANGE_OUT,
  FUSE_WRITE_OUT,
  setOffset64,
  U64,
} from "../abi/internal.ts";
import type { Frame } from "./frame.ts";
import { type Reply, REPLY_BODY } from "./reply.ts";
import { FieldsResponse, Request } from "./request.ts";

const { offset: IN, size: SIZE } = FUSE_COPY_FILE_RANGE_IN;
/** The largest byte count that the answer to COPY_FILE_RANGE can hold. */
const MAX_COPIED = 0xffff_ffff;

/**
 * Asks to copy data from an open file of `header.node` to another open file:
 * copy_file_range(2).
 *
 * ENOSYS: from now on the kernel copies with READ and WRITE instead.
 */
export class CopyFileRangeRequest extends Request {
  /** @internal */
  readonly _handleIn: U64 = new U64();
  /** @internal */
  readonly _offsetIn: U64 = new U64();
  /** @internal */
  readonly _nodeOut: U64 = new U64();
  /** @internal */
  readonly _handleOut: U64 = new U64();
  /** @internal */
  readonly _offsetOut: U64 = new U64();
  /** @internal */
  readonly _length: U64 = new U64();
  /** @internal */
  readonly _flags: U64 = new U64();
  /** @internal Reused with the request. */
  readonly _response: CopyFileRangeResponse = new CopyFileRangeResponse();

  /** The request's name. */
  get opname(): "COPY_FILE_RANGE" | "COPY_FILE_RANGE_64" {
    return "COPY_FILE_RANGE";
  }

  /** The handle of the open file to read. */
  get handleIn(): bigint {
    return this._handleIn.big;
  }

  /** The offset to read at, exact below 2^53 and rounded beyond. */
  get offsetIn(): number {
    return this._offsetIn.number;
  }

  /** The offset to read at, exact. */
  get offsetIn64(): bigint {
    return this._offsetIn.big;
  }

  /** The node of the open file to write. */
  get nodeOut(): bigint {
    return this._nodeOut.big;
  }

  /** The handle of the open file to write. */
  get handleOut(): bigint {
    return this._handleOut.big;
  }

  /** The offset to write at, exact below 2^53 and rounded beyond. */
  get offsetOut(): number {
    return this._offsetOut.number;
  }

  /** The offset to write at, exact. */
  get offsetOut64(): bigint {
    return this._offsetOut.big;
  }

  /** The number of bytes to copy, exact below 2^53 and rounded beyond. */
  get length(): number {
    return this._length.number;
  }

  /** The number of bytes to copy, exact. */
  get length64(): bigint {
    return this._length.big;
  }

  /** Always 0 so far. */
  get flags(): bigint {
    return this._flags.big;
  }

  /** Answers with the number of bytes copied; 0 means end of file. */
  respond(response: CopyFileRangeResponse): void {
    checkInstance("response", response, CopyFileRangeResponse);
    this._respond({ _encode: (reply) => response._encodeSize(reply) });
  }

  /** @internal */
  override get _changedNode(): U64 {
    return this._nodeOut;
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    frame.checkBody(SIZE);
    frame.read64(this._handleIn, IN.fh_in);
    frame.read64(this._offsetIn, IN.off_in);
    frame.read64(this._nodeOut, IN.nodeid_out);
    frame.read64(this._handleOut, IN.fh_out);
    frame.read64(this._offsetOut, IN.off_out);
    frame.read64(this._length, IN.len);
    frame.read64(this._flags, IN.flags);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    const { handleIn, offsetIn64: offsetIn, nodeOut, handleOut } = this;
    const { offsetOut64: offsetOut, length64: length, flags } = this;
    return {
      ...{ handleIn, offsetIn, nodeOut, handleOut, offsetOut, length },
      flags,
    };
  }
}

/**
 * Asks the same as {@linkcode CopyFileRangeRequest}, with a 64-bit answer;
 * since Linux 6.18.
 *
 * ENOSYS: from now on the kernel sends COPY_FILE_RANGE instead, for less than 4
 * GiB.
 */
export class CopyFileRange64Request extends CopyFileRangeRequest {
  /** The request's name. */
  override get opname(): "COPY_FILE_RANGE_64" {
    return "COPY_FILE_RANGE_64";
  }

  /** Answers with the number of bytes copied; 0 means end of file. */
  override respond(response: CopyFileRangeResponse): void {
    this._respondWith(response);
  }
}

/** The number of bytes copied. */
export class CopyFileRangeResponse extends FieldsResponse {
  /** Bytes copied; below 2^32 unless the request is COPY_FILE_RANGE_64. */
  size: number | bigint = 0;

  /** @internal Writes the 64-bit answer. */
  override _encode(reply: Reply): void {
    reply.zeroBody(FUSE_COPY_FILE_RANGE_OUT.size);
    const at = REPLY_BODY + FUSE_COPY_FILE_RANGE_OUT.offset.bytes_copied;
    setOffset64(reply.view, at, this.size);
  }

  /** @internal Writes the 32-bit answer. */
  _encodeSize(reply: Reply): void {
    reply.zeroBody(FUSE_WRITE_OUT.size);
    setOffset64(reply.view, REPLY_BODY, this.size);
    if (this.size > MAX_COPIED) {
      throw new RangeError(`Cannot answer ${this.size} in 32 bits`);
    }
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    return { size: this.size };
  }
}
