/**
 * POSIX shared memory, memfd, mappings at a chosen address, `fstat` and its
 * constants, extended attributes, and explanations of every `errno`.
 *
 * Unrelated processes can share a region of memory by its name:
 *
 * ```ts
 * import * as posix from "@hostkit/hostkit/posix";
 *
 * const name = `/counter-${Deno.pid}`;
 * const fd = posix.shmOpen(name, posix.O_RDWR | posix.O_CREAT, 0o600);
 * posix.ftruncate(fd, posix.getpagesize());
 * const { data } = posix.mmap(
 *   null,
 *   posix.getpagesize(),
 *   posix.PROT_READ | posix.PROT_WRITE,
 *   posix.MAP_SHARED,
 *   fd,
 *   0,
 * );
 * Atomics.add(new Int32Array(data.buffer), 0, 1);
 *
 * posix.munmap(data);
 * posix.close(fd);
 * posix.shmUnlink(name);
 * ```
 *
 * The names are those of C; each function's documentation names its man page.
 * A failed system call throws a `SyscallError` of `@hostkit/hostkit/ffi`. An
 * argument that C would silently convert throws a `RangeError`.
 *
 * The constants have the values of the platform: Linux on x86-64 or aarch64, or
 * macOS. A constant that the platform lacks is -1, which every function
 * refuses. The tests run on Linux on both CPUs. The values for macOS come from
 * its headers; the functions follow its man pages but have not been tested
 * there.
 *
 * Needs `--allow-ffi` at the first call; importing needs nothing.
 *
 * @module
 */

export type {
  AdviseFlags,
  MapFlags,
  MemfdFlags,
  OpenFlags,
  ProtFlags,
  SealFlags,
  SyncFlags,
  XattrFlags,
} from "./flags.ts";
export * from "./constants_errno.ts";
export * from "./constants_fcntl.ts";
export * from "./constants_limits.ts";
export * from "./constants_memfd.ts";
export * from "./constants_mman.ts";
export * from "./constants_mount.ts";
export * from "./constants_stat.ts";
export * from "./constants_xattr.ts";
export { major, minor } from "./device.ts";
export { errnoHelp, errnoName, errnoString } from "./errno.ts";
export { close, fchmod, fchown, fcntl, ftruncate } from "./fd.ts";
export {
  type FutexOutcome,
  futexWait,
  futexWaitAsync,
  futexWake,
} from "./futex.ts";
export { FutexWord } from "./futex_word.ts";
export { type Mapping, mmap, munmap } from "./mapping.ts";
export { addSeals, getSeals, memfdCreate } from "./memfd.ts";
export {
  fgetxattr,
  flistxattr,
  getxattr,
  lgetxattr,
  listxattr,
  llistxattr,
} from "./getxattr.ts";
export {
  getpagesize,
  madvise,
  mlock,
  mlockall,
  mprotect,
  msync,
  munlock,
  munlockall,
} from "./memory.ts";
export {
  S_ISBLK,
  S_ISCHR,
  S_ISDIR,
  S_ISFIFO,
  S_ISLNK,
  S_ISREG,
  S_ISSOCK,
} from "./mode.ts";
export {
  fremovexattr,
  fsetxattr,
  lremovexattr,
  lsetxattr,
  removexattr,
  setxattr,
} from "./setxattr.ts";
export { shmOpen, shmUnlink } from "./shm.ts";
export { fstat, type Stat, type Timespec } from "./stat.ts";
export {
  displayStatInfo,
  filePermStr,
  FP_SPECIAL,
  type ShownStat,
  statInfo,
} from "./stat_info.ts";
