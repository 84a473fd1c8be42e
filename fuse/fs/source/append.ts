/**
 * Helpers for files opened with O_APPEND. The size that the kernel knows of
 * such a file may be out of date: other programs append to the file, too, and
 * truncate it.
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
 * Whether a write goes to the end of the file, wherever that is. A write from
 * the page cache has a fixed offset, whatever flags the file was opened with.
 */
export function appends({ flags, fileFlags }: WriteRequest): boolean {
  return (fileFlags & O_APPEND) !== 0 && (flags & FUSE_WRITE_CACHE) === 0;
}

/**
 * Returns the `FOPEN_*` flags of a file that is opened with O_APPEND.
 *
 * With FOPEN_DIRECT_IO each write is one request, so that no write is split
 * where a page ends, and no data is cached at an offset where it is not stored.
 * A file that may be mapped uses the page cache if the kernel cannot map files
 * with FOPEN_DIRECT_IO.
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
 * Opens a file for a caller, without O_APPEND even if the caller asks for that
 * flag, unless the file cannot be opened without the flag (`chattr +a`).
 *
 * @param open Opens the file with the usual flags and those in `more`.
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
 * Writes to the end of a file; returns how many bytes were written, or
 * `undefined` if the file does not support RWF_APPEND, as in `/proc`.
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
