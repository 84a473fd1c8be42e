import {
  AT_EMPTY_PATH,
  AT_SYMLINK_NOFOLLOW,
  cString,
  linuxLibc,
  STATX,
} from "../../../ffi/internal.ts";
import { S_IFMT } from "../../../posix/mod.ts";
import { FUSE_ATTR, getNumber64 } from "../../abi/internal.ts";
import { STATX_BTIME } from "../../abi/mod.ts";
import type { Attr } from "../../message/mod.ts";
import { generateDynamicInode } from "../dynamic_inode.ts";
import { IDENTITY } from "./pin_table.ts";

const { offset: FROM, size: SIZE } = STATX;
const { offset: TO } = FUSE_ATTR;
/** linux/stat.h: STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID. */
const MASK = 0x1fff;
/** linux/fcntl.h: the flag that triggers no automount. */
const AT_NO_AUTOMOUNT = 0x800;
const EMPTY = cString("");
/** The bound of an inode number's high word below which a number is exact. */
const EXACT_HIGH = 1 << 21;

/** A file's inode number, with the device unless it is the root's. */
export type FileKey = number | string;

/**
 * The identity of a file: its inode number, and the type and time of creation
 * to tell it from an earlier file with the same number.
 */
export interface FileId {
  readonly key: FileKey;
  readonly type: number;
  readonly birthSec: number;
  readonly birthNsec: number;
}

/**
 * Returns the inode number that a mirror shows for a file of another device
 * than its root's: two devices may use the same one.
 */
export function foreignInode(device: number, inode: bigint): bigint {
  return generateDynamicInode(inode, `${device}`);
}

/** A `struct statx` that is filled again and again. */
export class Stat {
  readonly #bytes = new Uint8Array(new ArrayBuffer(SIZE));
  readonly #view = new DataView(this.#bytes.buffer);
  readonly #identity = new Int32Array(IDENTITY);
  /** The mount whose files have short keys, and their own inode numbers. */
  #homeDevice = -1;
  #homeMount = -1;

