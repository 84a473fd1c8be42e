/**
 * The types of flags, one for each group of constants, by the names they have
 * in C.
 *
 * They are enumerations to the compiler and numbers to everything else: a
 * number, and so flags together (`PROT_READ | PROT_WRITE`), is taken for each of
 * them, but a constant of one group not for one of another.
 *
 * @module
 */

/** `PROT_NONE`, or any of `PROT_READ`, `PROT_WRITE`, `PROT_EXEC` together. */
export declare enum ProtFlags {
  /** For the compiler alone. */
  _,
}

/** `MAP_SHARED` or `MAP_PRIVATE`, and any other `MAP_*` together. */
export declare enum MapFlags {
  /** For the compiler alone. */
  _,
}

/** One of the `MADV_*` constants. */
export declare enum AdviseFlags {
  /** For the compiler alone. */
  _,
}

/** `MS_SYNC` or `MS_ASYNC`, either with `MS_INVALIDATE`. */
export declare enum SyncFlags {
  /** For the compiler alone. */
  _,
}

/** `O_RDONLY`, `O_WRONLY` or `O_RDWR`, and any other `O_*` together. */
export declare enum OpenFlags {
  /** For the compiler alone. */
  _,
}

/** Any of the `MFD_*` constants together. */
export declare enum MemfdFlags {
  /** For the compiler alone. */
  _,
}

/** Any of the `F_SEAL_*` constants together. */
export declare enum SealFlags {
  /** For the compiler alone. */
  _,
}

/** `XATTR_CREATE` or `XATTR_REPLACE`. */
export declare enum XattrFlags {
  /** For the compiler alone. */
  _,
}
