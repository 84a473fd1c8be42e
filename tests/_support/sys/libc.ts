/**
 * The C functions that a client calls beside the library's own, and how it
 * calls them.
 *
 * @module
 */

import { openStubs } from "../../../ffi/_open_libc.ts";
import { asyncErrno, errno, libc, linuxLibc } from "../../../ffi/libc.ts";
import type { Libc, LinuxLibc } from "../../../ffi/libc.ts";
import { platform } from "../../../ffi/platform.ts";
import { openLibrary, type Symbols } from "../../../ffi/runtime.ts";
import { SyscallError } from "../../../ffi/syscall_error.ts";

const TABLE = {
  // int chdir(const char *path);
  chdir: { parameters: ["buffer"], result: "i32" },
  // mode_t umask(mode_t mask);
  umask: { parameters: ["u32"], result: "u32" },
  // int statfs(const char *path, struct statfs *buf);
  statfs: { parameters: ["buffer", "buffer"], result: "i32" },
  // int fsync(int fd);
  fsync: { parameters: ["i32"], result: "i32" },
  // int fdatasync(int fd);
  fdatasync: { parameters: ["i32"], result: "i32" },
  // int fallocate(int fd, int mode, off_t offset, off_t size);
  fallocate: { parameters: ["i32", "i32", "i64", "i64"], result: "i32" },
  // int futimens(int fd, const struct timespec times[2]);
  futimens: { parameters: ["i32", "buffer"], result: "i32" },
  // int inotify_init1(int flags);
  inotify_init1: { parameters: ["i32"], result: "i32" },
  // int inotify_add_watch(int fd, const char *path, uint32_t mask);
  inotify_add_watch: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  // int epoll_create1(int flags);
  epoll_create1: { parameters: ["i32"], result: "i32" },
  // int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event);
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  // int lsetxattr(const char *path, const char *name, const void *value,
  //               size_t size, int flags);
  lsetxattr: {
    parameters: ["buffer", "buffer", "buffer", "usize", "i32"],
    result: "i32",
  },
  // ssize_t lgetxattr(const char *path, const char *name, void *value,
  //                   size_t size);
  lgetxattr: {
    parameters: ["buffer", "buffer", "buffer", "usize"],
    result: "i32",
  },
  // ssize_t llistxattr(const char *path, char *list, size_t size);
  llistxattr: { parameters: ["buffer", "buffer", "usize"], result: "i32" },
  // int fsetxattr(int fd, const char *name, const void *value, size_t size,
  //               int flags);
  fsetxattr: {
    parameters: ["i32", "buffer", "buffer", "usize", "i32"],
    result: "i32",
  },
  // ssize_t fgetxattr(int fd, const char *name, void *value, size_t size);
  fgetxattr: {
    parameters: ["i32", "buffer", "buffer", "usize"],
    result: "i32",
  },
  // ssize_t flistxattr(int fd, char *list, size_t size);
  flistxattr: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  // int dup(int fd);
  dup: { parameters: ["i32"], result: "i32" },
  // void sync(void);
  sync: { parameters: [], result: "void" },
  // int setegid(gid_t egid);
  setegid: { parameters: ["u32"], result: "i32" },
  // int seteuid(uid_t euid);
  seteuid: { parameters: ["u32"], result: "i32" },
  // void (*signal(int signum, void (*handler)(int)))(int);
  signal: { parameters: ["i32", "usize"], result: "usize" },
  // int siginterrupt(int sig, int flag);
  siginterrupt: { parameters: ["i32", "i32"], result: "i32" },
  // int setitimer(int which, const struct itimerval *new, NULL);
  setitimer: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  // int setresgid(gid_t rgid, gid_t egid, gid_t sgid);
  setresgid: { parameters: ["u32", "u32", "u32"], result: "i32" },
  // int setresuid(uid_t ruid, uid_t euid, uid_t suid);
  setresuid: { parameters: ["u32", "u32", "u32"], result: "i32" },
  // int setgroups(size_t size, const gid_t *list);
  setgroups: { parameters: ["usize", "buffer"], result: "i32" },
  // int unshare(int flags);
  unshare: { parameters: ["i32"], result: "i32" },
  // Those that a test lets wait run on a thread of their own.
  openAsync: {
    name: "open",
    parameters: ["buffer", "i32", "u32"],
    result: "i32",
    nonblocking: true,
  },
  closeAsync: {
    name: "close",
    parameters: ["i32"],
    result: "i32",
    nonblocking: true,
  },
  readAsync: {
    name: "read",
    parameters: ["i32", "buffer", "usize"],
    result: "i32",
    nonblocking: true,
  },
  flockAsync: {
    name: "flock",
    parameters: ["i32", "i32"],
    result: "i32",
    nonblocking: true,
  },
  fcntlLockAsync: {
    name: "fcntl",
    parameters: ["i32", "i32", "buffer"],
    result: "i32",
    nonblocking: true,
  },
  setxattrAsync: {
    name: "setxattr",
    parameters: ["buffer", "buffer", "buffer", "usize", "i32"],
    result: "i32",
    nonblocking: true,
  },
  ioctlAsync: {
    name: "ioctl",
    parameters: ["i32", "usize", "buffer"],
    result: "i32",
    nonblocking: true,
  },
} as const;

type Functions = Libc & LinuxLibc & Symbols<typeof TABLE>;

let functions: Functions | undefined;

/** The C functions: the library's, and those of the table above. */
export function c(): Functions {
  if (functions !== undefined) return functions;
  const more = openStubs(TABLE) ?? openLibrary(platform().libc, TABLE);
  return functions = { ...libc(), ...linuxLibc(), ...more };
}

/**
 * Returns the result of a call.
 *
 * @throws {SyscallError} If it is negative.
 */
export function done(name: string, result: number): number {
  if (result < 0) throw new SyscallError(name, errno());
  return result;
}

/** The same for one that ran on a thread of its own. */
export async function doneLater(
  name: string,
  result: Promise<number>,
): Promise<number> {
  const value = await result;
  if (value < 0) throw new SyscallError(name, asyncErrno(value));
  return value;
}
