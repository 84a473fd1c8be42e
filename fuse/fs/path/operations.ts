import type { Dirent } from "../../message/mod.ts";
import type { MaybePromise } from "../node.ts";
import type { PathContext } from "./context.ts";

/**
 * What there is to know of a file, under the names of stat(2). A `Stats` of
 * `node:fs`, with or without `bigint`, has what it takes.
 */
export interface PathStat {
  /** File type and permissions, as in inode(7): `0o100644` is a plain file. */
  readonly mode: number | bigint;
  /** Size in bytes. Default: 0. */
  readonly size?: number | bigint;
  /** Number of links. Default: 1. */
  readonly nlink?: number | bigint;
  /** The owner. Default: the server's user. */
  readonly uid?: number | bigint;
  /** The group. Default: the server's. */
  readonly gid?: number | bigint;
  /** Device number of a device node. */
  readonly rdev?: number | bigint;
  /** Space taken, in units of 512 bytes. Default: what the size needs. */
  readonly blocks?: number | bigint;
  /** Preferred block size for I/O, in bytes. */
  readonly blksize?: number | bigint;
  /**
   * Inode number. Two names with the same one, other than 0, are one file: hard
   * links need it. Without it each path is a file of its own, whose number is
   * made up.
   */
  readonly ino?: number | bigint;
  /** The device that `ino` belongs to; it counts on the root's alone. */
  readonly dev?: number | bigint;
  /** Time of last access, in nanoseconds since 1970. */
  readonly atimeNs?: bigint;
  /** Time of last modification, in nanoseconds since 1970. */
  readonly mtimeNs?: bigint;
  /** Time of last inode change, in nanoseconds since 1970. */
  readonly ctimeNs?: bigint;
  /** Time of last access in milliseconds, unless there are nanoseconds. */
  readonly atimeMs?: number | bigint;
  /** Time of last modification in milliseconds, unless there are nanoseconds. */
  readonly mtimeMs?: number | bigint;
  /** Time of last inode change in milliseconds, unless there are nanoseconds. */
  readonly ctimeMs?: number | bigint;
  /** How long the kernel may trust this, in milliseconds. */
  readonly validMs?: number;
}

/** Size and free space, under the names of statvfs(3). */
export interface PathStatfs {
  /** Preferred block size for I/O, in bytes. */
  readonly bsize?: number | bigint;
  /** The unit of the block counts, in bytes. Default: `bsize`. */
  readonly frsize?: number | bigint;
  /** Blocks in all. */
  readonly blocks?: number | bigint;
  /** Free blocks. */
  readonly bfree?: number | bigint;
  /** Free blocks for those who are not root. */
  readonly bavail?: number | bigint;
  /** Inodes in all. */
  readonly files?: number | bigint;
  /** Free inodes. */
  readonly ffree?: number | bigint;
  /** The longest file name, in bytes. Default: 255. */
  readonly namelen?: number | bigint;
}

/**
 * A file system by paths, for a {@linkcode PathFS}. Every method but
 * {@linkcode getattr} is optional, and may answer at once or with a promise;
 * a missing one is refused, with EPERM where something would change, unless
 * its own text says what happens.
 *
 * A path starts with `/`, has no `.`, `..` or empty names, and `/` is the root.
 * It is `""` for an open file that has lost its name, see
 * {@linkcode PathFSOptions.unlinked}. A method refuses by throwing anything with
 * a `code`, such as `new Deno.errors.NotFound()`, see `toErrno` of `./fuse`.
 *
 * @typeParam H What `open` and `create` return for an open file.
 */
