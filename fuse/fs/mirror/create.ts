/**
 * Makes files in the source that belong to the caller of the request.
 *
 * Another program may replace a new file in its directory at once, so nothing
 * there is changed by name.
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
/** The permissions an owner needs for O_RDONLY, O_WRONLY and O_RDWR. */
const ACCESS = [0o400, 0o200, 0o600];
/** The most tries to make a name that other programs add and remove. */
const MAX_TRIES = 100;
/** The most milliseconds by which timestamps of files lag behind the clock. */
const CLOCK_MS = 20;

/** The properties of a new file. */
export interface Spec<R extends CreationRequest = CreationRequest> {
  /** The request to make the file. */
  readonly request: R;
  /** The type and permissions to ask for. */
  readonly mode: number;
  /** Whether the directory's default ACL determines the permissions. */
  readonly hasAcl: boolean;
}

/** Returns the properties of a new file: a default ACL overrides the umask. */
export function specIn<
  R extends CreationRequest & { readonly mode: number; readonly umask: number },
>(dirFd: number, request: R): Spec<R> {
  const { mode, umask } = request;
  const hasAcl = hasDefaultAcl(dirFd);
  return { request, mode: hasAcl ? mode : mode & ~umask, hasAcl };
}

/**
 * Makes a file and opens it; leaves its metadata in `stat`.
 *
 * @param flags The flags of open(2) without O_CREAT and O_EXCL.
 * @throws {SyscallError} ESTALE if another program has made a file of that
 * name, unless the caller asked for O_EXCL or owns the file: the kernel then
 * looks the name up and checks whether the caller may open the file.
 */
export function createFile(
  dirFd: number,
  cName: CName,
  flags: number,
  spec: Spec<CreateRequest>,
  stat: Stat,
): number {
  const { request: { header, name, flags: asked }, mode } = spec;
  const made = flags | O_CREAT | O_EXCL;
  for (let i = 0; i < MAX_TRIES; i++) {
    const fd = asCaller(header, () => libc().openat(dirFd, cName, made, mode));
    if (fd >= 0) return setMode(fd, spec, stat);
    const error = -fd;
    if (error !== EEXIST || asked & O_EXCL) {
      throw new SyscallError("openat", error, { path: name });
    }
    if (stat.at(dirFd, cName)) {
      // The kernel retries only once, and files may come and go fast.
      const own = openOwn(dirFd, cName, flags, header.uid, stat);
      if (own !== undefined) return own;
    } else if (errno() !== ENOENT) throw new SyscallError("statx", errno());
  }
  throw new SyscallError("openat", ESTALE, { path: name });
}

/**
 * Opens a file if the caller owns it and the owner's permissions suffice, so
 * that groups and access control lists need no check; returns `undefined` if
 * the file is gone.
 *
 * @throws {SyscallError} ESTALE for every other file.
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
 * Sets the permissions of a new file that this process's umask has cleared;
 * leaves its metadata in `stat`. Closes the file if that fails.
 *
 * @param fd A descriptor of the new file, which no other file can replace.
 * @returns `fd`
 */
export function setMode(fd: number, spec: Spec, stat: Stat): number {
  try {
    if (!stat.of(fd)) throw new SyscallError("statx", errno());
    const lacking = missingMode(stat, spec);
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
 * Makes a file that the system call does not open; leaves in `stat` the
 * metadata of the file that has the name then. If its permissions need to be
 * changed, but it might have replaced the new file, they stay as they are.
 *
 * @throws {SyscallError} ESTALE if the name is gone, or has another file type.
 */
export function makeName(
  syscall: string,
  dirFd: number,
  cName: CName,
  spec: Spec,
  stat: Stat,
  make: () => number,
): void {
  const { request: { header }, mode } = spec;
  const start = Date.now() - CLOCK_MS;
  const made = asCaller(header, make);
  if (made < 0) throw new SyscallError(syscall, -made);
  const type = mode & S_IFMT;
  if (!stat.at(dirFd, cName) || stat.type !== type) {
    throw new SyscallError(syscall, ESTALE);
  }
  if (missingMode(stat, spec) === undefined) return;
  const fd = libc().openat(dirFd, cName, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
  if (fd < 0) throw new SyscallError("openat", ESTALE);
  try {
    if (!stat.of(fd) || stat.type !== type) {
      throw new SyscallError(syscall, ESTALE);
    }
    const lacking = missingMode(stat, spec);
    const isMade = (stat.mode & ~(mode | S_ISGID)) === 0 &&
      stat.uid === ownerFor(header) && stat.birthMs >= start;
    if (!isMade || lacking === undefined) return;
    asCaller(header, () => linuxLibc().chmod(procPath(fd), lacking));
    if (!stat.of(fd)) throw new SyscallError("statx", errno());
  } finally {
    libc().close(fd);
  }
}

/** Returns the mode that a new file must get; `undefined` if it has it. */
function missingMode(
  stat: Stat,
  { request: { header, supplementaryGroups }, mode, hasAcl }: Spec,
): number | undefined {
  const { mode: created, gid } = stat;
  if (stat.type === S_IFLNK) return undefined;
  const rwx = (hasAcl ? created : mode) & RWX;
  const wanted = rwx | (mode | created & S_ISGID) & PERMISSIONS & ~RWX;
  // The group is the directory's: only its members may set its S_ISGID.
  const isMember = header.uid === 0 || header.gid === gid ||
    supplementaryGroups.includes(gid);
  const bits = isMember ? wanted : wanted & ~S_ISGID | created & S_ISGID;
  return (bits ^ created) & PERMISSIONS ? bits : undefined;
}
