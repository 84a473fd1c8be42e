import type { Dirent } from "../../message/mod.ts";
import type { MaybePromise } from "../node.ts";
import type { PathContext } from "./context.ts";

/**
 * The metadata of a file, under the names of stat(2). A `Stats` of `node:fs`,
 * with or without `bigint`, can be used.
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
   * Inode number. Two names with the same number, other than 0, are one file:
   * hard links need it. Without it each path is a file of its own with a
   * generated number.
   */
  readonly ino?: number | bigint;
  /** The device of `ino`, which is ignored on any device but the root's. */
  readonly dev?: number | bigint;
  /** Time of last access, in nanoseconds since 1970. */
  readonly atimeNs?: bigint;
  /** Time of last modification, in nanoseconds since 1970. */
  readonly mtimeNs?: bigint;
  /** Time of last inode change, in nanoseconds since 1970. */
  readonly ctimeNs?: bigint;
  /** Time of last access in milliseconds, if `atimeNs` is not given. */
  readonly atimeMs?: number | bigint;
  /** Time of last modification in milliseconds, if `mtimeNs` is not given. */
  readonly mtimeMs?: number | bigint;
  /** Time of last inode change in milliseconds, if `ctimeNs` is not given. */
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
  /** Free blocks for unprivileged users. */
  readonly bavail?: number | bigint;
  /** Inodes in all. */
  readonly files?: number | bigint;
  /** Free inodes. */
  readonly ffree?: number | bigint;
  /** The longest file name, in bytes. Default: 255. */
  readonly namelen?: number | bigint;
}

/**
 * The operations of a {@linkcode PathFS}. Every method but {@linkcode getattr}
 * is optional. A method may return its result or a promise. An operation whose
 * method is missing is refused, with EPERM if it is a change, unless the text
 * of the method says otherwise.
 *
 * A path starts with `/`, has no `.`, `..` or empty names, and `/` is the root.
 * The path is `""` for an open file that has lost its name, see {@linkcode
 * PathFSOptions.unlinked}. A method refuses by throwing anything with a `code`,
 * such as `new Deno.errors.NotFound()`, see `toErrno` of `./fuse`.
 *
 * @typeParam H The type of handle that `open` and `create` return.
 */
export interface PathOperations<H = unknown> {
  /** Called once before anything else. */
  init?(): MaybePromise<void>;
  /** Called once after the last operation. */
  destroy?(): void;
  /** Returns what lstat(2) would; `undefined`, or ENOENT, if no file exists. */
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
   * Moves a file or directory, and replaces any file at `to` atomically.
   * `flags` are the `RENAME_*` flags, of which {@linkcode renameFlags} names
   * the supported ones.
   */
  rename?(
    from: string,
    to: string,
    flags: number,
    context: PathContext<H>,
  ): MaybePromise<void>;
  /** The `RENAME_*` flags that `rename` supports. Default: none. */
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
  /** Changes owner and group, each unless it is `undefined`. */
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
   * 1970, each unless it is `undefined`.
   */
  utimens?(
    path: string,
    atimeNs: bigint | undefined,
    mtimeNs: bigint | undefined,
    context: PathContext<H>,
  ): MaybePromise<void>;
  /**
   * Opens a file with the flags of open(2). Later operations get the result as
   * `context.handle`. Without this method every open succeeds. A file that has
   * lost its name may be opened again, as through `/proc/self/fd`: the path is
   * `""` then, and `context.handle` the handle of one of its open files. Return
   * `undefined`, or throw, to refuse that.
   */
  open?(
    path: string,
    flags: number,
    context: PathContext<H>,
  ): MaybePromise<H>;
  /**
   * Makes a file and opens it. `flags` always has O_EXCL: throw EEXIST if the
   * file exists, since its permissions have not been checked. Without this
   * method: `mknod`, then `open`.
   */
  create?(
    path: string,
    mode: number,
    flags: number,
    context: PathContext<H>,
  ): MaybePromise<H>;
  /**
   * Reads into `buffer` from `offset` bytes on; returns how many bytes were
   * read, fewer than the buffer's length only at the end of the file.
   */
  read?(
    path: string,
    buffer: Uint8Array<ArrayBuffer>,
    offset: number,
    context: PathContext<H>,
  ): MaybePromise<number>;
  /**
   * Writes `data` at `offset` bytes; returns how many bytes were written, or
   * `undefined` for all. The memory of `data` is reused after the answer.
   */
  write?(
    path: string,
    data: Uint8Array<ArrayBuffer>,
    offset: number,
    context: PathContext<H>,
  ): MaybePromise<number | void>;
  /**
   * Writes `data` to the end of the file, wherever that is: for files opened
   * with O_APPEND. Returns what `write` does. Without this method, `write` gets
   * the size that the kernel knows as its offset, which is wrong if another
   * program has appended to the file or truncated it.
   */
  append?(
    path: string,
    data: Uint8Array<ArrayBuffer>,
    context: PathContext<H>,
  ): MaybePromise<number | void>;
  /** Allocates or frees space: fallocate(2). */
  fallocate?(
    path: string,
    mode: number,
    offset: number,
    length: number,
    context: PathContext<H>,
  ): MaybePromise<void>;
  /** Finds data or a hole; ENXIO past the end. Without it: all data. */
  lseek?(
    path: string,
    offset: number,
    whence: number,
    context: PathContext<H>,
  ): MaybePromise<number>;
  /** Called when a descriptor is closed; throw to make that close(2) fail. */
  flush?(path: string, context: PathContext<H>): MaybePromise<void>;
  /** Called after the last descriptor of an open file was closed. */
  release?(path: string, context: PathContext<H>): MaybePromise<void>;
  /**
   * Writes a file to stable storage, without `dataOnly` its metadata too.
   * Without this method every fsync(2) succeeds.
   */
  fsync?(
    path: string,
    dataOnly: boolean,
    context: PathContext<H>,
  ): MaybePromise<void>;
  /** Returns size and free space of the file system; all are 0 without it. */
  statfs?(path: string, context: PathContext<H>): MaybePromise<PathStatfs>;
  /**
   * Throws EACCES unless the caller has the given access to the file. The
   * kernel sends ACCESS only if it does not check permissions itself
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
  /** Returns the names of all extended attributes; none without it. */
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
