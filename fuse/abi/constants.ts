/**
 * Numbers of the FUSE kernel protocol under the names of `<linux/fuse.h>`.
 *
 * @module
 */

// Opcodes (enum fuse_opcode). Any other opcode is answered with ENOSYS.

/** Opcode: look up a name in a directory. */
export const FUSE_LOOKUP = 1;
/** Opcode: subtract from a node's lookup count. */
export const FUSE_FORGET = 2;
/** Opcode: get the metadata of a node. */
export const FUSE_GETATTR = 3;
/** Opcode: change the metadata of a node. */
export const FUSE_SETATTR = 4;
/** Opcode: read the target of a symbolic link. */
export const FUSE_READLINK = 5;
/** Opcode: make a symbolic link. */
export const FUSE_SYMLINK = 6;
/** Opcode: make a file, a pipe, a socket or a device. */
export const FUSE_MKNOD = 8;
/** Opcode: make a directory. */
export const FUSE_MKDIR = 9;
/** Opcode: remove a name of a file. */
export const FUSE_UNLINK = 10;
/** Opcode: remove an empty directory. */
export const FUSE_RMDIR = 11;
/** Opcode: rename a file or directory. */
export const FUSE_RENAME = 12;
/** Opcode: make a hard link. */
export const FUSE_LINK = 13;
/** Opcode: open a file. */
export const FUSE_OPEN = 14;
/** Opcode: read from an open file. */
export const FUSE_READ = 15;
/** Opcode: write to an open file. */
export const FUSE_WRITE = 16;
/** Opcode: get the size and free space of the file system. */
export const FUSE_STATFS = 17;
/** Opcode: the last file descriptor of an open file was closed. */
export const FUSE_RELEASE = 18;
/** Opcode: write an open file's data to stable storage. */
export const FUSE_FSYNC = 20;
/** Opcode: set one extended attribute. */
export const FUSE_SETXATTR = 21;
/** Opcode: get one extended attribute. */
export const FUSE_GETXATTR = 22;
/** Opcode: list the names of all extended attributes. */
export const FUSE_LISTXATTR = 23;
/** Opcode: remove one extended attribute. */
export const FUSE_REMOVEXATTR = 24;
/** Opcode: a file descriptor of an open file was closed. */
export const FUSE_FLUSH = 25;
/** Opcode: negotiate the protocol version and features. */
export const FUSE_INIT = 26;
/** Opcode: open a directory. */
export const FUSE_OPENDIR = 27;
/** Opcode: read an open directory's entries. */
export const FUSE_READDIR = 28;
/** Opcode: the last file descriptor of an open directory was closed. */
export const FUSE_RELEASEDIR = 29;
/** Opcode: write an open directory's entries to stable storage. */
export const FUSE_FSYNCDIR = 30;
/** Opcode: find the lock that conflicts with a given lock. */
export const FUSE_GETLK = 31;
/** Opcode: acquire or release a lock, without waiting. */
export const FUSE_SETLK = 32;
/** Opcode: acquire a lock, waiting for it, or release a lock. */
export const FUSE_SETLKW = 33;
/** Opcode: check whether the caller may access a node. */
export const FUSE_ACCESS = 34;
/** Opcode: make a file and open it. */
export const FUSE_CREATE = 35;
/** Opcode: a signal interrupted the caller of a request. */
export const FUSE_INTERRUPT = 36;
/** Opcode: map a block of a file to a block of its device. */
export const FUSE_BMAP = 37;
/** Opcode: the end of the session. */
export const FUSE_DESTROY = 38;
/** Opcode: ioctl(2) on an open file or directory. */
export const FUSE_IOCTL = 39;
/** Opcode: check which events an open file is ready for. */
export const FUSE_POLL = 40;
/** Opcode: the data that a FUSE_NOTIFY_RETRIEVE asked for. */
export const FUSE_NOTIFY_REPLY = 41;
/** Opcode: subtract from the lookup counts of many nodes. */
export const FUSE_BATCH_FORGET = 42;
/** Opcode: allocate or free space of an open file. */
export const FUSE_FALLOCATE = 43;
/** Opcode: read a directory's entries and look each of them up. */
export const FUSE_READDIRPLUS = 44;
/** Opcode: rename a file or directory, with flags. */
export const FUSE_RENAME2 = 45;
/** Opcode: find the next data or hole of an open file. */
export const FUSE_LSEEK = 46;
/** Opcode: copy between two open files. */
export const FUSE_COPY_FILE_RANGE = 47;
/** Opcode: map a part of a file into the DAX window. */
export const FUSE_SETUPMAPPING = 48;
/** Opcode: unmap parts of the DAX window. */
export const FUSE_REMOVEMAPPING = 49;
/** Opcode: write the whole file system to stable storage. */
export const FUSE_SYNCFS = 50;
/** Opcode: make and open a file without a name. */
export const FUSE_TMPFILE = 51;
/** Opcode: get the metadata of a node with its creation time (7.39). */
export const FUSE_STATX = 52;
/** Opcode: COPY_FILE_RANGE with a 64-bit reply (7.45). */
export const FUSE_COPY_FILE_RANGE_64 = 53;

