/**
 * libc: every C function that the library calls, each below its prototype.
 *
 * A result of at most 2 GiB (`ssize_t` of a bounded transfer) is declared
 * `i32`, which keeps the call on Deno's fast path; pointers are `usize`, so
 * that addresses are `bigint` everywhere. Variadic functions use the ordinary
 * calling convention except on Apple's arm64, which passes variadic arguments
 * on the stack. There the library calls the system call stub, such as `__fcntl`
 * for `fcntl`, whose parameters are fixed.
 *
 * @module
 */

import { openStubs } from "./_open_libc.ts";
import { platform } from "./platform.ts";
import { openLibrary, type Symbols, viewAt } from "./runtime.ts";

/** `EIO`, the same number on every platform. */
const EIO = 5;

/** Returns the functions that cannot fail, and those that locate errno. */
function bareTable() {
  const { errnoLocation, hErrnoLocation } = platform();
  return {
    // int *__errno_location(void);
    errnoLocation: { name: errnoLocation, parameters: [], result: "usize" },
    // int *__h_errno_location(void);
    hErrnoLocation: {
      name: hErrnoLocation ?? errnoLocation,
      parameters: [],
      result: "usize",
    },
    // long labs(long j), which returns an address unchanged, twenty times
    // faster than the runtime's own function.
    addressOf: { name: "labs", parameters: ["buffer"], result: "usize" },
    // pid_t getpid(void);
    getpid: { parameters: [], result: "i32" },
    // int sched_yield(void);
    sched_yield: { parameters: [], result: "i32" },
    // uid_t geteuid(void);
    geteuid: { parameters: [], result: "u32" },
    // gid_t getegid(void);
    getegid: { parameters: [], result: "u32" },
    // int getpagesize(void);
    getpagesize: { parameters: [], result: "i32" },
    // void *memmem(const void *haystack, size_t haystacklen,
    //              const void *needle, size_t needlelen);
    memmem: {
      parameters: ["buffer", "usize", "buffer", "usize"],
      result: "usize",
    },
    // char *getenv(const char *name);
    getenv: { parameters: ["buffer"], result: "usize" },
    // size_t strlen(const char *s);
    strlen: { parameters: ["usize"], result: "usize" },
  } as const;
}

