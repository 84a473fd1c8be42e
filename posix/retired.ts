/**
 * Address ranges whose pages were unmapped, kept out of other mappings' way.
 *
 * A native call that began before the unmapping may go on using the addresses,
 * such as a hash or a read(2) on a thread of the runtime: detaching the buffer
 * cannot stop it. It finds zeroed pages of its own there instead of nothing, or
 * of another mapping.
 *
 * @module
 */

import { errno, libc } from "../ffi/libc.ts";
import { SyscallError } from "../ffi/syscall_error.ts";
import {
  MADV_DONTNEED,
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_FIXED_NOREPLACE,
  MAP_NORESERVE,
  MAP_PRIVATE,
  PROT_RDWR,
} from "./constants_mman.ts";

/** `MAP_FAILED` of sys/mman.h. */
const MAP_FAILED = 2n ** 64n - 1n;

/** The most ranges that are kept: the kernel allows some 65,000 mappings. */
const RANGES_MAX = 256;

/** The most bytes of address space that are kept, beside the newest range. */
const BYTES_MAX = 2n ** 34n;

interface AddressRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** Oldest first. */
let ranges: AddressRange[] = [];
let bytes = 0n;

/**
 * Unmaps pages, and keeps their addresses for a while.
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

/** Keeps addresses that the kernel has freed, unless somebody has them now. */
export function retireFreed(start: bigint, end: bigint): void {
  if (MAP_FIXED_NOREPLACE === -1) return;
  if (replace(start, end, MAP_FIXED_NOREPLACE)) keep({ start, end });
}

/** Frees what is kept of a range in which the caller wants to map. */
export function reclaim(start: bigint, end: bigint): void {
  const isMeant = (range: AddressRange): boolean =>
    range.start < end && start < range.end;
  if (!ranges.some(isMeant)) return;
  ranges.filter(isMeant).forEach(free);
  ranges = ranges.filter((range) => !isMeant(range));
}

/**
 * Maps zeroed pages in one step, as a native call may touch them at any moment.
 * Where mlockall(2) has filled and locked them, they are given back.
 */
function replace(start: bigint, end: bigint, fixed: number): boolean {
  const flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | fixed;
  const length = end - start;
  const { mmap, munlockAt, madviseAt, munmap } = libc();
  const mapped = mmap(start, length, PROT_RDWR, flags, -1, 0n);
  if (mapped === MAP_FAILED) return false;
  // A kernel before 4.17 takes the address of MAP_FIXED_NOREPLACE for a hint.
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

/** Frees a range that is no longer among those kept. */
function free({ start, end }: AddressRange): void {
  bytes -= end - start;
  libc().munmap(start, end - start);
}
