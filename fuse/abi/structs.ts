/**
 * The structs of the FUSE kernel protocol, as `<linux/fuse.h>` declares them.
 *
 * Integers have the host's byte order, which is little-endian on every
 * supported CPU.
 *
 * @module
 */

import { struct } from "../../ffi/internal.ts";

const HEADER = "linux/fuse.h";

export const FUSE_IN_HEADER = struct(HEADER, "fuse_in_header", {
  len: "u32",
  opcode: "u32",
  unique: "u64",
  nodeid: "u64",
  uid: "u32",
  gid: "u32",
  pid: "u32",
  total_extlen: "u16",
  padding: "u16",
});

export const FUSE_OUT_HEADER = struct(HEADER, "fuse_out_header", {
  len: "u32",
  error: "i32",
  unique: "u64",
});

export const FUSE_ATTR = struct(HEADER, "fuse_attr", {
  ino: "u64",
  size: "u64",
  blocks: "u64",
  atime: "u64",
  mtime: "u64",
  ctime: "u64",
  atimensec: "u32",
  mtimensec: "u32",
  ctimensec: "u32",
  mode: "u32",
  nlink: "u32",
  uid: "u32",
  gid: "u32",
  rdev: "u32",
  blksize: "u32",
  flags: "u32",
});

export const FUSE_ENTRY_OUT = struct(HEADER, "fuse_entry_out", {
  nodeid: "u64",
  generation: "u64",
  entry_valid: "u64",
  attr_valid: "u64",
  entry_valid_nsec: "u32",
  attr_valid_nsec: "u32",
  attr: FUSE_ATTR,
});

export const FUSE_ATTR_OUT = struct(HEADER, "fuse_attr_out", {
  attr_valid: "u64",
  attr_valid_nsec: "u32",
  dummy: "u32",
  attr: FUSE_ATTR,
});

export const FUSE_KSTATFS = struct(HEADER, "fuse_kstatfs", {
  blocks: "u64",
  bfree: "u64",
  bavail: "u64",
  files: "u64",
  ffree: "u64",
  bsize: "u32",
  namelen: "u32",
  frsize: "u32",
  padding: "u32",
  spare: ["u32", 6],
});

export const FUSE_FORGET_IN = struct(HEADER, "fuse_forget_in", {
  nlookup: "u64",
});

export const FUSE_FORGET_ONE = struct(HEADER, "fuse_forget_one", {
  nodeid: "u64",
  nlookup: "u64",
});

export const FUSE_BATCH_FORGET_IN = struct(HEADER, "fuse_batch_forget_in", {
  count: "u32",
  dummy: "u32",
});

export const FUSE_GETATTR_IN = struct(HEADER, "fuse_getattr_in", {
  getattr_flags: "u32",
  dummy: "u32",
  fh: "u64",
});

export const FUSE_OPEN_IN = struct(HEADER, "fuse_open_in", {
  flags: "u32",
  open_flags: "u32",
});

export const FUSE_OPEN_OUT = struct(HEADER, "fuse_open_out", {
  fh: "u64",
  open_flags: "u32",
  backing_id: "i32",
});

export const FUSE_RELEASE_IN = struct(HEADER, "fuse_release_in", {
  fh: "u64",
  flags: "u32",
  release_flags: "u32",
  lock_owner: "u64",
});

export const FUSE_FLUSH_IN = struct(HEADER, "fuse_flush_in", {
  fh: "u64",
  unused: "u32",
  padding: "u32",
  lock_owner: "u64",
});

export const FUSE_READ_IN = struct(HEADER, "fuse_read_in", {
  fh: "u64",
  offset: "u64",
  size: "u32",
  read_flags: "u32",
  lock_owner: "u64",
  flags: "u32",
  padding: "u32",
});

export const FUSE_GETXATTR_IN = struct(HEADER, "fuse_getxattr_in", {
  size: "u32",
  padding: "u32",
});