function table() {
  const { inode64, variadic } = platform();
  return {
    // int open(const char *path, int flags, ... /* mode_t mode */);
    open: {
      name: `${variadic}open`,
      parameters: ["buffer", "i32", "u32"],
      result: "i32",
    },
    // int openat(int dirfd, const char *path, int flags, ... /* mode_t mode */);
    openat: {
      name: `${variadic}openat`,
      parameters: ["i32", "buffer", "i32", "u32"],
      result: "i32",
    },
    // int close(int fd);
    close: { parameters: ["i32"], result: "i32" },
    // int fcntl(int fd, int op, ... /* arg */);
    fcntl: {
      name: `${variadic}fcntl`,
      parameters: ["i32", "i32", "i32"],
      result: "i32",
    },
    // int unlink(const char *path);
    unlink: { parameters: ["buffer"], result: "i32" },
    // int ftruncate(int fd, off_t length);
    ftruncate: { parameters: ["i32", "i64"], result: "i32" },
    // int fchmod(int fd, mode_t mode);
    fchmod: { parameters: ["i32", "u32"], result: "i32" },
    // int fchown(int fd, uid_t owner, gid_t group);
    fchown: { parameters: ["i32", "u32", "u32"], result: "i32" },

    // ssize_t read(int fd, void *buf, size_t count);
    read: { parameters: ["i32", "buffer", "usize"], result: "i32" },
    // The same for a destination given by its address.
    readAt: {
      name: "read",
      parameters: ["i32", "usize", "usize"],
      result: "i32",
    },
    // ssize_t pread(int fd, void *buf, size_t count, off_t offset);
    pread: { parameters: ["i32", "buffer", "usize", "i64"], result: "i32" },
    // The same for a destination given by its address.
    preadAt: {
      name: "pread",
      parameters: ["i32", "usize", "usize", "i64"],
      result: "i32",
    },
    // ssize_t pwrite(int fd, const void *buf, size_t count, off_t offset);
    pwrite: { parameters: ["i32", "buffer", "usize", "i64"], result: "i32" },
    // The same for a source given by its address.
    pwriteAt: {
      name: "pwrite",
      parameters: ["i32", "usize", "usize", "i64"],
      result: "i32",
    },
    // ssize_t write(int fd, const void *buf, size_t count);
    write: { parameters: ["i32", "buffer", "usize"], result: "i32" },
    // The same on another thread: the write may block.
    writeAsync: {
      name: "write",
      parameters: ["i32", "buffer", "usize"],
      result: "i32",
      nonblocking: true,
    },
    // The same for a source given by its address.
    writeAt: {
      name: "write",
      parameters: ["i32", "usize", "usize"],
      result: "i32",
    },
    // ssize_t readv(int fd, const struct iovec *iov, int iovcnt);
    readv: { parameters: ["i32", "buffer", "i32"], result: "i32" },
    // ssize_t writev(int fd, const struct iovec *iov, int iovcnt);
    writev: { parameters: ["i32", "buffer", "i32"], result: "i32" },
    // ssize_t preadv(int fd, const struct iovec *iov, int iovcnt, off_t offset);
    preadv: { parameters: ["i32", "buffer", "i32", "i64"], result: "i32" },
    // ssize_t pwritev(the same);
    pwritev: { parameters: ["i32", "buffer", "i32", "i64"], result: "i32" },
    // ssize_t preadv2(int fd, const struct iovec *iov, int iovcnt,
    //                 off_t offset, int flags);
    // Null if libc lacks the function.
    preadv2: {
      parameters: ["i32", "buffer", "i32", "i64", "i32"],
      result: "i32",
      optional: true,
    },
    // ssize_t pwritev2(the same);
    pwritev2: {
      parameters: ["i32", "buffer", "i32", "i64", "i32"],
      result: "i32",
      optional: true,
    },

    // off_t lseek(int fd, off_t offset, int whence);
    lseek: { parameters: ["i32", "i64", "i32"], result: "i64" },

    // int poll(struct pollfd *fds, nfds_t nfds, int timeout);
    poll: { parameters: ["buffer", "usize", "i32"], result: "i32" },
    // The same on another thread, so that waiting does not block this one.
    pollAsync: {
      name: "poll",
      parameters: ["buffer", "usize", "i32"],
      result: "i32",
      nonblocking: true,
    },

    // int fstat(int fd, struct stat *statbuf);
    fstat: {
      name: `fstat${inode64}`,
      parameters: ["i32", "buffer"],
      result: "i32",
    },
    // int fstatat(int dirfd, const char *path, struct stat *buf, int flags);
    fstatat: {
      name: `fstatat${inode64}`,
      parameters: ["i32", "buffer", "buffer", "i32"],
      result: "i32",
    },
    // The same on another thread: a file system that hangs blocks only that.
    fstatatAsync: {
      name: `fstatat${inode64}`,
      parameters: ["i32", "buffer", "buffer", "i32"],
      result: "i32",
      nonblocking: true,
    },
    // ssize_t readlinkat(int dirfd, const char *path, char *buf, size_t size);
    readlinkat: {
      parameters: ["i32", "buffer", "buffer", "usize"],
      result: "i32",
    },
    // char *realpath(const char *path, char resolved[PATH_MAX]);
    realpath: { parameters: ["buffer", "buffer"], result: "usize" },
    // The same on another thread: every file system on the path is asked.
    realpathAsync: {
      name: "realpath",
      parameters: ["buffer", "buffer"],
      result: "usize",
      nonblocking: true,
    },

    // void *mmap(void *addr, size_t length, int prot, int flags, int fd,
    //            off_t offset);
    mmap: {
      parameters: ["usize", "usize", "i32", "i32", "i32", "i64"],
      result: "usize",
    },
    // int munmap(void *addr, size_t length);
    munmap: { parameters: ["usize", "usize"], result: "i32" },
    // int mprotect(void *addr, size_t size, int prot);
    mprotect: { parameters: ["buffer", "usize", "i32"], result: "i32" },
    // int madvise(void *addr, size_t length, int advice);
    madvise: { parameters: ["buffer", "usize", "i32"], result: "i32" },
    // The same for memory given by its address.
    mprotectAt: {
      name: "mprotect",
      parameters: ["usize", "usize", "i32"],
      result: "i32",
    },
    // madvise for memory given by its address.
    madviseAt: {
      name: "madvise",
      parameters: ["usize", "usize", "i32"],
      result: "i32",
    },
    // int msync(void *addr, size_t length, int flags);
    msync: { parameters: ["buffer", "usize", "i32"], result: "i32" },
    // int mlock(const void *addr, size_t size);
    mlock: { parameters: ["buffer", "usize"], result: "i32" },
    // int munlock(const void *addr, size_t size);
    munlock: { parameters: ["buffer", "usize"], result: "i32" },
    // The same for memory given by its address.
    munlockAt: {
      name: "munlock",
      parameters: ["usize", "usize"],
      result: "i32",
    },
    // int mlockall(int flags);
    mlockall: { parameters: ["i32"], result: "i32" },
    // int munlockall(void);
    munlockall: { parameters: [], result: "i32" },
    // int mincore(void *addr, size_t length, unsigned char *vec);
    mincore: { parameters: ["buffer", "usize", "buffer"], result: "i32" },
  } as const;
}