// Version and limits.

/** The major version of the protocol that this library implements. */
export const FUSE_KERNEL_VERSION = 7;
/** The minor version of the protocol that this library implements. */
export const FUSE_KERNEL_MINOR_VERSION = 45;
/** The root directory's node id. */
export const FUSE_ROOT_ID = 1n;
/** The smallest buffer that a read(2) of the device accepts, in bytes. */
export const FUSE_MIN_READ_BUFFER = 8192;
/** The bit of a request's id that marks it as sent again (7.40). */
export const FUSE_UNIQUE_RESEND = 0x8000_0000_0000_0000n;
/** The uid and gid of a caller that an idmapped mount does not know (7.41). */
export const FUSE_INVALID_UIDGID = 0xffff_ffff;
/** The maximum number of security contexts in one request. */
export const FUSE_MAX_NR_SECCTX = 31;
/** The type of an extension that carries supplementary groups (7.38). */
export const FUSE_EXT_GROUPS = 32;
/** The maximum number of memory areas that one ioctl can ask for. */
export const FUSE_IOCTL_MAX_IOV = 256;

// INIT flags, both words as one 64-bit number.

/** Several reads of one file may be in flight. */
export const FUSE_ASYNC_READ: bigint = 1n << 0n;
/** The server implements fcntl(2) locks; otherwise the kernel keeps them. */
export const FUSE_POSIX_LOCKS: bigint = 1n << 1n;
/** Unused on Linux. */
export const FUSE_FILE_OPS: bigint = 1n << 2n;
/** O_TRUNC reaches OPEN instead of becoming a SETATTR. */
export const FUSE_ATOMIC_O_TRUNC: bigint = 1n << 3n;
/** The server resolves `.` and `..`, as NFS export needs. */
export const FUSE_EXPORT_SUPPORT: bigint = 1n << 4n;
/** Writes may be larger than a page. */
export const FUSE_BIG_WRITES: bigint = 1n << 5n;
/** The kernel does not apply the caller's umask. */
export const FUSE_DONT_MASK: bigint = 1n << 6n;
/** The device accepts spliced replies. */
export const FUSE_SPLICE_WRITE: bigint = 1n << 7n;
/** The device takes spliced pages without copying them. */
export const FUSE_SPLICE_MOVE: bigint = 1n << 8n;
/** Requests can be spliced from the device. */
export const FUSE_SPLICE_READ: bigint = 1n << 9n;
/** The server implements flock(2). */
export const FUSE_FLOCK_LOCKS: bigint = 1n << 10n;
/** ioctl(2) works on directories. */
export const FUSE_HAS_IOCTL_DIR: bigint = 1n << 11n;
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
/** The kernel accepts ENOSYS to OPEN as "every open succeeds". */
export const FUSE_NO_OPEN_SUPPORT: bigint = 1n << 17n;
/** Lookups and listings of one directory may run in parallel. */
export const FUSE_PARALLEL_DIROPS: bigint = 1n << 18n;
/**
 * The server clears set-user-ID, set-group-ID and capabilities on write, chown
 * and truncate.
 */
