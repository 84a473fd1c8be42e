/**
 * Paths of mount points, found without asking what is mounted there.
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
