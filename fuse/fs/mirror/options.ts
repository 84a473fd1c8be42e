/** What a mirror shows. */
export interface MirrorOptions {
  /**
   * A path that the mirror leaves out if it lies below the source. Name the
   * mount point: a mirror that looks into itself would wait for its own answer.
   * It must exist; a relative one is meant from the working directory.
   */
  exclude?: string;
  /**
   * What `MirrorFS.share` made, for several Workers that serve one
   * mirror: see `mountModule`. Each file that the kernel knows then takes a
   * descriptor, and locks are the kernel's business: those who use the source
   * itself do not see them.
   */
  shared?: SharedArrayBuffer;
  /**
   * Whether file handles last as long as the mount and the file, for NFS and
   * open_by_handle_at(2). Each file that was ever looked up then takes some 300
   * bytes, and one more system call the first time; one that is opened by its
   * handle takes a descriptor while the kernel knows it. Needs
   * CAP_DAC_READ_SEARCH, and a source that has handles: not overlayfs, say, nor
   * what is mounted inside of it. A file that was moved out of the source can
   * still be opened. Default: false; without effect with `shared`.
   */
  exports?: boolean;
  /**
   * Whether extended attributes are shown, and with them access control lists.
   * Default: true. The kernel asks for them before each write of a mount with
   * `passthrough`, which takes several times as long as a small write; set-ID
   * bits and capabilities of the source are cleared either way.
   *
   * Without them the kernel cannot enforce the source's access control lists:
   * it takes a list's mask for the rights of the owning group. So never let
   * others into such a mount (`allowOther`) of a source that may have lists.
   */
  xattrs?: boolean;
  /**
   * Whether to read without a trace: files and directories of the source keep
   * their time of last access (O_NOATIME), where this process may do that, as
   * the owner of a file and root may. Symbolic links, and what the kernel reads
   * itself with `passthrough`, are as the source's mount says. Default: false.
   */
  noAtime?: boolean;
}
