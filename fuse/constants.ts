/**
 * Numbers of the FUSE kernel protocol under the names of `<linux/fuse.h>`.
 *
 * @module
 */

// Opcodes (enum fuse_opcode). Those without a request class are answered ENOSYS.
/** Opcode: which node a name stands for. */
export const FUSE_LOOKUP = 1;
/** Opcode: take lookups of a node back. */
export const FUSE_FORGET = 2;
/** Opcode: metadata of a node. */
export const FUSE_GETATTR = 3;
/** Opcode: target of a symbolic link. */
export const FUSE_READLINK = 5;
/** Opcode: open a file. */
export const FUSE_OPEN = 14;
/** Opcode: read from an open file. */
export const FUSE_READ = 15;
/** Opcode: size and free space. */
export const FUSE_STATFS = 17;
/** Opcode: the last descriptor of an open file is gone. */
export const FUSE_RELEASE = 18;
/** Opcode: one extended attribute. */
export const FUSE_GETXATTR = 22;
/** Opcode: names of all extended attributes. */
export const FUSE_LISTXATTR = 23;
/** Opcode: a descriptor was closed. */
export const FUSE_FLUSH = 25;
/** Opcode: agree on the protocol. */
export const FUSE_INIT = 26;
/** Opcode: open a directory. */
export const FUSE_OPENDIR = 27;
/** Opcode: an open directory's entries. */
export const FUSE_READDIR = 28;
/** Opcode: the last descriptor of an open directory is gone. */
export const FUSE_RELEASEDIR = 29;
/** Opcode: may the caller access a node. */
export const FUSE_ACCESS = 34;
/** Opcode: the caller of a request gave up. */
export const FUSE_INTERRUPT = 36;
/** Opcode: the end of the session. */
export const FUSE_DESTROY = 38;
/** Opcode: take lookups of many nodes back. */
export const FUSE_BATCH_FORGET = 42;
/** Opcode: entries, each with a lookup. */
export const FUSE_READDIRPLUS = 44;

/** The root directory's node id. */
export const FUSE_ROOT_ID = 1n;
/** The smallest buffer a read(2) of the device accepts, in bytes. */
export const FUSE_MIN_READ_BUFFER = 8192;
/** The protocol this library speaks: major. */
export const FUSE_KERNEL_VERSION = 7;
/** The protocol this library speaks: minor. */
export const FUSE_KERNEL_MINOR_VERSION = 45;

// INIT flags, both words as one 64-bit number.

/** Several reads of one file may be in flight. */
export const FUSE_ASYNC_READ: bigint = 1n << 0n;
/** The server implements fcntl(2) locks; otherwise the kernel keeps them. */
export const FUSE_POSIX_LOCKS: bigint = 1n << 1n;
/** O_TRUNC reaches OPEN instead of becoming a SETATTR. */
export const FUSE_ATOMIC_O_TRUNC: bigint = 1n << 3n;
/** The server resolves `.` and `..`, as NFS export needs. */
export const FUSE_EXPORT_SUPPORT: bigint = 1n << 4n;
/** Writes may be larger than a page. */
export const FUSE_BIG_WRITES: bigint = 1n << 5n;
/** The kernel does not apply the caller's umask. */
export const FUSE_DONT_MASK: bigint = 1n << 6n;
/** The server implements flock(2). */
export const FUSE_FLOCK_LOCKS: bigint = 1n << 10n;
/** Cached data is dropped when a file's size or mtime changes. */
export const FUSE_AUTO_INVAL_DATA: bigint = 1n << 12n;
/** The server answers READDIRPLUS. */
export const FUSE_DO_READDIRPLUS: bigint = 1n << 13n;
/** The kernel chooses between READDIR and READDIRPLUS. */
export const FUSE_READDIRPLUS_AUTO: bigint = 1n << 14n;
/** Direct I/O may be asynchronous. */
export const FUSE_ASYNC_DIO: bigint = 1n << 15n;
/** The kernel buffers writes and owns size and times of regular files. */
export const FUSE_WRITEBACK_CACHE: bigint = 1n << 16n;
/** The kernel accepts ENOSYS to OPEN as "always succeeds". */
export const FUSE_NO_OPEN_SUPPORT: bigint = 1n << 17n;
/** Lookups and listings of one directory may run in parallel. */
export const FUSE_PARALLEL_DIROPS: bigint = 1n << 18n;
/** The kernel checks POSIX ACLs, which it reads as extended attributes. */
export const FUSE_POSIX_ACL: bigint = 1n << 20n;
/** An aborted connection answers ECONNABORTED instead of ENODEV. */
export const FUSE_ABORT_ERROR: bigint = 1n << 21n;
/** `max_pages` of the INIT reply is honoured. */
export const FUSE_MAX_PAGES: bigint = 1n << 22n;
/** Symbolic link targets are cached. */
export const FUSE_CACHE_SYMLINKS: bigint = 1n << 23n;
/** The kernel accepts ENOSYS to OPENDIR as "always succeeds". */
export const FUSE_NO_OPENDIR_SUPPORT: bigint = 1n << 24n;
/** Cached data is dropped on request only. */
export const FUSE_EXPLICIT_INVAL_DATA: bigint = 1n << 25n;
/** The second flag word is valid. */
export const FUSE_INIT_EXT: bigint = 1n << 30n;

// Flags of the OPEN and OPENDIR replies.

/** Bypass the page cache for this open file. */
export const FOPEN_DIRECT_IO: number = 1 << 0;
/** Do not drop the data cached by earlier opens. */
export const FOPEN_KEEP_CACHE: number = 1 << 1;
/** The file cannot be seeked. */
export const FOPEN_NONSEEKABLE: number = 1 << 2;
/** The directory's listing may be cached. */
export const FOPEN_CACHE_DIR: number = 1 << 3;
/** The file is a stream: no position at all. */
export const FOPEN_STREAM: number = 1 << 4;
/** Send no FLUSH when a descriptor of this file is closed. */
export const FOPEN_NOFLUSH: number = 1 << 5;

// Flags of requests.

/** GETATTR carries a handle. */
export const FUSE_GETATTR_FH: number = 1 << 0;
/** READ carries a lock owner. */
export const FUSE_READ_LOCKOWNER: number = 1 << 1;
/** RELEASE: flush the file first. */
export const FUSE_RELEASE_FLUSH: number = 1 << 0;
/** RELEASE: drop the flock(2) lock of the lock owner. */
export const FUSE_RELEASE_FLOCK_UNLOCK: number = 1 << 1;
/** OPEN: clear the set-user-ID and set-group-ID bits (with O_TRUNC). */
export const FUSE_OPEN_KILL_SUIDGID: number = 1 << 0;

// Types of directory entries (dirent.h): the file type bits of a mode, shifted.

/** Unknown: the caller will stat the entry if it needs the type. */
export const DT_UNKNOWN = 0;
/** A named pipe. */
export const DT_FIFO = 1;
/** A character device. */
export const DT_CHR = 2;
/** A directory. */
export const DT_DIR = 4;
/** A block device. */
export const DT_BLK = 6;
/** A regular file. */
export const DT_REG = 8;
/** A symbolic link. */
export const DT_LNK = 10;
/** A socket. */
export const DT_SOCK = 12;
