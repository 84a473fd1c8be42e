/**
 * The part of the interface of `node:fs/promises` that a file system needs.
 *
 * @module
 */

import type { MaybePromise } from "../node.ts";
import type { PathStat, PathStatfs } from "../path/mod.ts";

/**
 * The result of a {@linkcode NodeFS}'s `lstat`: a `Stats` of `node:fs`, or a
 * part of it. Without `mode` the methods tell the file type, and everybody may
 * read the file.
 */
export interface NodeStats extends Partial<PathStat> {
  /** Time of last modification, unless `mtimeNs` or `mtimeMs` is given. */
  readonly mtime?: Date;
  /** Whether it is a directory. */
  isDirectory?(): boolean;
  /** Whether it is a symbolic link. */
  isSymbolicLink?(): boolean;
}

/** A name, or its bytes. */
export type NodeText = string | Uint8Array;

/** An entry that `readdir` of a {@linkcode NodeFS} gives. */
export interface NodeDirectoryEntry {
  /** The name. */
  readonly name: NodeText;
  /** Whether it is a directory. */
  isDirectory?(): boolean;
  /** Whether it is a regular file. */
  isFile?(): boolean;
  /** Whether it is a symbolic link. */
  isSymbolicLink?(): boolean;
}

/** The result of a {@linkcode NodeFS}'s `open`: a `FileHandle` or less. */
export interface NodeFileHandle {
  /** The file descriptor, if it is one of the host. */
  readonly fd?: number;
  /** Reads at a position. */
  read(
    buffer: Uint8Array<ArrayBuffer>,
    offset: number,
    length: number,
    position: number,
  ): MaybePromise<{ bytesRead: number }>;
  /** Writes at a position. */
  write?(
    buffer: Uint8Array<ArrayBuffer>,
    offset: number,
    length: number,
    position: number,
  ): MaybePromise<{ bytesWritten: number }>;
  /** Returns the metadata of the file. */
  stat?(options: { bigint: true }): MaybePromise<NodeStats>;
  /** Changes the size. */
  truncate?(size: number): MaybePromise<void>;
  /** Changes the permissions. */
  chmod?(mode: number): MaybePromise<void>;
  /** Changes owner and group. */
  chown?(uid: number, gid: number): MaybePromise<void>;
  /** Changes the times, in seconds since 1970; earlier ones are a `Date`. */
  utimes?(atime: number | Date, mtime: number | Date): MaybePromise<void>;
  /** Stores data and metadata for good. */
  sync?(): MaybePromise<void>;
  /** Stores the data for good. */
  datasync?(): MaybePromise<void>;
  /** Closes the file. */
  close(): MaybePromise<void>;
}

/**
 * An object with the interface of `node:fs/promises`, or a part of it. Paths
 * are absolute, modes and flags are Linux's numbers, and errors have a `code`.
 */
export interface NodeFS {
  /** Used if `lstat` is missing. One of the two is required. */
  stat?(path: string, options: { bigint: true }): MaybePromise<NodeStats>;
  /** Returns the metadata of a file, without following a symbolic link. */
  lstat?(path: string, options: { bigint: true }): MaybePromise<NodeStats>;
  /** Returns the entries of a directory, or their names. */
  readdir(
    path: string,
    options: { withFileTypes: true },
  ): MaybePromise<Iterable<NodeText | NodeDirectoryEntry>>;
  /** Opens a file. */
  open?(
    path: string,
    flags: number,
    mode?: number,
  ): MaybePromise<NodeFileHandle>;
  /** Returns the whole content. Used if `open` is missing. */
  readFile?(path: string): MaybePromise<Uint8Array>;
  /** Returns the target of a symbolic link. */
  readlink?(path: string): MaybePromise<NodeText>;
  /** Makes a directory. */
  mkdir?(path: string, options: { mode: number }): MaybePromise<unknown>;
  /** Removes a name of anything but a directory. */
  unlink?(path: string): MaybePromise<void>;
  /** Removes an empty directory. */
  rmdir?(path: string): MaybePromise<void>;
  /** Moves a file or directory. */
  rename?(from: string, to: string): MaybePromise<void>;
  /** Gives a file one more name. */
  link?(existing: string, path: string): MaybePromise<void>;
  /** Makes a symbolic link. */
  symlink?(target: string, path: string): MaybePromise<void>;
  /** Changes the size of a file. */
  truncate?(path: string, size: number): MaybePromise<void>;
  /** Changes the permissions. */
  chmod?(path: string, mode: number): MaybePromise<void>;
  /** Changes owner and group, without following a symbolic link. */
  lchown?(path: string, uid: number, gid: number): MaybePromise<void>;
  /** Changes owner and group. Used if `lchown` is missing. */
  chown?(path: string, uid: number, gid: number): MaybePromise<void>;
  /**
   * Changes the times, in seconds since 1970, without following a symbolic
   * link; an earlier time is a `Date`.
   */
  lutimes?(
    path: string,
    atime: number | Date,
    mtime: number | Date,
  ): MaybePromise<void>;
  /** Changes the times. Used if `lutimes` is missing. */
  utimes?(
    path: string,
    atime: number | Date,
    mtime: number | Date,
  ): MaybePromise<void>;
  /** Returns size and free space. */
  statfs?(path: string, options: { bigint: true }): MaybePromise<PathStatfs>;
}
