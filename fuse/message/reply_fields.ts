/**
 * The fields of a reply, decoded from its bytes to print and compare replies.
 *
 * @module
 */

import { decodeBytes } from "../../ffi/internal.ts";
import {
  FUSE_ATTR,
  FUSE_ATTR_OUT,
  FUSE_BMAP_OUT,
  FUSE_COPY_FILE_RANGE_OUT,
  FUSE_DIRENT,
  FUSE_DIRENTPLUS,
  FUSE_ENTRY_OUT,
  FUSE_FILE_LOCK,
  FUSE_GETXATTR_OUT,
  FUSE_INIT_OUT,
  FUSE_IOCTL_OUT,
  FUSE_KSTATFS,
  FUSE_LK_OUT,
  FUSE_LSEEK_OUT,
  FUSE_OPEN_OUT,
  FUSE_POLL_OUT,
  FUSE_STATX,
  FUSE_STATX_OUT,
  FUSE_SX_TIME,
  FUSE_WRITE_OUT,
} from "../abi/internal.ts";
import * as op from "../abi/mod.ts";
import {
  attrFlagsString,
  direntTypeString,
  initFlagsString,
  ioctlFlagsString,
  lockTypeString,
  openResponseFlagsString,
  pollEventsString,
} from "../abi/mod.ts";
import { type Fields, named } from "./fields.ts";

const NS = 1_000_000_000n;
/** The number of data bytes that a trace shows. */
const MAX_SHOWN = 32;

