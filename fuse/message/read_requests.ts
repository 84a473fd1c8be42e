import { checkInstance, show, toInt } from "../../ffi/internal.ts";
import { toOffset } from "../../posix/internal.ts";
import { FUSE_READ_IN, U64 } from "../abi/internal.ts";
import {
  FUSE_READ_LOCKOWNER,
  type OpenFlags,
  openFlagsString,
  type ReadFlags,
  readFlagsString,
} from "../abi/mod.ts";
import { checkBytes } from "./check_bytes.ts";
import { named } from "./fields.ts";
import { type Frame, NO_DATA } from "./frame.ts";
import { type Reply, REPLY_BODY } from "./reply.ts";
import { FieldsResponse, HandleRequest } from "./request.ts";

/** The base class of READ, READDIR and READDIRPLUS. */
export abstract class ReadingRequest extends HandleRequest {
  /** @internal */
  readonly _offset: U64 = new U64();
  /** The most bytes that the answer may have; fewer bytes mean end of file. */
  size = 0;
  /** `FUSE_READ_*` flags. */
  flags: ReadFlags = 0;
  /** @internal */
  readonly _lockOwner: U64 = new U64();
  /** The flags of the open file, as in open(2). */
  fileFlags: OpenFlags = 0;
  /** @internal Reused with the request. */
  readonly _response: ReadResponse = new ReadResponse();

  /** The file offset or directory cookie to read at; rounded beyond 2^53. */
  get offset(): number {
    return this._offset.number;
  }

  /** The file offset or directory cookie to read at, exact. */
  get offset64(): bigint {
    return this._offset.big;
  }

  /** The owner of the caller's locks; valid with `FUSE_READ_LOCKOWNER`. */
  get lockOwner(): bigint {
    return this._lockOwner.big;
  }

  /** Answers with the data, truncated to {@linkcode size}. */
  respond(response: ReadResponse): void {
    checkInstance("response", response, ReadResponse);
    response._limit(this.size);
    this._respond(response);
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    frame.checkBody(FUSE_READ_IN.size);
    const { offset } = FUSE_READ_IN;
    frame.read64(this._handle, offset.fh);
    frame.read64(this._offset, offset.offset);
    this.size = frame.u32(offset.size);
    this.flags = frame.u32(offset.read_flags);
    frame.read64(this._lockOwner, offset.lock_owner);
    this.fileFlags = frame.u32(offset.flags);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    const { handle, offset64: offset, size, flags, lockOwner } = this;
    const fileFlags = named(this.fileFlags, openFlagsString);
    const fields: Record<string, unknown> = { handle, offset, size };
    if (flags !== 0) fields.flags = named(flags, readFlagsString);
    if ((flags & FUSE_READ_LOCKOWNER) !== 0) fields.lockOwner = lockOwner;
    return { ...fields, fileFlags };
  }
}

/** Asks for data of an open file or entries of an open directory. */
export class ReadRequest extends ReadingRequest {
  /** Whether this is READDIR: answer with {@linkcode appendDirent}. */
  readonly dir: boolean;

  /** Makes an empty request. */
  constructor(dir = false) {
    super();
    this.dir = dir;
  }

  /** The request's name. */
  get opname(): "READ" | "READDIR" {
    return this.dir ? "READDIR" : "READ";
  }
}

/**
 * Asks for an open directory's entries, and looks each of them up: answer with
 * {@linkcode appendDirentPlus}. The kernel sends this as the option
 * `readdirplus` says.
 */
export class ReaddirplusRequest extends ReadingRequest {
  /** The request's name. */
  readonly opname = "READDIRPLUS";
  /** Always true: the request is about a directory. */
  readonly dir = true;
}

/** The data that was read. */
export class ReadResponse extends FieldsResponse {
  /** The data; bytes beyond the requested size are cut off. */
  data: Uint8Array = NO_DATA;
  #buffer: Uint8Array<ArrayBuffer> = NO_DATA;
  #length = -1;
  #source: Reply["source"];

  /**
   * The part of the reply that holds the data, as long as the requested size.
   * Fill this buffer and set {@linkcode length} to avoid a copy.
   */
  get buffer(): Uint8Array<ArrayBuffer> {
    return this.#buffer;
  }

  /** How many bytes of {@linkcode buffer} to answer with, instead of `data`. */
  set length(length: number) {
    if (
      !Number.isInteger(length) || length < 0 || length > this.#buffer.length
    ) {
      throw new RangeError(
        `Cannot answer with ${show(length)} of ${this.#buffer.length} bytes`,
      );
    }
    this.#length = length;
  }

  /**
   * Answers with data of an open file, which the kernel moves without a copy if
   * it can. The file descriptor must be one on which read(2) never blocks, and
   * must stay open until the answer is sent.
   *
   * @param fd A file descriptor that is open for reading.
   * @param offset The file offset of the data. The data has the requested size,
   * or ends at end of file.
   */
  fromFd(fd: number, offset: number | bigint): void {
    toOffset(offset);
    this.#source = { fd: toInt("fd", fd), offset, size: 0 };
  }

  /** @internal Limits the answer to the requested size. */
  _limit(size: number): void {
    checkBytes("response.data", this.data);
    if (this.data.length > size) this.data = this.data.subarray(0, size);
    if (this.#source !== undefined) this.#source.size = size;
  }

  /** @internal Makes room for `size` bytes in a reply. */
  _bind(reply: Reply, size: number): void {
    reply.reserve(size);
    this.#source = undefined;
    this.data = NO_DATA;
    this.#length = -1;
    if (
      this.#buffer.buffer !== reply.bytes.buffer || this.#buffer.length !== size
    ) this.#buffer = reply.bytes.subarray(REPLY_BODY, REPLY_BODY + size);
  }

  /** @internal */
  override _encode(reply: Reply): void {
    if (this.#source !== undefined) reply.source = this.#source;
    else if (this.#length >= 0) reply.length = REPLY_BODY + this.#length;
    else reply.setBody(this.data);
  }

  /** @internal The fields, with the data's length instead of the data. */
  override _fields(): Record<string, unknown> {
    const { size } = this.#source ?? {
      size: this.#length >= 0 ? this.#length : this.data.length,
    };
    return { size };
  }
}
