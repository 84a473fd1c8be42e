/**
 * Numbers of the FUSE kernel protocol under the names of `<linux/fuse.h>`.
 *
 * @module
 */

// Opcodes (enum fuse_opcode); one that is not here is answered ENOSYS.

/** Opcode: which node a name stands for. */
export const FUSE_LOOKUP = 1;
/** Opcode: take lookups of a node back. */
export const FUSE_FORGET = 2;
/** Opcode: metadata of a node. */
export const FUSE_GETATTR = 3;
/** Opcode: change metadata of a node. */
export const FUSE_SETATTR = 4;
/** Opcode: target of a symbolic link. */
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
/** Opcode: move a name. */
export const FUSE_RENAME = 12;
/** Opcode: give a node one more name. */
export const FUSE_LINK = 13;
/** Opcode: open a file. */
export const FUSE_OPEN = 14;
/** Opcode: read from an open file. */
export const FUSE_READ = 15;
/** Opcode: write to an open file. */
export const FUSE_WRITE = 16;
/** Opcode: size and free space. */
export const FUSE_STATFS = 17;
/** Opcode: the last descriptor of an open file is gone. */
export const FUSE_RELEASE = 18;
/** Opcode: put an open file's data on stable storage. */
export const FUSE_FSYNC = 20;
/** Opcode: set one extended attribute. */
export const FUSE_SETXATTR = 21;
/** Opcode: one extended attribute. */
export const FUSE_GETXATTR = 22;
/** Opcode: names of all extended attributes. */
export const FUSE_LISTXATTR = 23;
/** Opcode: remove one extended attribute. */
export const FUSE_REMOVEXATTR = 24;
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
/** Opcode: put an open directory's entries on stable storage. */
export const FUSE_FSYNCDIR = 30;
/** Opcode: which lock is in the way. */
export const FUSE_GETLK = 31;
/** Opcode: take or drop a lock, without waiting. */
export const FUSE_SETLK = 32;
/** Opcode: take a lock, waiting for it, or drop it. */
export const FUSE_SETLKW = 33;
/** Opcode: may the caller access a node. */
export const FUSE_ACCESS = 34;
/** Opcode: make a file and open it. */
export const FUSE_CREATE = 35;
/** Opcode: the caller of a request gave up. */
export const FUSE_INTERRUPT = 36;
/** Opcode: where on its device a block of a file lies. */
export const FUSE_BMAP = 37;
/** Opcode: the end of the session. */
export const FUSE_DESTROY = 38;
/** Opcode: ioctl(2) on an open file or directory. */
export const FUSE_IOCTL = 39;
/** Opcode: is an open file ready. */
export const FUSE_POLL = 40;
/** Opcode: what a FUSE_NOTIFY_RETRIEVE asked for. */
export const FUSE_NOTIFY_REPLY = 41;
/** Opcode: take lookups of many nodes back. */
export const FUSE_BATCH_FORGET = 42;
/** Opcode: reserve or free space of an open file. */
export const FUSE_FALLOCATE = 43;
/** Opcode: entries, each with a lookup. */
export const FUSE_READDIRPLUS = 44;
/** Opcode: move a name, with flags. */
export const FUSE_RENAME2 = 45;
/** Opcode: the next data or hole of an open file. */
export const FUSE_LSEEK = 46;
/** Opcode: copy between two open files. */
export const FUSE_COPY_FILE_RANGE = 47;
/** Opcode: map a part of a file into the DAX window. */
export const FUSE_SETUPMAPPING = 48;
/** Opcode: unmap parts of the DAX window. */
export const FUSE_REMOVEMAPPING = 49;
/** Opcode: put the whole file system on stable storage. */
export const FUSE_SYNCFS = 50;
/** Opcode: make and open a file without a name. */
export const FUSE_TMPFILE = 51;
/** Opcode: metadata with the time of birth (7.39). */
export const FUSE_STATX = 52;
/** Opcode: COPY_FILE_RANGE whose answer has 64 bits (7.45). */
export const FUSE_COPY_FILE_RANGE_64 = 53;

// Version and limits.

/** The protocol this library speaks: major. */
export const FUSE_KERNEL_VERSION = 7;
/** The protocol this library speaks: minor. */
export const FUSE_KERNEL_MINOR_VERSION = 45;
/** The root directory's node id. */
export const FUSE_ROOT_ID = 1n;
/** The smallest buffer a read(2) of the device accepts, in bytes. */
export const FUSE_MIN_READ_BUFFER = 8192;
/** The bit of a request's id that says it was sent before (7.40). */
export const FUSE_UNIQUE_RESEND = 0x8000_0000_0000_0000n;
/** The uid and gid of a caller that an idmapped mount does not know (7.41). */
export const FUSE_INVALID_UIDGID = 0xffff_ffff;
/** The most security contexts of one request. */
export const FUSE_MAX_NR_SECCTX = 31;
/** The type of an extension that carries supplementary groups (7.38). */
export const FUSE_EXT_GROUPS = 32;
/** The most areas of memory one ioctl can ask for. */
export const FUSE_IOCTL_MAX_IOV = 256;