export const FUSE_HANDLE_KILLPRIV: bigint = 1n << 19n;
/** The kernel checks POSIX ACLs, which it reads as extended attributes. */
export const FUSE_POSIX_ACL: bigint = 1n << 20n;
/** An aborted connection answers ECONNABORTED instead of ENODEV. */
export const FUSE_ABORT_ERROR: bigint = 1n << 21n;
/** `max_pages` of the INIT reply is honoured. */
export const FUSE_MAX_PAGES: bigint = 1n << 22n;
/** Symbolic link targets are cached. */
export const FUSE_CACHE_SYMLINKS: bigint = 1n << 23n;
/** The kernel accepts ENOSYS to OPENDIR as "every open succeeds". */
export const FUSE_NO_OPENDIR_SUPPORT: bigint = 1n << 24n;
/** Cached data is dropped on request only. */
export const FUSE_EXPLICIT_INVAL_DATA: bigint = 1n << 25n;
/** `map_alignment` of the INIT reply is valid: DAX only. */
export const FUSE_MAP_ALIGNMENT: bigint = 1n << 26n;
/** The kernel mounts directories that have `FUSE_ATTR_SUBMOUNT`. */
export const FUSE_SUBMOUNTS: bigint = 1n << 27n;
/** Like FUSE_HANDLE_KILLPRIV, but each request says whether to clear them. */
export const FUSE_HANDLE_KILLPRIV_V2: bigint = 1n << 28n;
/** SETXATTR carries FUSE's own flags. */
export const FUSE_SETXATTR_EXT: bigint = 1n << 29n;
/** The second flag word is valid. */
export const FUSE_INIT_EXT: bigint = 1n << 30n;
/** Requests that create nodes carry security contexts (7.36). */
export const FUSE_SECURITY_CTX: bigint = 1n << 32n;
/** DAX can be enabled for each node separately: DAX only (7.36). */
export const FUSE_HAS_INODE_DAX: bigint = 1n << 33n;
/** Requests that create nodes carry supplementary groups (7.38). */
export const FUSE_CREATE_SUPP_GROUP: bigint = 1n << 34n;
/** The kernel knows `FUSE_EXPIRE_ONLY` (7.38). */
export const FUSE_HAS_EXPIRE_ONLY: bigint = 1n << 35n;
/** Files opened with `FOPEN_DIRECT_IO` can be mapped with MAP_SHARED (7.39). */
export const FUSE_DIRECT_IO_ALLOW_MMAP: bigint = 1n << 36n;
/** Reads and writes can go to a backing file (7.40). */
export const FUSE_PASSTHROUGH: bigint = 1n << 37n;
/** File handles of this mount cannot be decoded (7.40). */
export const FUSE_NO_EXPORT_SUPPORT: bigint = 1n << 38n;
/** The kernel knows `FUSE_NOTIFY_RESEND` (7.40). */
export const FUSE_HAS_RESEND: bigint = 1n << 39n;
/** The mount may be idmapped (7.41). */
export const FUSE_ALLOW_IDMAP: bigint = 1n << 40n;
/** Requests are delivered through io_uring (7.42). */
export const FUSE_OVER_IO_URING: bigint = 1n << 41n;
/** `request_timeout` of the INIT reply is honoured (7.43). */
export const FUSE_REQUEST_TIMEOUT: bigint = 1n << 42n;

// Flags of the OPEN, OPENDIR, CREATE and TMPFILE replies.

/** Bypass the page cache for this open file. */
export const FOPEN_DIRECT_IO: number = 1 << 0;
/** Do not drop the data cached by earlier opens. */
export const FOPEN_KEEP_CACHE: number = 1 << 1;
/** The file does not support lseek(2). */
export const FOPEN_NONSEEKABLE: number = 1 << 2;
/** The directory's listing may be cached. */
export const FOPEN_CACHE_DIR: number = 1 << 3;
/** The file is a stream: it has no file offset. */
export const FOPEN_STREAM: number = 1 << 4;
/** Send no FLUSH when a file descriptor of this file is closed. */
export const FOPEN_NOFLUSH: number = 1 << 5;
/**
 * With `FOPEN_DIRECT_IO`: several writes to the file may be in flight (7.38).
 */
export const FOPEN_PARALLEL_DIRECT_WRITES: number = 1 << 6;
/** The kernel reads and writes the backing file directly (7.40). */
export const FOPEN_PASSTHROUGH: number = 1 << 7;

// Fields that SETATTR is to change.

