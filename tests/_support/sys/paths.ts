/**
 * System calls on paths. A byte of a name that is not UTF-8 is the lone
 * surrogate that the library makes of it.
 *
 * @module
 */

import { cString, decodeBytes, encodeBytes } from "../../../ffi/c_string.ts";
import { STATFS, statLayout, STATX } from "../../../ffi/abi_linux.ts";
import { O_RDONLY, O_TRUNC } from "../../../posix/constants_fcntl.ts";
import { decodeStat, fstat as fstat_, type Stat } from "../../../posix/stat.ts";
import {
  AT_FDCWD,
  close,
  latin1,
  open,
  openLater,
  readAll,
  readLater,
  writeAll,
} from "./descriptors.ts";
import { c, done, doneLater } from "./libc.ts";

export * from "../../../posix/constants_stat.ts";

const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_REMOVEDIR = 0x200;
const AT_SYMLINK_FOLLOW = 0x400;
const UTIME_NOW = 0x3fffffff;

export const RENAME_NOREPLACE = 1;
export const RENAME_EXCHANGE = 2;
export const RENAME_WHITEOUT = 4;

export const R_OK = 4;
export const W_OK = 2;
export const X_OK = 1;
export const F_OK = 0;

/** What stat(2) tells, times in nanoseconds since 1970. */
export type Status =
  & Omit<Stat, "atim" | "mtim" | "ctim" | "size64" | "blocks64">
  & {
    readonly atime: bigint;
    readonly mtime: bigint;
    readonly ctime: bigint;
  };

function toStatus(stat: Stat): Status {
  const { atim, mtim, ctim, size64: _size, blocks64: _blocks, ...rest } = stat;
  const ns = ({ sec, nsec }: Stat["atim"]): bigint =>
    sec * 1_000_000_000n + BigInt(nsec);
  return { ...rest, atime: ns(atim), mtime: ns(mtim), ctime: ns(ctim) };
}

function buffer(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(statLayout().size));
}

function statusOf(bytes: Uint8Array<ArrayBuffer>): Status {
  return toStatus(decodeStat(new DataView(bytes.buffer), statLayout()));
}

/** `stat(path)`. */
export function stat(path: string): Status {
  const bytes = buffer();
  done("stat", c().fstatat(AT_FDCWD, cString(path), bytes, 0));
  return statusOf(bytes);
}

/** The same on a thread of its own. */
export async function statLater(path: string): Promise<Status> {
  const bytes = buffer();
  const result = c().fstatatAsync(AT_FDCWD, cString(path), bytes, 0);
  await doneLater("stat", result);
  return statusOf(bytes);
}

/** `lstat(path)`. */
export function lstat(path: string): Status {
  const bytes = buffer();
  const flags = AT_SYMLINK_NOFOLLOW;
  done("lstat", c().fstatat(AT_FDCWD, cString(path), bytes, flags));
  return statusOf(bytes);
}

/** `fstat(fd)`. */
export function fstat(fd: number): Status {
  return toStatus(fstat_(fd));
}

/** When a file was made, as statx(2) tells, in nanoseconds since 1970. */
export function birthOf(path: string): bigint {
  const bytes = new Uint8Array(new ArrayBuffer(STATX.size));
  const mask = 0x800; // STATX_BTIME
  done("statx", c().statx(AT_FDCWD, cString(path), 0, mask, bytes));
  const view = new DataView(bytes.buffer);
  const at = STATX.offset.stx_btime;
  return view.getBigInt64(at, true) * 1_000_000_000n +
    BigInt(view.getUint32(at + 8, true));
}

/** What differs between two files that are the same but for inode and times. */
export function about(path: string): (number | bigint)[] {
  const { mode, nlink, uid, gid, size, rdev } = lstat(path);
  return [mode, nlink, uid, gid, size, rdev];
}

/** What statfs(2) tells. */
export interface FileSystemStatus {
  readonly type: number;
  readonly bsize: number;
  readonly blocks: number;
  readonly bfree: number;
  readonly bavail: number;
  readonly files: number;
  readonly ffree: number;
  readonly namelen: number;
  readonly frsize: number;
}

