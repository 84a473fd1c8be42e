/**
 * What C headers declare, for machines whose headers are older or that have no
 * compiler: `<linux/fuse.h>` of protocol 7.45, and libc's structs. `+` marks
 * what the protocol got after 7.37.
 *
 * @module
 */

/** Where the fields of a C struct lie, in bytes. */
export interface Layout {
  readonly size: number;
  readonly offset: Readonly<Record<string, number>>;
}

/** `name=size: offset:field …` */
const FUSE_LAYOUTS = `
fuse_attr=88: 0:ino 8:size 16:blocks 24:atime 32:mtime 40:ctime 48:atimensec
  52:mtimensec 56:ctimensec 60:mode 64:nlink 68:uid 72:gid 76:rdev 80:blksize
  84:flags
+fuse_sx_time=16: 0:tv_sec 8:tv_nsec 12:__reserved
+fuse_statx=256: 0:mask 4:blksize 8:attributes 16:nlink 20:uid 24:gid 28:mode
  30:__spare0 32:ino 40:size 48:blocks 56:attributes_mask 64:atime 80:btime
  96:ctime 112:mtime 128:rdev_major 132:rdev_minor 136:dev_major 140:dev_minor
  144:__spare2
fuse_kstatfs=80: 0:blocks 8:bfree 16:bavail 24:files 32:ffree 40:bsize
  44:namelen 48:frsize 52:padding 56:spare
fuse_file_lock=24: 0:start 8:end 16:type 20:pid
fuse_entry_out=128: 0:nodeid 8:generation 16:entry_valid 24:attr_valid
  32:entry_valid_nsec 36:attr_valid_nsec 40:attr
fuse_forget_in=8: 0:nlookup
fuse_forget_one=16: 0:nodeid 8:nlookup
fuse_batch_forget_in=8: 0:count 4:dummy
fuse_getattr_in=16: 0:getattr_flags 4:dummy 8:fh
fuse_attr_out=104: 0:attr_valid 8:attr_valid_nsec 12:dummy 16:attr
+fuse_statx_in=24: 0:getattr_flags 4:reserved 8:fh 16:sx_flags 20:sx_mask
+fuse_statx_out=288: 0:attr_valid 8:attr_valid_nsec 12:flags 16:spare 32:stat
fuse_mknod_in=16: 0:mode 4:rdev 8:umask 12:padding
fuse_mkdir_in=8: 0:mode 4:umask
fuse_rename_in=8: 0:newdir
fuse_rename2_in=16: 0:newdir 8:flags 12:padding
fuse_link_in=8: 0:oldnodeid
fuse_setattr_in=88: 0:valid 4:padding 8:fh 16:size 24:lock_owner 32:atime
  40:mtime 48:ctime 56:atimensec 60:mtimensec 64:ctimensec 68:mode 72:unused4
  76:uid 80:gid 84:unused5
fuse_open_in=8: 0:flags 4:open_flags
fuse_create_in=16: 0:flags 4:mode 8:umask 12:open_flags
fuse_open_out=16: 0:fh 8:open_flags 12:+backing_id
fuse_release_in=24: 0:fh 8:flags 12:release_flags 16:lock_owner
fuse_flush_in=24: 0:fh 8:unused 12:padding 16:lock_owner
fuse_read_in=40: 0:fh 8:offset 16:size 20:read_flags 24:lock_owner 32:flags
  36:padding
fuse_write_in=40: 0:fh 8:offset 16:size 20:write_flags 24:lock_owner 32:flags
  36:padding
fuse_write_out=8: 0:size 4:padding
fuse_statfs_out=80: 0:st
fuse_fsync_in=16: 0:fh 8:fsync_flags 12:padding
fuse_setxattr_in=16: 0:size 4:flags 8:setxattr_flags 12:padding
fuse_getxattr_in=8: 0:size 4:padding
fuse_getxattr_out=8: 0:size 4:padding
fuse_lk_in=48: 0:fh 8:owner 16:lk 40:lk_flags 44:padding
fuse_lk_out=24: 0:lk
fuse_access_in=8: 0:mask 4:padding
fuse_init_in=64: 0:major 4:minor 8:max_readahead 12:flags 16:flags2 20:unused
fuse_init_out=64: 0:major 4:minor 8:max_readahead 12:flags 16:max_background
  18:congestion_threshold 20:max_write 24:time_gran 28:max_pages
  30:map_alignment 32:flags2 36:+max_stack_depth 40:+request_timeout 42:unused
cuse_init_in=16: 0:major 4:minor 8:unused 12:flags
cuse_init_out=72: 0:major 4:minor 8:unused 12:flags 16:max_read 20:max_write
  24:dev_major 28:dev_minor 32:spare
fuse_interrupt_in=8: 0:unique
fuse_bmap_in=16: 0:block 8:blocksize 12:padding
fuse_bmap_out=8: 0:block
fuse_ioctl_in=32: 0:fh 8:flags 12:cmd 16:arg 24:in_size 28:out_size
fuse_ioctl_iovec=16: 0:base 8:len
fuse_ioctl_out=16: 0:result 4:flags 8:in_iovs 12:out_iovs
fuse_poll_in=24: 0:fh 8:kh 16:flags 20:events
fuse_poll_out=8: 0:revents 4:padding
fuse_notify_poll_wakeup_out=8: 0:kh
fuse_fallocate_in=32: 0:fh 8:offset 16:length 24:mode 28:padding
fuse_in_header=40: 0:len 4:opcode 8:unique 16:nodeid 24:uid 28:gid 32:pid
  36:+total_extlen 38:padding
fuse_out_header=16: 0:len 4:error 8:unique
fuse_dirent=24: 0:ino 8:off 16:namelen 20:type 24:name
fuse_direntplus=152: 0:entry_out 128:dirent
fuse_notify_inval_inode_out=24: 0:ino 8:off 16:len
fuse_notify_inval_entry_out=16: 0:parent 8:namelen 12:+flags
fuse_notify_delete_out=24: 0:parent 8:child 16:namelen 20:padding
fuse_notify_store_out=24: 0:nodeid 8:offset 16:size 20:padding
fuse_notify_retrieve_out=32: 0:notify_unique 8:nodeid 16:offset 24:size
  28:padding
fuse_notify_retrieve_in=40: 0:dummy1 8:offset 16:size 20:dummy2 24:dummy3
  32:dummy4
+fuse_notify_prune_out=16: 0:count 4:padding 8:spare
+fuse_backing_map=16: 0:fd 4:flags 8:padding
fuse_lseek_in=24: 0:fh 8:offset 16:whence 20:padding
fuse_lseek_out=8: 0:offset
fuse_copy_file_range_in=56: 0:fh_in 8:off_in 16:nodeid_out 24:fh_out
  32:off_out 40:len 48:flags
+fuse_copy_file_range_out=8: 0:bytes_copied
fuse_setupmapping_in=40: 0:fh 8:foffset 16:len 24:flags 32:moffset
fuse_removemapping_in=4: 0:count
fuse_removemapping_one=16: 0:moffset 8:len
fuse_syncfs_in=8: 0:padding
fuse_secctx=8: 0:size 4:padding
fuse_secctx_header=8: 0:size 4:nr_secctx
+fuse_ext_header=8: 0:size 4:type
+fuse_supp_groups=4: 0:nr_groups 4:groups
+fuse_uring_ent_in_out=32: 0:flags 8:commit_id 16:payload_sz 20:padding
  24:reserved
+fuse_uring_req_header=288: 0:in_out 128:op_in 256:ring_ent_in_out
+fuse_uring_cmd_req=24: 0:flags 8:commit_id 16:qid 18:padding
`;

