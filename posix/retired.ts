/**
 * Address ranges that stay reserved for a while after their pages are unmapped.
 *
 * A native call that began before may still use the addresses, such as a hash
 * or a read(2) on a thread of the runtime: detaching the buffer does not stop
 * the call. Zeroed pages at the old addresses keep it from crashing the process
 * or accessing another mapping.
 *
 * @module
 */

import { errno, libc } from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import {
  MADV_DONTNEED,
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_FIXED_NOREPLACE,
  MAP_NORESERVE,
  MAP_PRIVATE,
  PROT_RDWR,
} from "./constants_mman.ts";

/** `MAP_FAILED` of sys/mman.h, as an unsigned number. */
export const MAP_FAILED: bigint = 2n ** 64n - 1n;

/** The maximum number of ranges; the kernel allows some 65,000 mappings. */
const RANGES_MAX = 256;

/** The maximum size of all ranges in bytes, unless there is only one. */
const BYTES_MAX = 2n ** 34n;

interface AddressRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** The reserved ranges, oldest first. */
let ranges: AddressRange[] = [];
let bytes = 0n;

/**
 * Unmaps pages, and reserves their addresses for a while.
 *
 * @param start The address of the first page.
 * @param end The address after the last page.
 * @throws {SyscallError} As munmap(2).
 */
export function retire(start: bigint, end: bigint): void {
  if (replace(start, end, MAP_FIXED)) keep({ start, end });
  else if (libc().munmap(start, end - start) < 0) {
    throw new SyscallError("munmap", errno());
  }
}

/** Reserves addresses that the kernel has freed, unless they are in use again. */
export function retireFreed(start: bigint, end: bigint): void {
  if (MAP_FIXED_NOREPLACE === -1) return;
  if (replace(start, end, MAP_FIXED_NOREPLACE)) keep({ start, end });
}

/** Frees the reserved ranges that overlap a range, so that it can be mapped. */
export function reclaim(start: bigint, end: bigint): void {
  const overlaps = (range: AddressRange): boolean =>
    range.start < end && start < range.end;
  if (!ranges.some(overlaps)) return;
  ranges.filter(overlaps).forEach(free);
  ranges = ranges.filter((range) => !overlaps(range));
}

/**
 * Replaces pages by zeroed pages in one step, since a native call may access
 * them at any moment. If mlockall(2) made the kernel populate and lock the new
 * pages, their memory is freed again.
 */
function replace(start: bigint, end: bigint, fixed: number): boolean {
  const flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | fixed;
  const length = end - start;
  const { mmap, munlockAt, madviseAt, munmap } = libc();
  const mapped = mmap(start, length, PROT_RDWR, flags, -1, 0n);
  if (mapped === MAP_FAILED) return false;
  // Before Linux 4.17 the address of MAP_FIXED_NOREPLACE is only a hint.
  if (mapped !== start) {
    munmap(mapped, length);
    return false;
  }
  munlockAt(start, length);
  madviseAt(start, length, MADV_DONTNEED);
  return true;
}

function keep(range: AddressRange): void {
  ranges.push(range);
  bytes += range.end - range.start;
  while (ranges.length > RANGES_MAX || ranges.length > 1 && bytes > BYTES_MAX) {
    free(ranges.shift()!);
  }
}

/** Unmaps a range that was removed from `ranges`. */
function free({ start, end }: AddressRange): void {
  bytes -= end - start;
  libc().munmap(start, end - start);
}
