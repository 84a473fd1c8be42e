/** How a file system is mounted, and what its connection may do. */
export interface MountOptions {
  /** Let device nodes in the file system work. */
  allowDev?: boolean;
  /** Mount over a directory that has entries, or is a mount point already. */
  allowNonEmptyMount?: boolean;
  /** Let other users in, not only the one who mounts. */
  allowOther?: boolean;
  /** Let set-user-ID and set-group-ID bits take effect. */
  allowSuid?: boolean;
  /** Let several reads of one file be in flight. Default: true. */
  asyncRead?: boolean;
  /** Let the kernel cache the targets of symbolic links. */
  cacheSymlinks?: boolean;
  /** How many background requests count as congestion. Default: the kernel's. */
  congestionThreshold?: number;
  /** Let the kernel check permissions by mode, owner and group. */
  defaultPermissions?: boolean;
  /** Drop cached data on request only, not when size or mtime change. */
  explicitInvalidateData?: boolean;
  /** The source that mount(8) shows. Default: `"hostkit"`. */
  fsName?: string;
  /** How many background requests may be in flight. Default: the kernel's. */
  maxBackground?: number;
  /** The most bytes to read ahead. Default: the kernel's. */
  maxReadahead?: number;
  /** The most bytes of one read or write, at least 4096. Default: 1 MiB. */
  maxWrite?: number;
  /**
   * Let the kernel check permissions as `defaultPermissions` does, and POSIX
   * ACLs, which `getxattr` serves as `system.posix_acl_access`.
   */
  posixAcl?: boolean;
  /** Mount read-only: the kernel refuses every change with EROFS. */
  readOnly?: boolean;
  /**
   * Whether listings look every entry up at once: when the kernel expects to
   * need it, always, or never. Default: `"auto"`.
   */
  readdirplus?: "auto" | "always" | "never";
  /** What follows `fuse.` in the type that mount(8) shows. */
  subtype?: string;
}
