import { cString } from "../ffi/c_string.ts";
import { errno, linuxLibc } from "../ffi/libc.ts";
import { SyscallError } from "../ffi/syscall_error.ts";
import { EBUSY, EINVAL } from "../posix/constants_errno.ts";
import { isDead, mountpointPath } from "./_mountpoint.ts";
import { findMount, isFuse, type MountInfo } from "./mount_info.ts";

// sys/mount.h
const MNT_DETACH = 2;
const UMOUNT_NOFOLLOW = 8;

/** How to unmount. */
export interface UnmountOptions {
  /**
   * Take the mount out of the tree at once even if programs use it; they keep
   * what they have open until they close it.
   */
  lazy?: boolean;
}

/**
 * Unmounts the FUSE file system on a directory: umount2(2).
 *
 * It asks the file system nothing, so it works on one whose server is gone or
 * hangs, and on one that this very thread serves.
 *
 * @param dir Where it is mounted.
 * @param options `lazy` to detach a file system that is in use.
 * @throws {SyscallError} EBUSY if programs use it, EINVAL if no FUSE file
 * system is mounted there, EPERM without the privilege.
 *
 * @example Usage
 * ```ts ignore
 * import { unmount } from "@hostkit/hostkit/fuse";
 *
 * await unmount("/mnt/example");
 * ```
 */
export async function unmount(
  dir: string,
  options: UnmountOptions = {},
): Promise<void> {
  const path = mountpointPath(dir);
  const mount = findMount(path);
  if (mount === undefined || !isFuse(mount)) {
    throw new SyscallError("umount2", EINVAL, {
      path,
      hint: mount === undefined
        ? "nothing is mounted there"
        : `${mount.source} (${mount.type}) is mounted there, not FUSE`,
    });
  }
  await umount(path, options);
}

/**
 * Unmounts a FUSE file system whose server is gone: the mount point of a
 * server that was killed, where every access says ENOTCONN.
 *
 * @param dir Where it was mounted.
 * @returns What was mounted there, or `undefined` if there was no dead mount
 * and nothing was done.
 * @throws {SyscallError} EPERM without the privilege.
 *
 * @example Usage
 * ```ts ignore
 * import { clearDeadMount } from "@hostkit/hostkit/fuse";
 *
 * const dead = await clearDeadMount("/mnt/example");
 * if (dead) console.log(`${dead.source} had lost its server`);
 * ```
 */
export async function clearDeadMount(
  dir: string,
): Promise<MountInfo | undefined> {
  const path = mountpointPath(dir);
  const mount = findMount(path);
  if (mount === undefined || !await isDead(mount)) return undefined;
  await umount(path, { lazy: true });
  return mount;
}

/** umount2(2) of a path, on a thread of its own: it may wait for the server. */
export async function umount(
  path: string,
  { lazy = false }: UnmountOptions,
): Promise<void> {
  const { umount2, umount2Async } = linuxLibc();
  const name = cString(path);
  const flags = UMOUNT_NOFOLLOW | (lazy ? MNT_DETACH : 0);
  if (await umount2Async(name, flags) === 0) return;
  // That thread keeps its errno to itself. A refusal comes before the kernel
  // asks the server anything, so asking for it again here cannot deadlock.
  if (umount2(name, flags) === 0) return;
  const error = errno();
  const hint = error === EBUSY ? "a program uses it" : undefined;
  throw new SyscallError("umount2", error, { path, hint });
}
