/**
 * Protections, flags and advice of memory mappings: `<sys/mman.h>`.
 *
 * The values for Linux are those of asm-generic/mman-common.h,
 * asm-generic/mman.h and x86's asm/mman.h; the values for macOS are those of
 * sys/mman.h. A constant that this platform lacks is -1, which every function
 * here refuses.
 *
 * @module
 */

import { byPlatform } from "./_by_platform.ts";
import type { AdviseFlags, MapFlags, ProtFlags, SyncFlags } from "./flags.ts";

/** The memory cannot be accessed: any access kills the process. */
export const PROT_NONE: ProtFlags = 0x0;
/** The memory can be read. */
export const PROT_READ: ProtFlags = 0x1;
/** The memory can be written. */
export const PROT_WRITE: ProtFlags = 0x2;
/** The memory can be executed. */
export const PROT_EXEC: ProtFlags = 0x4;
/** PROT_READ and PROT_WRITE. */
export const PROT_RDWR: ProtFlags = 0x3;
/** Map a file: the default, so the value is 0. */
export const MAP_FILE: MapFlags = 0x0;
/** Writes reach the file and every other mapping of it. */
export const MAP_SHARED: MapFlags = 0x1;
/** Writes stay in this mapping: copy on write. */
export const MAP_PRIVATE: MapFlags = 0x2;
/** MAP_SHARED that refuses unknown flags; since Linux 4.15. */
export const MAP_SHARED_VALIDATE: MapFlags = byPlatform({ linux: 0x3 });
/** Private memory that the kernel may zero when it runs short; since Linux 6.11. */
export const MAP_DROPPABLE: MapFlags = byPlatform({ linux: 0x8 });
/** Mask of the mapping type (Linux). */
export const MAP_TYPE: MapFlags = byPlatform({ linux: 0xf });
/** Map at exactly the given address, and replace existing mappings. */
export const MAP_FIXED: MapFlags = 0x10;
/** Zeroed memory without a file. */
export const MAP_ANONYMOUS: MapFlags = byPlatform({
  linux: 0x20,
  darwin: 0x1000,
});
/** The older name of MAP_ANONYMOUS. */
export const MAP_ANON: MapFlags = byPlatform({ linux: 0x20, darwin: 0x1000 });
/** Map in the first 2 GiB of the address space (Linux on x86-64). */
export const MAP_32BIT: MapFlags = byPlatform({ linuxX86: 0x40 });
/** Do not reserve swap space. */
export const MAP_NORESERVE: MapFlags = byPlatform({
  linux: 0x4000,
  darwin: 0x40,
});
/** Grow downwards on access to the guard page below, as a stack does (Linux). */
export const MAP_GROWSDOWN: MapFlags = byPlatform({ linux: 0x100 });
/** Ignored by the kernel (Linux). */
export const MAP_DENYWRITE: MapFlags = byPlatform({ linux: 0x800 });
/** Ignored by the kernel (Linux). */
export const MAP_EXECUTABLE: MapFlags = byPlatform({ linux: 0x1000 });
/** Lock the pages into memory, as mlock(2) does (Linux). */
export const MAP_LOCKED: MapFlags = byPlatform({ linux: 0x2000 });
/** Populate the pages before mmap() returns (Linux). */
export const MAP_POPULATE: MapFlags = byPlatform({ linux: 0x8000 });
/** With MAP_POPULATE: populate only pages that are in memory already (Linux). */
export const MAP_NONBLOCK: MapFlags = byPlatform({ linux: 0x10000 });
/** The memory will be a stack; without effect today (Linux). */
export const MAP_STACK: MapFlags = byPlatform({ linux: 0x20000 });
/** Use huge pages; the length must be a multiple of their size (Linux). */
export const MAP_HUGETLB: MapFlags = byPlatform({ linux: 0x40000 });
/**
 * With MAP_SHARED_VALIDATE on a DAX file: writes survive a crash; since Linux
 * 4.15.
 */