export const FUSE_GETXATTR_OUT = struct(HEADER, "fuse_getxattr_out", {
  size: "u32",
  padding: "u32",
});

export const FUSE_ACCESS_IN = struct(HEADER, "fuse_access_in", {
  mask: "u32",
  padding: "u32",
});

export const FUSE_INIT_IN = struct(HEADER, "fuse_init_in", {
  major: "u32",
  minor: "u32",
  max_readahead: "u32",
  flags: "u32",
  flags2: "u32",
  unused: ["u32", 11],
});

export const FUSE_INIT_OUT = struct(HEADER, "fuse_init_out", {
  major: "u32",
  minor: "u32",
  max_readahead: "u32",
  flags: "u32",
  max_background: "u16",
  congestion_threshold: "u16",
  max_write: "u32",
  time_gran: "u32",
  max_pages: "u16",
  map_alignment: "u16",
  flags2: "u32",
  max_stack_depth: "u32",
  request_timeout: "u16",
  unused: ["u16", 11],
});

export const FUSE_INTERRUPT_IN = struct(HEADER, "fuse_interrupt_in", {
  unique: "u64",
});

export const FUSE_DIRENT = struct(HEADER, "fuse_dirent", {
  ino: "u64",
  off: "u64",
  namelen: "u32",
  type: "u32",
});

export const FUSE_DIRENTPLUS = struct(HEADER, "fuse_direntplus", {
  entry_out: FUSE_ENTRY_OUT,
  dirent: FUSE_DIRENT,
});

export const FUSE_FILE_LOCK = struct(HEADER, "fuse_file_lock", {
  start: "u64",
  end: "u64",
  type: "u32",
  pid: "u32",
});

export const FUSE_SETATTR_IN = struct(HEADER, "fuse_setattr_in", {
  valid: "u32",
  padding: "u32",
  fh: "u64",
  size: "u64",
  lock_owner: "u64",
  atime: "u64",
  mtime: "u64",
  ctime: "u64",
  atimensec: "u32",
  mtimensec: "u32",
  ctimensec: "u32",
  mode: "u32",
  unused4: "u32",
  uid: "u32",
  gid: "u32",
  unused5: "u32",
});

export const FUSE_MKNOD_IN = struct(HEADER, "fuse_mknod_in", {
  mode: "u32",
  rdev: "u32",
  umask: "u32",
  padding: "u32",
});

export const FUSE_MKDIR_IN = struct(HEADER, "fuse_mkdir_in", {
  mode: "u32",
  umask: "u32",
});

export const FUSE_RENAME_IN = struct(HEADER, "fuse_rename_in", {
  newdir: "u64",
});

export const FUSE_RENAME2_IN = struct(HEADER, "fuse_rename2_in", {
  newdir: "u64",
  flags: "u32",
  padding: "u32",
});

export const FUSE_LINK_IN = struct(HEADER, "fuse_link_in", {
  oldnodeid: "u64",
});

export const FUSE_CREATE_IN = struct(HEADER, "fuse_create_in", {
  flags: "u32",
  mode: "u32",
  umask: "u32",
  open_flags: "u32",
});

export const FUSE_WRITE_IN = struct(HEADER, "fuse_write_in", {
  fh: "u64",
  offset: "u64",
  size: "u32",
  write_flags: "u32",
  lock_owner: "u64",
  flags: "u32",
  padding: "u32",
});

export const FUSE_WRITE_OUT = struct(HEADER, "fuse_write_out", {
  size: "u32",
  padding: "u32",
});

export const FUSE_FSYNC_IN = struct(HEADER, "fuse_fsync_in", {
  fh: "u64",
  fsync_flags: "u32",
  padding: "u32",
});

export const FUSE_SETXATTR_IN = struct(HEADER, "fuse_setxattr_in", {
  size: "u32",
  flags: "u32",
  setxattr_flags: "u32",
  padding: "u32",
});

export const FUSE_LK_IN = struct(HEADER, "fuse_lk_in", {
  fh: "u64",
  owner: "u64",
  lk: FUSE_FILE_LOCK,
  lk_flags: "u32",
  padding: "u32",
});