/** The same for libc, by the names that ffi/abi_linux.ts has for them. */
const LIBC_LAYOUTS = `
TIMESPEC=16: 0:tv_sec 8:tv_nsec
STAT_X86_64=144: 0:st_dev 8:st_ino 16:st_nlink 24:st_mode 28:st_uid 32:st_gid
  36:__pad0 40:st_rdev 48:st_size 56:st_blksize 64:st_blocks 72:st_atim
  88:st_mtim 104:st_ctim 120:__glibc_reserved
STAT_AARCH64=128: 0:st_dev 8:st_ino 16:st_mode 20:st_nlink 24:st_uid 28:st_gid
  32:st_rdev 40:__pad1 48:st_size 56:st_blksize 60:__pad2 64:st_blocks
  72:st_atim 88:st_mtim 104:st_ctim 120:__glibc_reserved
STATX=256: 0:stx_mask 4:stx_blksize 8:stx_attributes 16:stx_nlink 20:stx_uid
  24:stx_gid 28:stx_mode 30:__spare0 32:stx_ino 40:stx_size 48:stx_blocks
  56:stx_attributes_mask 64:stx_atime 80:stx_btime 96:stx_ctime 112:stx_mtime
  128:stx_rdev_major 132:stx_rdev_minor 136:stx_dev_major 140:stx_dev_minor
  144:stx_mnt_id 152:unused
STATFS=120: 0:f_type 8:f_bsize 16:f_blocks 24:f_bfree 32:f_bavail 40:f_files
  48:f_ffree 56:f_fsid 64:f_namelen 72:f_frsize 80:f_flags 88:f_spare
DIRENT64=280: 0:d_ino 8:d_off 16:d_reclen 18:d_type 19:d_name
IOVEC=16: 0:iov_base 8:iov_len
POLLFD=8: 0:fd 4:events 6:revents
FLOCK=32: 0:l_type 2:l_whence 8:l_start 16:l_len 24:l_pid
`;

