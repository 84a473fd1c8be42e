import { errno } from "../../../ffi/internal.ts";
import {
  EPERM,
  O_ACCMODE,
  O_CLOEXEC,
  O_DSYNC,
  O_NOATIME,
  O_NOFOLLOW,
  O_RDWR,
  O_SYNC,
  O_TRUNC,
  O_WRONLY,
} from "../../../posix/mod.ts";
import {
  FOPEN_NOFLUSH,
  FUSE_POSIX_LOCKS,
  FUSE_WRITEBACK_CACHE,
} from "../../abi/mod.ts";
import { hasFeature } from "../../conn/internal.ts";
import type { RequestBase as Request } from "../../message/mod.ts";
import { appendFlags } from "../source/internal.ts";

/** What the source shall do as well; the rest is the kernel's business. */
const KEPT = O_ACCMODE | O_TRUNC | O_SYNC | O_DSYNC | O_NOATIME;

/**
 * Returns the flags with which to open the source's file for a caller's.
 *
 * O_APPEND is not among them: mapped pages, which have their place, are written
 * through the same file. O_DIRECT would make demands on our buffers.
 */
export function serverFlags(
  request: Request & { readonly flags: number },
): number {
  const kept = request.flags & KEPT | O_NOFOLLOW | O_CLOEXEC;
  // The kernel's own cache reads the rest of a page that is written in part.
  const reads = hasFeature(request, FUSE_WRITEBACK_CACHE);
  return reads && (kept & O_ACCMODE) === O_WRONLY
    ? kept & ~O_ACCMODE | O_RDWR
    : kept;
}

/**
 * Opens something, without O_NOATIME where that is not allowed: it is to the
 * owner, and to root.
 */
export function openQuietly(
  flags: number,
  open: (flags: number) => number,
): number {
  const fd = open(flags);
  if (fd >= 0 || (flags & O_NOATIME) === 0 || errno() !== EPERM) return fd;
  return open(flags & ~O_NOATIME);
}

/**
 * Returns the `FOPEN_*` flags of every file: without locks to drop, the FLUSH
 * of each close(2) is a round trip for nothing.
 */
export function openFlags(
  request: Request & { readonly flags: number },
): number {
  const hasLocks = hasFeature(request, FUSE_POSIX_LOCKS);
  return appendFlags(request) | (hasLocks ? 0 : FOPEN_NOFLUSH);
}
