import {
  O_ACCMODE,
  O_CLOEXEC,
  O_DSYNC,
  O_NOFOLLOW,
  O_RDWR,
  O_SYNC,
  O_TRUNC,
  O_WRONLY,
} from "../../posix/constants_fcntl.ts";
import { Conn } from "../conn.ts";
import {
  FOPEN_NOFLUSH,
  FUSE_POSIX_LOCKS,
  FUSE_WRITEBACK_CACHE,
} from "../constants.ts";
import type { Request, Responder } from "../request.ts";

/** What the source shall do as well; the rest is the kernel's business. */
const KEPT = O_ACCMODE | O_TRUNC | O_SYNC | O_DSYNC;

/**
 * Returns the flags with which to open the source's file for a caller's.
 *
 * O_APPEND is not among them: the kernel says where to write, and writes mapped
 * pages through the same file. O_DIRECT would make demands on our buffers.
 */
export function serverFlags(
  { flags, header: { conn } }: Request & { readonly flags: number },
): number {
  const kept = flags & KEPT | O_NOFOLLOW | O_CLOEXEC;
  // The kernel's own cache reads the rest of a page that is written in part.
  const reads = hasFeature(conn, FUSE_WRITEBACK_CACHE);
  return reads && (kept & O_ACCMODE) === O_WRONLY
    ? kept & ~O_ACCMODE | O_RDWR
    : kept;
}

/**
 * Returns the `FOPEN_*` flags of every file: without locks to drop, the FLUSH
 * of each close(2) is a round trip for nothing.
 */
export function flushFlags({ header: { conn } }: Request): number {
  return hasFeature(conn, FUSE_POSIX_LOCKS) ? 0 : FOPEN_NOFLUSH;
}

function hasFeature(conn: Responder | undefined, feature: bigint): boolean {
  return conn instanceof Conn && (conn.features & feature) !== 0n;
}
