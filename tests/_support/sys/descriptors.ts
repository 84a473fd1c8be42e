/**
 * System calls on descriptors. What a client leaves open is closed when its
 * function has returned.
 *
 * @module
 */

import { cString } from "../../../ffi/c_string.ts";
import { errno } from "../../../ffi/libc.ts";
import { SyscallError } from "../../../ffi/syscall_error.ts";
import { unixAddress } from "../../../hostfd/_unix_address.ts";
import { AF_UNIX, SOCK_STREAM } from "../../../hostfd/constants_socket.ts";
import { O_CLOEXEC } from "../../../posix/constants_fcntl.ts";
import { c, done, doneLater } from "./libc.ts";

export * from "../../../posix/constants_fcntl.ts";

export const AT_FDCWD = -100;
export const SEEK_SET = 0;
export const SEEK_CUR = 1;
export const SEEK_END = 2;
export const SEEK_DATA = 3;
export const SEEK_HOLE = 4;

// sys/epoll.h
const EPOLL_CTL_ADD = 1;

const open_ = new Set<number>();

/** Notes a descriptor that is to be closed at the end. */
export function own(fd: number): number {
  open_.add(fd);
  return fd;
}

/** Closes all that is still open. */
export function closeAll(): void {
  for (const fd of open_) c().close(fd);
  open_.clear();
}

/** A text stands for its UTF-8. */
export function bytesOf(data: string | Uint8Array): Uint8Array {
  return typeof data === "string" ? new TextEncoder().encode(data) : data;
}

/** Returns bytes as text, each byte one character. */
export function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) {
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  }
  return text;
}

/** `open(path, flags, mode)`. */
export function open(path: string, flags: number, mode = 0o777): number {
  const fd = c().open(cString(path), flags | O_CLOEXEC, mode);
  return own(done("open", fd));
}

/** `openat(fd, path, flags, mode)`. */
export function openat(
  dir: number,
  path: string,
  flags: number,
  mode = 0o777,
): number {
  const fd = c().openat(dir, cString(path), flags | O_CLOEXEC, mode);
  return own(done("openat", fd));
}

/** The same as {@linkcode open}, on a thread of its own. */
export async function openLater(
  path: string,
  flags: number,
  mode = 0o777,
): Promise<number> {
  const fd = c().openAsync(cString(path), flags | O_CLOEXEC, mode);
  return own(await doneLater("open", fd));
}

/** `close(fd)`. */
export function close(fd: number): void {
  open_.delete(fd);
  done("close", c().close(fd));
}

/** Makes an empty file, or leaves the one that is there. */
export function create(path: string, flags = 0, mode = 0o666): void {
  close(open(path, flags | 0o101, mode));
}

/** `read(fd, buffer, size)`. */
export function read(fd: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  return bytes.subarray(0, done("read", c().read(fd, bytes, BigInt(size))));
}

/** The same into memory that is there. */
export function readInto(fd: number, bytes: Uint8Array<ArrayBuffer>): number {
  return done("read", c().read(fd, bytes, BigInt(bytes.length)));
}

/** The same on a thread of its own. */
export async function readLater(fd: number, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  const n = c().readAsync(fd, bytes, BigInt(size));
  return bytes.subarray(0, await doneLater("read", n));
}

/** `pread(fd, buffer, size, offset)`. */
export function pread(fd: number, size: number, offset: number): Uint8Array {
  const bytes = new Uint8Array(size);
  const n = c().pread(fd, bytes, BigInt(size), BigInt(offset));
  return bytes.subarray(0, done("pread", n));
}

/** `write(fd, data, size)`. */
export function write(fd: number, data: string | Uint8Array): number {
  const bytes = bytesOf(data);
  return done("write", c().write(fd, fixed(bytes), BigInt(bytes.length)));
}

/** The same on a thread of its own. */
export function writeLater(
  fd: number,
  data: string | Uint8Array,
): Promise<number> {
  const bytes = bytesOf(data);
  const n = c().writeAsync(fd, fixed(bytes), BigInt(bytes.length));
  return doneLater("write", n);
}

/** `pwrite(fd, data, size, offset)`. */
export function pwrite(
  fd: number,
  data: string | Uint8Array,
  offset: number | bigint,
): number {
  const bytes = bytesOf(data);
  const size = BigInt(bytes.length);
  return done("pwrite", c().pwrite(fd, fixed(bytes), size, BigInt(offset)));
}

function fixed(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>;
}

/** `lseek(fd, offset, whence)`. */
export function lseek(fd: number, offset: number, whence: number): number {
  const at = c().lseek(fd, BigInt(offset), whence);
  if (at < 0n) throw new SyscallError("lseek", errno());
  return Number(at);
}

/** `ftruncate(fd, size)`. */
export function ftruncate(fd: number, size: number): void {
  done("ftruncate", c().ftruncate(fd, BigInt(size)));
}

