import { checkInstance, encodeBytes } from "../../ffi/internal.ts";
import { ERANGE } from "../../posix/mod.ts";
import {
  FUSE_GETXATTR_IN,
  FUSE_GETXATTR_OUT,
  FUSE_SETXATTR_IN,
} from "../abi/internal.ts";
import {
  ProtocolError,
  type SetxattrFlags,
  setxattrFlagsString,
} from "../abi/mod.ts";
import { checkBytes } from "./check_bytes.ts";
import { named } from "./fields.ts";
import { BODY, type Frame, NO_DATA } from "./frame.ts";
import { type Reply, REPLY_BODY } from "./reply.ts";
import { FieldsResponse, Request } from "./request.ts";

const { offset: IN, size: IN_SIZE } = FUSE_GETXATTR_IN;
const { offset: SET, size: SET_SIZE } = FUSE_SETXATTR_IN;
/** The size of SETXATTR's struct without the feature `FUSE_SETXATTR_EXT`. */
const OLD_SET_SIZE = SET.setxattr_flags;

/**
 * Writes an attribute's value or a list of names: the bytes, or their length if
 * the requested size is 0, or ERANGE if they do not fit.
 */
export function encodeXattr(
  reply: Reply,
  size: number,
  bytes: Uint8Array,
): void {
  checkBytes("the value of an extended attribute", bytes);
  if (size === 0) {
    reply.zeroBody(FUSE_GETXATTR_OUT.size);
    const at = REPLY_BODY + FUSE_GETXATTR_OUT.offset.size;
    reply.view.setUint32(at, bytes.length, true);
  } else if (bytes.length > size) reply.fail(ERANGE);
  else reply.setBody(bytes);
}

/**
 * Asks for an extended attribute of `header.node`.
 *
 * ENOSYS: from now on getxattr(2) fails with EOPNOTSUPP. The kernel then skips
 * the GETXATTR of `security.capability` that precedes each write(2), and three
 * requests for each file that `ls -l` lists.
 */
export class GetxattrRequest extends Request {
  /** The request's name. */
  readonly opname = "GETXATTR";
  /** The most bytes the answer may have; 0 asks for the length alone. */
  size = 0;
  /** The attribute's name with its namespace, e.g. `"user.colour"`. */
  name = "";

  /** Answers with the value; a value that does not fit becomes ERANGE. */
  respond(response: GetxattrResponse): void {
    checkInstance("response", response, GetxattrResponse);
    response._limit(this.size);
    this._respond(response);
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    frame.checkBodyAtLeast(IN_SIZE);
    this.size = frame.u32(IN.size);
    this.name = frame.lastName(IN_SIZE);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    return { name: this.name, size: this.size };
  }
}

/** The value of an extended attribute. */
export class GetxattrResponse extends FieldsResponse {
  /** The value, at most 64 KiB. */
  xattr: Uint8Array = NO_DATA;
  #size = 0;

  /** @internal Limits the answer to the requested size. */
  _limit(size: number): void {
    this.#size = size;
  }

  /** @internal */
  override _encode(reply: Reply): void {
    encodeXattr(reply, this.#size, this.xattr);
  }

  /** @internal The fields, with the data's length instead of the data. */
  override _fields(): Record<string, unknown> {
    return { size: this.xattr.length };
  }
}

/**
 * Asks for the names of all extended attributes of `header.node`.
 *
 * ENOSYS: from now on listxattr(2) fails with EOPNOTSUPP.
 */
export class ListxattrRequest extends Request {
  /** The request's name. */
  readonly opname = "LISTXATTR";
  /** The most bytes the answer may have; 0 asks for the length alone. */
  size = 0;

