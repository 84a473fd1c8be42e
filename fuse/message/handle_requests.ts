import { checkU64Field } from "../../ffi/internal.ts";
import {
  FUSE_FLUSH_IN,
  FUSE_OPEN_IN,
  FUSE_OPEN_OUT,
  FUSE_RELEASE_IN,
  setNumber64,
  U64,
} from "../abi/internal.ts";
import {
  type OpenFlags,
  openFlagsString,
  type OpenRequestFlags,
  openRequestFlagsString,
  type OpenResponseFlags,
  openResponseFlagsString,
  type ReleaseFlags,
  releaseFlagsString,
} from "../abi/mod.ts";
import { checkOpened } from "./check_opened.ts";
import { named } from "./fields.ts";
import type { Frame } from "./frame.ts";
import { type Reply, REPLY_BODY } from "./reply.ts";
import { FieldsResponse, HandleRequest, Request } from "./request.ts";

/**
 * Asks to open the file or directory `header.node`.
 *
 * ENOSYS: from now on every file (or, as the answer to OPENDIR, every
 * directory) is opened and closed without a request, with handle 0 and
 * `FOPEN_KEEP_CACHE` (directories also with `FOPEN_CACHE_DIR`). A server that
 * keeps no state for open files then receives no OPEN and no RELEASE.
 */
export class OpenRequest extends Request {
  /** Whether this is OPENDIR. */
  readonly dir: boolean;
  /** The flags of open(2), without O_CREAT, O_EXCL and O_NOCTTY. */
  flags: OpenFlags = 0;
  /** `FUSE_OPEN_*` flags. */
  openFlags: OpenRequestFlags = 0;
  /** @internal Reused with the request. */
  readonly _response: OpenResponse = new OpenResponse();

  /** Makes an empty request. */
  constructor(dir = false) {
    super();
    this.dir = dir;
  }

  /** The request's name. */
  get opname(): "OPENDIR" | "OPEN" {
    return this.dir ? "OPENDIR" : "OPEN";
  }

  /** Answers with the handle. */
  respond(response: OpenResponse): void {
    this._respondWith(response);
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    frame.checkBody(FUSE_OPEN_IN.size);
    const { flags, open_flags } = FUSE_OPEN_IN.offset;
    this.flags = frame.u32(flags);
    this.openFlags = frame.u32(open_flags);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    return {
      flags: named(this.flags, openFlagsString),
      openFlags: named(this.openFlags, openRequestFlagsString),
    };
  }
}

/** An open file or directory. */
export class OpenResponse extends FieldsResponse {
  /** A number of the server's choice that later requests carry. */
  handle = 0n;
  /** `FOPEN_*` flags. */
  flags: OpenResponseFlags = 0;
  /** The backing file, with `FOPEN_PASSTHROUGH`. */
  backingId = 0;
  /**
   * For a handler of `Node.open`: a file descriptor of a file of another file
   * system, which the kernel reads and writes directly. It has no effect
   * without `InitOptions.passthrough`. The handler must keep the file
   * descriptor open until the handle is released.
   */
  backing: number | undefined;

  /** @internal */
  override _encode(reply: Reply): void {
    checkOpened(this);
    this._encodeHandle(reply, 0);
    const at = REPLY_BODY + FUSE_OPEN_OUT.offset.fh;
    reply.view.setBigUint64(at, checkU64Field("handle", this.handle), true);
  }

  /** @internal Writes the body for a handle below 2^53. */
  _encodeHandle(reply: Reply, handle: number): void {
    reply.zeroBody(FUSE_OPEN_OUT.size);
    const { fh, open_flags, backing_id } = FUSE_OPEN_OUT.offset;
    setNumber64(reply.view, REPLY_BODY + fh, handle);
    reply.view.setUint32(REPLY_BODY + open_flags, this.flags, true);
    reply.view.setInt32(REPLY_BODY + backing_id, this.backingId, true);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    const { handle, flags, backingId } = this;
    return { handle, flags: named(flags, openResponseFlagsString), backingId };
  }
}

/**
 * Says that a file descriptor of an open file was closed; others may remain
 * open.
 *
 * ENOSYS: the kernel never sends FLUSH again. `FOPEN_NOFLUSH` does the same for
 * one open file.
 */
export class FlushRequest extends HandleRequest {
  /** The request's name. */
  readonly opname = "FLUSH";
  /** Unused since 2006. */
  flags = 0;
  /** @internal */
  readonly _lockOwner: U64 = new U64();

  /** The owner of the POSIX locks that the close releases. */
  get lockOwner(): bigint {
    return this._lockOwner.big;
  }

  /** Answers that the flush succeeded; close(2) returns 0. */
  respond(): void {
    this._respond();
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    frame.checkBody(FUSE_FLUSH_IN.size);
    const { fh, unused, lock_owner } = FUSE_FLUSH_IN.offset;
    frame.read64(this._handle, fh);
    this.flags = frame.u32(unused);
    frame.read64(this._lockOwner, lock_owner);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    return { handle: this.handle, lockOwner: this.lockOwner };
  }
}

/** Says that the last descriptor of an open file or directory was closed. */
export class ReleaseRequest extends HandleRequest {
  /** Whether this is RELEASEDIR. */
  readonly dir: boolean;
  /** The flags of open(2). */
  flags: OpenFlags = 0;
  /** `FUSE_RELEASE_*` flags. */
  releaseFlags: ReleaseFlags = 0;
  /** @internal */
  readonly _lockOwner: U64 = new U64();

  /** Makes an empty request. */
  constructor(dir = false) {
    super();
    this.dir = dir;
  }

  /** The request's name. */
  get opname(): "RELEASEDIR" | "RELEASE" {
    return this.dir ? "RELEASEDIR" : "RELEASE";
  }

  /** With `FUSE_RELEASE_FLOCK_UNLOCK`: the owner of the flock(2) lock. */
  get lockOwner(): bigint {
    return this._lockOwner.big;
  }

  /** Answers that the handle has been released. */
  respond(): void {
    this._respond();
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    frame.checkBody(FUSE_RELEASE_IN.size);
    const { offset } = FUSE_RELEASE_IN;
    frame.read64(this._handle, offset.fh);
    this.flags = frame.u32(offset.flags);
    this.releaseFlags = frame.u32(offset.release_flags);
    frame.read64(this._lockOwner, offset.lock_owner);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    return {
      handle: this.handle,
      flags: named(this.flags, openFlagsString),
      releaseFlags: named(this.releaseFlags, releaseFlagsString),
    };
  }
}
