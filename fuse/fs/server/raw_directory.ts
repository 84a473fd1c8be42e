/**
 * Listings of host directories: each record of getdents64(2) is copied as a
 * `struct fuse_dirent`, without a string or an object for each name.
 *
 * Cookies are the directory's own, so nothing is kept between two answers.
 *
 * @module
 */

import {
  decodeBytes,
  DIRENT64,
  errno,
  libc,
  linuxLibc,
} from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { EINVAL, ENOENT, fstat } from "../../../posix/mod.ts";
import { FUSE_DIRENT, type U64 } from "../../abi/internal.ts";
import { type Reply, REPLY_BODY } from "../../message/internal.ts";

const { offset: FROM } = DIRENT64;
const { offset: TO, size: HEAD } = FUSE_DIRENT;
const DOT = 0x2e;
const UNIT = 8;
const SEEK_SET = 0;
/** The length of a host record with a short name, and with the longest name. */
const MIN_RECORD = 24;
const MAX_RECORD = 280;
/** The length of a `struct fuse_dirent` with the same short name. */
const MIN_DIRENT = 32;

const RECORDS = new Uint8Array(new ArrayBuffer(64 * 1024));
const RECORDS_VIEW = new DataView(RECORDS.buffer);

/** A handle that can list its directory without an object for each name. */
export interface RawLister {
  /**
   * @internal A descriptor of the directory; `undefined` if each entry needs an
   * object.
   */
  readonly _rawFd: number | undefined;
}

/** Returns the descriptor of a raw lister, as its `_rawFd`. */
export function rawFdOf(handle: object): number | undefined {
  return "_rawFd" in handle ? (handle as RawLister)._rawFd : undefined;
}

/**
 * Fills a reply with the entries of an open directory.
 *
 * @param cookie The position to continue from: 0, or the cookie of the previous
 * entry.
 * @param size The most bytes of the answer: at least 4096, as the kernel asks
 * for.
 * @param room The number of bytes to leave free in front of each entry.
 * @param madeUp Returns the inode number of a name that has none.
 * @returns The number of entries `.` and `..`.
 * @throws {SyscallError} As lseek(2) and getdents64(2).
 */
export function readRaw(
  fd: number,
  cookie: U64,
  reply: Reply,
  size: number,
  room: number,
  madeUp: (name: string) => bigint,
): number {
  reply.reserve(size);
  if (libc().lseek(fd, cookie.big, SEEK_SET) < 0n) throw seekError(fd);
  const limit = REPLY_BODY + size;
  let dots = 0;
  for (;;) {
    // No record grows by a larger factor than that of the shortest name.
    const left = limit - reply.length;
    const fitting = Math.floor(left * MIN_RECORD / (room + MIN_DIRENT));
    const length = Math.min(fitting, RECORDS.length);
    if (length < MAX_RECORD) return dots;
    const n = linuxLibc().getdents64(fd, RECORDS, BigInt(length));
    if (n > 0) dots += copyRecords(RECORDS_VIEW, n, reply, limit, room, madeUp);
    else if (n === 0 || reply.length > REPLY_BODY) return dots;
    else if (errno() !== EINVAL) throw new SyscallError("getdents64", errno());
    else return readLong(fd, reply, limit, room, madeUp);
  }
}

/** ext4 says EINVAL of a directory that was removed, and means ENOENT. */
function seekError(fd: number): SyscallError {
  const error = errno();
  return error === EINVAL && fstat(fd).nlink === 0
    ? new SyscallError("getdents64", ENOENT)
    : new SyscallError("lseek", error);
}

/** Does the same if the next name is longer than 255 bytes, as on vfat. */
function readLong(
  fd: number,
  reply: Reply,
  limit: number,
  room: number,
  madeUp: (name: string) => bigint,
): number {
  const length = BigInt(RECORDS.length);
  const n = linuxLibc().getdents64(fd, RECORDS, length);
  if (n < 0) throw new SyscallError("getdents64", errno());
  return copyRecords(RECORDS_VIEW, n, reply, limit, room, madeUp);
}

/**
 * Appends records of getdents64(2) to a reply, until the next record would
 * exceed `limit`.
 *
 * @returns The number of entries `.` and `..`.
 */
export function copyRecords(
  from: DataView,
  length: number,
  reply: Reply,
  limit: number,
  room: number,
  madeUp: (name: string) => bigint,
): number {
  const { bytes, view } = reply;
  let dots = 0;
  for (let at = 0; at < length;) {
    const start = reply.length + room;
    const name = at + FROM.d_name;
    const reclen = from.getUint16(at + FROM.d_reclen, true);
    // The FUSE header is at most one unit longer than the host's.
    if (start + reclen + UNIT > limit) return dots;
    let to = start + HEAD;
    for (let byte; (byte = from.getUint8(name + to - start - HEAD)) !== 0;) {
      bytes[to++] = byte;
    }
    const n = to - start - HEAD;
    copy64(from, at + FROM.d_ino, view, start + TO.ino);
    copy64(from, at + FROM.d_off, view, start + TO.off);
    view.setUint32(start + TO.namelen, n, true);
    view.setUint32(start + TO.type, from.getUint8(at + FROM.d_type), true);
    while (to % UNIT !== 0) bytes[to++] = 0;
    if (
      view.getUint32(start + TO.ino, true) === 0 &&
      view.getUint32(start + TO.ino + 4, true) === 0
    ) {
      view.setBigUint64(start + TO.ino, madeUp(nameAt(reply, start)), true);
    }
    if (isDotsAt(reply, start)) dots++;
    reply.length = to;
    at += reclen;
  }
  return dots;
}

function copy64(from: DataView, at: number, to: DataView, start: number): void {
  to.setUint32(start, from.getUint32(at, true), true);
  to.setUint32(start + 4, from.getUint32(at + 4, true), true);
}

/** Returns the name of the `struct fuse_dirent` at `at`. */
export function nameAt({ bytes, view }: Reply, at: number): string {
  const length = view.getUint32(at + TO.namelen, true);
  return decodeBytes(bytes.subarray(at + HEAD, at + HEAD + length));
}

/** Returns the offset of the next `struct fuse_dirent`. */
export function direntEnd({ view }: Reply, at: number): number {
  return at + (HEAD + view.getUint32(at + TO.namelen, true) + UNIT - 1 & -UNIT);
}

/** Whether the `struct fuse_dirent` at `at` is `.` or `..`. */
export function isDotsAt({ bytes, view }: Reply, at: number): boolean {
  const length = view.getUint32(at + TO.namelen, true);
  return bytes[at + HEAD] === DOT &&
    (length === 1 || length === 2 && bytes[at + HEAD + 1] === DOT);
}
