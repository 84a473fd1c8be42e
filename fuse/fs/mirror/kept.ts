/**
 * What of a mirror is kept although its name may go, or has gone.
 *
 * @module
 */

import { errno, libc } from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import {
  ENOENT,
  O_CLOEXEC,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_PATH,
  S_IFDIR,
} from "../../../posix/mod.ts";
import type { RequestBase as Request } from "../../message/mod.ts";
import type { Handle } from "../node.ts";
import type { CName, MirrorEntry } from "./entry.ts";
import type { Stat } from "./stat.ts";

/** A directory that is gone has no entries. */
const GONE: Handle = { readDirAll: () => [] };

/**
 * Returns the node of a name, kept for a thread that is about to use it;
 * `undefined` if there is no such name.
 *
 * @param toNode Returns the node of the open file that `stat` describes.
 */
export function keepFound<N extends MirrorEntry>(
  stat: Stat,
  dirFd: number,
  cName: CName,
  request: Request,
  toNode: (fd: number) => N,
): N | undefined {
  const flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
  const fd = libc().openat(dirFd, cName, flags, 0);
  if (fd < 0) {
    const error = errno();
    if (error === ENOENT) return undefined;
    throw new SyscallError("openat", error);
  }
  try {
    if (!stat.of(fd)) throw new SyscallError("statx", errno());
    const node = toNode(fd);
    node.keepFor(request, fd);
    return node;
  } catch (error) {
    libc().close(fd);
    throw error;
  }
}

/**
 * Takes a name away, and keeps the directory that it may be of, for those who
 * are in it; not if the caller has too many descriptors.
 *
 * @param node What the name leads to, if the kernel knows it.
 * @param take Does so, or throws.
 */
export function keepDirectory(
  stat: Stat,
  dirFd: number,
  cName: CName,
  node: MirrorEntry | undefined,
  { header: { uid } }: Request,
  take: () => void,
): void {
  if (node?.id.type !== S_IFDIR) return take();
  const flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  const fd = libc().openat(dirFd, cName, flags, 0);
  let owned = fd;
  try {
    const isIt = fd >= 0 && stat.of(fd) && stat.is(node.id);
    take();
    if (isIt && node.keepRemoved(fd, uid)) owned = -1;
  } finally {
    if (owned >= 0) libc().close(owned);
  }
}

/** Opens a directory, even one that is gone. */
export function openDirectory(
  node: MirrorEntry,
  request: Request,
  flags: number,
  toHandle: (fd: number) => Handle,
): Handle {
  let fd: number;
  try {
    fd = node.reopen(request, flags);
  } catch (error) {
    const isGone = error instanceof SyscallError && error.code === "ENOENT";
    if (isGone) return GONE;
    throw error;
  }
  return toHandle(fd);
}