// INIT flags, both words as one 64-bit number.

/** Several reads of one file may be in flight. */
export const FUSE_ASYNC_READ: bigint = 1n << 0n;
/** The server implements fcntl(2) locks; otherwise the kernel keeps them. */
export const FUSE_POSIX_LOCKS: bigint = 1n << 1n;
/** Nothing on Linux. */
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
/** The kernel accepts ENOSYS to OPEN as "always succeeds". */
export const FUSE_NO_OPEN_SUPPORT: bigint = 1n << 17n;
/** Lookups and listings of one directory may run in parallel. */
export const FUSE_PARALLEL_DIROPS: bigint = 1n << 18n;
/** The server clears set-user-ID, set-group-ID and capabilities on write, chown and truncate. */
export const FUSE_HANDLE_KILLPRIV: bigint = 1n << 19n;
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
/** `map_alignment` of the INIT reply is valid: DAX only. */
export const FUSE_MAP_ALIGNMENT: bigint = 1n << 26n;
/** The kernel mounts what `FUSE_ATTR_SUBMOUNT` marks. */
export const FUSE_SUBMOUNTS: bigint = 1n << 27n;
/** FUSE_HANDLE_KILLPRIV, where requests say when. */
export const FUSE_HANDLE_KILLPRIV_V2: bigint = 1n << 28n;
/** SETXATTR has flags of its own. */
export const FUSE_SETXATTR_EXT: bigint = 1n << 29n;
/** The second flag word is valid. */
export const FUSE_INIT_EXT: bigint = 1n << 30n;
/** Requests that make nodes carry security contexts (7.36). */
export const FUSE_SECURITY_CTX: bigint = 1n << 32n;
/** DAX can be chosen for each node: DAX only (7.36). */
export const FUSE_HAS_INODE_DAX: bigint = 1n << 33n;
/** Requests that make nodes carry supplementary groups (7.38). */
export const FUSE_CREATE_SUPP_GROUP: bigint = 1n << 34n;
/** The kernel knows `FUSE_EXPIRE_ONLY` (7.38). */
export const FUSE_HAS_EXPIRE_ONLY: bigint = 1n << 35n;
/** Files with `FOPEN_DIRECT_IO` can be mapped shared (7.39). */
export const FUSE_DIRECT_IO_ALLOW_MMAP: bigint = 1n << 36n;
/** Reads and writes can go to a backing file (7.40). */
export const FUSE_PASSTHROUGH: bigint = 1n << 37n;
/** File handles of this mount cannot be decoded (7.40). */
export const FUSE_NO_EXPORT_SUPPORT: bigint = 1n << 38n;
/** The kernel knows `FUSE_NOTIFY_RESEND` (7.40). */
export const FUSE_HAS_RESEND: bigint = 1n << 39n;
/** The mount may be idmapped (7.41). */
export const FUSE_ALLOW_IDMAP: bigint = 1n << 40n;
/** Requests come through io_uring (7.42). */
export const FUSE_OVER_IO_URING: bigint = 1n << 41n;
/** `request_timeout` of the INIT reply is honoured (7.43). */
export const FUSE_REQUEST_TIMEOUT: bigint = 1n << 42n;

// Flags of the OPEN, OPENDIR, CREATE and TMPFILE replies.

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
/** With `FOPEN_DIRECT_IO`: writes to this file may be in flight together (7.38). */
export const FOPEN_PARALLEL_DIRECT_WRITES: number = 1 << 6;
/** Read and write the backing file instead (7.40). */
export const FOPEN_PASSTHROUGH: number = 1 << 7;

// Fields of SETATTR that are to change.

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
/** Nothing: the handle is valid. */
export const FATTR_FH: number = 1 << 6;
/** With `FATTR_ATIME`: to now, whatever the field says. */
export const FATTR_ATIME_NOW: number = 1 << 7;
/** With `FATTR_MTIME`: to now, whatever the field says. */
export const FATTR_MTIME_NOW: number = 1 << 8;
/** Nothing: the lock owner is valid. */
export const FATTR_LOCKOWNER: number = 1 << 9;
/** The time of last inode change. */
export const FATTR_CTIME: number = 1 << 10;
/** Also clear the set-user-ID and set-group-ID bits. */
export const FATTR_KILL_SUIDGID: number = 1 << 11;

// Flags of other requests and replies.

