/**
 * The files of the workloads, and helpers for their system calls.
 *
 * @module
 */

import {
  AT_FDCWD,
  AT_SYMLINK_NOFOLLOW,
  cString,
  errno,
  libc,
  statLayout,
} from "../ffi/internal.ts";
import { addressOf, SyscallError } from "../ffi/mod.ts";
import { O_CLOEXEC, O_RDONLY } from "../posix/mod.ts";

/** The name of a file of one page. */
export const SMALL = "small";
/** The name of a file that is renamed back and forth. */
export const MOVED = "moved";
/** A name that does not exist. */
export const MISSING = "missing";
/** The name of a file of many bytes. */
export const LARGE = "large";
/** The name of a directory of many empty files. */
export const LIST = "list";

/** Bytes in a page. */
export const PAGE = 4096;
/** Bytes in a mebibyte. */
export const MIB: number = 1 << 20;

/** The sizes of the files. */
export interface Sizes {
  /** The length of the large file in bytes, a multiple of 1 MiB. */
  readonly large: number;
  /** The number of entries in the directory, without `.` and `..`. */
  readonly entries: number;
}

/** Creates the files in a directory. */
export function makeFiles(dir: string, { large, entries }: Sizes): void {
  Deno.writeFileSync(`${dir}/${SMALL}`, new Uint8Array(PAGE).fill(1));
  Deno.writeFileSync(`${dir}/${MOVED}`, new Uint8Array(1));
  Deno.mkdirSync(`${dir}/${LIST}`);
  for (let i = 0; i < entries; i++) {
    const name = `entry-${String(i).padStart(5, "0")}`;
    using _file = Deno.createSync(`${dir}/${LIST}/${name}`);
  }
  const chunk = new Uint8Array(MIB).fill(1);
  using file = Deno.createSync(`${dir}/${LARGE}`);
  // A write to a regular file stores the whole chunk, or fails.
  for (let size = 0; size < large; size += MIB) file.writeSync(chunk);
  // Otherwise the disk would still be busy with this data during the
  // measurements.
  file.syncSync();
}

const STAT = new Uint8Array(new ArrayBuffer(statLayout().size));

/** Calls lstat(2); returns its result. */
export function stat(path: Uint8Array<ArrayBuffer>): number {
  return libc().fstatat(AT_FDCWD, path, STAT, AT_SYMLINK_NOFOLLOW);
}

/** Opens a file that must exist. */
export function open(
  path: Uint8Array<ArrayBuffer>,
  flags: number = O_RDONLY,
): number {
  return checked("open", libc().open(path, flags | O_CLOEXEC, 0o644));
}

/** Returns the result of a system call, or throws its error. */
export function checked(syscall: string, result: number): number {
  if (result < 0) throw new SyscallError(syscall, errno());
  return result;
}

/** Returns a page-aligned buffer: others cost FUSE more requests. */
export function pageAligned(size: number): Uint8Array<ArrayBuffer> {
  const memory = new ArrayBuffer(size + PAGE);
  const skip = PAGE - Number(addressOf(memory)) % PAGE;
  return new Uint8Array(memory, skip, size).fill(1);
}

/** Paths of new files that no other process uses. */
export class FreshPaths {
  readonly #prefix: string;
  #count = 0;
  #at = 0;
  /** The paths of the last call of `make`. */
  all: Uint8Array<ArrayBuffer>[] = [];

  /**
   * Creates paths in a directory. Two objects of one process would create the
   * same names.
   */
  constructor(dir: string) {
    this.#prefix = `${dir}/new-${libc().getpid()}-`;
  }

  /** Creates `count` paths. */
  make(count: number): void {
    this.#at = 0;
    this.all = Array.from(
      { length: count },
      () => cString(`${this.#prefix}${this.#count++}`),
    );
  }

  /** Returns the next path. */
  next(): Uint8Array<ArrayBuffer> {
    return this.all[this.#at++]!;
  }
}
