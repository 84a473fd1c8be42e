import {
  AT_FDCWD,
  AT_STATX_FORCE_SYNC,
  DIRENT64,
  statLayout,
} from "../ffi/abi_linux.ts";
import { cString, fromCString } from "../ffi/c_string.ts";
import { asyncErrno, errno, libc, linuxLibc } from "../ffi/libc.ts";
import { SyscallError } from "../ffi/syscall_error.ts";
import { HostFd } from "../hostfd/host_fd.ts";
import {
  EBUSY,
  EDEADLK,
  EIO,
  ENOENT,
  ENOTCONN,
  ENOTDIR,
  ENOTEMPTY,
} from "../posix/constants_errno.ts";
import {
  O_DIRECTORY,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
} from "../posix/constants_fcntl.ts";
import { findMount, isFuse, type MountInfo } from "./mount_info.ts";
import { isServedHere, servedAbove } from "./served_mounts.ts";

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

/** The same on a thread of its own: a file system on the way may hang. */
async function realpathAsync(path: string): Promise<string> {
  const resolved = new Uint8Array(new ArrayBuffer(PATH_MAX));
  if (await libc().realpathAsync(cString(path), resolved) !== 0n) {
    return fromCString(resolved);
  }
  // The other thread has taken its errno with it; stat(2) finds it again.
  const stat = new Uint8Array(new ArrayBuffer(statLayout().size));
  const result = await libc().fstatatAsync(AT_FDCWD, cString(path), stat, 0);
  const error = result < 0 ? asyncErrno(result) : EIO;
  throw new SyscallError("realpath", error, { path });
}

/** Fails for a path into a file system that waits for this thread. */
function refuseInside(path: string, dir: string): void {
  const above = servedAbove(path);
  if (above === undefined) return;
  throw new SyscallError("realpath", EDEADLK, {
    path: dir,
    hint: `this thread serves ${above.mountpoint}: use another process`,
  });
}

/** Returns a name without what would ask the mount that it is the name of. */
function bareName(dir: string): string {
  // With a slash behind it, realpath(3) would ask what is mounted there.
  const bare = dir.replace(/(?<=.)(\/\.?)+$/, "");
  const path = bare.startsWith("/") ? bare : `${realpath(".")}/${bare}`;
  refuseInside(path.replace(/\/(\.?\/)+/g, "/"), dir);
  return bare;
}

function toMissing(error: unknown, dir: string): unknown {
  return error instanceof SyscallError && error.errno === ENOENT
    ? new MountpointDoesNotExistError(dir)
    : error;
}

/**
 * Returns the path of a mount point. A thread of its own looks for it, so
 * this one goes on serving.
 *
 * @throws {MountpointDoesNotExistError} If there is nothing.
 * @throws {SyscallError} EDEADLK if it is in a file system that this thread
 * serves.
 */
export async function resolveMountpoint(dir: string): Promise<string> {
  const bare = bareName(dir);
  try {
    const path = await realpathAsync(bare);
    refuseInside(path, dir);
    return path;
  } catch (error) {
    throw toMissing(error, dir);
  }
}

/**
 * The same on this thread, which hangs with a file system on the way; EDEADLK
 * then goes by the text alone, and does not see through symbolic links.
 */
export function mountpointPath(dir: string): string {
  const bare = bareName(dir);
  try {
    return realpath(bare);
  } catch (error) {
    throw toMissing(error, dir);
  }
}

/**
 * Fails if something is mounted on a path.
 *
 * @throws {SyscallError} EBUSY, or ENOTCONN if its server is gone.
 */
export async function refuseMounted(path: string): Promise<void> {
  const mount = findMount(path);
  if (mount === undefined) return;
  if (!await isDead(mount)) throw busy(mount);
  const { source, type } = mount;
  const hint = `the server of ${source} (${type}) is gone: unmount it`;
  throw new SyscallError("mount", ENOTCONN, { path, hint });
}

/** The error for a mount point where something is mounted already. */
export function busy({ mountpoint, source, type }: MountInfo): SyscallError {
  return new SyscallError("mount", EBUSY, {
    path: mountpoint,
    hint: `${source} (${type}) is mounted there`,
  });
}

/**
 * A directory to mount on, held fast: whatever its path comes to mean, this
 * very directory is looked at and mounted on.
 */
export class Mountpoint implements Disposable {
  readonly #directory: HostFd;
  readonly #path: string;

  /**
   * Holds the directory that a path without symbolic links leads to.
   *
   * @throws {SyscallError} ENOTDIR, ELOOP if it is a link by now.
   */
  constructor(path: string) {
    this.#path = path;
    try {
      const flags = O_PATH | O_NOFOLLOW | O_DIRECTORY;
      this.#directory = HostFd.open(path, flags);
    } catch (error) {
      throw this.#refusal(error);
    }
  }

  /** A path that leads to the directory wherever it is. */
  get name(): string {
    return `/proc/self/fd/${this.#directory.fd}`;
  }

  /** Where the directory is now. */
  get path(): string {
    const path = new Uint8Array(new ArrayBuffer(PATH_MAX));
    const size = BigInt(PATH_MAX - 1);
    const n = libc().readlinkat(AT_FDCWD, cString(this.name), path, size);
    if (n < 0) throw new SyscallError("readlinkat", errno());
    return fromCString(path);
  }

  /**
   * Fails if mounting would hide something.
   *
   * @throws {SyscallError} ENOTEMPTY for a directory with entries.
   */
  refuseEntries(): void {
    const path = this.#path;
    try {
      using directory = this.#directory.openat(".", O_RDONLY | O_DIRECTORY);
      if (!hasEntries(directory.fd)) return;
    } catch (error) {
      throw this.#refusal(error);
    }
    const hint = "allowNonEmptyMount would hide what is in it";
    throw new SyscallError("mount", ENOTEMPTY, { path, hint });
  }

  #refusal(error: unknown): unknown {
    if (!(error instanceof SyscallError)) return error;
    const hint = error.errno === ENOTDIR ? "mount on a directory" : undefined;
    return new SyscallError("mount", error.errno, { path: this.#path, hint });
  }

  /** Lets the directory go. */
  [Symbol.dispose](): void {
    this.#directory.close();
  }
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
  // The kernel may have the attributes, and would not notice.
  const sync = AT_STATX_FORCE_SYNC;
  const probe = libc().fstatatAsync(AT_FDCWD, name, stat, sync);
  const { promise: timeout, resolve } = Promise.withResolvers<0>();
  const timer = setTimeout(() => resolve(0), PROBE_MS);
  const result = await Promise.race([probe, timeout]);
  clearTimeout(timer);
  return result < 0 && asyncErrno(result) === ENOTCONN;
}