  /** Answers with the names; a list that does not fit becomes ERANGE. */
  respond(response: ListxattrResponse): void {
    checkInstance("response", response, ListxattrResponse);
    response._limit(this.size);
    this._respond(response);
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    frame.checkBody(IN_SIZE);
    this.size = frame.u32(IN.size);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    return { size: this.size };
  }
}

/** The names of a node's extended attributes, each ended by a NUL. */
export class ListxattrResponse extends GetxattrResponse {
  /**
   * Adds names, each with its namespace.
   *
   * @throws {RangeError} If a name is empty or has a NUL.
   * @throws {TypeError} If a name is not a string.
   */
  append(...names: string[]): void {
    const text = names.every((name) => typeof name === "string");
    if (!text) throw new TypeError("Cannot list names that are not strings");
    const bad = names.find((name) => name === "" || name.includes("\0"));
    if (bad !== undefined) {
      throw new RangeError(`Cannot list ${JSON.stringify(bad)}`);
    }
    const added = encodeBytes(names.map((name) => `${name}\0`).join(""));
    const all = new Uint8Array(this.xattr.length + added.length);
    all.set(this.xattr);
    all.set(added, this.xattr.length);
    this.xattr = all;
  }
}

/**
 * Asks to set an extended attribute of `header.node`.
 *
 * ENOSYS: from now on setxattr(2) fails with EOPNOTSUPP.
 */
export class SetxattrRequest extends Request {
  /** The request's name. */
  readonly opname = "SETXATTR";
  /**
   * The flags of setxattr(2): `XATTR_CREATE` (EEXIST if the attribute
   * exists), `XATTR_REPLACE` (ENODATA if it does not exist), or 0.
   */
  flags = 0;
  /** `FUSE_SETXATTR_*` flags; 0 without the feature `FUSE_SETXATTR_EXT`. */
  setxattrFlags: SetxattrFlags = 0;
  /** The attribute's name with its namespace, e.g. `"user.colour"`. */
  name = "";
  #xattr = NO_DATA;

  /**
   * The value, at most 64 KiB, possibly empty. This is a view of the request's
   * buffer, which is reused once this request is answered; to keep the value,
   * copy it (`xattr.slice()`).
   */
  get xattr(): Uint8Array<ArrayBuffer> {
    return this.#xattr;
  }

  /** Answers that the attribute has been set. */
  respond(): void {
    this._respond();
  }

  /** @internal */
  override get _holdsFrame(): boolean {
    return true;
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    frame.checkBodyAtLeast(OLD_SET_SIZE);
    const size = frame.u32(SET.size);
    // Only one of the two layouts fits the length: in the other layout the name
    // would be empty or end elsewhere.
    const isOld = fits(frame, OLD_SET_SIZE, size);
    if (!isOld && !fits(frame, SET_SIZE, size)) {
      throw new ProtocolError(
        "SETXATTR has a length that differs from the sum of its parts",
      );
    }
    const nameAt = isOld ? OLD_SET_SIZE : SET_SIZE;
    const nameEnd = frame.nameEnd(nameAt);
    this.flags = frame.u32(SET.flags);
    this.setxattrFlags = isOld ? 0 : frame.u32(SET.setxattr_flags);
    this.name = frame.text(nameAt, nameEnd);
    this.#xattr = frame.data(nameEnd + 1, size, this.#xattr);
  }

  /** @internal The fields, with the data's length instead of the data. */
  override _fields(): Record<string, unknown> {
    const { name, flags, setxattrFlags } = this;
    return {
      ...{ name, size: this.#xattr.length, flags },
      setxattrFlags: named(setxattrFlags, setxattrFlagsString),
    };
  }
}

/** Returns whether a name at `at` and `size` bytes after it fill the body. */
function fits({ bytes, end }: Frame, at: number, size: number): boolean {
  const start = BODY + at;
  const nameEnd = bytes.indexOf(0, start);
  return nameEnd > start && nameEnd + 1 + size === end;
}

/**
 * Asks to remove an extended attribute of `header.node`.
 *
 * ENOSYS: from now on removexattr(2) fails with EOPNOTSUPP.
 */
export class RemovexattrRequest extends Request {
  /** The request's name. */
  readonly opname = "REMOVEXATTR";
  /** The attribute's name with its namespace, e.g. `"user.colour"`. */
  name = "";

  /** Answers that the attribute has been removed. */
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
