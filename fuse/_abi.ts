/**
 * The structs of the FUSE kernel protocol, as `<linux/fuse.h>` declares them.
 *
 * Integers have the host's byte order, little-endian on every CPU we know.
 *
 * @module
 */

import { struct } from "../ffi/struct.ts";

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
