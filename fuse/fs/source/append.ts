/**
 * Files that are appended to. Where the kernel believes that such a file ends
 * it may have ended a while ago: others append to it too, and cut it off.
 *
 * @module
 */

import { SyscallError } from "../../../ffi/mod.ts";
import { pwritev2, RWF_APPEND } from "../../../hostfd/mod.ts";
import { O_ACCMODE, O_APPEND, O_WRONLY } from "../../../posix/mod.ts";
import {
  FOPEN_DIRECT_IO,
  FUSE_DIRECT_IO_ALLOW_MMAP,
  FUSE_WRITE_CACHE,
} from "../../abi/mod.ts";
import { hasFeature } from "../../conn/internal.ts";
import type {
  RequestBase as Request,
  WriteRequest,
} from "../../message/mod.ts";

/**
 * Whether a write goes to the end of the file, wherever that is. What comes
 * from the kernel's cache has its place, whatever the file was opened for.
 */
export function appends({ flags, fileFlags }: WriteRequest): boolean {
  return (fileFlags & O_APPEND) !== 0 && (flags & FUSE_WRITE_CACHE) === 0;
}

/**
 * Returns the `FOPEN_*` flags of a file that is opened to append to it.
 *
 * Past the kernel's cache each write is one request, so that nothing is torn
 * where a page ends, and nothing is cached in a place that it does not go to. A
 * file that may be mapped stays in the cache if it could not be mapped else.
 */
export function appendFlags(
  request: Request & { readonly flags: number },
): number {
  const { flags } = request;
  if ((flags & O_APPEND) === 0) return 0;
  return (flags & O_ACCMODE) === O_WRONLY ||
      hasFeature(request, FUSE_DIRECT_IO_ALLOW_MMAP)
    ? FOPEN_DIRECT_IO
    : 0;
}

/**
 * Opens a file for a caller, without O_APPEND even if the caller asks for that,
 * unless it can be opened in no other way (`chattr +a`).
 *
 * @param open Opens it, with those flags and more.
 */
export function openToAppend(
  request: { readonly flags: number },
  open: (more: number) => number,
): number {
  try {
    return open(0);
  } catch (error) {
    const isAppendOnly = (request.flags & O_APPEND) !== 0 &&
      error instanceof SyscallError && error.code === "EPERM";
    if (!isAppendOnly) throw error;
    return open(O_APPEND);
  }
}

/**
 * Writes to the end of a file; returns how many bytes, or `undefined` if the
 * file has no end to write to, such as one of `/proc`.
 */
export function append(
  fd: number,
  data: Uint8Array<ArrayBuffer>,
): number | undefined {
  try {
    return pwritev2(fd, data, 0, RWF_APPEND);
  } catch (error) {
    const isUnable = error instanceof SyscallError &&
      error.code === "EOPNOTSUPP";
    if (isUnable) return undefined;
    throw error;
  }
}
