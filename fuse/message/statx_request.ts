import { checkU64Field } from "../../ffi/internal.ts";
import {
  FUSE_ATTR,
  FUSE_STATX,
  FUSE_STATX_IN,
  FUSE_STATX_OUT,
  FUSE_SX_TIME,
  setTime,
  setValidity,
  U64,
} from "../abi/internal.ts";
import {
  FUSE_GETATTR_FH,
  type GetattrFlags,
  getattrFlagsString,
  STATX_BASIC_STATS,
  STATX_BTIME,
} from "../abi/mod.ts";
import { Attr } from "./attr.ts";
import { named } from "./fields.ts";
import type { Frame } from "./frame.ts";
import { type Reply, REPLY_BODY } from "./reply.ts";
import { FieldsResponse, Request } from "./request.ts";

const { offset: IN, size: SIZE } = FUSE_STATX_IN;
const { offset: OUT } = FUSE_STATX_OUT;
const { offset: STAT } = FUSE_STATX;
const { offset: ATTR } = FUSE_ATTR;

/**
 * Asks for the metadata of `header.node` with its creation time: statx(2) with
 * STATX_BTIME; since Linux 6.6.
 *
 * ENOSYS: from now on the kernel sends GETATTR instead and reports no creation
 * time.
 */
export class StatxRequest extends Request {
  /** The request's name. */
  readonly opname = "STATX";
  /** `FUSE_GETATTR_FH` if {@linkcode handle} is valid. */
  flags: GetattrFlags = 0;
  /** @internal */
  readonly _handle: U64 = new U64();
  /** `AT_STATX_*` flags of statx(2). */
  statxFlags = 0;
  /** `STATX_*` flags: the requested fields. */
  mask = 0;
  /** @internal Reused with the request. */
  readonly _response: StatxResponse = new StatxResponse();

  /** The handle of the open file, if {@linkcode flags} says so. */
  get handle(): bigint {
    return this._handle.big;
  }

  /** @internal Whether the request names an open file. */
  get _hasHandle(): boolean {
    return (this.flags & FUSE_GETATTR_FH) !== 0;
  }

  /** Answers with the metadata. */
  respond(response: StatxResponse): void {
    this._respondWith(response);
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    frame.checkBody(SIZE);
    this.flags = frame.u32(IN.getattr_flags);
    frame.read64(this._handle, IN.fh);
    this.statxFlags = frame.u32(IN.sx_flags);
    this.mask = frame.u32(IN.sx_mask);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    const { handle } = this;
    return {
      flags: named(this.flags, getattrFlagsString),
      handle,
      statxFlags: named(this.statxFlags, hexadecimal),
      mask: named(this.mask, hexadecimal),
    };
  }
}

function hexadecimal(value: number): string {
  return `0x${value.toString(16)}`;
}

/** The metadata of a node, as statx(2) shows it. */
export class StatxResponse extends FieldsResponse {
  /** The same attributes as in the answer to GETATTR. */
  readonly attr: Attr = new Attr();
  /** Creation time in nanoseconds since 1970; `undefined` if unknown. */
  btimeNs: bigint | undefined;
  /** `STATX_ATTR_*`; Linux shows none of them so far. */
  attributes = 0n;
  /** Which of {@linkcode attributes} the file system knows. */
  attributesMask = 0n;

  /** @internal */
  override _encode(reply: Reply): void {
    reply.zeroBody(FUSE_STATX_OUT.size);
    const { view } = reply;
    const { attr } = this;
    setValidity(
      view,
      REPLY_BODY + OUT.attr_valid,
      REPLY_BODY + OUT.attr_valid_nsec,
      attr.validMs,
    );
    view.setUint32(REPLY_BODY + OUT.flags, attr.flags, true);
    const at = REPLY_BODY + OUT.stat;
    let mask = STATX_BASIC_STATS;
    if (this.btimeNs !== undefined) {
      mask |= STATX_BTIME;
      setTime(
        view,
        at + STAT.btime + FUSE_SX_TIME.offset.tv_sec,
        at + STAT.btime + FUSE_SX_TIME.offset.tv_nsec,
        "btimeNs",
        this.btimeNs,
      );
    }
    view.setUint32(at + STAT.mask, mask, true);
    const attributes = checkU64Field("attributes", this.attributes);
    view.setBigUint64(at + STAT.attributes, attributes, true);
    const known = checkU64Field("attributesMask", this.attributesMask);
    view.setBigUint64(at + STAT.attributes_mask, known, true);
    encodeAttr(view, at, attr._view);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    const { attr, btimeNs, attributes, attributesMask } = this;
    return { attr, btimeNs, attributes, attributesMask };
  }
}

/** Writes the fields of a `struct fuse_attr` into a `struct fuse_statx`. */
function encodeAttr(view: DataView, at: number, attr: DataView): void {
  for (const name of ["ino", "size", "blocks"] as const) {
    copy32(view, at + STAT[name], attr, ATTR[name]);
    copy32(view, at + STAT[name] + 4, attr, ATTR[name] + 4);
  }
  for (const name of ["blksize", "nlink", "uid", "gid"] as const) {
    copy32(view, at + STAT[name], attr, ATTR[name]);
  }
  for (const name of ["atime", "mtime", "ctime"] as const) {
    const { tv_sec, tv_nsec } = FUSE_SX_TIME.offset;
    copy32(view, at + STAT[name] + tv_sec, attr, ATTR[name]);
    copy32(view, at + STAT[name] + tv_sec + 4, attr, ATTR[name] + 4);
    copy32(view, at + STAT[name] + tv_nsec, attr, ATTR[`${name}nsec`]);
  }
  view.setUint16(at + STAT.mode, attr.getUint32(ATTR.mode, true), true);
  // The kernel's new_encode_dev: 12 bits of major within 20 bits of minor.
  const rdev = attr.getUint32(ATTR.rdev, true);
  view.setUint32(at + STAT.rdev_major, rdev >>> 8 & 0xfff, true);
  view.setUint32(
    at + STAT.rdev_minor,
    rdev & 0xff | rdev >>> 12 & 0xfff00,
    true,
  );
}

function copy32(
  to: DataView,
  at: number,
  from: DataView,
  start: number,
): void {
  to.setUint32(at, from.getUint32(start, true), true);
}
