import { STATX } from "../../ffi/internal.ts";
import type { Stat, Timespec } from "../../posix/mod.ts";

/** All fields of `struct stat`: STATX_BASIC_STATS of linux/stat.h. */
export const STATX_BASIC_STATS = 0x7ff;

/** Combines the parts of a device number, as makedev(3) does. */
function makedev(major: number, minor: number): bigint {
  const [high, low] = [BigInt(major), BigInt(minor)];
  return (high & 0xfffff000n) << 32n | (high & 0xfffn) << 8n |
    (low & 0xffffff00n) << 12n | low & 0xffn;
}

/** Decodes a C `struct statx`. */
export function decodeStatx(view: DataView): Stat {
  const at = STATX.offset;
  const u32 = (offset: number): number => view.getUint32(offset, true);
  const u64 = (offset: number): bigint => view.getBigUint64(offset, true);
  const time = (offset: number): Timespec => ({
    sec: view.getBigInt64(offset, true),
    nsec: u32(offset + 8),
  });
  const size64 = u64(at.stx_size);
  const blocks64 = u64(at.stx_blocks);
  return {
    dev: makedev(u32(at.stx_dev_major), u32(at.stx_dev_minor)),
    ino: u64(at.stx_ino),
    nlink: u32(at.stx_nlink),
    mode: view.getUint16(at.stx_mode, true),
    uid: u32(at.stx_uid),
    gid: u32(at.stx_gid),
    rdev: makedev(u32(at.stx_rdev_major), u32(at.stx_rdev_minor)),
    size: Number(size64),
    size64,
    blksize: u32(at.stx_blksize),
    blocks: Number(blocks64),
    blocks64,
    atim: time(at.stx_atime),
    mtim: time(at.stx_mtime),
    ctim: time(at.stx_ctime),
  };
}
