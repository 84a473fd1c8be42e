import {
  FUSE_LINK_IN,
  FUSE_RENAME2_IN,
  FUSE_RENAME_IN,
  U64,
} from "../abi/internal.ts";
import { type RenameFlags, renameFlagsString } from "../abi/mod.ts";
import { named } from "./fields.ts";
import type { Frame } from "./frame.ts";
import { LookupResponse } from "./node_requests.ts";
import { Request } from "./request.ts";

/**
 * Asks to remove a name from the directory `header.node`. The node lives until
 * FORGET, and its open files live until RELEASE.
 */
export class RemoveRequest extends Request {
  /** Whether this is RMDIR: the name must be an empty directory. */
  readonly dir: boolean;
  /** The name. */
  name = "";

  /** Makes an empty request. */
  constructor(dir = false) {
    super();
    this.dir = dir;
  }

  /** The request's name. */
  get opname(): "RMDIR" | "UNLINK" {
    return this.dir ? "RMDIR" : "UNLINK";
  }

  /** Answers that the name is gone. */
  respond(): void {
    this._respond();
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

/** The base class of RENAME and RENAME2. */
export abstract class RenamingRequest extends Request {
  /** @internal */
  readonly _newDir: U64 = new U64();
  /** The old name. */
  oldName = "";
  /** The new name; an existing entry of that name is replaced. */
  newName = "";
  /** `RENAME_*` flags, 0 unless this is RENAME2. */
  flags: RenameFlags = 0;

  /** The directory of the new name. */
  get newDir(): bigint {
    return this._newDir.big;
  }

  /** Answers that the entry has been renamed. */
  respond(): void {
    this._respond();
  }

  /** @internal Reads the common fields; the names start at `at`. */
  _decodeNames(frame: Frame, at: number): void {
    frame.checkBodyAtLeast(at);
    frame.read64(this._newDir, FUSE_RENAME_IN.offset.newdir);
    const end = frame.nameEnd(at);
    this.oldName = frame.text(at, end);
    this.newName = frame.lastName(end + 1);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    const { oldName, newDir, newName } = this;
    return { oldName, newDir, newName };
  }
}

/** Asks to rename an entry of the directory `header.node`. */
export class RenameRequest extends RenamingRequest {
  /** The request's name. */
  readonly opname = "RENAME";

  /** @internal */
  override _decodeBody(frame: Frame): void {
    this._decodeNames(frame, FUSE_RENAME_IN.size);
  }
}

/**
 * Asks to rename an entry of the directory `header.node`, with the flags of
 * renameat2(2); without flags the kernel sends RENAME. This class does not
 * extend {@linkcode RenameRequest}, since a handler that ignored the flags
 * would lose files.
 *
 * ENOSYS: from now on renameat2(2) with flags fails with EINVAL. mv(1) tries
 * `RENAME_NOREPLACE` first; the kernel then skips that request.
 */
export class Rename2Request extends RenamingRequest {
  /** The request's name. */
  readonly opname = "RENAME2";

  /** @internal */
  override _decodeBody(frame: Frame): void {
    const { size, offset } = FUSE_RENAME2_IN;
    this._decodeNames(frame, size);
    this.flags = frame.u32(offset.flags);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    const flags = named(this.flags, renameFlagsString);
    return { ...super._fields(), flags };
  }
}

/**
 * Asks to make a hard link to a node in the directory `header.node`.
 *
 * ENOSYS: from now on link(2) fails with EPERM.
 */
export class LinkRequest extends Request {
  /** The request's name. */
  readonly opname = "LINK";
  /** @internal */
  readonly _oldNode: U64 = new U64();
  /** The new name. */
  newName = "";
  /** @internal Reused with the request. */
  readonly _response: LookupResponse = new LookupResponse();

  /** The node to link to. */
  get oldNode(): bigint {
    return this._oldNode.big;
  }

  /** Answers with the same node, whose lookup count grows by 1. */
  respond(response: LookupResponse): void {
    this._respondWith(response);
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    const { size, offset } = FUSE_LINK_IN;
    frame.checkBodyAtLeast(size);
    frame.read64(this._oldNode, offset.oldnodeid);
    this.newName = frame.lastName(size);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    return { oldNode: this.oldNode, newName: this.newName };
  }
}
