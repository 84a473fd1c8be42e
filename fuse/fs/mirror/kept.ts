/**
 * Files of a mirror that are kept usable while they lose their name, or after.
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

/** The handle of a directory that is gone: it has no entries. */
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
 * Removes a name. If it is a directory's, keeps the directory usable for
 * processes that work in it, unless the caller has too many descriptors.
 *
 * @param node The node of the name, if the kernel knows it.
 * @param take Removes the name, or throws.
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
