/**
 * The types of the flags, one for each group of constants.
 *
 * They are enumerations for the compiler and numbers at run time. A parameter
 * of such a type accepts any number, so also a combination of flags such as
 * `PROT_READ | PROT_WRITE`, but no constant of another group.
 *
 * @module
 */

/** `PROT_NONE`, or a combination of `PROT_READ`, `PROT_WRITE`, `PROT_EXEC`. */
export declare enum ProtFlags {
  /** A placeholder for the compiler. */
  _,
}

/** `MAP_SHARED` or `MAP_PRIVATE`, combined with any other `MAP_*` flags. */
export declare enum MapFlags {
  /** A placeholder for the compiler. */
  _,
}

/** One of the `MADV_*` constants. */
export declare enum AdviseFlags {
  /** A placeholder for the compiler. */
  _,
}

/** `MS_SYNC` or `MS_ASYNC`, optionally with `MS_INVALIDATE`. */
export declare enum SyncFlags {
  /** A placeholder for the compiler. */
  _,
}

/** `O_RDONLY`, `O_WRONLY` or `O_RDWR`, combined with any other `O_*` flags. */
export declare enum OpenFlags {
  /** A placeholder for the compiler. */
  _,
}

/** A combination of the `MFD_*` flags. */
export declare enum MemfdFlags {
  /** A placeholder for the compiler. */
  _,
}

/** A combination of the `F_SEAL_*` flags. */
export declare enum SealFlags {
  /** A placeholder for the compiler. */
  _,
}

/** `XATTR_CREATE` or `XATTR_REPLACE`. */
export declare enum XattrFlags {
  /** A placeholder for the compiler. */
  _,
}
