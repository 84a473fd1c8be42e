/**
 * C structs of Linux on which the kernel and libc agree.
 *
 * Only `struct stat` depends on the CPU: x86-64 has its own layout, and aarch64
 * has that of asm-generic/stat.h.
 *
 * @module
 */

import { platform } from "./platform.ts";
import { type Struct, struct } from "./struct.ts";

/** `struct timespec` of time.h. */
export const TIMESPEC = struct("time.h", "timespec", {
  tv_sec: "i64",
  tv_nsec: "i64",
});

/** `struct stat` on x86-64. */
export const STAT_X86_64 = struct("sys/stat.h", "stat", {
  st_dev: "u64",
  st_ino: "u64",
  st_nlink: "u64",
  st_mode: "u32",
  st_uid: "u32",
  st_gid: "u32",
  __pad0: "i32",
  st_rdev: "u64",
  st_size: "i64",
  st_blksize: "i64",
  st_blocks: "i64",
  st_atim: TIMESPEC,
  st_mtim: TIMESPEC,
  st_ctim: TIMESPEC,
  __glibc_reserved: ["i64", 3],
});

/** `struct stat` on aarch64. */
export const STAT_AARCH64 = struct("sys/stat.h", "stat", {
  st_dev: "u64",
  st_ino: "u64",
  st_mode: "u32",
  st_nlink: "u32",
  st_uid: "u32",
  st_gid: "u32",
  st_rdev: "u64",
  __pad1: "u64",
  st_size: "i64",
  st_blksize: "i32",
  __pad2: "i32",
  st_blocks: "i64",
  st_atim: TIMESPEC,
  st_mtim: TIMESPEC,
  st_ctim: TIMESPEC,
  __glibc_reserved: ["i32", 2],
});

/** The names of the `struct stat` fields that every CPU has. */
export type StatField =
  | "st_dev"
  | "st_ino"
  | "st_mode"
  | "st_nlink"
  | "st_uid"
  | "st_gid"
  | "st_rdev"
  | "st_size"
  | "st_blksize"
  | "st_blocks"
  | "st_atim"
  | "st_mtim"
  | "st_ctim";

/** Returns the layout of `struct stat` on this CPU. */
export function statLayout(): Struct<StatField> {
  return platform().arch === "x86_64" ? STAT_X86_64 : STAT_AARCH64;
}

/** `struct statx_timestamp` of statx(2). */
const STATX_TIMESTAMP = struct("sys/stat.h", "statx_timestamp", {
  tv_sec: "i64",
  tv_nsec: "u32",
  __reserved: "i32",
});

/** `struct statx` of statx(2), the same on every CPU. */
export const STATX = struct("sys/stat.h", "statx", {
  stx_mask: "u32",
  stx_blksize: "u32",
  stx_attributes: "u64",
  stx_nlink: "u32",
  stx_uid: "u32",
  stx_gid: "u32",
  stx_mode: "u16",
  __spare0: ["u16", 1],
  stx_ino: "u64",
  stx_size: "u64",
  stx_blocks: "u64",
  stx_attributes_mask: "u64",
  stx_atime: STATX_TIMESTAMP,
  stx_btime: STATX_TIMESTAMP,
  stx_ctime: STATX_TIMESTAMP,
  stx_mtime: STATX_TIMESTAMP,
  stx_rdev_major: "u32",
  stx_rdev_minor: "u32",
  stx_dev_major: "u32",
  stx_dev_minor: "u32",
  stx_mnt_id: "u64",
  unused: ["u64", 13],
});

/** `struct statfs` of statfs(2), the same on both CPUs. */
export const STATFS = struct("sys/vfs.h", "statfs", {
  f_type: "i64",
  f_bsize: "i64",
  f_blocks: "u64",
  f_bfree: "u64",
  f_bavail: "u64",
  f_files: "u64",
  f_ffree: "u64",
  f_fsid: ["i32", 2],
  f_namelen: "i64",
  f_frsize: "i64",
  f_flags: "i64",
  f_spare: ["i64", 4],
});

/** The head of `struct dirent64` of getdents64(2); the name follows at 19. */
export const DIRENT64 = struct("dirent.h", "dirent64", {
  d_ino: "u64",
  d_off: "i64",
  d_reclen: "u16",
  d_type: "u8",
  d_name: ["u8", 256],
});

/** `struct flock` of fcntl(2): a lock on a range of a file. */
export const FLOCK = struct("fcntl.h", "flock", {
  l_type: "i16",
  l_whence: "i16",
  l_start: "i64",
  l_len: "i64",
  l_pid: "i32",
});

/** `struct iovec` of readv(2) and writev(2). */
export const IOVEC = struct("sys/uio.h", "iovec", {
  iov_base: "u64",
  iov_len: "u64",
});

/** `struct pollfd` of poll(2). */
export const POLLFD = struct("poll.h", "pollfd", {
  fd: "i32",
  events: "i16",
  revents: "i16",
});

/** An event of poll(2): reading does not block. */
export const POLLIN = 0x1;

// fcntl.h: flags of the system calls that take a directory file descriptor.
export const AT_FDCWD = -100;
export const AT_SYMLINK_NOFOLLOW = 0x100;
export const AT_EACCESS = 0x200;
export const AT_EMPTY_PATH = 0x1000;
export const AT_REMOVEDIR = 0x200;
export const AT_SYMLINK_FOLLOW = 0x400;
export const AT_STATX_FORCE_SYNC = 0x2000;
