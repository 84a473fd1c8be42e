/**
 * Directories as getdents64(2) reads them.
 *
 * @module
 */

import { decodeBytes } from "../../../ffi/c_string.ts";
import { O_DIRECTORY } from "../../../posix/constants_fcntl.ts";
import { close, open } from "./descriptors.ts";
import { c, done } from "./libc.ts";
import { lstat, rmdir, unlink } from "./paths.ts";

/** One record of getdents64(2). */
export interface Entry {
  readonly name: string;
  readonly ino: bigint;
  /** Where the next one is, for lseek(2). */
  readonly off: number;
  /** The file type: `DT_*`. */
  readonly type: number;
}

export const DT_DIR = 4;
export const DT_REG = 8;
export const DT_LNK = 10;

/** `getdents64(fd, buffer, size)`; an empty array at the end. */
export function getdents(fd: number, size = 32768): Entry[] {
  const bytes = new Uint8Array(new ArrayBuffer(size));
  const view = new DataView(bytes.buffer);
  const n = done("getdents64", c().getdents64(fd, bytes, BigInt(size)));
  const entries: Entry[] = [];
  for (let at = 0; at < n;) {
    const length = view.getUint16(at + 16, true);
    const name = bytes.subarray(at + 19, at + length);
    entries.push({
      name: decodeBytes(name.subarray(0, name.indexOf(0))),
      ino: view.getBigUint64(at, true),
      off: Number(view.getBigInt64(at + 8, true)),
      type: view.getUint8(at + 18),
    });
    at += length;
  }
  return entries;
}

/** Returns all that is left to read of an open directory. */
export function restOf(fd: number): Entry[] {
  const entries: Entry[] = [];
  for (;;) {
    const some = getdents(fd);
    if (some.length === 0) return entries;
    entries.push(...some);
  }
}

/** Returns what is in a directory, without `.` and `..`. */
export function scandir(path: string): Entry[] {
  const fd = open(path, O_DIRECTORY);
  try {
    return restOf(fd).filter(({ name }) => name !== "." && name !== "..");
  } finally {
    close(fd);
  }
}

/** Returns the names in a directory, without `.` and `..`. */
export function listdir(path: string): string[] {
  return scandir(path).map(({ name }) => name);
}

/** Returns the paths of all that is below a directory, those above first. */
export function walk(path: string): string[] {
  return listdir(path).sort().flatMap((name) => {
    const below = `${path}/${name}`;
    return (lstat(below).mode & 0o170000) === 0o040000
      ? [below, ...walk(below)]
      : [below];
  });
}

/** Removes a file, or a directory with all that is in it. */
export function removeAll(path: string): void {
  if ((lstat(path).mode & 0o170000) !== 0o040000) return unlink(path);
  for (const name of listdir(path)) removeAll(`${path}/${name}`);
  rmdir(path);
}
