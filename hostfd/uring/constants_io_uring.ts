/**
 * Operations and flags of io_uring: linux/io_uring.h, and the flags of fcntl.h
 * for operations on paths.
 *
 * @module
 */

/** The current directory, in place of a directory's descriptor. */
export const AT_FDCWD: number = -100;
/** Do not follow a symbolic link at the end of the path. */
export const AT_SYMLINK_NOFOLLOW = 0x100;
/** An empty path means the descriptor's own file. */
export const AT_EMPTY_PATH = 0x1000;

/** Does nothing. */
export const IORING_OP_NOP = 0;
/** readv(2). */
export const IORING_OP_READV = 1;
/** writev(2). */
export const IORING_OP_WRITEV = 2;
/** fsync(2). */
export const IORING_OP_FSYNC = 3;
/** Reads into a registered buffer. */
export const IORING_OP_READ_FIXED = 4;
/** Writes from a registered buffer. */
export const IORING_OP_WRITE_FIXED = 5;
/** Waits for events, as poll(2) does. */
export const IORING_OP_POLL_ADD = 6;
/** Ends or changes a POLL_ADD. */
export const IORING_OP_POLL_REMOVE = 7;
/** sync_file_range(2). */
export const IORING_OP_SYNC_FILE_RANGE = 8;
/** sendmsg(2). */
export const IORING_OP_SENDMSG = 9;
/** recvmsg(2). */
export const IORING_OP_RECVMSG = 10;
/** Waits for a time, or for a number of completions. */
export const IORING_OP_TIMEOUT = 11;
/** Ends or changes a TIMEOUT. */
export const IORING_OP_TIMEOUT_REMOVE = 12;
/** accept4(2). */
export const IORING_OP_ACCEPT = 13;
/** Cancels another operation. */
export const IORING_OP_ASYNC_CANCEL = 14;
/** Limits the time of the operation that it is linked to. */
export const IORING_OP_LINK_TIMEOUT = 15;
/** connect(2). */
export const IORING_OP_CONNECT = 16;
/** fallocate(2). */
export const IORING_OP_FALLOCATE = 17;
/** openat(2). */
export const IORING_OP_OPENAT = 18;
/** close(2). */
export const IORING_OP_CLOSE = 19;
/** Changes registered files. */
export const IORING_OP_FILES_UPDATE = 20;
/** statx(2). */
export const IORING_OP_STATX = 21;
/** read(2) and pread(2). */
export const IORING_OP_READ = 22;
/** write(2) and pwrite(2). */
export const IORING_OP_WRITE = 23;
/** posix_fadvise(2). */
export const IORING_OP_FADVISE = 24;
/** madvise(2). */
export const IORING_OP_MADVISE = 25;
/** send(2). */
export const IORING_OP_SEND = 26;
/** recv(2). */
export const IORING_OP_RECV = 27;
/** openat2(2). */
export const IORING_OP_OPENAT2 = 28;
/** epoll_ctl(2). */
export const IORING_OP_EPOLL_CTL = 29;
/** splice(2). */
export const IORING_OP_SPLICE = 30;
/** Provides buffers for the kernel to choose from. */
export const IORING_OP_PROVIDE_BUFFERS = 31;
/** Removes provided buffers. */
export const IORING_OP_REMOVE_BUFFERS = 32;
/** tee(2). */
export const IORING_OP_TEE = 33;
/** shutdown(2). */
export const IORING_OP_SHUTDOWN = 34;
/** renameat2(2). */
export const IORING_OP_RENAMEAT = 35;
/** unlinkat(2). */
export const IORING_OP_UNLINKAT = 36;
/** mkdirat(2). */
export const IORING_OP_MKDIRAT = 37;
/** symlinkat(2). */
export const IORING_OP_SYMLINKAT = 38;
/** linkat(2). */
export const IORING_OP_LINKAT = 39;
/** Sends a message to another ring. */
export const IORING_OP_MSG_RING = 40;
/** fsetxattr(2). */
export const IORING_OP_FSETXATTR = 41;
/** setxattr(2). */
export const IORING_OP_SETXATTR = 42;
/** fgetxattr(2). */
export const IORING_OP_FGETXATTR = 43;
/** getxattr(2). */
export const IORING_OP_GETXATTR = 44;
/** socket(2). */
export const IORING_OP_SOCKET = 45;
/** A command that the file's driver defines. */
export const IORING_OP_URING_CMD = 46;
/** send(2), without a copy. */
export const IORING_OP_SEND_ZC = 47;
/** sendmsg(2), without a copy. */
export const IORING_OP_SENDMSG_ZC = 48;