/** GETATTR and STATX carry a handle. */
export const FUSE_GETATTR_FH: number = 1 << 0;
/** READ carries a lock owner. */
export const FUSE_READ_LOCKOWNER: number = 1 << 1;
/** WRITE comes from the page cache: its handle is a guess, its caller unknown. */
export const FUSE_WRITE_CACHE: number = 1 << 0;
/** WRITE carries a lock owner. */
export const FUSE_WRITE_LOCKOWNER: number = 1 << 1;
/** WRITE: clear the set-user-ID and set-group-ID bits. */
export const FUSE_WRITE_KILL_SUIDGID: number = 1 << 2;
/** RELEASE: flush the file first. */
export const FUSE_RELEASE_FLUSH: number = 1 << 0;
/** RELEASE: drop the flock(2) lock of the lock owner. */
export const FUSE_RELEASE_FLOCK_UNLOCK: number = 1 << 1;
/** OPEN: clear the set-user-ID and set-group-ID bits (with O_TRUNC). */
export const FUSE_OPEN_KILL_SUIDGID: number = 1 << 0;
/** FSYNC: the data alone, as fdatasync(2). */
export const FUSE_FSYNC_FDATASYNC: number = 1 << 0;
/** The lock is one of flock(2), not of fcntl(2). */
export const FUSE_LK_FLOCK: number = 1 << 0;
/** SETXATTR: clear the set-group-ID bit. */
export const FUSE_SETXATTR_ACL_KILL_SGID: number = 1 << 0;
/** POLL: wake the caller with a notification once the file is ready. */
export const FUSE_POLL_SCHEDULE_NOTIFY: number = 1 << 0;
/** IOCTL by a 32-bit program on a 64-bit kernel. */
export const FUSE_IOCTL_COMPAT: number = 1 << 0;
/** IOCTL whose data the server has to ask for: CUSE only. */
export const FUSE_IOCTL_UNRESTRICTED: number = 1 << 1;
/** IOCTL reply: send it again with these areas of memory. */
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
/** Notification: put data into the page cache. */
export const FUSE_NOTIFY_STORE = 4;
/** Notification: send data of the page cache. */
export const FUSE_NOTIFY_RETRIEVE = 5;
/** Notification: a name was removed. */
export const FUSE_NOTIFY_DELETE = 6;
/** Notification: send all unanswered requests again (7.40). */
export const FUSE_NOTIFY_RESEND = 7;
/** Notification: look every name up again (7.44). */
export const FUSE_NOTIFY_INC_EPOCH = 8;
/** Notification: forget nodes that nobody uses (7.45). */
export const FUSE_NOTIFY_PRUNE = 9;
/** With FUSE_NOTIFY_INVAL_ENTRY: look the name up again, but keep it mounted on (7.38). */
export const FUSE_EXPIRE_ONLY = 1;

// ioctl(2) of the device.

/** The type of the ioctls of `/dev/fuse`. */
export const FUSE_DEV_IOC_MAGIC = 229;
/** Makes this descriptor serve the connection of another. */
export const FUSE_DEV_IOC_CLONE = 0x8004_e500;
/** Registers a backing file (7.40). */
export const FUSE_DEV_IOC_BACKING_OPEN = 0x4010_e501;
/** Forgets a backing file (7.40). */
export const FUSE_DEV_IOC_BACKING_CLOSE = 0x4004_e502;
/** Makes mount(2) wait for the answer to INIT (7.45). */
export const FUSE_DEV_IOC_SYNC_INIT = 0xe503;
/** Command of io_uring: lends memory to a CPU's queue, for a request (7.42). */
export const FUSE_IO_URING_CMD_REGISTER = 1;
/** Command of io_uring: answers a request, and waits for the next (7.42). */
export const FUSE_IO_URING_CMD_COMMIT_AND_FETCH = 2;

// Arguments of system calls that come through unchanged: fcntl.h, linux/falloc.h, linux/stat.h, stdio.h, sys/xattr.h.

/** A shared lock. */
export const F_RDLCK = 0;
/** An exclusive lock. */
export const F_WRLCK = 1;
/** No lock. */
export const F_UNLCK = 2;
/** The file's size stays as it is. */
export const FALLOC_FL_KEEP_SIZE = 0x01;
/** Free the space; goes with `FALLOC_FL_KEEP_SIZE`. */
export const FALLOC_FL_PUNCH_HOLE = 0x02;
/** Make the range read as zeros. */
export const FALLOC_FL_ZERO_RANGE = 0x10;
/** EEXIST if the new name exists. */
export const RENAME_NOREPLACE = 1;
/** Exchange both names. */
export const RENAME_EXCHANGE = 2;
/** Leave a whiteout, a device 0:0, under the old name. */
export const RENAME_WHITEOUT = 4;
/** The next offset with data. */
export const SEEK_DATA = 3;
/** The next offset in a hole, the end of the file at the latest. */
export const SEEK_HOLE = 4;
/** All that stat(2) tells. */
export const STATX_BASIC_STATS = 0x7ff;
/** The time of birth. */
export const STATX_BTIME = 0x800;
/** EEXIST if the attribute exists. */
export const XATTR_CREATE = 1;
/** ENODATA unless the attribute exists. */
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
/** Nothing on Linux. */
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