/** `statfs(path)`. */
export function statfs(path: string): FileSystemStatus {
  const bytes = new Uint8Array(new ArrayBuffer(STATFS.size));
  done("statfs", c().statfs(cString(path), bytes));
  const view = new DataView(bytes.buffer);
  const at = STATFS.offset;
  const number = (offset: number): number =>
    Number(view.getBigInt64(offset, true));
  return {
    type: number(at.f_type),
    bsize: number(at.f_bsize),
    blocks: number(at.f_blocks),
    bfree: number(at.f_bfree),
    bavail: number(at.f_bavail),
    files: number(at.f_files),
    ffree: number(at.f_ffree),
    namelen: number(at.f_namelen),
    frsize: number(at.f_frsize),
  };
}

/** Whether `access(path, mode)` allows it. */
export function access(path: string, mode: number): boolean {
  return c().faccessat(AT_FDCWD, cString(path), mode, 0) === 0;
}

/** Whether there is something of that name. */
export function exists(path: string): boolean {
  return c().faccessat(AT_FDCWD, cString(path), F_OK, 0) === 0;
}

/** `readlink(path)`. */
export function readlink(path: string): string {
  return readlinkat(AT_FDCWD, path);
}

/** `readlinkat(fd, path)`; without a path, of a link that is open. */
export function readlinkat(fd: number, path = ""): string {
  const bytes = new Uint8Array(4097);
  const size = BigInt(bytes.length);
  const n = c().readlinkat(fd, cString(path), bytes, size);
  return decodeBytes(bytes.subarray(0, done("readlink", n)));
}

/** The target of a link that is open with O_PATH: `readlinkat(fd, "")`. */
export function freadlink(fd: number): string {
  const bytes = new Uint8Array(4097);
  const size = BigInt(bytes.length);
  const n = c().readlinkat(fd, cString(""), bytes, size);
  return decodeBytes(bytes.subarray(0, done("readlink", n)));
}

/** `mkdir(path, mode)`. */
export function mkdir(path: string, mode = 0o777): void {
  done("mkdir", c().mkdirat(AT_FDCWD, cString(path), mode));
}

/** Makes a directory, and those above it that are missing. */
export function makeDirs(path: string): void {
  for (let at = path.indexOf("/", 1); at > 0; at = path.indexOf("/", at + 1)) {
    if (!exists(path.slice(0, at))) mkdir(path.slice(0, at));
  }
  mkdir(path);
}

/** `mknod(path, mode, device)`. */
export function mknod(path: string, mode: number, device = 0n): void {
  done("mknod", c().mknodat(AT_FDCWD, cString(path), mode, device));
}

/** `mkfifo(path, mode)`. */
export function mkfifo(path: string, mode = 0o666): void {
  mknod(path, 0o010000 | mode);
}

/** `makedev(major, minor)`. */
export function makedev(major: number, minor: number): bigint {
  const high = BigInt(major) >> 12n << 44n | BigInt(minor) >> 8n << 20n;
  return high | BigInt(major & 0xfff) << 8n | BigInt(minor & 0xff);
}

/** `symlink(target, path)`. */
export function symlink(target: string, path: string): void {
  done("symlink", c().symlinkat(cString(target), AT_FDCWD, cString(path)));
}

/** `link(path, newPath)`, of the link itself where it is one. */
export function link(path: string, newPath: string): void {
  const [from, to] = [cString(path), cString(newPath)];
  done("link", c().linkat(AT_FDCWD, from, AT_FDCWD, to, 0));
}

/** Gives what is open a name. */
export function linkFd(fd: number, newPath: string): void {
  const [from, to] = [cString(`/proc/self/fd/${fd}`), cString(newPath)];
  done("link", c().linkat(AT_FDCWD, from, AT_FDCWD, to, AT_SYMLINK_FOLLOW));
}

