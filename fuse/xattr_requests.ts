import { FUSE_GETXATTR_IN, FUSE_GETXATTR_OUT } from "./_abi.ts";
import { BODY, type Frame } from "./_frame.ts";
import { type Reply, REPLY_BODY } from "./_reply.ts";
import { encodeBytes } from "../ffi/c_string.ts";
import { ERANGE } from "../posix/constants_errno.ts";
import { Request } from "./request.ts";

const { offset: IN, size: IN_SIZE } = FUSE_GETXATTR_IN;
const NO_BYTES = new Uint8Array(0);

/**
 * Writes an attribute's value or a list of names: the bytes, their length when
 * the caller asked with size 0, ERANGE when they do not fit.
 */
export function encodeXattr(
  reply: Reply,
  size: number,
  bytes: Uint8Array,
): void {
  if (size === 0) {
    reply.zeroBody(FUSE_GETXATTR_OUT.size);
    const at = REPLY_BODY + FUSE_GETXATTR_OUT.offset.size;
    reply.view.setUint32(at, bytes.length, true);
  } else if (bytes.length > size) reply.fail(ERANGE);
  else reply.setBody(bytes);
}

/** Asks for an extended attribute of `header.node`. */
export class GetxattrRequest extends Request {
  /** The request's name. */
  readonly opname = "GETXATTR";
  /** The most bytes the answer may have; 0 asks for the length alone. */
  size = 0;
  /** The attribute's name with its namespace, e.g. `"user.colour"`. */
  name = "";

  /** Answers with the value; one longer than asked for becomes ERANGE. */
  respond({ xattr }: GetxattrResponse): void {
    this._respond({ _encode: (reply) => encodeXattr(reply, this.size, xattr) });
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    frame.checkBodyAtLeast(IN_SIZE);
    this.size = frame.view.getUint32(BODY + IN.size, true);
    this.name = frame.lastName(IN_SIZE);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    return { name: this.name, size: this.size };
  }
}

/** The value of an extended attribute. */
export class GetxattrResponse {
  /** The value, at most 64 KiB. */
  xattr: Uint8Array = NO_BYTES;
}

/** Asks for the names of all extended attributes of `header.node`. */
export class ListxattrRequest extends Request {
  /** The request's name. */
  readonly opname = "LISTXATTR";
  /** The most bytes the answer may have; 0 asks for the length alone. */
  size = 0;

  /** Answers with the names; more than asked for become ERANGE. */
  respond({ xattr }: ListxattrResponse): void {
    this._respond({ _encode: (reply) => encodeXattr(reply, this.size, xattr) });
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    frame.checkBody(IN_SIZE);
    this.size = frame.view.getUint32(BODY + IN.size, true);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    return { size: this.size };
  }
}

/** The names of a node's extended attributes. */
export class ListxattrResponse {
  /** The names, each ended by a NUL. */
  xattr: Uint8Array = NO_BYTES;

  /** Adds names, each with its namespace. */
  append(...names: string[]): void {
    const added = encodeBytes(names.map((name) => `${name}\0`).join(""));
    const all = new Uint8Array(this.xattr.length + added.length);
    all.set(this.xattr);
    all.set(added, this.xattr.length);
    this.xattr = all;
  }
}
