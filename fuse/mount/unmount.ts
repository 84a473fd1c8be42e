import {
  asyncErrno,
  checkMethod,
  checkNumber,
  checkOptions,
  checkText,
  cString,
  linuxLibc,
} from "../../ffi/internal.ts";
import { SyscallError } from "../../ffi/mod.ts";
import {
  EAGAIN,
  EBUSY,
  EINVAL,
  ENOENT,
  EPERM,
  ETIMEDOUT,
} from "../../posix/mod.ts";
import type { Conn, MountInfo } from "../conn/mod.ts";
import { isDead } from "./dead_mount.ts";
import { fuserunmount } from "./fusermount.ts";
import { findAgain, findMount, isFuse } from "./mount_info.ts";
import { resolveMountpoint } from "./resolve.ts";
import { Turns } from "./turns.ts";

// sys/mount.h
const MNT_DETACH = 2;
const MNT_EXPIRE = 4;
const UMOUNT_NOFOLLOW = 8;

/**
 * The time to retry without a `timeoutMs`, in milliseconds: a program such as
 * df(1) uses every mount for a moment.
 */
const PATIENCE_MS = 500;
/** The first and the longest pause between two tries, in milliseconds. */
const MIN_PAUSE_MS = 1;
const MAX_PAUSE_MS = 20;
/** The most times that the mount point may be renamed during one unmounting. */
const MAX_MOVES = 16;
/** The most times that a mount is marked in one try. */
const MAX_MARKS = 16;
/** The longest time of a timer. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** The options of {@linkcode unmount}. */
export interface UnmountOptions {
  /**
   * Detach the mount at once even if programs use it; they keep their open
   * files until they close them.
   */
  lazy?: boolean;
  /**
   * The time in milliseconds to retry while programs use the mount, and to wait
   * while the kernel waits for the server; 0 makes a single try. A try that is
   * given up leaves a thread waiting, and keeps this process alive, until the
   * kernel has finished. Default: half a second while programs use the mount,
   * since programs such as df(1) use it only for a moment; each try lasts as
   * long as the kernel needs.
   */
  timeoutMs?: number;
}

/** Serializes unmounts: a second one could hit the mount underneath. */
const turns = new Turns();

/**
 * Unmounts a FUSE file system: umount2(2), or fusermount3(1) for an ordinary
 * user.
 *
 * This sends no request to the file system, so it works even if the server is
 * gone or hangs, or if this thread is the server. Only if the kernel has data
 * to write back first, with `writebackCache` or `blockDevice`, it waits for the
 * server.
 *
 * @param target The mount point; or a connection, whose mount is unmounted even
 * if it has moved, and which does nothing if that mount is gone.
 * @param options `lazy` to detach a file system that is in use, `timeoutMs` to
 * wait until it is unused.
 * @throws {SyscallError} EBUSY if programs use it, EINVAL if no FUSE file
 * system is mounted there, EPERM without the privilege, ETIMEDOUT if it is
 * detached, but the kernel still waits for its server.
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
  const { timeoutMs } = checkOptions("options", options);
  if (timeoutMs !== undefined && !(checkNumber("timeoutMs", timeoutMs) >= 0)) {
    throw new RangeError(`Cannot unmount within ${timeoutMs} ms`);
  }
  if (typeof target === "string") {
    const mount = fuseMountOn(await resolveMountpoint(target));
    return await umount(() => findAgain(mount), options);
  }
  checkMethod("target", target, "readRequestSync");
  if (target._isForeign) return await target.close();
  await umount(() => {
    const found = findAgain(target.mountInfo);
    // Then the id and the device number may belong to another mount by now.
    return target._isUnmounted ? undefined : found;
  }, options);
}

/** Returns a mount's path; throws if another mount covers the mount. */
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
 * A mount whose server merely does not answer is left alone. The check then
 * leaves a thread waiting, and keeps this process alive, until the server
 * answers or is aborted.
 *
 * @param dir The mount point.
 * @returns The mount that was removed, or `undefined` if there was no dead
 * mount.
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
  checkText("dir", dir);
  const mount = findMount(await resolveMountpoint(dir));
  if (mount === undefined || !await isDead(mount)) return undefined;
  await detach(mount);
  return mount;
}