/** The mode. */
export const FATTR_MODE: number = 1 << 0;
/** The owner. */
export const FATTR_UID: number = 1 << 1;
/** The group. */
export const FATTR_GID: number = 1 << 2;
/** The size. */
export const FATTR_SIZE: number = 1 << 3;
/** The time of last access. */
export const FATTR_ATIME: number = 1 << 4;
/** The time of last modification. */
export const FATTR_MTIME: number = 1 << 5;
/** No field: the handle is valid. */
export const FATTR_FH: number = 1 << 6;
/** With `FATTR_ATIME`: use the current time and ignore the field. */
export const FATTR_ATIME_NOW: number = 1 << 7;
/** With `FATTR_MTIME`: use the current time and ignore the field. */
export const FATTR_MTIME_NOW: number = 1 << 8;
/** No field: the lock owner is valid. */
export const FATTR_LOCKOWNER: number = 1 << 9;
/** The time of last status change. */
export const FATTR_CTIME: number = 1 << 10;
/** Also clear the set-user-ID and set-group-ID bits. */
export const FATTR_KILL_SUIDGID: number = 1 << 11;

// Flags of other requests and replies.

/** GETATTR and STATX carry a handle. */
export const FUSE_GETATTR_FH: number = 1 << 0;
/** READ carries a lock owner. */
export const FUSE_READ_LOCKOWNER: number = 1 << 1;
/** WRITE from the page cache: its handle is a guess, its caller is unknown. */
export const FUSE_WRITE_CACHE: number = 1 << 0;
/** WRITE carries a lock owner. */
export const FUSE_WRITE_LOCKOWNER: number = 1 << 1;
/** WRITE: clear the set-user-ID and set-group-ID bits. */
export const FUSE_WRITE_KILL_SUIDGID: number = 1 << 2;
/** RELEASE: flush the file first. */
export const FUSE_RELEASE_FLUSH: number = 1 << 0;
/** RELEASE: release the flock(2) lock of the lock owner. */
export const FUSE_RELEASE_FLOCK_UNLOCK: number = 1 << 1;
/** OPEN: clear the set-user-ID and set-group-ID bits (with O_TRUNC). */
export const FUSE_OPEN_KILL_SUIDGID: number = 1 << 0;
/** FSYNC: write the data only, as fdatasync(2) does. */
export const FUSE_FSYNC_FDATASYNC: number = 1 << 0;
/** The lock is a flock(2) lock, not an fcntl(2) lock. */
export const FUSE_LK_FLOCK: number = 1 << 0;
/** SETXATTR: clear the set-group-ID bit. */
export const FUSE_SETXATTR_ACL_KILL_SGID: number = 1 << 0;
/** POLL: wake the caller with a notification once the file is ready. */
export const FUSE_POLL_SCHEDULE_NOTIFY: number = 1 << 0;
/** IOCTL by a 32-bit program on a 64-bit kernel. */
export const FUSE_IOCTL_COMPAT: number = 1 << 0;
/** IOCTL for which the server says what memory to copy: CUSE only. */
export const FUSE_IOCTL_UNRESTRICTED: number = 1 << 1;
/** IOCTL reply: send the request again with these memory areas. */
export const FUSE_IOCTL_RETRY: number = 1 << 2;
/** IOCTL by a program whose `long` has 32 bits. */
export const FUSE_IOCTL_32BIT: number = 1 << 3;
/** IOCTL on a directory. */
export const FUSE_IOCTL_DIR: number = 1 << 4;
/** IOCTL by an x32 program, whose `time_t` has 64 bits. */
export const FUSE_IOCTL_COMPAT_X32: number = 1 << 5;
/** The node is the root of another file system. */
export const FUSE_ATTR_SUBMOUNT: number = 1 << 0;
/** The file is accessed through DAX. */
export const FUSE_ATTR_DAX: number = 1 << 1;
/** SETUPMAPPING: for writing. */
export const FUSE_SETUPMAPPING_FLAG_WRITE = 1n;
/** SETUPMAPPING: for reading. */
export const FUSE_SETUPMAPPING_FLAG_READ = 2n;

// Notifications (enum fuse_notify_code).

