import { checkInstance, errno, libc } from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import { toInt, toSize } from "./_arguments.ts";
import { EINVAL } from "./constants_errno.ts";
import type { AdviseFlags, ProtFlags, SyncFlags } from "./flags.ts";

/** Returns the length of a range that must not be empty. */
function lengthOf(syscall: string, data: Uint8Array<ArrayBuffer>): bigint {
  checkInstance("data", data, Uint8Array);
  if (data.length === 0) {
    throw new SyscallError(syscall, EINVAL, { hint: "empty or unmapped" });
  }
  return BigInt(data.length);
}

/** Checks that memory has not been unmapped or transferred. */
function checkMapped(syscall: string, data: Uint8Array<ArrayBuffer>): void {
  checkInstance("data", data, Uint8Array);
  if (!data.buffer.detached) return;
  throw new SyscallError(syscall, EINVAL, { hint: "unmapped" });
}

/**
 * `mprotect(data, prot)`: changes the protection of a range of pages. See
 * mprotect(2).
 *
 * @param data A mapping, or a page-aligned view of a part of one; the whole
 * last page is changed. Memory that does not come from {@linkcode mmap} is not
 * refused, but never change the protection of JavaScript's own heap.
 * @param prot `PROT_NONE`, or a combination of `PROT_READ`, `PROT_WRITE` and
 * `PROT_EXEC`.
 * @throws {SyscallError} `EINVAL` if `data` is empty, unmapped or not page
 * aligned, or `prot` has unknown bits; `EACCES` if the file was not open for
 * writing, or a seal forbids writing; `ENOMEM`.
 * @throws {RangeError} If `prot` is not a 32-bit integer.
 *
 * @example Usage
 * ```ts
 * import * as posix from "@hostkit/hostkit/posix";
 *
 * const flags = posix.MAP_PRIVATE | posix.MAP_ANONYMOUS;
 * const { data } = posix.mmap(null, 4096, posix.PROT_NONE, flags, -1, 0);
 * posix.mprotect(data, posix.PROT_RDWR);
 * data[0] = 1;
 * posix.munmap(data);
 * ```
 */
export function mprotect(data: Uint8Array<ArrayBuffer>, prot: ProtFlags): void {
  const length = lengthOf("mprotect", data);
  if (libc().mprotect(data, length, toInt("prot", prot)) < 0) {
    throw new SyscallError("mprotect", errno());
  }
}

/**
 * `madvise(data, advice)`: tells the kernel how a range will be used. See
 * madvise(2).
 *
 * Most advice affects only performance, but `MADV_DONTNEED`, `MADV_FREE` and
 * `MADV_REMOVE` discard the content.
 *
 * @param data A mapping, or a page-aligned view of a part of one.
 * @param advice One of the `MADV_*` constants.
 * @throws {SyscallError} `EINVAL` if `data` is empty, unmapped or not page
 * aligned, or `advice` is unknown or does not suit the mapping; `EACCES` for
 * `MADV_REMOVE` on a private mapping; `ENOMEM`; `EFAULT`, `EHWPOISON` for
 * `MADV_POPULATE_READ` and `MADV_POPULATE_WRITE`.
 * @throws {RangeError} If `advice` is not a 32-bit integer.
 *
 * @example Usage
 * ```ts
 * import * as posix from "@hostkit/hostkit/posix";
 *
 * const flags = posix.MAP_PRIVATE | posix.MAP_ANONYMOUS;
 * const { data } = posix.mmap(null, 4096, posix.PROT_RDWR, flags, -1, 0);
 * posix.madvise(data, posix.MADV_SEQUENTIAL);
 * posix.munmap(data);
 * ```
 */
export function madvise(
  data: Uint8Array<ArrayBuffer>,
  advice: AdviseFlags,
): void {
  const length = lengthOf("madvise", data);
  if (libc().madvise(data, length, toInt("advice", advice)) < 0) {
    throw new SyscallError("madvise", errno());
  }
}

/**
 * `msync(data, flags)`: writes changes of a shared mapping back to its file.
 * See msync(2).
 *
 * Other mappings of the file see each change immediately; msync(2) is for the
 * storage device. With `MS_SYNC` the call waits for the device and blocks the
 * event loop.
 *
 * @param data A mapping, or a page-aligned view of a part of one.
 * @param flags `MS_SYNC` or `MS_ASYNC`, optionally with `MS_INVALIDATE`.
 * @throws {SyscallError} `EINVAL` if `data` is empty, unmapped or not page
 * aligned, or `flags` has unknown bits or both `MS_SYNC` and `MS_ASYNC`;
 * `EBUSY` for `MS_INVALIDATE` on locked pages; `EIO`; `ENOMEM`.
 * @throws {RangeError} If `flags` is not a 32-bit integer.
 *
 * @example Usage
 * ```ts
 * import * as posix from "@hostkit/hostkit/posix";
 *
 * const fd = posix.memfdCreate("data", 0);
 * posix.ftruncate(fd, 4096);
 * const { data } = posix.mmap(
 *   null,
 *   4096,
 *   posix.PROT_RDWR,
 *   posix.MAP_SHARED,
 *   fd,
 *   0,
 * );
 * data[0] = 1;
 * posix.msync(data, posix.MS_SYNC);
 * posix.munmap(data);
 * posix.close(fd);
 * ```
 */