/** Unmounts a mount at once, even if programs use it. */
export async function detach(mount: MountInfo): Promise<void> {
  await umount(() => findAgain(mount), { lazy: true });
}

/**
 * Unmounts the mount that `find` returns, and retries as long as the options
 * say. Every try looks for the mount again, since its path may lead to another
 * mount by now.
 */
async function umount(
  find: () => MountInfo | undefined,
  { lazy = false, timeoutMs }: UnmountOptions,
): Promise<void> {
  const end = performance.now() + (timeoutMs ?? PATIENCE_MS);
  let pauseMs = MIN_PAUSE_MS;
  for (let moves = 0;;) {
    const path = find()?.mountpoint;
    if (path === undefined) return;
    const left = timeoutMs === undefined ? undefined : end - performance.now();
    try {
      const turn = turns.take(path, () => umountOnce(find, lazy));
      return await within(left, path, turn, find);
    } catch (error) {
      const { errno } = error as SyscallError;
      // Another program has unmounted it, or renamed a directory meanwhile.
      if (errno !== ETIMEDOUT && find() === undefined) return;
      const isMoved = errno === EINVAL || errno === ENOENT;
      if (isMoved && ++moves < MAX_MOVES) continue;
      const isOver = performance.now() + pauseMs > end;
      if (errno !== EBUSY || isOver) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS);
    }
  }
}

/**
 * Waits for a try for a limited time once the mount is detached; the try then
 * continues in the background.
 */
async function within(
  leftMs: number | undefined,
  path: string,
  unmounting: Promise<void>,
  find: () => MountInfo | undefined,
): Promise<void> {
  if (leftMs === undefined) return await unmounting;
  const { promise: late, reject } = Promise.withResolvers<void>();
  const giveUp = (): void => {
    // On a busy machine, the thread may not have started yet.
    if (find() !== undefined) {
      return void (timer = setTimeout(giveUp, MAX_PAUSE_MS));
    }
    const hint = "its server does not answer: kill it";
    reject(new SyscallError("umount2", ETIMEDOUT, { path, hint }));
  };
  let timer = setTimeout(giveUp, Math.max(0, Math.min(leftMs, TIMER_MAX_MS)));
  try {
    await Promise.race([unmounting, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Unmounts on another thread: the kernel may wait for the server. */
async function umountOnce(
  find: () => MountInfo | undefined,
  lazy: boolean,
): Promise<void> {
  const mount = find();
  if (mount === undefined) return;
  const path = uncovered(mount);
  const result = lazy
    ? await umount2(path, MNT_DETACH)
    : await umountMarked(find, path);
  if (result === 0) return;
  const code = asyncErrno(result);
  // A program has used the mount since it was marked (MNT_EXPIRE).
  const error = code === EAGAIN ? EBUSY : code;
  const hint = error === EBUSY ? "a program uses it" : undefined;
  const refusal = new SyscallError("umount2", error, { path, hint });
  if (error !== EPERM) throw refusal;
  const still = find();
  if (still !== undefined) await fuserunmount(uncovered(still), lazy, refusal);
}

/**
 * Marks a mount as expired (MNT_EXPIRE) and unmounts it, if no program has used
 * it in between. The thread that unmounts may run late, when another program
 * has already unmounted the mount: the mount underneath is not marked, so it
 * stays.
 */
async function umountMarked(
  find: () => MountInfo | undefined,
  path: string,
): Promise<number> {
  let result = await umount2(path, MNT_EXPIRE);
  for (let i = 0; i < MAX_MARKS; i++) {
    if (result === 0 || asyncErrno(result) !== EAGAIN) return result;
    const marked = find();
    if (marked === undefined) return 0;
    result = await umount2(uncovered(marked), MNT_EXPIRE);
  }
  return result;
}

function umount2(path: string, flags: number): Promise<number> {
  return linuxLibc().umount2Async(cString(path), flags | UMOUNT_NOFOLLOW);
}
