/** The options of a {@linkcode MirrorFS}. */
export interface MirrorOptions {
  /**
   * A path that the mirror leaves out if it lies below the source. Name the
   * mount point: a mirror that contains itself would wait for its own answer.
   * The path must exist; a relative path starts at the working directory.
   */
  exclude?: string;
  /**
   * The memory that `MirrorFS.share` returned, for several Workers that serve
   * one mirror: see `mountModule`. Each file that the kernel knows then takes a
   * file descriptor, and the kernel handles locks itself: programs that use the
   * source do not see them.
   */
  shared?: SharedArrayBuffer;
  /**
   * Whether file handles stay valid as long as the mount and the file exist,
   * for NFS and open_by_handle_at(2). Each file that was ever looked up then
   * takes some 300 bytes, and one more system call the first time; a file that
   * is opened by its handle takes a descriptor while the kernel knows it. Needs
   * CAP_DAC_READ_SEARCH, and a source with file handles: overlayfs has none,
   * nor have file systems mounted inside of the source. A file that was moved
   * out of the source can still be opened. Default: false; without effect with
   * `shared`.
   */
  exports?: boolean;
  /**
   * Whether extended attributes are shown, and with them access control lists.
   * Default: true. In a mount with `passthrough` the kernel then sends a
   * GETXATTR before each write, which takes several times as long as a small
   * write. Set-ID bits and capabilities of the source are cleared either way.
   *
   * Without them the kernel cannot enforce the source's access control lists:
   * it takes a list's mask for the permissions of the owning group. So never
   * let other users into such a mount (`allowOther`) if the source may have
   * lists.
   */
  xattrs?: boolean;
  /**
   * Whether files and directories of the source keep their time of last access
   * when they are read (O_NOATIME), if this process is root or their owner. For
   * symbolic links, and for reads that the kernel does itself with
   * `passthrough`, the mount of the source decides. Default: false.
   */
  noAtime?: boolean;
}