/** The descriptor is the index of a registered file. */
export const IOSQE_FIXED_FILE = 0x1;
/** Start after all earlier operations have ended. */
export const IOSQE_IO_DRAIN = 0x2;
/** Start the next operation after this one has succeeded. */
export const IOSQE_IO_LINK = 0x4;
/** Start the next operation after this one has ended, whatever its result. */
export const IOSQE_IO_HARDLINK = 0x8;
/** Run on a kernel worker thread, without an attempt on this thread first. */
export const IOSQE_ASYNC = 0x10;
/** Use one of the provided buffers. */
export const IOSQE_BUFFER_SELECT = 0x20;

/** Lower a too large `entries` to the maximum instead of failing. */
export const IORING_SETUP_CLAMP = 0x10;
/** Continue after a submission that fails at once; since Linux 5.18. */
export const IORING_SETUP_SUBMIT_ALL = 0x80;
/**
 * Run completion work only when this thread enters the kernel; since Linux
 * 5.19.
 */
export const IORING_SETUP_COOP_TASKRUN = 0x100;
/**
 * Set IORING_SQ_TASKRUN in the ring while completion work waits; since Linux
 * 5.19.
 */
export const IORING_SETUP_TASKRUN_FLAG = 0x200;
/** Submissions are twice as long; since Linux 5.19. */
export const IORING_SETUP_SQE128 = 0x400;
/** Only one thread submits; since Linux 6.0. */
export const IORING_SETUP_SINGLE_ISSUER = 0x1000;
/**
 * Run completion work only when this thread asks for completions; since Linux
 * 6.1.
 */
export const IORING_SETUP_DEFER_TASKRUN = 0x2000;

/** The upper 16 bits hold the number of a provided buffer. */
export const IORING_CQE_F_BUFFER = 0x1;
/** The same operation will complete again. */
export const IORING_CQE_F_MORE = 0x2;
/** There is more to read from the socket. */
export const IORING_CQE_F_SOCK_NONEMPTY = 0x4;
/** The kernel no longer needs the memory of an operation without a copy. */
export const IORING_CQE_F_NOTIF = 0x8;

/** Of FSYNC: skip metadata that reading the data does not need. */
export const IORING_FSYNC_DATASYNC = 0x1;
/** Of TIMEOUT: the time is absolute. */
export const IORING_TIMEOUT_ABS = 0x1;
/** Of POLL_ADD: complete again at each event. */
export const IORING_POLL_ADD_MULTI = 0x1;
/** Of ACCEPT: complete again for each connection; since Linux 5.19. */
export const IORING_ACCEPT_MULTISHOT = 0x1;
/** Of ASYNC_CANCEL: cancel all operations that match; since Linux 5.19. */
export const IORING_ASYNC_CANCEL_ALL = 0x1;
/** Of ASYNC_CANCEL: match operations by descriptor; since Linux 5.19. */
export const IORING_ASYNC_CANCEL_FD = 0x2;
/** Of ASYNC_CANCEL: match any operation; since Linux 5.19. */
export const IORING_ASYNC_CANCEL_ANY = 0x4;
/** Of URING_CMD: the memory is a registered buffer; since Linux 6.1. */
export const IORING_URING_CMD_FIXED = 0x1;
