import { checkU64Field } from "../../ffi/internal.ts";
import {
  FUSE_CREATE_IN,
  FUSE_ENTRY_OUT,
  FUSE_MKDIR_IN,
  FUSE_MKNOD_IN,
  FUSE_OPEN_OUT,
  setNumber64,
} from "../abi/internal.ts";
import {
  type OpenFlags,
  openFlagsString,
  type OpenRequestFlags,
  openRequestFlagsString,
  type OpenResponseFlags,
  openResponseFlagsString,
} from "../abi/mod.ts";
import { checkOpened } from "./check_opened.ts";
import { CreationRequest } from "./extensions.ts";
import { named, octal } from "./fields.ts";
import type { Frame } from "./frame.ts";
import { LookupResponse } from "./node_requests.ts";
import { type Reply, REPLY_BODY } from "./reply.ts";

/** Asks to make a symbolic link in the directory `header.node`. */
export class SymlinkRequest extends CreationRequest {
  /** The request's name. */
  readonly opname = "SYMLINK";
  /** The new link's name. */
  newName = "";
  /** The link's target: 1 to 4095 bytes of any text. */
  target = "";
  /** @internal Reused with the request. */
  readonly _response: SymlinkResponse = new SymlinkResponse();

  /** Answers with the new node, whose lookup count grows by 1. */
  respond(response: SymlinkResponse): void {
    this._respondWith(response);
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    const end = frame.nameEnd(0);
    this.newName = frame.text(0, end);
    this.target = frame.lastName(end + 1);
    this._decodeExtensions(frame);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    const { newName, target } = this;
    return { newName, target, ...super._fields() };
  }
}

/** A new symbolic link. */
export class SymlinkResponse extends LookupResponse {}

/**
 * Asks to make a node in the directory `header.node`: a pipe, a socket, a
 * device, or a regular file when CREATE is not supported.
 */
export class MknodRequest extends CreationRequest {
  /** The request's name. */
  readonly opname = "MKNOD";
  /** The name. */
  name = "";
  /** File type and permissions, already without {@linkcode umask}. */
  mode = 0;
  /** The device's number, as the kernel's `new_encode_dev`; see `major`. */
  rdev = 0;
  /** The caller's umask; the server applies it only with `FUSE_DONT_MASK`. */
  umask = 0;
  /** @internal Reused with the request. */
  readonly _response: LookupResponse = new LookupResponse();

  /** Answers with the new node, whose lookup count grows by 1. */
  respond(response: LookupResponse): void {
    this._respondWith(response);
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    const { size, offset } = FUSE_MKNOD_IN;
    frame.checkBodyAtLeast(size);
    this.mode = frame.u32(offset.mode);
    this.rdev = frame.u32(offset.rdev);
    this.umask = frame.u32(offset.umask);
    this.name = frame.lastName(size);
    this._decodeExtensions(frame);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    const { name, mode, rdev, umask } = this;
    return {
      ...{ name, mode: octal(mode), rdev, umask: octal(umask) },
      ...super._fields(),
    };
  }
}

/** Asks to make a directory in the directory `header.node`. */
export class MkdirRequest extends CreationRequest {
  /** The request's name. */
  readonly opname = "MKDIR";
  /** The name. */
  name = "";
  /** The permissions, without a file type; the answer's mode must have one. */
  mode = 0;
  /** The caller's umask; the server applies it only with `FUSE_DONT_MASK`. */
  umask = 0;
  /** @internal Reused with the request. */
  readonly _response: MkdirResponse = new MkdirResponse();

  /** Answers with the new node, whose lookup count grows by 1. */
  respond(response: MkdirResponse): void {
    this._respondWith(response);
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    const { size, offset } = FUSE_MKDIR_IN;
    frame.checkBodyAtLeast(size);
    this.mode = frame.u32(offset.mode);
    this.umask = frame.u32(offset.umask);
    this.name = frame.lastName(size);
    this._decodeExtensions(frame);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    const { name, mode, umask } = this;
    return {
      ...{ name, mode: octal(mode), umask: octal(umask) },
      ...super._fields(),
    };
  }
}

/** A new directory. */
export class MkdirResponse extends LookupResponse {}

