import { STAT_DARWIN } from "../ffi/abi_darwin.ts";
import { type StatField, statLayout, TIMESPEC } from "../ffi/abi_linux.ts";
import { errno, libc } from "../ffi/libc.ts";
import { platform } from "../ffi/platform.ts";
import type { Struct } from "../ffi/struct.ts";
import { SyscallError } from "../ffi/syscall_error.ts";
import { toInt } from "./_arguments.ts";

/** `struct timespec`: a point in time, to the nanosecond. */
export interface Timespec {
  /** Whole seconds since 1970 in UTC; negative before. */
  readonly sec: bigint;
  /** Nanoseconds after that second: 0 to 999999999. */
  readonly nsec: number;
}

/** `struct stat`: what the kernel knows of a file. See stat(3type). */
export interface Stat {
  /** The device that holds the file; {@linkcode major} and `minor` split it. */
  readonly dev: bigint;
  /** The inode number, unique on that device. */
  readonly ino: bigint;
  /** How many names the file has; 0 for a memfd. */
  readonly nlink: number;
  /** The file type and permissions: `S_IFMT` and the other `S_*`. */
  readonly mode: number;
  /** The user ID of the owner. */
  readonly uid: number;
  /** The group ID. */
  readonly gid: number;
  /** For a device file, the device that it stands for. */
  readonly rdev: bigint;
  /** The length in bytes, exact below 2^53 and rounded beyond. */
  readonly size: number;
  /** The length in bytes, exact. */
  readonly size64: bigint;
  /** The best length of a transfer, in bytes. */
  readonly blksize: number;
  /**
   * The room it takes, in units of 512 bytes; exact below 2^53 and rounded
   * beyond.
   */
  readonly blocks: number;
  /** The room it takes, in units of 512 bytes, exact. */
  readonly blocks64: bigint;
  /** When it was last read. */
  readonly atim: Timespec;
  /** When its content last changed. */
  readonly mtim: Timespec;
  /** When its content or metadata last changed. */
  readonly ctim: Timespec;
}

type Layout = Struct<StatField>;

function layoutHere(): Layout {
  return platform().os === "darwin" ? STAT_DARWIN : statLayout();
}

/**
 * Decodes a C `struct stat`.
 *
 * Both CPUs are little-endian, so the low half of x86-64's 64-bit `st_nlink` and
 * `st_blksize` lies where aarch64 has 32 bits; the kernel keeps no more.
 */
export function decodeStat(view: DataView, layout: Layout): Stat {
  const at = layout.offset;
  const darwin = layout === STAT_DARWIN;
  const time = (offset: number): Timespec => ({
    sec: view.getBigInt64(offset + TIMESPEC.offset.tv_sec, true),
    nsec: view.getUint32(offset + TIMESPEC.offset.tv_nsec, true),
  });
  const device = (offset: number): bigint =>
    darwin
      ? BigInt(view.getUint32(offset, true))
      : view.getBigUint64(offset, true);
  const size64 = view.getBigInt64(at.st_size, true);
  const blocks64 = view.getBigInt64(at.st_blocks, true);
  return {
    dev: device(at.st_dev),
    ino: view.getBigUint64(at.st_ino, true),
    nlink: darwin
      ? view.getUint16(at.st_nlink, true)
      : view.getUint32(at.st_nlink, true),
    mode: darwin
      ? view.getUint16(at.st_mode, true)
      : view.getUint32(at.st_mode, true),
    uid: view.getUint32(at.st_uid, true),
    gid: view.getUint32(at.st_gid, true),
    rdev: device(at.st_rdev),
    size: Number(size64),
    size64,
    blksize: view.getInt32(at.st_blksize, true),
    blocks: Number(blocks64),
    blocks64,
    atim: time(at.st_atim),
    mtim: time(at.st_mtim),
    ctim: time(at.st_ctim),
  };
}

let scratch:
  | { layout: Layout; bytes: Uint8Array<ArrayBuffer>; view: DataView }
  | undefined;

/**
 * `fstat(fd)`: returns what the kernel knows of an open file. See fstat(2).
 *
 * @param fd The descriptor.
 * @returns All 13 fields, on every CPU; times to the nanosecond.
 * @throws {SyscallError} `EBADF` if it is not open.
 * @throws {RangeError} If `fd` is not a 32-bit integer.
 *
 * @example Usage
 * ```ts
 * import { close, fstat, ftruncate, memfdCreate } from "@hostkit/hostkit/posix";
 *
 * const fd = memfdCreate("big", 0);
 * ftruncate(fd, 2 ** 40);
 * const { size, blocks, nlink } = fstat(fd);
 * console.assert(size === 2 ** 40 && blocks === 0 && nlink === 0);
 * close(fd);
 * ```
 */
export function fstat(fd: number): Stat {
  if (scratch === undefined) {
    const layout = layoutHere();
    const bytes = new Uint8Array(layout.size);
    scratch = { layout, bytes, view: new DataView(bytes.buffer) };
  }
  if (libc().fstat(toInt("fd", fd), scratch.bytes) < 0) {
    throw new SyscallError("fstat", errno());
  }
  return decodeStat(scratch.view, scratch.layout);
}
