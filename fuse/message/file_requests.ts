import { checkU64Field } from "../../ffi/internal.ts";
import {
  FUSE_BMAP_IN,
  FUSE_BMAP_OUT,
  FUSE_FALLOCATE_IN,
  FUSE_FSYNC_IN,
  FUSE_LSEEK_IN,
  FUSE_LSEEK_OUT,
  FUSE_SYNCFS_IN,
  setOffset64,
  U64,
} from "../abi/internal.ts";
import {
  type FAllocateFlags,
  fAllocateFlagsString,
  type FsyncFlags,
  fsyncFlagsString,
} from "../abi/mod.ts";
import { named } from "./fields.ts";
import type { Frame } from "./frame.ts";
import { type Reply, REPLY_BODY } from "./reply.ts";
import { FieldsResponse, HandleRequest, Request } from "./request.ts";

/**
 * Asks to write the changes of an open file or directory to stable storage.
 *
 * ENOSYS: from now on fsync(2) succeeds without a request. This holds for FSYNC
 * and FSYNCDIR separately.
 */
export class FsyncRequest extends HandleRequest {
  /** Whether this is FSYNCDIR. */
  readonly dir: boolean;
  /** `FUSE_FSYNC_FDATASYNC` to write the data without the time stamps. */
  flags: FsyncFlags = 0;

  /** Makes an empty request. */
  constructor(dir = false) {
    super();
    this.dir = dir;
  }

  /** The request's name. */
  get opname(): "FSYNCDIR" | "FSYNC" {
    return this.dir ? "FSYNCDIR" : "FSYNC";
  }

  /** Answers that the changes are on stable storage. */
  respond(): void {
    this._respond();
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    const { size, offset } = FUSE_FSYNC_IN;
    frame.checkBody(size);
    frame.read64(this._handle, offset.fh);
    this.flags = frame.u32(offset.fsync_flags);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    return { handle: this.handle, flags: named(this.flags, fsyncFlagsString) };
  }
}

/**
 * Asks to write the whole file system to stable storage, for syncfs(2). Linux
 * sends this to block devices and virtiofs, not to an ordinary mount.
 *
 * ENOSYS: the kernel never sends SYNCFS again.
 */
export class SyncfsRequest extends Request {
  /** The request's name. */
  readonly opname = "SYNCFS";

  /** Answers that the changes are on stable storage. */
  respond(): void {
    this._respond();
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    frame.checkBody(FUSE_SYNCFS_IN.size);
  }
}

/**
 * Asks to allocate or free space of an open file: fallocate(2). The kernel
 * itself refuses modes other than those of {@linkcode FAllocateFlags}.
 *
 * ENOSYS: from now on fallocate(2) fails with EOPNOTSUPP.
 */
export class FAllocateRequest extends HandleRequest {
  /** The request's name. */
  readonly opname = "FALLOCATE";
  /** @internal */
  readonly _offset: U64 = new U64();
  /** @internal */
  readonly _length: U64 = new U64();
  /** `FALLOC_FL_*` flags; 0 allocates space and extends the file. */
  mode: FAllocateFlags = 0;

  /** The offset of the range, exact below 2^53 and rounded beyond. */
  get offset(): number {
    return this._offset.number;
  }

  /** The offset of the range, exact. */
  get offset64(): bigint {
    return this._offset.big;
  }

  /** The range's length in bytes, exact below 2^53 and rounded beyond. */
  get length(): number {
    return this._length.number;
  }

  /** The range's length in bytes, exact. */
  get length64(): bigint {
    return this._length.big;
  }

  /** Answers that the space has been allocated or freed. */
  respond(): void {
    this._respond();
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    const { size, offset } = FUSE_FALLOCATE_IN;
    frame.checkBody(size);
    frame.read64(this._handle, offset.fh);
    frame.read64(this._offset, offset.offset);
    frame.read64(this._length, offset.length);
    this.mode = frame.u32(offset.mode);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    const { handle, offset64: offset, length64: length } = this;
    const mode = named(this.mode, fAllocateFlagsString);
    return { handle, offset, length, mode };
  }
}

/**
 * Asks for the offset of the next data or hole of an open file. The kernel
 * handles all other kinds of lseek(2) itself.
 *
 * ENOSYS: from now on every file is all data, with its only hole at its end.
 */
export class LseekRequest extends HandleRequest {
  /** The request's name. */
  readonly opname = "LSEEK";
  /** @internal */
  readonly _offset: U64 = new U64();
  /** `SEEK_DATA` or `SEEK_HOLE`. */
  whence = 0;
  /** @internal Reused with the request. */
  readonly _response: LseekResponse = new LseekResponse();

  /** The offset to search from, exact below 2^53 and rounded beyond. */
  get offset(): number {
    return this._offset.number;
  }

  /** The offset to search from, exact; a caller's negative offset is huge. */
  get offset64(): bigint {
    return this._offset.big;
  }

  /** Answers with the offset; for an offset past end of file, answer ENXIO. */
  respond(response: LseekResponse): void {
    this._respondWith(response);
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    const { size, offset } = FUSE_LSEEK_IN;
    frame.checkBody(size);
    frame.read64(this._handle, offset.fh);
    frame.read64(this._offset, offset.offset);
    this.whence = frame.u32(offset.whence);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    const { handle, offset64: offset, whence } = this;
    return { handle, offset, whence };
  }
}

/** The offset of the next data or hole of a file. */
export class LseekResponse extends FieldsResponse {
  /** The offset in bytes, not below the requested offset. */
  offset: number | bigint = 0;

  /** @internal */
  override _encode(reply: Reply): void {
    reply.zeroBody(FUSE_LSEEK_OUT.size);
    const at = REPLY_BODY + FUSE_LSEEK_OUT.offset.offset;
    setOffset64(reply.view, at, this.offset);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    return { offset: this.offset };
  }
}

/**
 * Asks to map a block of the file `header.node` to a block of its device, for
 * the FIBMAP ioctl and for swap files. Linux sends this to block devices only.
 *
 * ENOSYS: from now on the answer is 0, which means that there is no such block.
 */
export class BmapRequest extends Request {
  /** The request's name. */
  readonly opname = "BMAP";
  /** @internal */
  readonly _block: U64 = new U64();
  /** The size of a block in bytes. */
  blockSize = 0;
  /** @internal Reused with the request. */
  readonly _response: BmapResponse = new BmapResponse();

  /** The block's index in the file, from 0. */
  get block(): bigint {
    return this._block.big;
  }

  /** Answers with the block of the device. */
  respond(response: BmapResponse): void {
    this._respondWith(response);
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    const { size, offset } = FUSE_BMAP_IN;
    frame.checkBody(size);
    frame.read64(this._block, offset.block);
    this.blockSize = frame.u32(offset.blocksize);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    return { block: this.block, blockSize: this.blockSize };
  }
}

/** The block of the device that holds a block of a file. */
export class BmapResponse extends FieldsResponse {
  /** The block's index on the device; 0 means that there is none. */
  block = 0n;

  /** @internal */
  override _encode(reply: Reply): void {
    reply.zeroBody(FUSE_BMAP_OUT.size);
    const at = REPLY_BODY + FUSE_BMAP_OUT.offset.block;
    reply.view.setBigUint64(at, checkU64Field("block", this.block), true);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    return { block: this.block };
  }
}
