/**
 * Makes things in the source that belong to whom they are made for.
 *
 * Whoever may write in the directory may at once put another file in the place
 * of what was made, so nothing is changed there by name.
 *
 * @module
 */

import { errno, libc, linuxLibc } from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import {
  EEXIST,
  ENOENT,
  ESTALE,
  O_ACCMODE,
  O_CLOEXEC,
  O_CREAT,
  O_EXCL,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_PATH,
  O_RDONLY,
  O_TRUNC,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_ISGID,
  S_ISUID,
} from "../../../posix/mod.ts";
import type { CreateRequest, CreationRequest } from "../../message/mod.ts";
import { asCaller, ownerFor } from "./as_caller.ts";
import { hasDefaultAcl } from "./default_acl.ts";
import type { CName } from "./entry.ts";
import { procPath } from "./scratch_name.ts";
import { truncate } from "./setattr.ts";
import type { Stat } from "./stat.ts";

const PERMISSIONS = 0o7777;
const RWX = 0o777;
/** What an owner needs for each of O_RDONLY, O_WRONLY and O_RDWR. */
const ACCESS = [0o400, 0o200, 0o600];
/** How often a name may come and go while it is made. */
const MAX_TRIES = 100;
/** The clock that files have their times from may be late by that much. */
const CLOCK_MS = 20;

/** What a new file shall be like. */
export interface Wish<R extends CreationRequest = CreationRequest> {
  /** Who makes it. */
  readonly request: R;
  /** The type and permissions to ask for. */
  readonly mode: number;
  /** Whether the directory's default ACL decides about the permissions. */
  readonly hasAcl: boolean;
}

/** What a request wishes for in a directory: a default ACL outdoes the umask. */
export function wishIn<
  R extends CreationRequest & { readonly mode: number; readonly umask: number },
>(dirFd: number, request: R): Wish<R> {
  const { mode, umask } = request;
  const hasAcl = hasDefaultAcl(dirFd);
  return { request, mode: hasAcl ? mode : mode & ~umask, hasAcl };
}

/**
 * Makes a file and opens it; leaves its metadata in `stat`.
 *
 * @param flags Those of open(2) but O_CREAT and O_EXCL.
 * @throws {SyscallError} ESTALE if there is a file of that name now, unless the
 * caller wants EEXIST or owns it: the kernel has not seen it, and looks whether
 * the caller may open it.
 */
export function createFile(
  dirFd: number,
  cName: CName,
  flags: number,
  wish: Wish<CreateRequest>,
  stat: Stat,
): number {
  const { request: { header, name, flags: asked }, mode } = wish;
  const made = flags | O_CREAT | O_EXCL;
  for (let i = 0; i < MAX_TRIES; i++) {
    const fd = asCaller(header, () => libc().openat(dirFd, cName, made, mode));
    if (fd >= 0) return settled(fd, wish, stat);
    const error = -fd;
    if (error !== EEXIST || asked & O_EXCL) {
      throw new SyscallError("openat", error, { path: name });
    }
    if (stat.at(dirFd, cName)) {
      // The kernel looks but once more, and files may come and go fast.
      const own = openOwn(dirFd, cName, flags, header.uid, stat);
      if (own !== undefined) return own;
    } else if (errno() !== ENOENT) throw new SyscallError("statx", errno());
  }
  throw new SyscallError("openat", ESTALE, { path: name });
}

/**
 * Opens a file that its owner may open without another look at groups and
 * lists; `undefined` if it has gone.
 *
 * @throws {SyscallError} ESTALE for every other.
 */
