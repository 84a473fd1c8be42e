/**
 * Huge pages that the system set aside: mmap(2), `MAP_HUGETLB`.
 *
 * @module
 */

import { SyscallError } from "../ffi/syscall_error.ts";
import { EINVAL, ENOMEM } from "../posix/constants_errno.ts";
import { MAP_HUGETLB } from "../posix/constants_mman.ts";

/** Where the logarithm of a huge page's size begins: linux/mman.h. */
const HUGE_SHIFT = 26;

/** Returns the flags that ask for huge pages of a size in bytes. */
export function hugeBits(
  size: boolean | number,
  length: number,
  flag: number,
): number {
  if (typeof size === "boolean") return 0;
  const log = Math.log2(size);
  if (!Number.isInteger(log) || length % size !== 0) {
    throw new RangeError(
      `Cannot use huge pages of ${size} bytes for a length of ${length}`,
    );
  }
  return flag | log << HUGE_SHIFT;
}

/**
 * Checks the new length of a mapping of huge pages, before the kernel rounds it
 * up and there is more than anybody knows of.
 */
export function checkHugeLength(flags: number, length: number): void {
  if ((flags & MAP_HUGETLB) === 0) return;
  const size = 2 ** (flags >>> HUGE_SHIFT);
  if (length % size === 0) return;
  const hint = `not a multiple of ${size}, the size of its pages`;
  throw new SyscallError("mremap", EINVAL, { hint });
}

/** Maps, and says so where the pool is what lacks memory. */
export function mapFromPool<T>(size: boolean | number, map: () => T): T {
  try {
    return map();
  } catch (error) {
    const { code } = error as Partial<SyscallError>;
    if (typeof size === "boolean" || code !== "ENOMEM") throw error;
    const hint = `too few huge pages of ${size} bytes are set aside: see ` +
      "/sys/kernel/mm/hugepages";
    throw new SyscallError("mmap", ENOMEM, { hint });
  }
}
