/**
 * The files that workloads work on, and the system calls they do it with.
 *
 * @module
 */

import { AT_FDCWD, AT_SYMLINK_NOFOLLOW, statLayout } from "../ffi/abi_linux.ts";
import { cString } from "../ffi/c_string.ts";
import { errno, libc } from "../ffi/libc.ts";
import { addressOf, SyscallError } from "../ffi/mod.ts";
import { O_CLOEXEC, O_RDONLY } from "../posix/constants_fcntl.ts";

/** The name of a file of one page. */
export const SMALL = "small";
/** The name of a file that is renamed to and fro. */
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

/** How much to work on. */
export interface Sizes {
  /** The length of the large file in bytes, a multiple of 1 MiB. */
  readonly large: number;
  /** How many entries the directory has, `.` and `..` apart. */
  readonly entries: number;
}

/** Makes the files in a directory. */
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
  // A file takes a whole chunk, or fails.
  for (let size = 0; size < large; size += MIB) file.writeSync(chunk);
  // Or the disk would be busy with it while others are measured.
  file.syncSync();
}

const STAT = new Uint8Array(new ArrayBuffer(statLayout().size));

/** lstat(2); returns what the system call does. */
export function stat(path: Uint8Array<ArrayBuffer>): number {
  return libc().fstatat(AT_FDCWD, path, STAT, AT_SYMLINK_NOFOLLOW);
}

/** Opens a file that must be there. */
export function open(
  path: Uint8Array<ArrayBuffer>,
  flags: number = O_RDONLY,
): number {
  return checked("open", libc().open(path, flags | O_CLOEXEC, 0o644));
}

/** Returns the result of a system call unless it says to look at errno. */
export function checked(syscall: string, result: number): number {
  if (result < 0) throw new SyscallError(syscall, errno());
  return result;
}

/** Returns a buffer at the start of a page: another costs FUSE more requests. */
export function pageAligned(size: number): Uint8Array<ArrayBuffer> {
  const memory = new ArrayBuffer(size + PAGE);
  const skip = PAGE - Number(addressOf(memory)) % PAGE;
  return new Uint8Array(memory, skip, size).fill(1);
}

/** Paths that nobody else uses. */
export class FreshPaths {
  readonly #prefix: string;
  #count = 0;
  #at = 0;
  /** Those that were made last. */
  all: Uint8Array<ArrayBuffer>[] = [];

  /** Paths in a directory; two objects of one process make the same names. */
  constructor(dir: string) {
    this.#prefix = `${dir}/new-${libc().getpid()}-`;
  }

  /** Makes that many. */
  make(count: number): void {
    this.#at = 0;
    this.all = Array.from(
      { length: count },
      () => cString(`${this.#prefix}${this.#count++}`),
    );
  }

  /** Returns the next of them. */
  next(): Uint8Array<ArrayBuffer> {
    return this.all[this.#at++]!;
  }
}