function linuxTable() {
  return {
    // int memfd_create(const char *name, unsigned int flags);
    memfd_create: { parameters: ["buffer", "u32"], result: "i32" },
    // ssize_t process_vm_readv(pid_t pid,
    //                          const struct iovec *local, size_t liovcnt,
    //                          const struct iovec *remote, size_t riovcnt,
    //                          unsigned long flags);
    // The last parameter is not part of the C function, which ignores it. It
    // passes the buffer behind `local`, so that the garbage collector neither
    // moves nor frees that buffer during the call.
    process_vm_readv: {
      parameters: [
        "i32",
        "buffer",
        "usize",
        "buffer",
        "usize",
        "usize",
        "buffer",
      ],
      result: "i32",
    },
    // ssize_t process_vm_writev(the same);
    process_vm_writev: {
      parameters: [
        "i32",
        "buffer",
        "usize",
        "buffer",
        "usize",
        "usize",
        "buffer",
      ],
      result: "i32",
    },
    // int posix_fadvise(int fd, off_t offset, off_t size, int advice);
    // Returns the error number.
    posix_fadvise: { parameters: ["i32", "i64", "i64", "i32"], result: "i32" },
    // long syscall(long number, ...), for system calls that some libc has no
    // function for: pidfd_open(2), futex(2) and mlock2(2).
    syscall: {
      parameters: [
        "usize",
        "usize",
        "usize",
        "usize",
        "usize",
        "usize",
        "usize",
      ],
      result: "i32",
    },
    // The same on another thread, so that waiting does not block this one.
    syscallAsync: {
      name: "syscall",
      parameters: [
        "usize",
        "usize",
        "usize",
        "usize",
        "usize",
        "usize",
        "usize",
      ],
      result: "i32",
      nonblocking: true,
    },
    // io_uring_enter(2) with its own parameters:
    // int io_uring_enter(unsigned int fd, unsigned int to_submit,
    //                    unsigned int min_complete, unsigned int flags,
    //                    sigset_t *sig, size_t sz);
    io_uring_enter: {
      name: "syscall",
      parameters: ["u32", "i32", "u32", "u32", "u32", "usize", "usize"],
      result: "i32",
    },
    // getxattrat(2) of Linux 6.13, with its own parameters:
    // int getxattrat(int dirfd, const char *path, unsigned int at_flags,
    //                const char *name, struct xattr_args *args, size_t size);
    getxattrat: {
      name: "syscall",
      parameters: ["u32", "i32", "buffer", "u32", "buffer", "buffer", "usize"],
      result: "i32",
    },
    // void *mremap(void *old_address, size_t old_size, size_t new_size,
    //              int flags, ... /* void *new_address */);
    mremap: {
      parameters: ["usize", "usize", "usize", "i32", "usize"],
      result: "usize",
    },
    // void *memrchr(const void *s, int c, size_t n);
    memrchr: { parameters: ["buffer", "i32", "usize"], result: "usize" },
    // ssize_t getdents64(int fd, void *dirp, size_t count);
    getdents64: { parameters: ["i32", "buffer", "usize"], result: "i32" },
    // int statx(int dirfd, const char *path, int flags, unsigned int mask,
    //           struct statx *buf);
    statx: {
      parameters: ["i32", "buffer", "i32", "u32", "buffer"],
      result: "i32",
    },
    // int setfsuid(uid_t fsuid), for this thread only; returns the previous ID.
    setfsuid: { parameters: ["u32"], result: "i32" },
    // int setfsgid(gid_t fsgid), also for this thread only.
    setfsgid: { parameters: ["u32"], result: "i32" },
    // int capget(cap_user_header_t hdrp, cap_user_data_t datap);
    capget: { parameters: ["buffer", "buffer"], result: "i32" },
    // int capset(cap_user_header_t hdrp, const cap_user_data_t datap), for this
    // thread only.
    capset: { parameters: ["buffer", "buffer"], result: "i32" },
    // int ioctl(int fd, unsigned long op, ... /* void *arg */);
    ioctl: { parameters: ["i32", "usize", "buffer"], result: "i32" },
    // int fstatfs(int fd, struct statfs *buf);
    fstatfs: { parameters: ["i32", "buffer"], result: "i32" },
    // int faccessat(int dirfd, const char *path, int mode, int flags);
    faccessat: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32" },
    // ssize_t getxattr(const char *path, const char *name, void *value,
    //                  size_t size);
    getxattr: {
      parameters: ["buffer", "buffer", "buffer", "usize"],
      result: "i32",
    },
    // The same on another thread: a FUSE server may not answer.
    getxattrAsync: {
      name: "getxattr",
      parameters: ["buffer", "buffer", "buffer", "usize"],
      result: "i32",
      nonblocking: true,
    },
    // ssize_t lgetxattr(the same);
    lgetxattr: {
      parameters: ["buffer", "buffer", "buffer", "usize"],
      result: "i32",
    },
    // ssize_t fgetxattr(int fd, otherwise the same);
    fgetxattr: {
      parameters: ["i32", "buffer", "buffer", "usize"],
      result: "i32",
    },
    // ssize_t listxattr(const char *path, char *list, size_t size);
    listxattr: { parameters: ["buffer", "buffer", "usize"], result: "i32" },
    // ssize_t llistxattr(the same);
    llistxattr: { parameters: ["buffer", "buffer", "usize"], result: "i32" },
    // ssize_t flistxattr(int fd, char *list, size_t size);
    flistxattr: { parameters: ["i32", "buffer", "usize"], result: "i32" },
    // int setxattr(const char *path, const char *name, const void *value,
    //              size_t size, int flags);
    setxattr: {
      parameters: ["buffer", "buffer", "buffer", "usize", "i32"],
      result: "i32",
    },
    // int lsetxattr(the same);
    lsetxattr: {
      parameters: ["buffer", "buffer", "buffer", "usize", "i32"],
      result: "i32",
    },
    // int fsetxattr(int fd, otherwise the same);
    fsetxattr: {
      parameters: ["i32", "buffer", "buffer", "usize", "i32"],
      result: "i32",
    },
    // int removexattr(const char *path, const char *name);
    removexattr: { parameters: ["buffer", "buffer"], result: "i32" },
    // int lremovexattr(the same);
    lremovexattr: { parameters: ["buffer", "buffer"], result: "i32" },
    // int fremovexattr(int fd, const char *name);
    fremovexattr: { parameters: ["i32", "buffer"], result: "i32" },
    // int mkdirat(int dirfd, const char *path, mode_t mode);
    mkdirat: { parameters: ["i32", "buffer", "u32"], result: "i32" },
    // int mknodat(int dirfd, const char *path, mode_t mode, dev_t dev);
    mknodat: { parameters: ["i32", "buffer", "u32", "u64"], result: "i32" },
    // int symlinkat(const char *target, int newdirfd, const char *linkpath);
    symlinkat: { parameters: ["buffer", "i32", "buffer"], result: "i32" },
    // int linkat(int olddirfd, const char *oldpath, int newdirfd,
    //            const char *newpath, int flags);
    linkat: {
      parameters: ["i32", "buffer", "i32", "buffer", "i32"],
      result: "i32",
    },
    // int unlinkat(int dirfd, const char *path, int flags);
    unlinkat: { parameters: ["i32", "buffer", "i32"], result: "i32" },
    // int renameat2(int olddirfd, const char *oldpath, int newdirfd,
    //               const char *newpath, unsigned int flags);
    renameat2: {
      parameters: ["i32", "buffer", "i32", "buffer", "u32"],
      result: "i32",
    },
    // int chmod(const char *path, mode_t mode);
    chmod: { parameters: ["buffer", "u32"], result: "i32" },
    // int fchownat(int dirfd, const char *path, uid_t owner, gid_t group,
    //              int flags);
    fchownat: {
      parameters: ["i32", "buffer", "u32", "u32", "i32"],
      result: "i32",
    },
    // int truncate(const char *path, off_t length);
    truncate: { parameters: ["buffer", "i64"], result: "i32" },
    // int utimensat(int dirfd, const char *path,
    //               const struct timespec times[2], int flags);
    utimensat: {
      parameters: ["i32", "buffer", "buffer", "i32"],
      result: "i32",
    },
    // int fallocate(int fd, int mode, off_t offset, off_t size);
    fallocate: { parameters: ["i32", "i32", "i64", "i64"], result: "i32" },
    // The same on another thread: it may write zeros to the disk.
    fallocateAsync: {
      name: "fallocate",
      parameters: ["i32", "i32", "i64", "i64"],
      result: "i32",
      nonblocking: true,
    },
    // int flock(int fd, int operation);
    flock: { parameters: ["i32", "i32"], result: "i32" },
    // int fcntl(int fd, F_OFD_SETLK, struct flock *lock);
    fcntlLock: {
      name: "fcntl",
      parameters: ["i32", "i32", "buffer"],
      result: "i32",
    },
    // int fsync(int fd), on another thread: it waits for the disk.
    fsyncAsync: {
      name: "fsync",
      parameters: ["i32"],
      result: "i32",
      nonblocking: true,
    },
    // int fdatasync(int fd), also on another thread.
    fdatasyncAsync: {
      name: "fdatasync",
      parameters: ["i32"],
      result: "i32",
      nonblocking: true,
    },
    // int syncfs(int fd), also on another thread.
    syncfsAsync: {
      name: "syncfs",
      parameters: ["i32"],
      result: "i32",
      nonblocking: true,
    },

    // int mount(const char *source, const char *target, const char *type,
    //           unsigned long flags, const void *data);
    mount: {
      parameters: ["buffer", "buffer", "buffer", "usize", "buffer"],
      result: "i32",
    },
    // int umount2(const char *target, int flags);
    umount2: { parameters: ["buffer", "i32"], result: "i32" },
    // The same on another thread: the kernel may send the FUSE server requests.
    umount2Async: {
      name: "umount2",
      parameters: ["buffer", "i32"],
      result: "i32",
      nonblocking: true,
    },

    // int posix_spawnp(pid_t *pid, const char *file,
    //                  const posix_spawn_file_actions_t *file_actions,
    //                  const posix_spawnattr_t *attrp,
    //                  char *const argv[], char *const envp[]);
    // Returns the error number, as do the functions below that begin with
    // posix_spawn.
    posix_spawnp: {
      parameters: ["buffer", "buffer", "buffer", "buffer", "buffer", "buffer"],
      result: "i32",
    },
    // int posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions);
    posix_spawn_file_actions_init: { parameters: ["buffer"], result: "i32" },
    // int posix_spawn_file_actions_adddup2(
    //     posix_spawn_file_actions_t *actions, int fd, int newfd);
    posix_spawn_file_actions_adddup2: {
      parameters: ["buffer", "i32", "i32"],
      result: "i32",
    },
    // int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *actions);
    posix_spawn_file_actions_destroy: { parameters: ["buffer"], result: "i32" },
    // int posix_spawnattr_init(posix_spawnattr_t *attr);
    posix_spawnattr_init: { parameters: ["buffer"], result: "i32" },
    // int posix_spawnattr_setflags(posix_spawnattr_t *attr, short flags);
    posix_spawnattr_setflags: { parameters: ["buffer", "i16"], result: "i32" },
    // int posix_spawnattr_destroy(posix_spawnattr_t *attr);
    posix_spawnattr_destroy: { parameters: ["buffer"], result: "i32" },
    // pid_t waitpid(pid_t pid, int *wstatus, int options), on another thread,
    // so that waiting does not block this one.
    waitpidAsync: {
      name: "waitpid",
      parameters: ["i32", "buffer", "i32"],
      result: "i32",
      nonblocking: true,
    },
    // int getrlimit(int resource, struct rlimit *rlim);
    getrlimit: { parameters: ["i32", "buffer"], result: "i32" },
    // int kill(pid_t pid, int sig);
    kill: { parameters: ["i32", "i32"], result: "i32" },

    // int eventfd(unsigned int initval, int flags);
    eventfd: { parameters: ["u32", "i32"], result: "i32" },

    // int pipe2(int pipefd[2], int flags);
    pipe2: { parameters: ["buffer", "i32"], result: "i32" },
    // ssize_t splice(int fd_in, off64_t *off_in, int fd_out,
    //                off64_t *off_out, size_t size, unsigned int flags);
    splice: {
      parameters: ["i32", "buffer", "i32", "buffer", "usize", "u32"],
      result: "i32",
    },
    // long sysconf(int name);
    sysconf: { parameters: ["i32"], result: "i64" },
    // ssize_t copy_file_range(int fd_in, off64_t *off_in, int fd_out,
    //                         off64_t *off_out, size_t size,
    //                         unsigned int flags);
    copy_file_range: {
      parameters: ["i32", "buffer", "i32", "buffer", "usize", "u32"],
      result: "i32",
    },

    // The same on another thread: a long copy takes time.
    copyFileRangeAsync: {
      name: "copy_file_range",
      parameters: ["i32", "buffer", "i32", "buffer", "usize", "u32"],
      result: "i32",
      nonblocking: true,
    },

    // int name_to_handle_at(int dirfd, const char *path,
    //                       struct file_handle *handle, int *mount_id,
    //                       int flags);
    name_to_handle_at: {
      parameters: ["i32", "buffer", "buffer", "buffer", "i32"],
      result: "i32",
    },
    // int open_by_handle_at(int mount_fd, struct file_handle *handle,
    //                       int flags);
    open_by_handle_at: {
      parameters: ["i32", "buffer", "i32"],
      result: "i32",
    },

    // int socket(int domain, int type, int protocol);
    socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
    // int socketpair(int domain, int type, int protocol, int sv[2]);
    socketpair: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
    // int bind(int sockfd, const struct sockaddr *addr, socklen_t addrlen);
    bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
    // int listen(int sockfd, int backlog);
    listen: { parameters: ["i32", "i32"], result: "i32" },
    // int connect(int sockfd, const struct sockaddr *addr, socklen_t addrlen);
    connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
    // int accept4(int sockfd, struct sockaddr *addr, socklen_t *addrlen,
    //             int flags);
    accept4: { parameters: ["i32", "buffer", "buffer", "i32"], result: "i32" },
    // ssize_t sendmsg(int sockfd, const struct msghdr *msg, int flags);
    sendmsg: { parameters: ["i32", "buffer", "i32"], result: "i32" },
    // ssize_t recvmsg(int sockfd, struct msghdr *msg, int flags);
    recvmsg: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  } as const;
}