/** `unlink(path)`. */
export function unlink(path: string): void {
  done("unlink", c().unlink(cString(path)));
}

/** `rmdir(path)`. */
export function rmdir(path: string): void {
  done("rmdir", c().unlinkat(AT_FDCWD, cString(path), AT_REMOVEDIR));
}

/** `renameat2(path, newPath, flags)`. */
export function rename(path: string, newPath: string, flags = 0): void {
  const [from, to] = [cString(path), cString(newPath)];
  done("rename", c().renameat2(AT_FDCWD, from, AT_FDCWD, to, flags));
}

/** `chmod(path, mode)`. */
export function chmod(path: string, mode: number): void {
  done("chmod", c().chmod(cString(path), mode));
}

/** `chown(path, owner, group)`; -1 leaves one as it is. */
export function chown(path: string, uid: number, gid: number): void {
  const name = cString(path);
  done("chown", c().fchownat(AT_FDCWD, name, uid >>> 0, gid >>> 0, 0));
}

/** `lchown(path, owner, group)`. */
export function lchown(path: string, uid: number, gid: number): void {
  const [name, flags] = [cString(path), AT_SYMLINK_NOFOLLOW];
  done("lchown", c().fchownat(AT_FDCWD, name, uid >>> 0, gid >>> 0, flags));
}

/** `truncate(path, size)`. */
export function truncate(path: string, size: number): void {
  done("truncate", c().truncate(cString(path), BigInt(size)));
}

/** `utimensat(path, [atime, mtime], flags)` in nanoseconds; default: now. */
export function utime(
  path: string,
  atime?: bigint,
  mtime?: bigint,
  { follow = true }: { follow?: boolean } = {},
): void {
  const times = timesOf(atime, mtime);
  const flags = follow ? 0 : AT_SYMLINK_NOFOLLOW;
  done("utimensat", c().utimensat(AT_FDCWD, cString(path), times, flags));
}

/** The same of what is open. */
export function futime(fd: number, atime?: bigint, mtime?: bigint): void {
  done("futimens", c().futimens(fd, timesOf(atime, mtime)));
}

function timesOf(...times: (bigint | undefined)[]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(32));
  for (const [i, time] of times.entries()) {
    const nsec = time === undefined
      ? BigInt(UTIME_NOW)
      : (time % 1_000_000_000n + 1_000_000_000n) % 1_000_000_000n;
    const sec = time === undefined ? 0n : (time - nsec) / 1_000_000_000n;
    view.setBigInt64(16 * i, sec, true);
    view.setBigInt64(16 * i + 8, nsec, true);
  }
  return new Uint8Array(view.buffer);
}

/** `chdir(path)`, undone at the end. */
export function chdir(path: string): void {
  done("chdir", c().chdir(cString(path)));
}

/** `umask(mask)`, undone at the end. */
export function umask(mask: number): number {
  return c().umask(mask);
}

/** Returns a file's content, each byte one character. */
export function content(path: string): string {
  return latin1(contentBytes(path));
}

/** Returns a file's content. */
export function contentBytes(path: string): Uint8Array {
  const fd = open(path, O_RDONLY);
  try {
    return readAll(fd);
  } finally {
    close(fd);
  }
}

/** The same as {@linkcode content}, on threads of their own. */
export async function contentLater(path: string): Promise<string> {
  const fd = await openLater(path, O_RDONLY);
  let text = "";
  try {
    for (;;) {
      const part = await readLater(fd, 1 << 18);
      if (part.length === 0) return text;
      text += latin1(part);
    }
  } finally {
    close(fd);
  }
}

/** Writes a file: a new one, or from the beginning of the one that is there. */
export function put(
  path: string,
  data: string | Uint8Array = "",
  flags: number = O_TRUNC,
): void {
  const fd = open(path, flags | 0o101, 0o666);
  try {
    writeAll(fd, data);
  } finally {
    close(fd);
  }
}

/** Returns how many bytes a string has as a name. */
export function nameLength(name: string): number {
  return encodeBytes(name).length;
}
