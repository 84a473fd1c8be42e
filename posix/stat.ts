import {
  errno,
  libc,
  platform,
  STAT_DARWIN,
  type StatField,
  statLayout,
  type Struct,
  TIMESPEC,
} from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import { toInt } from "./_arguments.ts";

/** `struct timespec`: a point in time, in nanosecond resolution. */
export interface Timespec {
  /** The seconds since 1970-01-01 00:00 UTC; negative for earlier times. */
  readonly sec: bigint;
  /** The nanoseconds after that second: 0 to 999999999. */
  readonly nsec: number;
}

/** `struct stat`: the metadata of a file. See stat(3type). */
export interface Stat {
  /**
   * The ID of the device that contains the file; {@linkcode major} and
   * {@linkcode minor} return its parts.
   */
  readonly dev: bigint;
  /** The inode number, unique on that device. */
  readonly ino: bigint;
  /** The number of hard links; 0 for a memfd. */
  readonly nlink: number;
  /** The file type and permissions: `S_IFMT` and the other `S_*`. */
  readonly mode: number;
  /** The user ID of the owner. */
  readonly uid: number;
  /** The group ID of the file. */
  readonly gid: number;
  /** The device that a device file represents. */
  readonly rdev: bigint;
  /** The length in bytes, exact below 2^53 and rounded beyond. */
  readonly size: number;
  /** The length in bytes, exact. */
  readonly size64: bigint;
  /** The preferred size of a read or write, in bytes. */
  readonly blksize: number;
  /**
   * The allocated space, in units of 512 bytes; exact below 2^53 and rounded
   * beyond.
   */
  readonly blocks: number;
  /** The allocated space, in units of 512 bytes, exact. */
  readonly blocks64: bigint;
  /** The time of the last access. */
  readonly atim: Timespec;
  /** The time of the last change of the content. */
  readonly mtim: Timespec;
  /** The time of the last change of the content or metadata. */
  readonly ctim: Timespec;
}

type Layout = Struct<StatField>;

function layoutHere(): Layout {
  return platform().os === "darwin" ? STAT_DARWIN : statLayout();
}

/**
 * Decodes a C `struct stat`.
 *
 * `st_nlink` and `st_blksize` are read as 32 bits on both CPUs: x86-64 has 64
 * bits there, but the low half comes first and the kernel uses no more.
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
 * `fstat(fd)`: returns the metadata of an open file. See fstat(2).
 *
 * @param fd The file descriptor.
 * @returns All 13 fields, with times in nanosecond resolution.
 * @throws {SyscallError} `EBADF` if `fd` is not open.
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
