import { AT_FDCWD, DIRENT64, statLayout } from "../ffi/abi_linux.ts";
import { O_CLOEXEC, O_DIRECTORY, O_RDONLY } from "../posix/constants_fcntl.ts";
import { cString, fromCString } from "../ffi/c_string.ts";
import { asyncErrno, errno, libc, linuxLibc } from "../ffi/libc.ts";
import { SyscallError } from "../ffi/syscall_error.ts";
import {
  EBUSY,
  EDEADLK,
  ENOENT,
  ENOTCONN,
  ENOTDIR,
  ENOTEMPTY,
} from "../posix/constants_errno.ts";
import { isServedHere, servedAbove } from "./conn.ts";
import { findMount, isFuse, type MountInfo } from "./mount_info.ts";

const PATH_MAX = 4096;
/** Room for `.`, `..` and at least one name more. */
const ENTRIES_SIZE = 1024;
/** How long a file system may take to say that it is dead. */
const PROBE_MS = 1000;

/** The directory to mount on does not exist. */
export class MountpointDoesNotExistError extends SyscallError {
  /** The class's name. */
  override readonly name = "MountpointDoesNotExistError";

  /** Makes the error for a path. */
  constructor(path: string) {
    super("realpath", ENOENT, { path, hint: "the mount point does not exist" });
  }
}

/**
 * Returns a path without symbolic links, `.` and `..`: realpath(3). The last
 * component is not asked anything, so a mount that hangs there does no harm.
 */
export function realpath(path: string): string {
  const resolved = new Uint8Array(new ArrayBuffer(PATH_MAX));
  if (libc().realpath(cString(path), resolved) !== 0n) {
    return fromCString(resolved);
  }
  throw new SyscallError("realpath", errno(), { path });
}

/**
 * Returns the path of a mount point.
 *
 * @throws {MountpointDoesNotExistError} If there is nothing.
 * @throws {SyscallError} EDEADLK if its text leads into a file system that this
 * thread serves, which could not answer while this thread waits.
 */
export function mountpointPath(dir: string): string {
  // With a slash behind it, realpath(3) would ask what is mounted there.
  const bare = dir.replace(/(?<=.)(\/\.?)+$/, "");
  const path = bare.startsWith("/") ? bare : `${realpath(".")}/${bare}`;
  const above = servedAbove(path);
  if (above !== undefined) {
    throw new SyscallError("realpath", EDEADLK, {
      path: dir,
      hint: `this thread serves ${above.mountpoint}: use another process`,
    });
  }
  try {
    return realpath(bare);
  } catch (error) {
    const missing = error instanceof SyscallError && error.errno === ENOENT;
    throw missing ? new MountpointDoesNotExistError(dir) : error;
  }
}

/**
 * Returns where to mount, once it is sure that nothing gets hidden.
 *
 * @throws {SyscallError} ENOENT, ENOTDIR, EBUSY for a mount point, ENOTCONN
 * for one whose server is gone, ENOTEMPTY for a directory with entries.
 */
export async function checkMountpoint(dir: string): Promise<string> {
  const path = mountpointPath(dir);
  const mount = findMount(path);
  if (mount !== undefined) {
    const dead = await isDead(mount);
    throw new SyscallError("mount", dead ? ENOTCONN : EBUSY, {
      path,
      hint: dead
        ? `the server of ${mount.source} (${mount.type}) is gone: unmount it`
        : `${mount.source} (${mount.type}) is mounted there`,
    });
  }
  const flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  const fd = libc().openat(AT_FDCWD, cString(path), flags, 0);
  if (fd < 0) {
    const error = errno();
    const hint = error === ENOTDIR ? "mount on a directory" : undefined;
    throw new SyscallError("mount", error, { path, hint });
  }
  try {
    if (!hasEntries(fd)) return path;
  } finally {
    libc().close(fd);
  }
  throw new SyscallError("mount", ENOTEMPTY, {
    path,
    hint: "allowNonEmptyMount would hide what is in it",
  });
}

/** Whether a directory has entries besides `.` and `..`. */
function hasEntries(fd: number): boolean {
  const entries = new Uint8Array(new ArrayBuffer(ENTRIES_SIZE));
  const { offset } = DIRENT64;
  const view = new DataView(entries.buffer);
  for (;;) {
    const n = linuxLibc().getdents64(fd, entries, BigInt(ENTRIES_SIZE));
    if (n < 0) throw new SyscallError("getdents64", errno());
    if (n === 0) return false;
    for (let at = 0; at < n; at += view.getUint16(at + offset.d_reclen, true)) {
      const name = fromCString(entries.subarray(at + offset.d_name, n));
      if (name !== "." && name !== "..") return true;
    }
  }
}

/**
 * Whether a mount is FUSE and has lost its server. One that answers slowly, or
 * that this very thread serves, is alive.
 */
export async function isDead(mount: MountInfo): Promise<boolean> {
  if (!isFuse(mount) || isServedHere(mount)) return false;
  const name = cString(mount.mountpoint);
  const stat = new Uint8Array(new ArrayBuffer(statLayout().size));
  const probe = libc().fstatatAsync(AT_FDCWD, name, stat, 0);
  const { promise: timeout, resolve } = Promise.withResolvers<0>();
  const timer = setTimeout(() => resolve(0), PROBE_MS);
  const result = await Promise.race([probe, timeout]);
  clearTimeout(timer);
  return result < 0 && asyncErrno(result) === ENOTCONN;
}
