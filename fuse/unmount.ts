import { cString } from "../ffi/c_string.ts";
import { asyncErrno, linuxLibc } from "../ffi/libc.ts";
import { SyscallError } from "../ffi/syscall_error.ts";
import { EBUSY, EINVAL, EPERM, ETIMEDOUT } from "../posix/constants_errno.ts";
import { fuserunmount } from "./_fusermount.ts";
import { isDead, mountpointPath } from "./_mountpoint.ts";
import type { Conn } from "./conn.ts";
import { findMount, isFuse, listMounts, type MountInfo } from "./mount_info.ts";

// sys/mount.h
const MNT_DETACH = 2;
const UMOUNT_NOFOLLOW = 8;

/** How long to wait between two tries, in milliseconds. */
const RETRY_MS = 20;
/** The longest time that a timer takes. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** How to unmount. */
export interface UnmountOptions {
  /**
   * Take the mount out of the tree at once even if programs use it; they keep
   * what they have open until they close it.
   */
  lazy?: boolean;
  /**
   * For how long to try, in milliseconds, while programs use it, and to wait
   * while the kernel waits for its server. Default: one try, which lasts as
   * long as the kernel needs.
   */
  timeoutMs?: number;
}

/** Those that are at work on one connection, one after the other. */
const turns = new WeakMap<Conn, Promise<void>>();

/**
 * Unmounts a FUSE file system: umount2(2), or fusermount3(1) for an ordinary
 * user.
 *
 * It asks the file system nothing, so it works on one whose server is gone or
 * hangs, and on one that this very thread serves. Only where the kernel has
 * data to hand over first, with `writebackCache` or `blockDevice`, it waits
 * for the server.
 *
 * @param target Where it is mounted; or a connection, which unmounts that very
 * mount, wherever it is by now, and is harmless once that is done.
 * @param options `lazy` to detach a file system that is in use, `timeoutMs` to
 * wait until it is not.
 * @throws {SyscallError} EBUSY if programs use it, EINVAL if no FUSE file
 * system is mounted there, EPERM without the privilege, ETIMEDOUT if it is out
 * of the tree, but the kernel still waits for its server.
 *
 * @example Usage
 * ```ts ignore
 * import { unmount } from "@hostkit/hostkit/fuse";
 *
 * await unmount("/mnt/example");
 * ```
 */
export async function unmount(
  target: string | Conn,
  options: UnmountOptions = {},
): Promise<void> {
  if (typeof target === "string") {
    const path = mountpointPath(target);
    fuseMountOn(path);
    return await umount(path, options);
  }
  // Two at once could take down what is underneath.
  const before = turns.get(target) ?? Promise.resolve();
  const turn = before.then(() => unmountConn(target, options));
  turns.set(target, turn.catch(() => {}));
  await turn;
}

async function unmountConn(
  conn: Conn,
  options: UnmountOptions,
): Promise<void> {
  if (conn._isForeign) return await conn.close();
  const mount = mountOf(conn);
  if (mount === undefined) return;
  try {
    await umount(uncovered(mount), options);
  } catch (error) {
    const isLate = (error as SyscallError).errno === ETIMEDOUT;
    // Unless another program was faster.
    if (isLate || mountOf(conn) !== undefined) throw error;
  }
}

/** Returns where a connection is mounted now: directories may be renamed. */
function mountOf(conn: Conn): MountInfo | undefined {
  if (conn._isUnmounted) return undefined;
  const { id, device } = conn.mountInfo;
  return listMounts().find((mount) =>
    mount.id === id && mount.device === device
  );
}

/** Returns a mount's path, where umount(2) finds it and no other. */
function uncovered(mount: MountInfo): string {
  const { mountpoint: path } = mount;
  const top = findMount(path);
  if (top === undefined || top.id === mount.id) return path;
  throw new SyscallError("umount2", EBUSY, {
    path,
    hint: `${top.source} (${top.type}) is mounted on top of it`,
  });
}

/**
 * Returns the FUSE file system that is mounted on a path.
 *
 * @throws {SyscallError} EINVAL if there is none.
 */
export function fuseMountOn(path: string, syscall = "umount2"): MountInfo {
  const mount = findMount(path);
  if (mount !== undefined && isFuse(mount)) return mount;
  throw new SyscallError(syscall, EINVAL, {
    path,
    hint: mount === undefined
      ? "nothing is mounted there"
      : `${mount.source} (${mount.type}) is mounted there, not FUSE`,
  });
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

/** Unmounts what is on a path, and tries as long as the options say. */
async function umount(
  path: string,
  { lazy = false, timeoutMs }: UnmountOptions,
): Promise<void> {
  if (timeoutMs !== undefined && !(timeoutMs >= 0)) {
    throw new RangeError(`Cannot unmount within ${timeoutMs} ms`);
  }
  const end = performance.now() + (timeoutMs ?? 0);
  for (;;) {
    const left = timeoutMs === undefined ? undefined : end - performance.now();
    try {
      return await within(left, path, umountOnce(path, lazy));
    } catch (error) {
      const isBusy = (error as SyscallError).errno === EBUSY;
      if (!isBusy || performance.now() + RETRY_MS > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/** Waits for an unmounting no longer than that; it goes on by itself then. */
async function within(
  leftMs: number | undefined,
  path: string,
  unmounting: Promise<void>,
): Promise<void> {
  if (leftMs === undefined) return await unmounting;
  const { promise: late, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    const hint = "its server does not answer, and has to be killed";
    reject(new SyscallError("umount2", ETIMEDOUT, { path, hint }));
  }, Math.min(leftMs, TIMER_MAX_MS));
  try {
    await Promise.race([unmounting, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Unmounts on a thread of its own: the kernel may wait for the server. */
async function umountOnce(path: string, lazy: boolean): Promise<void> {
  const flags = UMOUNT_NOFOLLOW | (lazy ? MNT_DETACH : 0);
  const result = await linuxLibc().umount2Async(cString(path), flags);
  if (result === 0) return;
  const error = asyncErrno(result);
  const hint = error === EBUSY ? "a program uses it" : undefined;
  const refusal = new SyscallError("umount2", error, { path, hint });
  if (error !== EPERM) throw refusal;
  await fuserunmount(path, lazy, refusal);
}
