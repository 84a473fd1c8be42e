/**
 * Files in memory.
 *
 * @module
 */

import {
  MAP_ANONYMOUS,
  MAP_PRIVATE,
  MAP_SHARED,
  MS_SYNC,
  PROT_READ,
  PROT_WRITE,
} from "../../../posix/constants_mman.ts";
import { mmap, munmap } from "../../../posix/mapping.ts";
import { c, done } from "./libc.ts";

/** Returns fresh memory that begins with a page, as large requests need it. */
export function pages(length: number): Uint8Array<ArrayBuffer> {
  const flags = MAP_PRIVATE | MAP_ANONYMOUS;
  return mmap(null, length, PROT_READ | PROT_WRITE, flags, -1, 0).data;
}

/** A file in memory. */
export interface FileMap {
  readonly bytes: Uint8Array;
  /** `msync(address, length, MS_SYNC)`. */
  sync(): void;
  /** `munmap(address, length)`. */
  unmap(): void;
}

/** `mmap(NULL, length, protection, flags, fd, 0)`: shared unless `copy`. */
export function map(
  fd: number,
  length: number,
  { copy = false, readOnly = false }: { copy?: boolean; readOnly?: boolean } =
    {},
): FileMap {
  const protection = readOnly ? PROT_READ : PROT_READ | PROT_WRITE;
  const flags = copy ? MAP_PRIVATE : MAP_SHARED;
  const { data } = mmap(null, length, protection, flags, fd, 0);
  const size = BigInt(length);
  return {
    bytes: data,
    sync: () =>
      void done(
        "msync",
        c().msync(data as Uint8Array<ArrayBuffer>, size, MS_SYNC),
      ),
    unmap: () => munmap(data),
  };
}