export const FUSE_LK_OUT = struct(HEADER, "fuse_lk_out", {
  lk: FUSE_FILE_LOCK,
});

export const FUSE_BMAP_IN = struct(HEADER, "fuse_bmap_in", {
  block: "u64",
  blocksize: "u32",
  padding: "u32",
});

export const FUSE_BMAP_OUT = struct(HEADER, "fuse_bmap_out", {
  block: "u64",
});

export const FUSE_IOCTL_IN = struct(HEADER, "fuse_ioctl_in", {
  fh: "u64",
  flags: "u32",
  cmd: "u32",
  arg: "u64",
  in_size: "u32",
  out_size: "u32",
});

export const FUSE_IOCTL_IOVEC = struct(HEADER, "fuse_ioctl_iovec", {
  base: "u64",
  len: "u64",
});

export const FUSE_IOCTL_OUT = struct(HEADER, "fuse_ioctl_out", {
  result: "i32",
  flags: "u32",
  in_iovs: "u32",
  out_iovs: "u32",
});

export const FUSE_POLL_IN = struct(HEADER, "fuse_poll_in", {
  fh: "u64",
  kh: "u64",
  flags: "u32",
  events: "u32",
});

export const FUSE_POLL_OUT = struct(HEADER, "fuse_poll_out", {
  revents: "u32",
  padding: "u32",
});

export const FUSE_FALLOCATE_IN = struct(HEADER, "fuse_fallocate_in", {
  fh: "u64",
  offset: "u64",
  length: "u64",
  mode: "u32",
  padding: "u32",
});

export const FUSE_LSEEK_IN = struct(HEADER, "fuse_lseek_in", {
  fh: "u64",
  offset: "u64",
  whence: "u32",
  padding: "u32",
});

export const FUSE_LSEEK_OUT = struct(HEADER, "fuse_lseek_out", {
  offset: "u64",
});

export const FUSE_COPY_FILE_RANGE_IN = struct(
  HEADER,
  "fuse_copy_file_range_in",
  {
    fh_in: "u64",
    off_in: "u64",
    nodeid_out: "u64",
    fh_out: "u64",
    off_out: "u64",
    len: "u64",
    flags: "u64",
  },
);

export const FUSE_COPY_FILE_RANGE_OUT = struct(
  HEADER,
  "fuse_copy_file_range_out",
  {
    bytes_copied: "u64",
  },
);

export const FUSE_SX_TIME = struct(HEADER, "fuse_sx_time", {
  tv_sec: "i64",
  tv_nsec: "u32",
  __reserved: "i32",
});

export const FUSE_STATX = struct(HEADER, "fuse_statx", {
  mask: "u32",
  blksize: "u32",
  attributes: "u64",
  nlink: "u32",
  uid: "u32",
  gid: "u32",
  mode: "u16",
  __spare0: ["u16", 1],
  ino: "u64",
  size: "u64",
  blocks: "u64",
  attributes_mask: "u64",
  atime: FUSE_SX_TIME,
  btime: FUSE_SX_TIME,
  ctime: FUSE_SX_TIME,
  mtime: FUSE_SX_TIME,
  rdev_major: "u32",
  rdev_minor: "u32",
  dev_major: "u32",
  dev_minor: "u32",
  __spare2: ["u64", 14],
});

export const FUSE_STATX_IN = struct(HEADER, "fuse_statx_in", {
  getattr_flags: "u32",
  reserved: "u32",
  fh: "u64",
  sx_flags: "u32",
  sx_mask: "u32",
});

export const FUSE_STATX_OUT = struct(HEADER, "fuse_statx_out", {
  attr_valid: "u64",
  attr_valid_nsec: "u32",
  flags: "u32",
  spare: ["u64", 2],
  stat: FUSE_STATX,
});

export const FUSE_SETUPMAPPING_IN = struct(HEADER, "fuse_setupmapping_in", {
  fh: "u64",
  foffset: "u64",
  len: "u64",
  flags: "u64",
  moffset: "u64",
});