/** The base class of the requests that make and open a file. */
export abstract class FileCreationRequest extends CreationRequest {
  /** The flags of open(2). */
  flags: OpenFlags = 0;
  /** File type and permissions, already without {@linkcode umask}. */
  mode = 0;
  /** The caller's umask; the server applies it only with `FUSE_DONT_MASK`. */
  umask = 0;
  /** `FUSE_OPEN_*` flags. */
  openFlags: OpenRequestFlags = 0;
  /** @internal Reused with the request. */
  readonly _response: CreateResponse = new CreateResponse();

  /**
   * Answers with the handle and the new node, whose lookup count grows by 1.
   */
  respond(response: CreateResponse): void {
    this._respondWith(response);
  }

  /** @internal Reads the body; returns the name. */
  _decodeCreation(frame: Frame): string {
    const { size, offset } = FUSE_CREATE_IN;
    frame.checkBodyAtLeast(size);
    this.flags = frame.u32(offset.flags);
    this.mode = frame.u32(offset.mode);
    this.umask = frame.u32(offset.umask);
    this.openFlags = frame.u32(offset.open_flags);
    const name = frame.lastName(size);
    this._decodeExtensions(frame);
    return name;
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    const { flags, mode, umask, openFlags } = this;
    return {
      ...{ flags: named(flags, openFlagsString) },
      ...{ mode: octal(mode), umask: octal(umask) },
      openFlags: named(openFlags, openRequestFlagsString),
      ...super._fields(),
    };
  }
}

/**
 * Asks to make a regular file in the directory `header.node`, and to open it.
 *
 * ENOSYS: from now on the kernel sends MKNOD and OPEN instead.
 */
export class CreateRequest extends FileCreationRequest {
  /** The request's name. */
  readonly opname = "CREATE";
  /** The name. */
  name = "";

  /** @internal */
  override _decodeBody(frame: Frame): void {
    this.name = this._decodeCreation(frame);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    return { name: this.name, ...super._fields() };
  }
}

/**
 * Asks to make and open a file without a name in the file system of the
 * directory `header.node`, for open(2) with O_TMPFILE. The file has no link
 * until a LINK makes its first.
 *
 * ENOSYS: from now on O_TMPFILE fails with EOPNOTSUPP.
 */
export class TmpfileRequest extends FileCreationRequest {
  /** The request's name. */
  readonly opname = "TMPFILE";

  /** @internal */
  override _decodeBody(frame: Frame): void {
    // The kernel sends `/` as the name.
    this._decodeCreation(frame);
  }
}

/** A new file, open. */
export class CreateResponse extends LookupResponse {
  /** A number of the server's choice that later requests carry. */
  handle = 0n;
  /** `FOPEN_*` flags. */
  flags: OpenResponseFlags = 0;
  /** The backing file, with `FOPEN_PASSTHROUGH`. */
  backingId = 0;
  /** For a handler of `Node.create`: see `OpenResponse.backing`. */
  backing: number | undefined;

  /** @internal */
  override _encode(reply: Reply): void {
    checkOpened(this);
    reply.zeroBody(FUSE_ENTRY_OUT.size + FUSE_OPEN_OUT.size);
    this._encodeNode(reply);
    this._encodeOpen(reply, 0);
    const at = REPLY_BODY + FUSE_ENTRY_OUT.size + FUSE_OPEN_OUT.offset.fh;
    reply.view.setBigUint64(at, checkU64Field("handle", this.handle), true);
  }

  /** @internal Writes `struct fuse_open_out` over zeros, handle below 2^53. */
  _encodeOpen(reply: Reply, handle: number): void {
    const at = REPLY_BODY + FUSE_ENTRY_OUT.size;
    const { fh, open_flags, backing_id } = FUSE_OPEN_OUT.offset;
    setNumber64(reply.view, at + fh, handle);
    reply.view.setUint32(at + open_flags, this.flags, true);
    reply.view.setInt32(at + backing_id, this.backingId, true);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    const { handle, flags, backingId } = this;
    return {
      ...super._fields(),
      ...{ handle, flags: named(flags, openResponseFlagsString), backingId },
    };
  }
}
