/**
 * Huge pages of the system's pool: `MAP_HUGETLB` of mmap(2).
 *
 * @module
 */

import { badType } from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import { EINVAL, ENOMEM, MAP_HUGETLB, MFD_HUGE_SHIFT } from "../posix/mod.ts";

/**
 * Returns the flags that request huge pages of a size in bytes; 0 for a
 * boolean, which requests none of the pool.
 */
export function hugeBits(
  size: boolean | number,
  length: number,
  flag: number,
): number {
  if (typeof size === "boolean") return 0;
  if (typeof size !== "number") {
    throw badType("hugePages", size, "a boolean or a number");
  }
  const log = Math.log2(size);
  if (!Number.isInteger(log) || length % size !== 0) {
    throw new RangeError(
      `Cannot use huge pages of ${size} bytes for a length of ${length}`,
    );
  }
  return flag | log << MFD_HUGE_SHIFT;
}

/**
 * Checks that the new length of a mapping is a whole number of its huge pages.
 * The kernel would round it up and map more than the caller knows of.
 */
export function checkHugeLength(flags: number, length: number): void {
  if ((flags & MAP_HUGETLB) === 0) return;
  const size = 2 ** (flags >>> MFD_HUGE_SHIFT);
  if (length % size === 0) return;
  const hint = `not a multiple of the page size ${size}`;
  throw new SyscallError("mremap", EINVAL, { hint });
}

/** Calls `map`; an `ENOMEM` error then says that the pool has too few pages. */
export function mapFromPool<T>(size: boolean | number, map: () => T): T {
  try {
    return map();
  } catch (error) {
    const { code } = error as Partial<SyscallError>;
    if (typeof size === "boolean" || code !== "ENOMEM") throw error;
    const hint = `too few huge pages of ${size} bytes in the pool: see ` +
      "/sys/kernel/mm/hugepages";
    throw new SyscallError("mmap", ENOMEM, { hint });
  }
}