function openOwn(
  dirFd: number,
  cName: CName,
  flags: number,
  uid: number,
  stat: Stat,
): number | undefined {
  const isOwn = (): boolean =>
    stat.type === S_IFREG && stat.uid === uid &&
    (stat.mode & (S_ISUID | S_ISGID)) === 0 &&
    (~stat.mode & ACCESS[flags & O_ACCMODE]!) === 0;
  const refusal = () => new SyscallError("openat", ESTALE);
  if (!isOwn()) throw refusal();
  const fd = libc().openat(dirFd, cName, flags & ~O_TRUNC | O_NONBLOCK, 0);
  if (fd < 0) {
    if (errno() === ENOENT) return undefined;
    throw refusal();
  }
  try {
    if (!stat.of(fd) || !isOwn()) throw refusal();
    const isWritable = (flags & O_ACCMODE) !== O_RDONLY;
    if (flags & O_TRUNC) truncate(fd, isWritable, 0n);
    if (!stat.of(fd)) throw new SyscallError("statx", errno());
    return fd;
  } catch (error) {
    libc().close(fd);
    throw error;
  }
}

/**
 * Gives a new file the permissions that this process's umask took, or closes
 * it if that fails; leaves its metadata in `stat`.
 *
 * @param fd A descriptor of it, and of nothing that could be in its place.
 */
export function settled(fd: number, wish: Wish, stat: Stat): number {
  try {
    if (!stat.of(fd)) throw new SyscallError("statx", errno());
    const lacking = missingMode(stat, wish);
    if (lacking === undefined) return fd;
    if (linuxLibc().chmod(procPath(fd), lacking) < 0) {
      throw new SyscallError("chmod", errno());
    }
    if (!stat.of(fd)) throw new SyscallError("statx", errno());
    return fd;
  } catch (error) {
    libc().close(fd);
    throw error;
  }
}

/**
 * Makes something that has a name but no descriptor, and leaves in `stat` what
 * has the name then. If its permissions need to be changed, and it is not sure
 * that it is still what was made, they stay as they are.
 *
 * @throws {SyscallError} ESTALE if it has gone, or is another type of file.
 */
export function makeName(
  syscall: string,
  dirFd: number,
  cName: CName,
  wish: Wish,
  stat: Stat,
  make: () => number,
): void {
  const { request: { header }, mode } = wish;
  const start = Date.now() - CLOCK_MS;
  const made = asCaller(header, make);
  if (made < 0) throw new SyscallError(syscall, -made);
  const type = mode & S_IFMT;
  if (!stat.at(dirFd, cName) || stat.type !== type) {
    throw new SyscallError(syscall, ESTALE);
  }
  if (missingMode(stat, wish) === undefined) return;
  const fd = libc().openat(dirFd, cName, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
  if (fd < 0) throw new SyscallError("openat", ESTALE);
  try {
    if (!stat.of(fd) || stat.type !== type) {
      throw new SyscallError(syscall, ESTALE);
    }
    const lacking = missingMode(stat, wish);
    const isMade = (stat.mode & ~(mode | S_ISGID)) === 0 &&
      stat.uid === ownerFor(header) && stat.birthMs >= start;
    if (!isMade || lacking === undefined) return;
    asCaller(header, () => linuxLibc().chmod(procPath(fd), lacking));
    if (!stat.of(fd)) throw new SyscallError("statx", errno());
  } finally {
    libc().close(fd);
  }
}

/** Returns the permissions that something new shall have, if it has not. */
function missingMode(
  stat: Stat,
  { request: { header, supplementaryGroups }, mode, hasAcl }: Wish,
): number | undefined {
  const { mode: created, gid } = stat;
  if (stat.type === S_IFLNK) return undefined;
  const rwx = (hasAcl ? created : mode) & RWX;
  const wanted = rwx | (mode | created & S_ISGID) & PERMISSIONS & ~RWX;
  // The group is the directory's: who is not in it does not act for it.
  const isMember = header.uid === 0 || header.gid === gid ||
    supplementaryGroups.includes(gid);
  const bits = isMember ? wanted : wanted & ~S_ISGID | created & S_ISGID;
  return (bits ^ created) & PERMISSIONS ? bits : undefined;
}
