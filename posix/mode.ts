import { toUnsigned } from "../ffi/internal.ts";
import {
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
} from "./constants_stat.ts";

/**
 * Returns whether a file is a block device. See inode(7).
 *
 * @param mode The file's mode, such as {@linkcode Stat.mode}.
 *
 * @example Usage
 * ```ts
 * import { S_IFBLK, S_ISBLK } from "@hostkit/hostkit/posix";
 *
 * console.assert(S_ISBLK(S_IFBLK | 0o644));
 * ```
 */
export function S_ISBLK(mode: number): boolean {
  return (toUnsigned("mode", mode) & S_IFMT) === S_IFBLK;
}

/**
 * Returns whether a file is a character device. See inode(7).
 *
 * @param mode The file's mode, such as {@linkcode Stat.mode}.
 *
 * @example Usage
 * ```ts
 * import { S_IFCHR, S_ISCHR } from "@hostkit/hostkit/posix";
 *
 * console.assert(S_ISCHR(S_IFCHR | 0o644));
 * ```
 */
export function S_ISCHR(mode: number): boolean {
  return (toUnsigned("mode", mode) & S_IFMT) === S_IFCHR;
}

/**
 * Returns whether a file is a directory. See inode(7).
 *
 * @param mode The file's mode, such as {@linkcode Stat.mode}.
 *
 * @example Usage
 * ```ts
 * import { S_IFDIR, S_ISDIR } from "@hostkit/hostkit/posix";
 *
 * console.assert(S_ISDIR(S_IFDIR | 0o644));
 * ```
 */
export function S_ISDIR(mode: number): boolean {
  return (toUnsigned("mode", mode) & S_IFMT) === S_IFDIR;
}

/**
 * Returns whether a file is a FIFO or pipe. See inode(7).
 *
 * @param mode The file's mode, such as {@linkcode Stat.mode}.
 *
 * @example Usage
 * ```ts
 * import { S_IFIFO, S_ISFIFO } from "@hostkit/hostkit/posix";
 *
 * console.assert(S_ISFIFO(S_IFIFO | 0o644));
 * ```
 */
export function S_ISFIFO(mode: number): boolean {
  return (toUnsigned("mode", mode) & S_IFMT) === S_IFIFO;
}

/**
 * Returns whether a file is a symbolic link. See inode(7).
 *
 * @param mode The file's mode, such as {@linkcode Stat.mode}.
 *
 * @example Usage
 * ```ts
 * import { S_IFLNK, S_ISLNK } from "@hostkit/hostkit/posix";
 *
 * console.assert(S_ISLNK(S_IFLNK | 0o644));
 * ```
 */
export function S_ISLNK(mode: number): boolean {
  return (toUnsigned("mode", mode) & S_IFMT) === S_IFLNK;
}

/**
 * Returns whether a file is a regular file. See inode(7).
 *
 * @param mode The file's mode, such as {@linkcode Stat.mode}.
 *
 * @example Usage
 * ```ts
 * import { S_IFREG, S_ISREG } from "@hostkit/hostkit/posix";
 *
 * console.assert(S_ISREG(S_IFREG | 0o644));
 * ```
 */
export function S_ISREG(mode: number): boolean {
  return (toUnsigned("mode", mode) & S_IFMT) === S_IFREG;
}

/**
 * Returns whether a file is a socket. See inode(7).
 *
 * @param mode The file's mode, such as {@linkcode Stat.mode}.
 *
 * @example Usage
 * ```ts
 * import { S_IFSOCK, S_ISSOCK } from "@hostkit/hostkit/posix";
 *
 * console.assert(S_ISSOCK(S_IFSOCK | 0o644));
 * ```
 */
export function S_ISSOCK(mode: number): boolean {
  return (toUnsigned("mode", mode) & S_IFMT) === S_IFSOCK;
}