/** `name=value …` */
const CONSTANTS = `
# version and limits
FUSE_KERNEL_VERSION=7 FUSE_KERNEL_MINOR_VERSION=45 FUSE_ROOT_ID=1
FUSE_MIN_READ_BUFFER=0x2000 CUSE_INIT_INFO_MAX=0x1000
+FUSE_UNIQUE_RESEND=0x8000000000000000 +FUSE_INVALID_UIDGID=0xffffffff
+FUSE_MAX_NR_SECCTX=31 +FUSE_EXT_GROUPS=32
# opcodes
FUSE_LOOKUP=1 FUSE_FORGET=2 FUSE_GETATTR=3 FUSE_SETATTR=4 FUSE_READLINK=5
FUSE_SYMLINK=6 FUSE_MKNOD=8 FUSE_MKDIR=9 FUSE_UNLINK=10 FUSE_RMDIR=11
FUSE_RENAME=12 FUSE_LINK=13 FUSE_OPEN=14 FUSE_READ=15 FUSE_WRITE=16
FUSE_STATFS=17 FUSE_RELEASE=18 FUSE_FSYNC=20 FUSE_SETXATTR=21 FUSE_GETXATTR=22
FUSE_LISTXATTR=23 FUSE_REMOVEXATTR=24 FUSE_FLUSH=25 FUSE_INIT=26
FUSE_OPENDIR=27 FUSE_READDIR=28 FUSE_RELEASEDIR=29 FUSE_FSYNCDIR=30
FUSE_GETLK=31 FUSE_SETLK=32 FUSE_SETLKW=33 FUSE_ACCESS=34 FUSE_CREATE=35
FUSE_INTERRUPT=36 FUSE_BMAP=37 FUSE_DESTROY=38 FUSE_IOCTL=39 FUSE_POLL=40
FUSE_NOTIFY_REPLY=41 FUSE_BATCH_FORGET=42 FUSE_FALLOCATE=43
FUSE_READDIRPLUS=44 FUSE_RENAME2=45 FUSE_LSEEK=46 FUSE_COPY_FILE_RANGE=47
FUSE_SETUPMAPPING=48 FUSE_REMOVEMAPPING=49 FUSE_SYNCFS=50 FUSE_TMPFILE=51
+FUSE_STATX=52 +FUSE_COPY_FILE_RANGE_64=53 CUSE_INIT=0x1000
# INIT
FUSE_ASYNC_READ=1 FUSE_POSIX_LOCKS=2 FUSE_FILE_OPS=4 FUSE_ATOMIC_O_TRUNC=8
FUSE_EXPORT_SUPPORT=16 FUSE_BIG_WRITES=32 FUSE_DONT_MASK=0x40
FUSE_SPLICE_WRITE=0x80 FUSE_SPLICE_MOVE=0x100 FUSE_SPLICE_READ=0x200
FUSE_FLOCK_LOCKS=0x400 FUSE_HAS_IOCTL_DIR=0x800 FUSE_AUTO_INVAL_DATA=0x1000
FUSE_DO_READDIRPLUS=0x2000 FUSE_READDIRPLUS_AUTO=0x4000 FUSE_ASYNC_DIO=0x8000
FUSE_WRITEBACK_CACHE=0x10000 FUSE_NO_OPEN_SUPPORT=0x20000
FUSE_PARALLEL_DIROPS=0x40000 FUSE_HANDLE_KILLPRIV=0x80000
FUSE_POSIX_ACL=0x100000 FUSE_ABORT_ERROR=0x200000 FUSE_MAX_PAGES=0x400000
FUSE_CACHE_SYMLINKS=0x800000 FUSE_NO_OPENDIR_SUPPORT=0x1000000
FUSE_EXPLICIT_INVAL_DATA=0x2000000 FUSE_MAP_ALIGNMENT=0x4000000
FUSE_SUBMOUNTS=0x8000000 FUSE_HANDLE_KILLPRIV_V2=0x10000000
FUSE_SETXATTR_EXT=0x20000000 FUSE_INIT_EXT=0x40000000
FUSE_SECURITY_CTX=0x100000000 FUSE_HAS_INODE_DAX=0x200000000
+FUSE_CREATE_SUPP_GROUP=0x400000000 +FUSE_HAS_EXPIRE_ONLY=0x800000000
+FUSE_DIRECT_IO_ALLOW_MMAP=0x1000000000 +FUSE_PASSTHROUGH=0x2000000000
+FUSE_NO_EXPORT_SUPPORT=0x4000000000 +FUSE_HAS_RESEND=0x8000000000
+FUSE_ALLOW_IDMAP=0x10000000000 +FUSE_OVER_IO_URING=0x20000000000
+FUSE_REQUEST_TIMEOUT=0x40000000000 CUSE_UNRESTRICTED_IOCTL=1
# SETATTR
FATTR_MODE=1 FATTR_UID=2 FATTR_GID=4 FATTR_SIZE=8 FATTR_ATIME=16
FATTR_MTIME=32 FATTR_FH=0x40 FATTR_ATIME_NOW=0x80 FATTR_MTIME_NOW=0x100
FATTR_LOCKOWNER=0x200 FATTR_CTIME=0x400 FATTR_KILL_SUIDGID=0x800
# OPEN reply
FOPEN_DIRECT_IO=1 FOPEN_KEEP_CACHE=2 FOPEN_NONSEEKABLE=4 FOPEN_CACHE_DIR=8
FOPEN_STREAM=16 FOPEN_NOFLUSH=32 +FOPEN_PARALLEL_DIRECT_WRITES=0x40
+FOPEN_PASSTHROUGH=0x80
# other requests
FUSE_RELEASE_FLUSH=1 FUSE_RELEASE_FLOCK_UNLOCK=2 FUSE_GETATTR_FH=1
FUSE_LK_FLOCK=1 FUSE_WRITE_CACHE=1 FUSE_WRITE_LOCKOWNER=2
FUSE_WRITE_KILL_SUIDGID=4 FUSE_READ_LOCKOWNER=2 FUSE_IOCTL_COMPAT=1
FUSE_IOCTL_UNRESTRICTED=2 FUSE_IOCTL_RETRY=4 FUSE_IOCTL_32BIT=8
FUSE_IOCTL_DIR=16 FUSE_IOCTL_COMPAT_X32=32 FUSE_IOCTL_MAX_IOV=0x100
FUSE_POLL_SCHEDULE_NOTIFY=1 FUSE_FSYNC_FDATASYNC=1 FUSE_ATTR_SUBMOUNT=1
FUSE_ATTR_DAX=2 FUSE_OPEN_KILL_SUIDGID=1 FUSE_SETXATTR_ACL_KILL_SGID=1
+FUSE_EXPIRE_ONLY=1
# notifications
FUSE_NOTIFY_POLL=1 FUSE_NOTIFY_INVAL_INODE=2 FUSE_NOTIFY_INVAL_ENTRY=3
FUSE_NOTIFY_STORE=4 FUSE_NOTIFY_RETRIEVE=5 FUSE_NOTIFY_DELETE=6
+FUSE_NOTIFY_RESEND=7 +FUSE_NOTIFY_INC_EPOCH=8 +FUSE_NOTIFY_PRUNE=9
# ioctls of the device
FUSE_DEV_IOC_MAGIC=229 FUSE_DEV_IOC_CLONE=0x8004e500
+FUSE_DEV_IOC_BACKING_OPEN=0x4010e501 +FUSE_DEV_IOC_BACKING_CLOSE=0x4004e502
+FUSE_DEV_IOC_SYNC_INIT=58627
# DAX and io_uring
FUSE_SETUPMAPPING_FLAG_WRITE=1 FUSE_SETUPMAPPING_FLAG_READ=2
+FUSE_URING_IN_OUT_HEADER_SZ=0x80 +FUSE_URING_OP_IN_OUT_SZ=0x80
+FUSE_IO_URING_CMD_INVALID=0 +FUSE_IO_URING_CMD_REGISTER=1
+FUSE_IO_URING_CMD_COMMIT_AND_FETCH=2
`;