export const FUSE_REMOVEMAPPING_IN = struct(HEADER, "fuse_removemapping_in", {
  count: "u32",
});

export const FUSE_REMOVEMAPPING_ONE = struct(HEADER, "fuse_removemapping_one", {
  moffset: "u64",
  len: "u64",
});

export const FUSE_SYNCFS_IN = struct(HEADER, "fuse_syncfs_in", {
  padding: "u64",
});

export const FUSE_SECCTX_HEADER = struct(HEADER, "fuse_secctx_header", {
  size: "u32",
  nr_secctx: "u32",
});

export const FUSE_SECCTX = struct(HEADER, "fuse_secctx", {
  size: "u32",
  padding: "u32",
});

export const FUSE_EXT_HEADER = struct(HEADER, "fuse_ext_header", {
  size: "u32",
  type: "u32",
});

export const FUSE_NOTIFY_POLL_WAKEUP_OUT = struct(
  HEADER,
  "fuse_notify_poll_wakeup_out",
  {
    kh: "u64",
  },
);

export const FUSE_NOTIFY_INVAL_INODE_OUT = struct(
  HEADER,
  "fuse_notify_inval_inode_out",
  {
    ino: "u64",
    off: "i64",
    len: "i64",
  },
);

export const FUSE_NOTIFY_INVAL_ENTRY_OUT = struct(
  HEADER,
  "fuse_notify_inval_entry_out",
  {
    parent: "u64",
    namelen: "u32",
    flags: "u32",
  },
);

export const FUSE_NOTIFY_DELETE_OUT = struct(HEADER, "fuse_notify_delete_out", {
  parent: "u64",
  child: "u64",
  namelen: "u32",
  padding: "u32",
});

export const FUSE_NOTIFY_STORE_OUT = struct(HEADER, "fuse_notify_store_out", {
  nodeid: "u64",
  offset: "u64",
  size: "u32",
  padding: "u32",
});

export const FUSE_NOTIFY_RETRIEVE_OUT = struct(
  HEADER,
  "fuse_notify_retrieve_out",
  {
    notify_unique: "u64",
    nodeid: "u64",
    offset: "u64",
    size: "u32",
    padding: "u32",
  },
);

export const FUSE_NOTIFY_RETRIEVE_IN = struct(
  HEADER,
  "fuse_notify_retrieve_in",
  {
    dummy1: "u64",
    offset: "u64",
    size: "u32",
    dummy2: "u32",
    dummy3: "u64",
    dummy4: "u64",
  },
);

export const FUSE_NOTIFY_PRUNE_OUT = struct(HEADER, "fuse_notify_prune_out", {
  count: "u32",
  padding: "u32",
  spare: "u64",
});

export const FUSE_BACKING_MAP = struct(HEADER, "fuse_backing_map", {
  fd: "i32",
  flags: "u32",
  padding: "u64",
});

export const FUSE_SUPP_GROUPS = struct(HEADER, "fuse_supp_groups", {
  nr_groups: "u32",
});

/** The ring's own header of each request and reply. */
export const FUSE_URING_ENT_IN_OUT = struct(HEADER, "fuse_uring_ent_in_out", {
  flags: "u64",
  commit_id: "u64",
  payload_sz: "u32",
  padding: "u32",
  reserved: "u64",
});

/** The headers of a request, or of its reply, in a ring. */
export const FUSE_URING_REQ_HEADER = struct(HEADER, "fuse_uring_req_header", {
  in_out: ["u8", 128],
  op_in: ["u8", 128],
  ring_ent_in_out: FUSE_URING_ENT_IN_OUT,
});

/** The arguments of an io_uring command to a ring's queue. */
export const FUSE_URING_CMD_REQ = struct(HEADER, "fuse_uring_cmd_req", {
  flags: "u64",
  commit_id: "u64",
  qid: "u16",
  padding: ["u8", 6],
});
