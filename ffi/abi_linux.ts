/**
 * Linux's C structs, where the kernel and libc agree on them.
 *
 * `struct stat` is the only one here that differs by CPU: x86-64 has a layout
 * of its own, and aarch64 has asm-generic/stat.h's.
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

/** The fields of `struct stat` that every CPU has. */
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

/** Returns `struct stat` of this CPU. */
export function statLayout(): Struct<StatField> {
  return platform().arch === "x86_64" ? STAT_X86_64 : STAT_AARCH64;
}

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

/** `struct msghdr` of sendmsg(2) and recvmsg(2). */
export const MSGHDR = struct("sys/socket.h", "msghdr", {
  msg_name: "u64",
  msg_namelen: "u32",
  msg_iov: "u64",
  msg_iovlen: "u64",
  msg_control: "u64",
  msg_controllen: "u64",
  msg_flags: "i32",
});

/** The head of a control message, see cmsg(3); its data follows at 16. */
export const CMSGHDR = struct("sys/socket.h", "cmsghdr", {
  cmsg_len: "u64",
  cmsg_level: "i32",
  cmsg_type: "i32",
});

// fcntl.h: the flags of the calls that take a directory's descriptor.
export const AT_FDCWD = -100;
export const AT_SYMLINK_NOFOLLOW = 0x100;
export const AT_EACCESS = 0x200;