function parseLayouts(text: string): ReadonlyMap<string, Layout> {
  const structs = text.replaceAll("+", "").trim().split(/\n(?! )/);
  return new Map(structs.map((struct) => {
    const [head, ...fields] = struct.split(/\s+/);
    const [name, size] = head!.split("=");
    const offset = fields.map((field) => {
      const [at, name] = field.split(":");
      return [name!, Number(at)];
    });
    const layout = {
      size: parseInt(size!),
      offset: Object.fromEntries(offset),
    };
    return [name!, layout];
  }));
}

/** The protocol's structs, by their names without `struct`. */
export const fuseLayouts: ReadonlyMap<string, Layout> = parseLayouts(
  FUSE_LAYOUTS,
);

/** libc's structs, by their names in ffi/abi_linux.ts. */
export const libcLayouts: ReadonlyMap<string, Layout> = parseLayouts(
  LIBC_LAYOUTS,
);

/** The protocol's numbers, the flags of both INIT words as one. */
export const constants: ReadonlyMap<string, bigint> = new Map(
  CONSTANTS.matchAll(/(\w+)=(\w+)/g)
    .map(([, name, value]) => [name!, BigInt(value!)]),
);

/** The numbers of all requests of a file system, by their names. */
export const opcodes: ReadonlyMap<string, bigint> = new Map(
  /# opcodes\n(.*?) CUSE_INIT/s.exec(CONSTANTS)![1]!.matchAll(/FUSE_\w+/g)
    .map(([name]) => [name, constants.get(name)!]),
);

/** The structs, fields and numbers that the protocol got after 7.37. */
export const later: ReadonlySet<string> = new Set(
  (FUSE_LAYOUTS + CONSTANTS).matchAll(/\+(\w+)/g).map(([, name]) => name!),
);