function darwinTable() {
  return {
    // int shm_open(const char *name, int oflag, ... /* mode_t mode */);
    shm_open: {
      name: `${platform().variadic}shm_open`,
      parameters: ["buffer", "i32", "u32"],
      result: "i32",
    },
    // int shm_unlink(const char *name);
    shm_unlink: { parameters: ["buffer"], result: "i32" },
  } as const;
}

/** The functions that every supported libc has. */
export type Libc =
  & Symbols<ReturnType<typeof bareTable>>
  & Symbols<ReturnType<typeof table>>;

/** The functions that only Linux has. */
export type LinuxLibc = Symbols<ReturnType<typeof linuxTable>>;

/** The functions that only macOS has. */
export type DarwinLibc = Symbols<ReturnType<typeof darwinTable>>;

let opened: Libc & LinuxLibc & DarwinLibc | undefined;
let errnoView: Int32Array | undefined;
let stubbed = false;

function openLibc(): Libc & LinuxLibc & DarwinLibc {
  const { os, libc: path } = platform();
  const bare = openLibrary(path, bareTable());
  const fallible = {
    ...table(),
    ...(os === "linux" ? linuxTable() : darwinTable()),
  };
  const stubs = openStubs(fallible);
  // The address of a thread's errno never changes, and each Worker is a thread
  // with its own copy of this module: one view serves all of its calls.
  stubbed = stubs !== undefined;
  const location = stubbed ? bare.hErrnoLocation() : bare.errnoLocation();
  errnoView = new Int32Array(viewAt(location, 4));
  const symbols = stubs ?? openLibrary(path, fallible);
  return { ...bare, ...symbols } as Libc & LinuxLibc & DarwinLibc;
}

/** Returns libc's functions; the first call opens the library. */
export function libc(): Libc {
  return opened ??= openLibc();
}

/**
 * Returns the functions that only Linux has.
 *
 * @throws {Error} On another operating system.
 */
export function linuxLibc(): LinuxLibc {
  const { os } = platform();
  if (os !== "linux") throw new Error(`Not supported on ${os}: Linux only`);
  return opened ??= openLibc();
}

/** Returns the functions that only macOS has; for callers on macOS. */
export function darwinLibc(): DarwinLibc {
  return opened ??= openLibc();
}

/**
 * Returns the `errno` of the last libc function that this thread called.
 *
 * Without the stubs (on macOS, or on a system that forbids them) the garbage
 * collector may, very rarely, have overwritten the number.
 */
export function errno(): number {
  return errnoView![0]!;
}

/**
 * Returns the `errno` of a nonblocking function, which ran on another thread,
 * from its negative result. Without the stubs that is always `EIO`.
 */
export function asyncErrno(result: number): number {
  return stubbed ? -result : EIO;
}
