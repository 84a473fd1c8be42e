import {
  checkBytes,
  checkMethod,
  checkOptions,
  checkText,
  checkU32,
  checkU64Field,
  encodeBytes,
} from "../../ffi/internal.ts";
import { FUSE_DIRENT, FUSE_ENTRY_OUT, setNumber64 } from "../abi/internal.ts";
import { DT_UNKNOWN } from "../abi/mod.ts";
import type { LookupResponse } from "./node_requests.ts";
import { Reply, REPLY_BODY } from "./reply.ts";

const { offset: AT, size: HEAD } = FUSE_DIRENT;
/** The inode number of an entry whose inode is unknown; readdir(3) skips 0. */
const FUSE_UNKNOWN_INO = 0xffff_ffffn;
const SLASH = 0x2f;
/** linux/limits.h: NAME_MAX. */
const NAME_MAX = 255;

/** One entry of a directory. */
export interface Dirent {
  /**
   * Inode number. If it is 0 or absent, a server of `./fuse/fs` chooses a
   * number, and {@linkcode appendDirent} writes that the inode is unknown.
   */
  inode?: bigint;
  /** `DT_*`; default: `DT_UNKNOWN`, after which the caller may need stat(2). */
  type?: number;
  /** The name: 1 to 255 bytes without `/` or NUL. */
  name: string;
}

/** Rounds a record's length up to the alignment of records. */
function align(length: number): number {
  return (length + 7) & ~7;
}

/**
 * @internal Writes `struct fuse_dirent` at `at`, if it fits below `limit`.
 *
 * @returns The offset of the next record, or -1 if there was no room.
 */
export function writeDirent(
  view: DataView,
  at: number,
  limit: number,
  dirent: Dirent,
  cookie: number,
): number {
  const { inode = 0n, type = DT_UNKNOWN, name } = dirent;
  const length = writeName(view, at + HEAD, limit, name);
  const end = align(at + HEAD + length);
  if (length < 0 || end > limit) return -1;
  view.setBigUint64(at + AT.ino, checkU64Field("inode", inode), true);
  setNumber64(view, at + AT.off, cookie);
  view.setUint32(at + AT.namelen, length, true);
  view.setUint32(at + AT.type, checkU32("type", type), true);
  for (let i = at + HEAD + length; i < end; i++) view.setUint8(i, 0);
  return end;
}

/** Writes a name's bytes; returns their number, or -1 if they do not fit. */
function writeName(
  view: DataView,
  at: number,
  limit: number,
  name: string,
): number {
  if (name === "" || name.length > NAME_MAX) throw badName(name);
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code >= 0x80) return writeEncoded(view, at, limit, name);
    if (code === SLASH || code === 0) throw badName(name);
    if (at + i >= limit) return -1;
    view.setUint8(at + i, code);
  }
  return name.length;
}

function writeEncoded(
  view: DataView,
  at: number,
  limit: number,
  name: string,
): number {
  const bytes = encodeBytes(name);
  if (bytes.includes(SLASH) || bytes.includes(0) || bytes.length > NAME_MAX) {
    throw badName(name);
  }
  if (at + bytes.length > limit) return -1;
  for (const [i, byte] of bytes.entries()) view.setUint8(at + i, byte);
  return bytes.length;
}

function badName(name: string): RangeError {
  return new RangeError(`Cannot list an entry named ${JSON.stringify(name)}`);
}

/**
 * Appends a directory entry to the data of an answer to READDIR.
 *
 * The entry's cookie is the length of the data up to its end. A READDIR with
 * that offset therefore asks for the bytes from there.
 *
 * @param data The entries so far.
 * @param dirent The entry; its record is 24 bytes and the name, padded to 8.
 * @returns The data with the new entry.
 * @throws {RangeError} If the name is empty or has a `/` or a NUL.
 *
 * @example Usage
 * ```ts
 * import { appendDirent, DT_REG } from "@hostkit/hostkit/fuse";
 *
 * let data = new Uint8Array(0);
 * data = appendDirent(data, { inode: 2n, type: DT_REG, name: "hello" });
 * console.assert(data.length === 32);
 * ```
 */
export function appendDirent(
  data: Uint8Array,
  dirent: Dirent,
): Uint8Array<ArrayBuffer> {
  return append(data, NO_BYTES, dirent);
}

/**
 * Appends a directory entry and its answer to LOOKUP to the data of an answer
 * to READDIRPLUS. The cookie is the same as that of {@linkcode appendDirent}.
 *
 * @param data The entries so far.
 * @param dirent The entry; its record is 152 bytes and the name, padded to 8.
 * @param response The node of the name, whose lookup count grows by 1. Without
 * it the entry is only listed; `.` and `..` must always be listed without it.
 * @returns The data with the new entry.
 * @throws {RangeError} If the name is empty or has a `/` or a NUL.
 *
 * @example Usage
 * ```ts
 * import { appendDirentPlus, DT_REG, LookupResponse } from "@hostkit/hostkit/fuse";
 *
 * const response = new LookupResponse();
 * response.node = 2n;
 * response.attr.inode = 2n;
 * response.attr.mode = 0o100444;
 * const dirent = { inode: 2n, type: DT_REG, name: "hello" };
 * console.assert(appendDirentPlus(new Uint8Array(0), dirent, response).length === 160);
 * ```
 */
export function appendDirentPlus(
  data: Uint8Array,
  dirent: Dirent,
  response?: LookupResponse,
): Uint8Array<ArrayBuffer> {
  if (response !== undefined) {
    checkMethod("response", response, "_encodeNode");
  }
  const reply = new Reply();
  reply.zeroBody(FUSE_ENTRY_OUT.size);
  response?._encodeNode(reply);
  return append(data, reply.bytes.subarray(REPLY_BODY, reply.length), dirent);
}

const NO_BYTES = new Uint8Array(0);

/** Appends `front` and then an entry's record. */
function append(
  data: Uint8Array,
  front: Uint8Array,
  dirent: Dirent,
): Uint8Array<ArrayBuffer> {
  checkBytes("data", data);
  checkText("dirent.name", checkOptions("dirent", dirent).name);
  const at = data.length + front.length;
  const limit = align(at + HEAD + 3 * dirent.name.length);
  const bytes = new Uint8Array(new ArrayBuffer(limit));
  bytes.set(data);
  bytes.set(front, data.length);
  const view = new DataView(bytes.buffer);
  const { inode = 0n, type = DT_UNKNOWN, name } = dirent;
  const known = {
    inode: inode === 0n ? FUSE_UNKNOWN_INO : inode,
    type,
    name,
  };
  const end = writeDirent(view, at, limit, known, 0);
  setNumber64(view, at + AT.off, end);
  return bytes.subarray(0, end);
}