export const MAP_SYNC: MapFlags = byPlatform({ linux: 0x80000 });
/** Map at exactly the given address, or fail with EEXIST; since Linux 4.17. */
export const MAP_FIXED_NOREPLACE: MapFlags = byPlatform({ linux: 0x100000 });
/** No special treatment. */
export const MADV_NORMAL: AdviseFlags = 0;
/** Pages will be accessed in random order: do not read ahead. */
export const MADV_RANDOM: AdviseFlags = 1;
/** Pages will be accessed in sequential order: read far ahead. */
export const MADV_SEQUENTIAL: AdviseFlags = 2;
/** Pages will be needed soon: read them now. */
export const MADV_WILLNEED: AdviseFlags = 3;
/** Pages are not needed; on Linux, private pages lose their content. */
export const MADV_DONTNEED: AdviseFlags = 4;
/** The content may be dropped until it is written again; since Linux 4.5. */
export const MADV_FREE: AdviseFlags = byPlatform({ linux: 8, darwin: 5 });
/** Free the pages and their space in the file: punch a hole (Linux). */
export const MADV_REMOVE: AdviseFlags = byPlatform({ linux: 9 });
/** A child process does not get these pages (Linux). */
export const MADV_DONTFORK: AdviseFlags = byPlatform({ linux: 10 });
/** Undo MADV_DONTFORK (Linux). */
export const MADV_DOFORK: AdviseFlags = byPlatform({ linux: 11 });
/** Let the kernel merge pages of equal content (Linux). */
export const MADV_MERGEABLE: AdviseFlags = byPlatform({ linux: 12 });
/** Undo MADV_MERGEABLE (Linux). */
export const MADV_UNMERGEABLE: AdviseFlags = byPlatform({ linux: 13 });
/** Prefer transparent huge pages (Linux). */
export const MADV_HUGEPAGE: AdviseFlags = byPlatform({ linux: 14 });
/** Use no transparent huge pages (Linux). */
export const MADV_NOHUGEPAGE: AdviseFlags = byPlatform({ linux: 15 });
/** Leave the pages out of a core dump (Linux). */
export const MADV_DONTDUMP: AdviseFlags = byPlatform({ linux: 16 });
/** Undo MADV_DONTDUMP (Linux). */
export const MADV_DODUMP: AdviseFlags = byPlatform({ linux: 17 });
/** A child process sees these pages zeroed; since Linux 4.14. */
export const MADV_WIPEONFORK: AdviseFlags = byPlatform({ linux: 18 });
/** Undo MADV_WIPEONFORK (Linux). */
export const MADV_KEEPONFORK: AdviseFlags = byPlatform({ linux: 19 });
/** Reclaim these pages first when memory is short; since Linux 5.4. */
export const MADV_COLD: AdviseFlags = byPlatform({ linux: 20 });
/** Reclaim the pages now; since Linux 5.4. */
export const MADV_PAGEOUT: AdviseFlags = byPlatform({ linux: 21 });
/** Populate the pages for reading, or fail; since Linux 5.14. */
export const MADV_POPULATE_READ: AdviseFlags = byPlatform({ linux: 22 });
/** Populate the pages for writing, or fail; since Linux 5.14. */
export const MADV_POPULATE_WRITE: AdviseFlags = byPlatform({ linux: 23 });
/** Do what MADV_DONTNEED does, also for locked pages; since Linux 5.18. */
export const MADV_DONTNEED_LOCKED: AdviseFlags = byPlatform({ linux: 24 });
/** Collapse the range into huge pages now; since Linux 6.1. */
export const MADV_COLLAPSE: AdviseFlags = byPlatform({ linux: 25 });
/** Treat the pages as faulty memory, to test error handling, as root (Linux). */
export const MADV_HWPOISON: AdviseFlags = byPlatform({ linux: 100 });
/** Move the content elsewhere and retire the pages, as root (Linux). */
export const MADV_SOFT_OFFLINE: AdviseFlags = byPlatform({ linux: 101 });
/** Make any access to the range kill the process; since Linux 6.13. */
export const MADV_GUARD_INSTALL: AdviseFlags = byPlatform({ linux: 102 });
/** Undo MADV_GUARD_INSTALL (Linux). */
export const MADV_GUARD_REMOVE: AdviseFlags = byPlatform({ linux: 103 });
/** Schedule the write-back; Linux does that anyway. */
export const MS_ASYNC: SyncFlags = 1;
/** Invalidate other mappings of the file. */
export const MS_INVALIDATE: SyncFlags = 2;
/** Write back, and wait until the data is on the device. */
export const MS_SYNC: SyncFlags = byPlatform({ linux: 4, darwin: 0x10 });
/** Lock every page mapped now. */
export const MCL_CURRENT = 1;
/** Lock every page mapped from now on. */
export const MCL_FUTURE = 2;
/** With MCL_CURRENT or MCL_FUTURE: lock pages on first access; since Linux 4.4. */
export const MCL_ONFAULT: number = byPlatform({ linux: 4 });
/** The mapping may move to another address (Linux). */
export const MREMAP_MAYMOVE: number = byPlatform({ linux: 1 });
/** With MREMAP_MAYMOVE: move the mapping to the given address (Linux). */
export const MREMAP_FIXED: number = byPlatform({ linux: 2 });
/** Leave the old range mapped but empty; since Linux 5.7. */
export const MREMAP_DONTUNMAP: number = byPlatform({ linux: 4 });