  /** Calls statx(2) on an open file; returns false on error, and sets errno. */
  of(fd: number): boolean {
    return linuxLibc().statx(fd, EMPTY, AT_EMPTY_PATH, MASK, this.#bytes) === 0;
  }

  /** Calls statx(2) on a name, without following a symbolic link. */
  at(dirFd: number, name: Uint8Array<ArrayBuffer>): boolean {
    const flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT;
    return linuxLibc().statx(dirFd, name, flags, MASK, this.#bytes) === 0;
  }

  /** Makes this file's mount the home, whose files have short keys. */
  makeHome(): void {
    this.#homeDevice = this.#device;
    this.#homeMount = this.#mount;
  }

  /** The device; undefined if it is the home's. */
  get foreignDevice(): number | undefined {
    return this.#device === this.#homeDevice ? undefined : this.#device;
  }

  /** Returns the key of a file with a device and inode, if it is the home's. */
  homeKey(major: number, minor: number, inode: bigint): FileKey | undefined {
    const isHome = major * (1 << 20) + minor === this.#homeDevice;
    return isHome && inode <= Number.MAX_SAFE_INTEGER
      ? Number(inode)
      : undefined;
  }

  /** The key of the file. */
  get key(): FileKey {
    const isHome = this.#device === this.#homeDevice &&
      this.#mount === this.#homeMount;
    return isHome && this.#u32(FROM.stx_ino + 4) < EXACT_HIGH
      ? getNumber64(this.#view, FROM.stx_ino)
      : `${this.#device}:${this.#mount}:${this.#inode}`;
  }

  /** The identity of the file. */
  get id(): FileId {
    return {
      key: this.key,
      type: this.type,
      birthSec: this.#birthSec,
      birthNsec: this.#birthNsec,
    };
  }

  /** The identity and mount as words that Workers share: see `PinTable`. */
  get identity(): Int32Array {
    const to = this.#identity;
    to[0] = this.#u32(FROM.stx_ino);
    to[1] = this.#u32(FROM.stx_ino + 4);
    to[2] = this.#u32(FROM.stx_dev_major);
    to[3] = this.#u32(FROM.stx_dev_minor);
    to[4] = this.#u32(FROM.stx_mnt_id);
    to[5] = this.type;
    to[6] = this.#u32(FROM.stx_btime);
    to[7] = this.#birthNsec;
    return to;
  }

  /** Whether the file has that identity. */
  is(id: FileId): boolean {
    return this.key === id.key && this.type === id.type &&
      this.#birthSec === id.birthSec && this.#birthNsec === id.birthNsec;
  }

  /** Whether the size is 0, as it is for files in /proc. */
  get isEmpty(): boolean {
    return getNumber64(this.#view, FROM.stx_size) === 0;
  }

  /** Copies the fields to attributes. */
  copyTo(attr: Attr): void {
    const to = attr._view;
    this.#copy64(FROM.stx_ino, to, TO.ino);
    const device = this.foreignDevice;
    if (device !== undefined) attr.inode = foreignInode(device, this.#inode);
    this.#copy64(FROM.stx_size, to, TO.size);
    this.#copy64(FROM.stx_blocks, to, TO.blocks);
    this.#copy64(FROM.stx_atime, to, TO.atime);
    this.#copy64(FROM.stx_mtime, to, TO.mtime);
    this.#copy64(FROM.stx_ctime, to, TO.ctime);
    this.#copy32(FROM.stx_atime + 8, to, TO.atimensec);
    this.#copy32(FROM.stx_mtime + 8, to, TO.mtimensec);
    this.#copy32(FROM.stx_ctime + 8, to, TO.ctimensec);
    to.setUint32(TO.mode, this.mode, true);
    this.#copy32(FROM.stx_nlink, to, TO.nlink);
    this.#copy32(FROM.stx_uid, to, TO.uid);
    this.#copy32(FROM.stx_gid, to, TO.gid);
    this.#copy32(FROM.stx_blksize, to, TO.blksize);
    const major = this.#u32(FROM.stx_rdev_major);
    const minor = this.#u32(FROM.stx_rdev_minor);
    const rdev = minor & 0xff | major << 8 | (minor & ~0xff) << 12;
    to.setUint32(TO.rdev, rdev, true);
  }

  /** The file type and permissions. */
  get mode(): number {
    return this.#view.getUint16(FROM.stx_mode, true);
  }

  /** The file type. */
  get type(): number {
    return this.mode & S_IFMT;
  }

  /** The owner. */
  get uid(): number {
    return this.#u32(FROM.stx_uid);
  }

  /** The group. */
  get gid(): number {
    return this.#u32(FROM.stx_gid);
  }

  /**
   * The time of creation in milliseconds since 1970, or of last modification if
   * the file system does not record the creation.
   */
  get birthMs(): number {
    const from = this.#u32(FROM.stx_mask) & STATX_BTIME
      ? FROM.stx_btime
      : FROM.stx_mtime;
    return getNumber64(this.#view, from) * 1e3 + this.#u32(from + 8) / 1e6;
  }

  /** The time of creation in nanoseconds since 1970; undefined if unknown. */
  get btimeNs(): bigint | undefined {
    if ((this.#u32(FROM.stx_mask) & STATX_BTIME) === 0) return undefined;
    return this.#view.getBigInt64(FROM.stx_btime, true) * 1_000_000_000n +
      BigInt(this.#birthNsec);
  }

  get #inode(): bigint {
    return this.#view.getBigUint64(FROM.stx_ino, true);
  }

  /** The mount's id; zero before Linux 5.8. */
  get #mount(): number {
    return getNumber64(this.#view, FROM.stx_mnt_id);
  }

  /** The seconds of the creation time; 0 if it is not recorded. */
  get #birthSec(): number {
    return getNumber64(this.#view, FROM.stx_btime);
  }

  get #birthNsec(): number {
    return this.#u32(FROM.stx_btime + 8);
  }

  /** The device as one number: the minor has 20 bits. */
  get #device(): number {
    return this.#u32(FROM.stx_dev_major) * (1 << 20) +
      this.#u32(FROM.stx_dev_minor);
  }

  #u32(from: number): number {
    return this.#view.getUint32(from, true);
  }

  #copy32(from: number, to: DataView, at: number): void {
    to.setUint32(at, this.#u32(from), true);
  }

  #copy64(from: number, to: DataView, at: number): void {
    this.#copy32(from, to, at);
    this.#copy32(from + 4, to, at + 4);
  }
}
