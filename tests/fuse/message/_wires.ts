/**
 * How each request lies in bytes, by the names of `<linux/fuse.h>`.
 *
 * @module
 */

/** How a kind of request lies in bytes. */
export interface Wire {
  /** The struct its body starts with. */
  readonly struct?: string;
  /** The request's fields, and which of the struct's each is. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Its times, and of which two of the struct's fields each is made. */
  readonly times?: Readonly<Record<string, readonly [string, string]>>;
  /** The names that follow; what has none is told to nobody. */
  readonly names?: readonly (string | undefined)[];
  /** The data that follow, and which of the struct's fields is their length. */
  readonly data?: readonly [name: string, length: string];
  /** Whether extensions may follow. */
  readonly extensions?: boolean;
  /** Values that not every number is one of. */
  readonly only?: Readonly<Record<string, readonly bigint[]>>;
}

const HANDLE = { handle: "fh" };

const READ = {
  struct: "fuse_read_in",
  fields: {
    ...HANDLE,
    offset64: "offset",
    size: "size",
    flags: "read_flags",
    lockOwner: "lock_owner",
    fileFlags: "flags",
  },
};

const OPEN = {
  struct: "fuse_open_in",
  fields: { flags: "flags", openFlags: "open_flags" },
};

const RELEASE = {
  struct: "fuse_release_in",
  fields: {
    ...HANDLE,
    flags: "flags",
    releaseFlags: "release_flags",
    lockOwner: "lock_owner",
  },
};

const FSYNC = {
  struct: "fuse_fsync_in",
  fields: { ...HANDLE, flags: "fsync_flags" },
};

const LOCK = {
  struct: "fuse_lk_in",
  fields: {
    ...HANDLE,
    lockOwner: "owner",
    "lock.start": "lk.start",
    "lock.end": "lk.end",
    "lock.type": "lk.type",
    "lock.pid": "lk.pid",
    lockFlags: "lk_flags",
  },
  only: { "lk.type": [0n, 1n, 2n], "lk.pid": [0n, 1n, 0x7fff_ffffn] },
};

const CREATE = {
  struct: "fuse_create_in",
  fields: {
    flags: "flags",
    mode: "mode",
    umask: "umask",
    openFlags: "open_flags",
  },
  names: ["name"],
  extensions: true,
};

const COPY = {
  struct: "fuse_copy_file_range_in",
  fields: {
    handleIn: "fh_in",
    offsetIn64: "off_in",
    nodeOut: "nodeid_out",
    handleOut: "fh_out",
    offsetOut64: "off_out",
    length64: "len",
    flags: "flags",
  },
};

