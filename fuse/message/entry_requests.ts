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
 * it is forgotten, and its open files until they are released.
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

/** What RENAME and RENAME2 have in common. */
export abstract class RenamingRequest extends Request {
  /** @internal */
  readonly _newDir: U64 = new U64();
  /** The name it has. */
  oldName = "";
  /** The name it gets; what has that name is replaced. */
  newName = "";
  /** `RENAME_*` flags, 0 unless this is RENAME2. */
  flags: RenameFlags = 0;

  /** The directory it moves to. */
  get newDir(): bigint {
    return this._newDir.big;
  }

  /** Answers that the name has moved. */
  respond(): void {
    this._respond();
  }

  /** @internal Reads what both share; names start at `at`. */
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

/** Asks to move a name of the directory `header.node`. */
export class RenameRequest extends RenamingRequest {
  /** The request's name. */
  readonly opname = "RENAME";

  /** @internal */
  override _decodeBody(frame: Frame): void {
    this._decodeNames(frame, FUSE_RENAME_IN.size);
  }
}

/**
 * Asks to move a name of the directory `header.node`, with flags that
 * renameat2(2) has; without flags the kernel sends RENAME. It is no
 * {@linkcode RenameRequest}, since to ignore the flags would lose files.
 *
 * ENOSYS: flags fail with EINVAL from now on. mv(1) tries
 * `RENAME_NOREPLACE` first, so this spares it a round trip.
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
 * Asks to give a node one more name, in the directory `header.node`.
 *
 * ENOSYS: link(2) fails with EPERM from now on.
 */
export class LinkRequest extends Request {
  /** The request's name. */
  readonly opname = "LINK";
  /** @internal */
  readonly _oldNode: U64 = new U64();
  /** The new name. */
  newName = "";
  /** @internal Used again with the request. */
  readonly _response: LookupResponse = new LookupResponse();

  /** The node. */
  get oldNode(): bigint {
    return this._oldNode.big;
  }

  /** Answers with the same node; it counts as one more lookup of it. */
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