/** `fallocate(fd, mode, offset, size)`. */
export function fallocate(
  fd: number,
  mode: number,
  offset: number,
  size: number,
): void {
  const result = c().fallocate(fd, mode, BigInt(offset), BigInt(size));
  done("fallocate", result);
}

/** `dup(fd)`. */
export function dup(fd: number): number {
  return own(done("dup", c().dup(fd)));
}

/** Has the kernel forget a file's pages: `POSIX_FADV_DONTNEED`. */
export function forgetPages(fd: number): void {
  const error = c().posix_fadvise(fd, 0n, 0n, 4);
  if (error !== 0) throw new SyscallError("posix_fadvise", error);
}

/** `sync()`. */
export function sync(): void {
  c().sync();
}

/** `fsync(fd)`. */
export function fsync(fd: number): void {
  done("fsync", c().fsync(fd));
}

/** `fdatasync(fd)`. */
export function fdatasync(fd: number): void {
  done("fdatasync", c().fdatasync(fd));
}

/** `fchmod(fd, mode)`. */
export function fchmod(fd: number, mode: number): void {
  done("fchmod", c().fchmod(fd, mode));
}

/** `fchown(fd, owner, group)`; -1 leaves one as it is. */
export function fchown(fd: number, uid: number, gid: number): void {
  done("fchown", c().fchown(fd, uid >>> 0, gid >>> 0));
}

/** `ioctl(fd, request, argument)`, which may change the argument. */
export function ioctl(
  fd: number,
  request: number,
  argument: Uint8Array<ArrayBuffer>,
): number {
  return done("ioctl", c().ioctl(fd, BigInt(request), argument));
}

/** The same on a thread of its own. */
export function ioctlLater(
  fd: number,
  request: number,
  argument: Uint8Array<ArrayBuffer>,
): Promise<number> {
  return doneLater("ioctl", c().ioctlAsync(fd, BigInt(request), argument));
}

/** `copy_file_range(from, &at, to, &toAt, size, 0)`. */
export function copyFileRange(
  from: number,
  to: number,
  size: number,
  at: number | bigint,
  toAt: number | bigint,
): number {
  const [in_, out] = [at, toAt].map((it) =>
    new Uint8Array(new BigInt64Array([BigInt(it)]).buffer)
  );
  const n = c().copy_file_range(from, in_!, to, out!, BigInt(size), 0);
  return done("copy_file_range", n);
}

/** Makes a Unix socket that has a path, and listens. */
export function bindUnix(path: string): void {
  const fd = own(done("socket", c().socket(AF_UNIX, SOCK_STREAM, 0)));
  const address = unixAddress("bind", path);
  done("bind", c().bind(fd, address, address.length));
  done("listen", c().listen(fd, 1));
}

/** Connects to it. */
export function connectUnix(path: string): void {
  const fd = own(done("socket", c().socket(AF_UNIX, SOCK_STREAM, 0)));
  const address = unixAddress("connect", path);
  done("connect", c().connect(fd, address, address.length));
}

/** `inotify_init1(IN_CLOEXEC)`, and a watch on one path. */
export function watch(path: string, mask: number): number {
  const fd = own(done("inotify_init1", c().inotify_init1(O_CLOEXEC)));
  done("inotify_add_watch", c().inotify_add_watch(fd, cString(path), mask));
  return fd;
}

/** `poll` on one descriptor; returns `revents`, or 0 after `timeoutMs`. */
export function poll(fd: number, events: number, timeoutMs: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setInt32(0, fd, true);
  view.setInt16(4, events, true);
  done("poll", c().poll(new Uint8Array(view.buffer), 1n, timeoutMs));
  return view.getInt16(6, true);
}

export const EPOLLIN = 1;
export const EPOLLRDHUP = 0x2000;

/** `epoll_create1(EPOLL_CLOEXEC)`, and one descriptor that it watches. */
export function watchEvents(fd: number, events: number): number {
  const epoll = own(done("epoll_create1", c().epoll_create1(O_CLOEXEC)));
  // On x86-64 it is shorter; the second half may be anything.
  const event = new Uint8Array(new Uint32Array([events, 0, 0, 0]).buffer);
  done("epoll_ctl", c().epoll_ctl(epoll, EPOLL_CTL_ADD, fd, event));
  return epoll;
}

/** Returns all of a file from where the descriptor is. */
export function readAll(fd: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (;;) {
    const part = read(fd, 1 << 18);
    if (part.length === 0) break;
    parts.push(part);
  }
  if (parts.length === 1) return parts[0]!;
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Writes all of the data, however often it takes. */
export function writeAll(fd: number, data: string | Uint8Array): void {
  let rest = bytesOf(data);
  while (rest.length > 0) rest = rest.subarray(write(fd, rest));
}
