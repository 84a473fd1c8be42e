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

/** The flags that are passed on to the source; the kernel handles the rest. */
const KEPT = O_ACCMODE | O_TRUNC | O_SYNC | O_DSYNC | O_NOATIME;

/**
 * Returns the flags with which to open the source's file for a caller.
 *
 * O_APPEND is left out: mapped pages, which have a fixed offset, are written
 * through the same open file. O_DIRECT is left out: it needs aligned buffers.
 */
export function serverFlags(
  request: Request & { readonly flags: number },
): number {
  const kept = request.flags & KEPT | O_NOFOLLOW | O_CLOEXEC;
  // With a writeback cache the kernel reads pages that are written in part.
  const reads = hasFeature(request, FUSE_WRITEBACK_CACHE);
  return reads && (kept & O_ACCMODE) === O_WRONLY
    ? kept & ~O_ACCMODE | O_RDWR
    : kept;
}

/**
 * Opens a file, without O_NOATIME where that flag is not allowed: only the
 * owner and root may use it.
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
 * Returns the `FOPEN_*` flags of every file. FOPEN_NOFLUSH saves the round trip
 * of a FLUSH for each close(2) if there are no locks to drop.
 */
export function openFlags(
  request: Request & { readonly flags: number },
): number {
  const hasLocks = hasFeature(request, FUSE_POSIX_LOCKS);
  return appendFlags(request) | (hasLocks ? 0 : FOPEN_NOFLUSH);
}
