/**
 * Flags of memfd_create(2): linux/memfd.h.
 *
 * The values are the same on every platform: macOS has no memfd_create(2), but
 * memfdCreate() takes the same flags there. A huge page size is its binary
 * logarithm in the top six bits. The constants are signed 32-bit numbers, as
 * the result of `|` is.
 *
 * @module
 */

import type { MemfdFlags } from "./flags.ts";

/** Close the file descriptor on execve(2). */
export const MFD_CLOEXEC: MemfdFlags = 0x1;
/** Let addSeals() seal the file. */
export const MFD_ALLOW_SEALING: MemfdFlags = 0x2;
/** Use huge pages. */
export const MFD_HUGETLB: MemfdFlags = 0x4;
/** Make the file permanently non-executable, and allow seals; since Linux 6.3. */
export const MFD_NOEXEC_SEAL: MemfdFlags = 0x8;
/** Make the file executable; since Linux 6.3. */
export const MFD_EXEC: MemfdFlags = 0x10;
/** The position of the lowest bit of the huge page size's logarithm. */
export const MFD_HUGE_SHIFT = 26;
/** Mask of the huge page size's logarithm, before the shift. */
export const MFD_HUGE_MASK = 0x3f;
/** With MFD_HUGETLB: huge pages of 64 KiB. */
export const MFD_HUGE_64KB: MemfdFlags = 0x40000000;
/** With MFD_HUGETLB: huge pages of 512 KiB. */
export const MFD_HUGE_512KB: MemfdFlags = 0x4c000000;
/** With MFD_HUGETLB: huge pages of 1 MiB. */
export const MFD_HUGE_1MB: MemfdFlags = 0x50000000;
/** With MFD_HUGETLB: huge pages of 2 MiB. */
export const MFD_HUGE_2MB: MemfdFlags = 0x54000000;
/** With MFD_HUGETLB: huge pages of 8 MiB. */
export const MFD_HUGE_8MB: MemfdFlags = 0x5c000000;
/** With MFD_HUGETLB: huge pages of 16 MiB. */
export const MFD_HUGE_16MB: MemfdFlags = 0x60000000;
/** With MFD_HUGETLB: huge pages of 32 MiB. */
export const MFD_HUGE_32MB: MemfdFlags = 0x64000000;
/** With MFD_HUGETLB: huge pages of 256 MiB. */
export const MFD_HUGE_256MB: MemfdFlags = 0x70000000;
/** With MFD_HUGETLB: huge pages of 512 MiB. */
export const MFD_HUGE_512MB: MemfdFlags = 0x74000000;
/** With MFD_HUGETLB: huge pages of 1 GiB. */
export const MFD_HUGE_1GB: MemfdFlags = 0x78000000;
/** With MFD_HUGETLB: huge pages of 2 GiB. */
export const MFD_HUGE_2GB: MemfdFlags = 0x7c000000;
/** With MFD_HUGETLB: huge pages of 16 GiB. */
export const MFD_HUGE_16GB: MemfdFlags = -0x78000000;
