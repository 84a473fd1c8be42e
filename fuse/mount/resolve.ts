/**
 * Resolves paths of mount points without accessing the mounted file system.
 *
 * @module
 */

import {
  asyncErrno,
  AT_FDCWD,
  cString,
  errno,
  fromCString,
  libc,
  statLayout,
} from "../../ffi/internal.ts";
import { SyscallError } from "../../ffi/mod.ts";
import { EDEADLK, EIO, ENOENT } from "../../posix/mod.ts";
import { servedAbove } from "../conn/internal.ts";

const PATH_MAX = 4096;

/** The error when the directory to mount on does not exist. */
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
 * component is not accessed, so this works even if the file system mounted
 * there hangs.
 */
export function realpath(path: string): string {
  const resolved = new Uint8Array(new ArrayBuffer(PATH_MAX));
  if (libc().realpath(cString(path), resolved) !== 0n) {
    return fromCString(resolved);
  }
  throw new SyscallError("realpath", errno(), { path });
}

/** Does the same on another thread: a file system on the path may hang. */
async function realpathAsync(path: string): Promise<string> {
  const resolved = new Uint8Array(new ArrayBuffer(PATH_MAX));
  if (await libc().realpathAsync(cString(path), resolved) !== 0n) {
    return fromCString(resolved);
  }
  // The errno of the other thread is lost; stat(2) reports it again.
  const stat = new Uint8Array(new ArrayBuffer(statLayout().size));
  const result = await libc().fstatatAsync(AT_FDCWD, cString(path), stat, 0);
  const error = result < 0 ? asyncErrno(result) : EIO;
  throw new SyscallError("realpath", error, { path });
}

/** Throws for a path into a file system that this thread serves. */
function refuseInside(path: string, dir: string): void {
  const above = servedAbove(path);
  if (above === undefined) return;
  throw new SyscallError("realpath", EDEADLK, {
    path: dir,
    hint: `this thread serves ${above.mountpoint}: use another process`,
  });
}

/** Returns a path without trailing slashes, which would access the mount. */
function bareName(dir: string): string {
  // With a trailing slash, realpath(3) would access the mounted file system.
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
 * Returns the path of a mount point. Another thread resolves it, so this thread
 * can go on serving.
 *
 * @throws {MountpointDoesNotExistError} If the path does not exist.
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
 * Does the same on this thread, which blocks if a file system on the path
 * hangs. EDEADLK is then decided by the text of the path, without following
 * symbolic links.
 */
export function mountpointPath(dir: string): string {
  const bare = bareName(dir);
  try {
    return realpath(bare);
  } catch (error) {
    throw toMissing(error, dir);
  }
}
