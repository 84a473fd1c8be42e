/**
 * Protections, flags and advice of memory mappings: `<sys/mman.h>`.
 *
 * The values on Linux are those of asm-generic/mman-common.h, asm-generic/mman.h
 * and x86's asm/mman.h; on macOS those of sys/mman.h. A constant that this
 * platform lacks is -1, which every function here refuses.
 *
 * @module
 */

import { byPlatform } from "./_by_platform.ts";

/** The memory cannot be touched at all: a touch ends the process. */
export const PROT_NONE = 0x0;
/** The memory can be read. */
export const PROT_READ = 0x1;
/** The memory can be written. */
export const PROT_WRITE = 0x2;
/** The memory can be executed. */
export const PROT_EXEC = 0x4;
/** PROT_READ and PROT_WRITE. */
export const PROT_RDWR = 0x3;
/** Map a file: the default, so the value is 0. */
export const MAP_FILE = 0x0;
/** Writes reach the file and every other mapping of it. */
export const MAP_SHARED = 0x1;
/** Writes stay in this mapping: copy on write. */
export const MAP_PRIVATE = 0x2;
/** MAP_SHARED that refuses unknown flags; since Linux 4.15. */
export const MAP_SHARED_VALIDATE: number = byPlatform({ linux: 0x3 });
/** Private memory that the kernel may zero when it runs short; since Linux 6.11. */
export const MAP_DROPPABLE: number = byPlatform({ linux: 0x8 });
/** Mask of the mapping type (Linux). */
export const MAP_TYPE: number = byPlatform({ linux: 0xf });
/** Map at exactly the address given, replacing what is there. */
export const MAP_FIXED = 0x10;
/** Zeroed memory without a file. */
export const MAP_ANONYMOUS: number = byPlatform({
  linux: 0x20,
  darwin: 0x1000,
});
/** The older name of MAP_ANONYMOUS. */
export const MAP_ANON: number = byPlatform({ linux: 0x20, darwin: 0x1000 });
/** Map in the first 2 GiB of the address space (Linux on x86-64). */
export const MAP_32BIT: number = byPlatform({ linuxX86: 0x40 });
/** Do not set swap space aside. */
export const MAP_NORESERVE: number = byPlatform({
  linux: 0x4000,
  darwin: 0x40,
});
/** A stack: touching the guard page below extends it (Linux). */
export const MAP_GROWSDOWN: number = byPlatform({ linux: 0x100 });
/** Ignored by the kernel (Linux). */
export const MAP_DENYWRITE: number = byPlatform({ linux: 0x800 });
/** Ignored by the kernel (Linux). */
export const MAP_EXECUTABLE: number = byPlatform({ linux: 0x1000 });
/** Lock the pages into memory, as mlock(2) does (Linux). */
export const MAP_LOCKED: number = byPlatform({ linux: 0x2000 });
/** Bring the pages in before mmap() returns (Linux). */
export const MAP_POPULATE: number = byPlatform({ linux: 0x8000 });
/** With MAP_POPULATE: only pages that are in memory already (Linux). */
export const MAP_NONBLOCK: number = byPlatform({ linux: 0x10000 });
/** The memory will be a stack; without effect today (Linux). */
export const MAP_STACK: number = byPlatform({ linux: 0x20000 });
/** Use huge pages; the length must be a multiple of theirs (Linux). */
export const MAP_HUGETLB: number = byPlatform({ linux: 0x40000 });
/** With MAP_SHARED_VALIDATE on DAX: a write survives a crash; since Linux 4.15. */
export const MAP_SYNC: number = byPlatform({ linux: 0x80000 });
/** Map at exactly the address given, or fail with EEXIST; since Linux 4.17. */
export const MAP_FIXED_NOREPLACE: number = byPlatform({ linux: 0x100000 });
/** No special treatment. */
export const MADV_NORMAL = 0;
/** Pages will be used in no order: read nothing ahead. */
export const MADV_RANDOM = 1;
/** Pages will be used in order: read far ahead. */
export const MADV_SEQUENTIAL = 2;
/** Pages will be needed soon: read them now. */
export const MADV_WILLNEED = 3;
/** Pages are not needed; on Linux private ones lose their content. */
export const MADV_DONTNEED = 4;
/** The content may be dropped until it is written again; since Linux 4.5. */
export const MADV_FREE: number = byPlatform({ linux: 8, darwin: 5 });
/** Free the pages and the file space under them: a hole (Linux). */
export const MADV_REMOVE: number = byPlatform({ linux: 9 });
/** A child process does not get these pages (Linux). */
export const MADV_DONTFORK: number = byPlatform({ linux: 10 });
/** Undo MADV_DONTFORK (Linux). */
export const MADV_DOFORK: number = byPlatform({ linux: 11 });
/** Let the kernel merge pages of equal content (Linux). */
export const MADV_MERGEABLE: number = byPlatform({ linux: 12 });
/** Undo MADV_MERGEABLE (Linux). */
export const MADV_UNMERGEABLE: number = byPlatform({ linux: 13 });
/** Prefer transparent huge pages (Linux). */
export const MADV_HUGEPAGE: number = byPlatform({ linux: 14 });
/** Use no transparent huge pages (Linux). */
export const MADV_NOHUGEPAGE: number = byPlatform({ linux: 15 });
/** Leave the pages out of a core dump (Linux). */
export const MADV_DONTDUMP: number = byPlatform({ linux: 16 });
/** Undo MADV_DONTDUMP (Linux). */
export const MADV_DODUMP: number = byPlatform({ linux: 17 });
/** A child process sees these pages zeroed; since Linux 4.14. */
export const MADV_WIPEONFORK: number = byPlatform({ linux: 18 });
/** Undo MADV_WIPEONFORK (Linux). */
export const MADV_KEEPONFORK: number = byPlatform({ linux: 19 });
/** Pages are the first to go when memory is short; since Linux 5.4. */
export const MADV_COLD: number = byPlatform({ linux: 20 });
/** Move the pages out now; since Linux 5.4. */
export const MADV_PAGEOUT: number = byPlatform({ linux: 21 });
/** Bring the pages in for reading, or say why not; since Linux 5.14. */
export const MADV_POPULATE_READ: number = byPlatform({ linux: 22 });
/** Bring the pages in for writing, or say why not; since Linux 5.14. */
export const MADV_POPULATE_WRITE: number = byPlatform({ linux: 23 });
/** MADV_DONTNEED on locked pages too; since Linux 5.18. */
export const MADV_DONTNEED_LOCKED: number = byPlatform({ linux: 24 });
/** Make huge pages of the range now; since Linux 6.1. */
export const MADV_COLLAPSE: number = byPlatform({ linux: 25 });
/** Treat the pages as faulty memory: for tests of that, as root (Linux). */
export const MADV_HWPOISON: number = byPlatform({ linux: 100 });
/** Move the content elsewhere and retire the pages, as root (Linux). */
export const MADV_SOFT_OFFLINE: number = byPlatform({ linux: 101 });
/** Make a touch of the range end the process; since Linux 6.13. */
export const MADV_GUARD_INSTALL: number = byPlatform({ linux: 102 });
/** Undo MADV_GUARD_INSTALL (Linux). */
export const MADV_GUARD_REMOVE: number = byPlatform({ linux: 103 });
/** Start writing back; Linux does that anyway. */
export const MS_ASYNC = 1;
/** Drop what other mappings of the file have cached. */
export const MS_INVALIDATE = 2;
/** Write back, and wait until it is done. */
export const MS_SYNC: number = byPlatform({ linux: 4, darwin: 0x10 });
/** Lock every page mapped now. */
export const MCL_CURRENT = 1;
/** Lock every page mapped from now on. */
export const MCL_FUTURE = 2;
/** With the others: lock pages once they are touched; since Linux 4.4. */
export const MCL_ONFAULT: number = byPlatform({ linux: 4 });
/** The mapping may move to another address (Linux). */
export const MREMAP_MAYMOVE: number = byPlatform({ linux: 1 });
/** With MREMAP_MAYMOVE: move it to the address given (Linux). */
export const MREMAP_FIXED: number = byPlatform({ linux: 2 });
/** Leave the old range mapped, without content; since Linux 5.7. */
export const MREMAP_DONTUNMAP: number = byPlatform({ linux: 4 });