export function msync(data: Uint8Array<ArrayBuffer>, flags: SyncFlags): void {
  const length = lengthOf("msync", data);
  if (libc().msync(data, length, toInt("flags", flags)) < 0) {
    throw new SyscallError("msync", errno());
  }
}

/**
 * `mlock(data, size)`: locks pages into memory, so that they are not swapped
 * out. See mlock(2).
 *
 * Locks do not nest: one {@linkcode munlock} or {@linkcode munmap} undoes any
 * number of calls.
 *
 * @param data The start of the range; Linux rounds it down to a page.
 * @param size The length in bytes; `data.length` by default. 0 does nothing.
 * @throws {SyscallError} `ENOMEM` if a part is not mapped or the limit
 * RLIMIT_MEMLOCK is reached; `EPERM` if the caller may not lock memory;
 * `EAGAIN`; `EINVAL` if `data` is unmapped or `size` is negative.
 * @throws {RangeError} If `size` is not a safe integer.
 *
 * @example Usage
 * ```ts
 * import * as posix from "@hostkit/hostkit/posix";
 *
 * const flags = posix.MAP_PRIVATE | posix.MAP_ANONYMOUS;
 * const { data } = posix.mmap(null, 4096, posix.PROT_RDWR, flags, -1, 0);
 * posix.mlock(data);
 * posix.munlock(data);
 * posix.munmap(data);
 * ```
 */
export function mlock(
  data: Uint8Array<ArrayBuffer>,
  size: number = data?.length,
): void {
  checkMapped("mlock", data);
  if (libc().mlock(data, toSize("mlock", size)) < 0) {
    throw new SyscallError("mlock", errno());
  }
}

/**
 * `munlock(data, size)`: unlocks pages, so that they can be swapped out. See
 * mlock(2).
 *
 * @param data The start of the range; Linux rounds it down to a page.
 * @param size The length in bytes; `data.length` by default.
 * @throws {SyscallError} `ENOMEM` if a part is not mapped; `EINVAL` if `data`
 * is unmapped or `size` is negative.
 * @throws {RangeError} If `size` is not a safe integer.
 *
 * @example Usage
 * ```ts
 * import * as posix from "@hostkit/hostkit/posix";
 *
 * const flags = posix.MAP_PRIVATE | posix.MAP_ANONYMOUS;
 * const { data } = posix.mmap(null, 4096, posix.PROT_RDWR, flags, -1, 0);
 * posix.mlock(data);
 * posix.munlock(data);
 * posix.munmap(data);
 * ```
 */
export function munlock(
  data: Uint8Array<ArrayBuffer>,
  size: number = data?.length,
): void {
  checkMapped("munlock", data);
  if (libc().munlock(data, toSize("munlock", size)) < 0) {
    throw new SyscallError("munlock", errno());
  }
}

/**
 * `mlockall(flags)`: locks all pages of the process into memory. See mlock(2).
 *
 * @param flags `MCL_CURRENT`, `MCL_FUTURE` or both, on Linux optionally with
 * `MCL_ONFAULT`.
 * @throws {SyscallError} `EINVAL` if `flags` is 0, has unknown bits or is
 * `MCL_ONFAULT` alone; `ENOMEM` if the limit RLIMIT_MEMLOCK is exceeded;
 * `EPERM`; `ENOSYS` on macOS.
 * @throws {RangeError} If `flags` is not a 32-bit integer.
 *
 * @example Usage
 * ```ts
 * import { MCL_CURRENT, mlockall, munlockall } from "@hostkit/hostkit/posix";
 *
 * try {
 *   mlockall(MCL_CURRENT);
 *   munlockall();
 * } catch (error) {
 *   console.log(`Cannot lock: ${error}`);
 * }
 * ```
 */
export function mlockall(flags: number): void {
  if (libc().mlockall(toInt("flags", flags)) < 0) {
    throw new SyscallError("mlockall", errno());
  }
}

/**
 * `munlockall()`: unlocks all pages of the process. See mlock(2).
 *
 * @throws {SyscallError} `ENOSYS` on macOS.
 *
 * @example Usage
 * ```ts
 * import { munlockall } from "@hostkit/hostkit/posix";
 *
 * munlockall();
 * ```
 */
export function munlockall(): void {
  if (libc().munlockall() < 0) throw new SyscallError("munlockall", errno());
}

/**
 * `getpagesize()`: returns the size of a memory page, the unit of mappings. See
 * getpagesize(2).
 *
 * @returns The size in bytes: 4096 on x86-64; 4096, 16384 or 65536 on aarch64.
 *
 * @example Usage
 * ```ts
 * import { getpagesize } from "@hostkit/hostkit/posix";
 *
 * console.assert(getpagesize() % 4096 === 0);
 * ```
 */
export function getpagesize(): number {
  return libc().getpagesize();
}