export const WIRES: Readonly<Record<string, Wire>> = {
  LOOKUP: { names: ["name"] },
  FORGET: {
    struct: "fuse_forget_in",
    fields: { n: "nlookup" },
    only: { nlookup: [0n, 1n, 2n ** 53n - 1n] },
  },
  GETATTR: {
    struct: "fuse_getattr_in",
    fields: { ...HANDLE, flags: "getattr_flags" },
  },
  SETATTR: {
    struct: "fuse_setattr_in",
    fields: {
      ...HANDLE,
      valid: "valid",
      size64: "size",
      lockOwner: "lock_owner",
      mode: "mode",
      uid: "uid",
      gid: "gid",
    },
    times: {
      atimeNs: ["atime", "atimensec"],
      mtimeNs: ["mtime", "mtimensec"],
      ctimeNs: ["ctime", "ctimensec"],
    },
  },
  READLINK: {},
  SYMLINK: { names: ["newName", "target"], extensions: true },
  MKNOD: {
    struct: "fuse_mknod_in",
    fields: { mode: "mode", rdev: "rdev", umask: "umask" },
    names: ["name"],
    extensions: true,
  },
  MKDIR: {
    struct: "fuse_mkdir_in",
    fields: { mode: "mode", umask: "umask" },
    names: ["name"],
    extensions: true,
  },
  UNLINK: { names: ["name"] },
  RMDIR: { names: ["name"] },
  RENAME: {
    struct: "fuse_rename_in",
    fields: { newDir: "newdir" },
    names: ["oldName", "newName"],
  },
  LINK: {
    struct: "fuse_link_in",
    fields: { oldNode: "oldnodeid" },
    names: ["newName"],
  },
  OPEN,
  READ,
  WRITE: {
    struct: "fuse_write_in",
    fields: {
      ...HANDLE,
      offset64: "offset",
      flags: "write_flags",
      lockOwner: "lock_owner",
      fileFlags: "flags",
    },
    data: ["data", "size"],
  },
  STATFS: {},
  RELEASE,
  FSYNC,
  SETXATTR: {
    struct: "fuse_setxattr_in",
    fields: { flags: "flags", setxattrFlags: "setxattr_flags" },
    names: ["name"],
    data: ["xattr", "size"],
    only: { setxattr_flags: [0n, 1n] },
  },
  GETXATTR: {
    struct: "fuse_getxattr_in",
    fields: { size: "size" },
    names: ["name"],
  },
  LISTXATTR: { struct: "fuse_getxattr_in", fields: { size: "size" } },
  REMOVEXATTR: { names: ["name"] },
  FLUSH: {
    struct: "fuse_flush_in",
    fields: { ...HANDLE, lockOwner: "lock_owner" },
  },
  INIT: {
    struct: "fuse_init_in",
    fields: {
      "protocol.major": "major",
      "protocol.minor": "minor",
      maxReadahead: "max_readahead",
    },
  },
  OPENDIR: OPEN,
  READDIR: READ,
  RELEASEDIR: RELEASE,
  FSYNCDIR: FSYNC,
  GETLK: LOCK,
  SETLK: LOCK,
  SETLKW: LOCK,
  ACCESS: {
    struct: "fuse_access_in",
    fields: { mask: "mask" },
    only: { mask: [0n, 1n, 2n, 4n, 7n] },
  },
  CREATE,
  INTERRUPT: { struct: "fuse_interrupt_in", fields: { intrId: "unique" } },
  BMAP: {
    struct: "fuse_bmap_in",
    fields: { block: "block", blockSize: "blocksize" },
  },
  DESTROY: {},
  IOCTL: {
    struct: "fuse_ioctl_in",
    fields: {
      ...HANDLE,
      flags: "flags",
      cmd: "cmd",
      arg: "arg",
      outSize: "out_size",
    },
    data: ["data", "in_size"],
  },
  POLL: {
    struct: "fuse_poll_in",
    fields: { ...HANDLE, flags: "flags", events: "events" },
  },
  NOTIFY_REPLY: {
    struct: "fuse_notify_retrieve_in",
    fields: { offset64: "offset" },
    data: ["data", "size"],
  },
  BATCH_FORGET: {
    struct: "fuse_batch_forget_in",
    fields: { "forget.length": "count" },
    only: { count: [0n] },
  },
  FALLOCATE: {
    struct: "fuse_fallocate_in",
    fields: { ...HANDLE, offset64: "offset", length64: "length", mode: "mode" },
  },
  READDIRPLUS: READ,
  RENAME2: {
    struct: "fuse_rename2_in",
    fields: { newDir: "newdir", flags: "flags" },
    names: ["oldName", "newName"],
  },
  LSEEK: {
    struct: "fuse_lseek_in",
    fields: { ...HANDLE, offset64: "offset", whence: "whence" },
  },
  COPY_FILE_RANGE: COPY,
  COPY_FILE_RANGE_64: COPY,
  SETUPMAPPING: {
    struct: "fuse_setupmapping_in",
    fields: {
      ...HANDLE,
      fileOffset: "foffset",
      length: "len",
      flags: "flags",
      windowOffset: "moffset",
    },
  },
  REMOVEMAPPING: {
    struct: "fuse_removemapping_in",
    fields: { "mappings.length": "count" },
    only: { count: [0n] },
  },
  SYNCFS: { struct: "fuse_syncfs_in" },
  TMPFILE: { ...CREATE, names: [undefined] },
  STATX: {
    struct: "fuse_statx_in",
    fields: {
      ...HANDLE,
      flags: "getattr_flags",
      statxFlags: "sx_flags",
      mask: "sx_mask",
    },
  },
};