export interface PathOperations<H = unknown> {
  /** Called once before anything else. */
  init?(): MaybePromise<void>;
  /** Called once after the last operation. */
  destroy?(): void;
  /** Returns what lstat(2) would; `undefined`, or ENOENT, if there is nothing. */
  getattr(
    path: string,
    context: PathContext<H>,
  ): MaybePromise<PathStat | undefined>;
  /** Returns the target of a symbolic link. */
  readlink?(path: string, context: PathContext<H>): MaybePromise<string>;
  /** Returns the names in a directory, or entries with types. */
  readdir?(
    path: string,
    context: PathContext<H>,
  ): MaybePromise<Iterable<string | Dirent>>;
  /** Makes a file, pipe, socket or device. */
  mknod?(
    path: string,
    mode: number,
    rdev: number,
    context: PathContext<H>,
  ): MaybePromise<void>;
  /** Makes a directory. */
  mkdir?(
    path: string,
    mode: number,
    context: PathContext<H>,
  ): MaybePromise<void>;
  /** Removes a name of anything but a directory. */
  unlink?(path: string, context: PathContext<H>): MaybePromise<void>;
  /** Removes an empty directory. */
  rmdir?(path: string, context: PathContext<H>): MaybePromise<void>;
  /** Makes a symbolic link at `path`. */
  symlink?(
    target: string,
    path: string,
    context: PathContext<H>,
  ): MaybePromise<void>;
  /**
   * Moves a file or directory; what is at `to` is replaced, in one step.
   * `flags` has `RENAME_EXCHANGE` and the like if {@linkcode renameFlags} does.
   */
  rename?(
    from: string,
    to: string,
    flags: number,
    context: PathContext<H>,
  ): MaybePromise<void>;
  /** Which `RENAME_*` flags `rename` heeds. Default: none. */
  readonly renameFlags?: number;
  /** Gives a file one more name, `path`. */
  link?(
    existing: string,
    path: string,
    context: PathContext<H>,
  ): MaybePromise<void>;
  /** Changes the permissions. */
  chmod?(
    path: string,
    mode: number,
    context: PathContext<H>,
  ): MaybePromise<void>;
  /** Changes owner and group; `undefined` leaves one as it is. */
  chown?(
    path: string,
    uid: number | undefined,
    gid: number | undefined,
    context: PathContext<H>,
  ): MaybePromise<void>;
  /** Changes the size in bytes. */
  truncate?(
    path: string,
    size: number,
    context: PathContext<H>,
  ): MaybePromise<void>;
  /**
   * Changes the times of last access and modification, in nanoseconds since
   * 1970; `undefined` leaves one as it is.
   */
  utimens?(
    path: string,
    atimeNs: bigint | undefined,
    mtimeNs: bigint | undefined,
    context: PathContext<H>,
  ): MaybePromise<void>;
  /**
   * Opens a file with the flags of open(2); what it returns comes back as
   * `context.handle`. Without it there is nothing to do. A file that has lost
   * its name may be opened again, as through `/proc/self/fd`: the path is `""`
   * then, and `context.handle` that of one of those that are open; what returns
   * nothing, or throws, refuses it.
   */
  open?(
    path: string,
    flags: number,
    context: PathContext<H>,
  ): MaybePromise<H>;
  /**
   * Makes a file and opens it; EEXIST if there is one, whose permissions nobody
   * has checked: `flags` always has O_EXCL. Without it: `mknod`, then `open`.
   */
  create?(
    path: string,
    mode: number,
    flags: number,
    context: PathContext<H>,
  ): MaybePromise<H>;
  /**
   * Reads into `buffer` from `offset` bytes on; returns how many bytes, fewer
   * than there is room for at the end of the file only.
   */
  read?(
    path: string,
    buffer: Uint8Array<ArrayBuffer>,
    offset: number,
    context: PathContext<H>,
  ): MaybePromise<number>;
  /**
   * Writes `data` at `offset` bytes; returns how many of them, or nothing for
   * all. The data is overwritten once this is answered.
   */
  write?(
    path: string,
    data: Uint8Array<ArrayBuffer>,
    offset: number,
    context: PathContext<H>,
  ): MaybePromise<number | void>;
  /**
   * Writes `data` to the end of the file, wherever that is: for files opened
   * with O_APPEND. Returns what `write` does. Without it, `write` is told to
   * write where the kernel believes that the file ends: if others append to it
   * or cut it off, something else is there by then.
   */
  append?(
    path: string,
    data: Uint8Array<ArrayBuffer>,
    context: PathContext<H>,
  ): MaybePromise<number | void>;
  /** Reserves space, or gives it back: fallocate(2). */
  fallocate?(
    path: string,
    mode: number,
    offset: number,
    length: number,
    context: PathContext<H>,
  ): MaybePromise<void>;
  /** Finds data or a hole; ENXIO past the end. Without it, all is data. */
  lseek?(
    path: string,
    offset: number,
    whence: number,
    context: PathContext<H>,
  ): MaybePromise<number>;
  /** A descriptor was closed; throwing makes that close(2) fail. */
  flush?(path: string, context: PathContext<H>): MaybePromise<void>;
  /** The last descriptor of an open file was closed. */
  release?(path: string, context: PathContext<H>): MaybePromise<void>;
  /**
   * Stores a file for good, or without `dataOnly` its metadata too. Without it
   * there is nothing to do.
   */
  fsync?(
    path: string,
    dataOnly: boolean,
    context: PathContext<H>,
  ): MaybePromise<void>;
  /** Returns size and free space of the whole; without it everything is 0. */
  statfs?(path: string, context: PathContext<H>): MaybePromise<PathStatfs>;
  /**
   * Throws EACCES unless the caller may access the file that way. The kernel
   * asks for it only where it does not check permissions itself
   * (`defaultPermissions`), and not before every operation.
   */
  access?(
    path: string,
    mask: number,
    context: PathContext<H>,
  ): MaybePromise<void>;
  /** Returns an extended attribute, `undefined` if there is none. */
  getxattr?(
    path: string,
    name: string,
    context: PathContext<H>,
  ): MaybePromise<Uint8Array | undefined>;
  /** Returns the names of all extended attributes. Without it there are none. */
  listxattr?(
    path: string,
    context: PathContext<H>,
  ): MaybePromise<Iterable<string>>;
  /** Sets an extended attribute; `flags` are those of setxattr(2). */
  setxattr?(
    path: string,
    name: string,
    value: Uint8Array<ArrayBuffer>,
    flags: number,
    context: PathContext<H>,
  ): MaybePromise<void>;
  /** Removes an extended attribute; throws ENODATA if there is none. */
  removexattr?(
    path: string,
    name: string,
    context: PathContext<H>,
  ): MaybePromise<void>;
}
