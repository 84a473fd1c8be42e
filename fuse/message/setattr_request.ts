import { FUSE_SETATTR_IN, U64 } from "../abi/internal.ts";
import {
  type SetattrValid,
  setattrValidAtime,
  setattrValidCtime,
  setattrValidGid,
  setattrValidHandle,
  setattrValidLockOwner,
  setattrValidMode,
  setattrValidMtime,
  setattrValidSize,
  setattrValidString,
  setattrValidUid,
} from "../abi/mod.ts";
import { named, octal } from "./fields.ts";
import type { Frame } from "./frame.ts";
import { GetattrResponse } from "./node_requests.ts";
import { Request } from "./request.ts";

const { offset: IN, size: SIZE } = FUSE_SETATTR_IN;
const NS = 1_000_000_000n;

/**
 * Asks to change the metadata of `header.node`: chmod(2), chown(2),
 * truncate(2), utimensat(2), and open(2) with O_TRUNC. {@linkcode valid} says
 * which fields are valid; a request without valid fields must succeed too.
 *
 * @example Usage
 * ```ts
 * import * as fuse from "@hostkit/hostkit/fuse";
 *
 * function setattr(request: fuse.SetattrRequest, attr: fuse.Attr): void {
 *   const { valid } = request;
 *   if (fuse.setattrValidMode(valid)) attr.mode = request.mode;
 *   if (fuse.setattrValidSize(valid)) attr.size = request.size;
 *   if (fuse.setattrValidMtime(valid)) attr.mtimeNs = request.mtimeNs;
 * }
 * console.assert(setattr.length === 2);
 * ```
 */
export class SetattrRequest extends Request {
  /** The request's name. */
  readonly opname = "SETATTR";
  /** `FATTR_*` flags: the fields to change. */
  valid: SetattrValid = 0;
  /** @internal */
  readonly _handle: U64 = new U64();
  /** @internal */
  readonly _size: U64 = new U64();
  /** @internal */
  readonly _lockOwner: U64 = new U64();
  /** The permissions, with or without the file type that nothing can change. */
  mode = 0;
  /** The owner. */
  uid = 0;
  /** The group. */
  gid = 0;
  readonly #seconds = { atime: new U64(), mtime: new U64(), ctime: new U64() };
  readonly #nanoseconds = { atime: 0, mtime: 0, ctime: 0 };
  /** @internal Reused with the request. */
  readonly _response: SetattrResponse = new SetattrResponse();

  /** The handle of the open file, as for ftruncate(2). */
  get handle(): bigint {
    return this._handle.big;
  }

  /** The size in bytes, exact below 2^53 and rounded beyond. */
  get size(): number {
    return this._size.number;
  }

  /** The size in bytes, exact. */
  get size64(): bigint {
    return this._size.big;
  }

  /** The owner of the caller's locks, for mandatory locking. */
  get lockOwner(): bigint {
    return this._lockOwner.big;
  }

  /** Time of last access, in nanoseconds since 1970; negative before. */
  get atimeNs(): bigint {
    return this.#time("atime");
  }

  /** Time of last modification, in nanoseconds since 1970; negative before. */
  get mtimeNs(): bigint {
    return this.#time("mtime");
  }

  /** Time of last status change, in nanoseconds since 1970; negative before. */
  get ctimeNs(): bigint {
    return this.#time("ctime");
  }

  #time(name: "atime" | "mtime" | "ctime"): bigint {
    return this.#seconds[name].signed * NS + BigInt(this.#nanoseconds[name]);
  }

  /** Answers with the metadata after the change. */
  respond(response: SetattrResponse): void {
    this._respondWith(response);
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    frame.checkBody(SIZE);
    this.valid = frame.u32(IN.valid);
    frame.read64(this._handle, IN.fh);
    frame.read64(this._size, IN.size);
    frame.read64(this._lockOwner, IN.lock_owner);
    frame.read64(this.#seconds.atime, IN.atime);
    frame.read64(this.#seconds.mtime, IN.mtime);
    frame.read64(this.#seconds.ctime, IN.ctime);
    this.#nanoseconds.atime = frame.u32(IN.atimensec);
    this.#nanoseconds.mtime = frame.u32(IN.mtimensec);
    this.#nanoseconds.ctime = frame.u32(IN.ctimensec);
    this.mode = frame.u32(IN.mode);
    this.uid = frame.u32(IN.uid);
    this.gid = frame.u32(IN.gid);
  }

  /** @internal The fields to change; the other fields are undefined. */
  override _fields(): Record<string, unknown> {
    const { valid } = this;
    const fields: Record<string, unknown> = {
      valid: named(valid, setattrValidString),
    };
    if (setattrValidHandle(valid)) fields.handle = this.handle;
    if (setattrValidLockOwner(valid)) fields.lockOwner = this.lockOwner;
    if (setattrValidMode(valid)) fields.mode = octal(this.mode);
    if (setattrValidUid(valid)) fields.uid = this.uid;
    if (setattrValidGid(valid)) fields.gid = this.gid;
    if (setattrValidSize(valid)) fields.size = this.size64;
    if (setattrValidAtime(valid)) fields.atimeNs = this.atimeNs;
    if (setattrValidMtime(valid)) fields.mtimeNs = this.mtimeNs;
    if (setattrValidCtime(valid)) fields.ctimeNs = this.ctimeNs;
    return fields;
  }
}

/** The metadata of a node after a change. */
export class SetattrResponse extends GetattrResponse {}