/** Data of which a trace shows the first bytes. */
class Data {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  toString(): string {
    const shown = decodeBytes(this.#bytes.subarray(0, MAX_SHOWN));
    return JSON.stringify(shown) +
      (this.#bytes.length > MAX_SHOWN ? "..." : "");
  }

  toJSON(): string {
    return decodeBytes(this.#bytes);
  }
}

/** The names of a listing. */
class Names {
  readonly #names: readonly string[];

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  toString(): string {
    return JSON.stringify(this.#names);
  }

  toJSON(): readonly string[] {
    return this.#names;
  }
}

/** A time stamp, printed as a date and time. */
class Time {
  readonly #ns: bigint;

  constructor(seconds: bigint, nanoseconds: number) {
    this.#ns = seconds * NS + BigInt(nanoseconds);
  }

  toString(): string {
    const ms = Number(this.#ns / 1_000_000n);
    const date = new Date(ms);
    return Number.isNaN(date.getTime()) ? `${this.#ns}ns` : date.toISOString();
  }

  toJSON(): string {
    return `${this.#ns}`;
  }
}

const octal = (mode: number) => named(mode, (it) => `0${it.toString(8)}`);

/** A cache time in milliseconds. */
function validMs(view: DataView, seconds: number, nanoseconds: number): number {
  return Number(view.getBigUint64(seconds, true)) * 1000 +
    view.getUint32(nanoseconds, true) / 1e6;
}

function attrFields(view: DataView, at: number): Fields {
  const { offset } = FUSE_ATTR;
  const u32 = (name: keyof typeof offset) =>
    view.getUint32(at + offset[name], true);
  const u64 = (name: keyof typeof offset) =>
    view.getBigUint64(at + offset[name], true);
  const time = (name: "atime" | "mtime" | "ctime") =>
    new Time(view.getBigInt64(at + offset[name], true), u32(`${name}nsec`));
  return {
    ino: u64("ino"),
    mode: octal(u32("mode")),
    nlink: u32("nlink"),
    uid: u32("uid"),
    gid: u32("gid"),
    rdev: u32("rdev"),
    size: u64("size"),
    blocks: u64("blocks"),
    blksize: u32("blksize"),
    atime: time("atime"),
    mtime: time("mtime"),
    ctime: time("ctime"),
    attrFlags: named(u32("flags"), attrFlagsString),
  };
}

function entryFields(view: DataView, at = 0): Fields {
  const { offset } = FUSE_ENTRY_OUT;
  return {
    node: view.getBigUint64(at + offset.nodeid, true),
    generation: view.getBigUint64(at + offset.generation, true),
    entryValidMs: validMs(
      view,
      at + offset.entry_valid,
      at + offset.entry_valid_nsec,
    ),
    attrValidMs: validMs(
      view,
      at + offset.attr_valid,
      at + offset.attr_valid_nsec,
    ),
    ...attrFields(view, at + offset.attr),
  };
}

function openFields(view: DataView, at = 0): Fields {
  const { offset } = FUSE_OPEN_OUT;
  return {
    handle: view.getBigUint64(at + offset.fh, true),
    openFlags: named(
      view.getUint32(at + offset.open_flags, true),
      openResponseFlagsString,
    ),
    backingId: view.getInt32(at + offset.backing_id, true),
  };
}

function attrOutFields(view: DataView): Fields {
  const { offset } = FUSE_ATTR_OUT;
  return {
    attrValidMs: validMs(view, offset.attr_valid, offset.attr_valid_nsec),
    ...attrFields(view, offset.attr),
  };
}

function statxFields(view: DataView): Fields {
  const { offset: out } = FUSE_STATX_OUT;
  const { offset } = FUSE_STATX;
  const at = out.stat;
  const u32 = (name: keyof typeof offset) =>
    view.getUint32(at + offset[name], true);
  const u64 = (name: keyof typeof offset) =>
    view.getBigUint64(at + offset[name], true);
  const time = (name: "atime" | "btime" | "ctime" | "mtime") =>
    new Time(
      view.getBigInt64(at + offset[name], true),
      view.getUint32(at + offset[name] + FUSE_SX_TIME.offset.tv_nsec, true),
    );
  return {
    attrValidMs: validMs(view, out.attr_valid, out.attr_valid_nsec),
    mask: named(u32("mask"), (mask) => `0x${mask.toString(16)}`),
    ino: u64("ino"),
    mode: octal(view.getUint16(at + offset.mode, true)),
    nlink: u32("nlink"),
    uid: u32("uid"),
    gid: u32("gid"),
    rdev: `${u32("rdev_major")}:${u32("rdev_minor")}`,
    size: u64("size"),
    blocks: u64("blocks"),
    blksize: u32("blksize"),
    atime: time("atime"),
    mtime: time("mtime"),
    ctime: time("ctime"),
    btime: time("btime"),
  };
}

function statfsFields(view: DataView): Fields {
  const { offset } = FUSE_KSTATFS;
  return {
    blocks: view.getBigUint64(offset.blocks, true),
    bfree: view.getBigUint64(offset.bfree, true),
    bavail: view.getBigUint64(offset.bavail, true),
    files: view.getBigUint64(offset.files, true),
    ffree: view.getBigUint64(offset.ffree, true),
    bsize: view.getUint32(offset.bsize, true),
    namelen: view.getUint32(offset.namelen, true),
    frsize: view.getUint32(offset.frsize, true),
  };
}

function lockFields(view: DataView): Fields {
  const { offset } = FUSE_FILE_LOCK;
  return {
    type: named(view.getUint32(offset.type, true), lockTypeString),
    start: view.getBigUint64(offset.start, true),
    end: view.getBigUint64(offset.end, true),
    pid: view.getUint32(offset.pid, true),
  };
}

function ioctlFields(view: DataView, bytes: Uint8Array): Fields {
  const { offset, size } = FUSE_IOCTL_OUT;
  return {
    result: view.getInt32(offset.result, true),
    flags: named(view.getUint32(offset.flags, true), ioctlFlagsString),
    data: new Data(bytes.subarray(size)),
  };
}

function initFields(view: DataView): Fields {
  const { offset } = FUSE_INIT_OUT;
  const flags = BigInt(view.getUint32(offset.flags, true)) |
    BigInt(view.getUint32(offset.flags2, true)) << 32n;
  return {
    protocol: `${view.getUint32(offset.major, true)}.${
      view.getUint32(offset.minor, true)
    }`,
    maxReadahead: view.getUint32(offset.max_readahead, true),
    flags: named(flags, initFlagsString),
    maxBackground: view.getUint16(offset.max_background, true),
    congestionThreshold: view.getUint16(offset.congestion_threshold, true),
    maxWrite: view.getUint32(offset.max_write, true),
    timeGranNs: view.getUint32(offset.time_gran, true),
    maxPages: view.getUint16(offset.max_pages, true),
    maxStackDepth: view.getUint32(offset.max_stack_depth, true),
    requestTimeoutS: view.getUint16(offset.request_timeout, true),
  };
}

/** One entry of a listing. */
export interface ListedEntry {
  /** Its name. */
  readonly name: string;
  /** The offset of its record in the body. */
  readonly at: number;
  /** Its type, and with READDIRPLUS all fields of a lookup. */
  readonly fields: Fields;
}

/** Returns the entries of a listing. */
export function listedEntries(plus: boolean, bytes: Uint8Array): ListedEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { offset, size } = FUSE_DIRENT;
  const shift = plus ? FUSE_DIRENTPLUS.offset.dirent : 0;
  const entries: ListedEntry[] = [];
  for (let at = 0; at + shift + size <= bytes.length;) {
    const dirent = at + shift;
    const start = dirent + size;
    const end = start + view.getUint32(dirent + offset.namelen, true);
    const type = view.getUint32(dirent + offset.type, true);
    const ino = view.getBigUint64(dirent + offset.ino, true);
    entries.push({
      name: decodeBytes(bytes.subarray(start, end)),
      at,
      fields: {
        direntIno: ino,
        type: named(type, direntTypeString),
        ...plus ? entryFields(view, at) : {},
      },
    });
    at = end + 7 & ~7;
  }
  return entries;
}

function listing(plus: boolean): (view: DataView, bytes: Uint8Array) => Fields {
  return (_view, bytes) => ({
    entries: new Names(listedEntries(plus, bytes).map(({ name }) => name)),
  });
}

const data = (_view: DataView, bytes: Uint8Array): Fields => ({
  size: bytes.length,
  data: new Data(bytes),
});

const entryAndOpen = (view: DataView): Fields => ({
  ...entryFields(view),
  ...openFields(view, FUSE_ENTRY_OUT.size),
});

const u32 = (name: string) => (view: DataView): Fields => ({
  [name]: view.getUint32(0, true),
});
const u64 = (name: string) => (view: DataView): Fields => ({
  [name]: view.getBigUint64(0, true),
});

function pollFields(view: DataView): Fields {
  return { revents: named(view.getUint32(0, true), pollEventsString) };
}

type Reader = (view: DataView, bytes: Uint8Array) => Fields;

const ENTRY = [FUSE_ENTRY_OUT.size, (view: DataView) => entryFields(view)];
const OPEN = [FUSE_OPEN_OUT.size, (view: DataView) => openFields(view)];
const CREATE = [FUSE_ENTRY_OUT.size + FUSE_OPEN_OUT.size, entryAndOpen];
const ATTR = [FUSE_ATTR_OUT.size, attrOutFields];
const DATA = [0, data];

/** The smallest body and the decoder of the answer to each opcode. */
const READERS: ReadonlyMap<number, readonly [size: number, Reader]> = new Map([
  [op.FUSE_LOOKUP, ENTRY],
  [op.FUSE_MKNOD, ENTRY],
  [op.FUSE_MKDIR, ENTRY],
  [op.FUSE_SYMLINK, ENTRY],
  [op.FUSE_LINK, ENTRY],
  [op.FUSE_CREATE, CREATE],
  [op.FUSE_TMPFILE, CREATE],
  [op.FUSE_GETATTR, ATTR],
  [op.FUSE_SETATTR, ATTR],
  [op.FUSE_STATX, [FUSE_STATX_OUT.size, statxFields]],
  [op.FUSE_READLINK, [0, (_view, bytes) => ({ target: decodeBytes(bytes) })]],
  [op.FUSE_OPEN, OPEN],
  [op.FUSE_OPENDIR, OPEN],
  [op.FUSE_READ, DATA],
  [op.FUSE_READDIR, [0, listing(false)]],
  [op.FUSE_READDIRPLUS, [0, listing(true)]],
  [op.FUSE_WRITE, [FUSE_WRITE_OUT.size, u32("size")]],
  [op.FUSE_COPY_FILE_RANGE, [FUSE_WRITE_OUT.size, u32("size")]],
  [op.FUSE_COPY_FILE_RANGE_64, [FUSE_COPY_FILE_RANGE_OUT.size, u64("size")]],
  [op.FUSE_STATFS, [FUSE_KSTATFS.size, statfsFields]],
  [op.FUSE_GETXATTR, DATA],
  [op.FUSE_LISTXATTR, DATA],
  [op.FUSE_GETLK, [FUSE_LK_OUT.size, lockFields]],
  [op.FUSE_BMAP, [FUSE_BMAP_OUT.size, u64("block")]],
  [op.FUSE_IOCTL, [FUSE_IOCTL_OUT.size, ioctlFields]],
  [op.FUSE_POLL, [FUSE_POLL_OUT.size, pollFields]],
  [op.FUSE_LSEEK, [FUSE_LSEEK_OUT.size, u64("offset")]],
  [op.FUSE_INIT, [FUSE_INIT_OUT.size, initFields]],
] as [number, [number, Reader]][]);

/**
 * Returns the fields of a successful reply's body.
 *
 * @param opcode The opcode of the request.
 * @param asksSize Whether the request asks only for the size of an attribute.
 * @param bytes The body.
 */
export function replyFields(
  opcode: number,
  asksSize: boolean,
  bytes: Uint8Array,
): Fields {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (asksSize) {
    return bytes.length < FUSE_GETXATTR_OUT.size ? {} : u32("size")(view);
  }
  const [size, reader] = READERS.get(opcode) ?? [];
  if (reader !== undefined && bytes.length >= size!) return reader(view, bytes);
  return bytes.length === 0 ? {} : data(view, bytes);
}