/** Notification: a file that was polled is ready. */
export const FUSE_NOTIFY_POLL = 1;
/** Notification: drop a node's attributes and data. */
export const FUSE_NOTIFY_INVAL_INODE = 2;
/** Notification: drop a name. */
export const FUSE_NOTIFY_INVAL_ENTRY = 3;
/** Notification: store data in the page cache. */
export const FUSE_NOTIFY_STORE = 4;
/** Notification: send data from the page cache to the server. */
export const FUSE_NOTIFY_RETRIEVE = 5;
/** Notification: a name was removed. */
export const FUSE_NOTIFY_DELETE = 6;
/** Notification: send all unanswered requests again (7.40). */
export const FUSE_NOTIFY_RESEND = 7;
/** Notification: look up every cached name again (7.44). */
export const FUSE_NOTIFY_INC_EPOCH = 8;
/** Notification: forget nodes that are not in use (7.45). */
export const FUSE_NOTIFY_PRUNE = 9;
/**
 * With FUSE_NOTIFY_INVAL_ENTRY: look up the name again, but keep mounts on it
 * (7.38).
 */
export const FUSE_EXPIRE_ONLY = 1;

// ioctl(2) of the device.

/** The type of the ioctls of `/dev/fuse`. */
export const FUSE_DEV_IOC_MAGIC = 229;
/** Attaches this file descriptor to the connection of another one. */
export const FUSE_DEV_IOC_CLONE = 0x8004_e500;
/** Registers a backing file (7.40). */
export const FUSE_DEV_IOC_BACKING_OPEN = 0x4010_e501;
/** Unregisters a backing file (7.40). */
export const FUSE_DEV_IOC_BACKING_CLOSE = 0x4004_e502;
/** Makes mount(2) wait for the reply to INIT (7.45). */
export const FUSE_DEV_IOC_SYNC_INIT = 0xe503;
/** io_uring command: gives a CPU's queue the buffer for a request (7.42). */
export const FUSE_IO_URING_CMD_REGISTER = 1;
/** io_uring command: answers a request and waits for the next one (7.42). */
export const FUSE_IO_URING_CMD_COMMIT_AND_FETCH = 2;

// Arguments of system calls that the kernel passes on unchanged: fcntl.h,
// linux/falloc.h, linux/stat.h, stdio.h, sys/xattr.h.

/** A shared lock. */
export const F_RDLCK = 0;
/** An exclusive lock. */
export const F_WRLCK = 1;
/** No lock: the lock is to be released. */
export const F_UNLCK = 2;
/** Keep the file's size. */
export const FALLOC_FL_KEEP_SIZE = 0x01;
/** Free the space; requires `FALLOC_FL_KEEP_SIZE`. */
export const FALLOC_FL_PUNCH_HOLE = 0x02;
/** Make the range read as zeros. */
export const FALLOC_FL_ZERO_RANGE = 0x10;
/** Fail with EEXIST if the new name exists. */
export const RENAME_NOREPLACE = 1;
/** Exchange both names atomically. */
export const RENAME_EXCHANGE = 2;
/** Leave a whiteout, a device 0:0, under the old name. */
export const RENAME_WHITEOUT = 4;
/** Seek to the next offset with data. */
export const SEEK_DATA = 3;
/** Seek to the next offset in a hole; the end of the file counts as a hole. */
export const SEEK_HOLE = 4;
/** All fields of stat(2). */
export const STATX_BASIC_STATS = 0x7ff;
/** The creation time. */
export const STATX_BTIME = 0x800;
/** Fail with EEXIST if the attribute exists. */
export const XATTR_CREATE = 1;
/** Fail with ENODATA unless the attribute exists. */
export const XATTR_REPLACE = 2;

// Events of poll(2), the same as those of epoll(7).

/** There is something to read: the same as `POLLIN`. */
export const POLLRDNORM = 0x40;
/** There is urgent data to read. */
export const POLLRDBAND = 0x80;
/** There is room to write: the same as `POLLOUT`. */
export const POLLWRNORM = 0x100;
/** There is room for urgent data. */
export const POLLWRBAND = 0x200;
/** Unused on Linux. */
export const POLLMSG = 0x400;

export {
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  POLLOUT,
  POLLPRI,
  POLLRDHUP,
} from "../../hostfd/mod.ts";

// Types of directory entries (dirent.h): the file type bits of a mode, shifted.

/** Unknown: a program that needs the type must call stat(2). */
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
