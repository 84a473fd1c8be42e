import {
  checkCountField,
  checkMs,
  checkU32,
  checkU64Field,
  showState,
  unfit,
} from "../../ffi/internal.ts";
import {
  FUSE_ATTR,
  getNumber64,
  getTime,
  setNumber64,
  setTime,
} from "../abi/internal.ts";

const { offset: AT, size: SIZE } = FUSE_ATTR;

/**
 * The metadata of one file or directory, as stat(2) shows it.
 *
 * The fields are stored as `struct fuse_attr` of `<linux/fuse.h>`, which a
 * server copies into a reply as it is. A setter throws a TypeError for a value
 * of a wrong type, and a RangeError for a number that does not fit the field.
 *
 * @example Usage
 * ```ts
 * import { Attr } from "@hostkit/hostkit/fuse";
 *
 * const attr = new Attr();
 * attr.mode = 0o100644; // S_IFREG | rw-r--r--
 * attr.size = 14;
 * attr.mtimeNs = BigInt(Date.now()) * 1_000_000n;
 * console.assert(attr.toString().includes("mode=100644"));
 * ```
 */
export class Attr {
  static {
    showState(
      this,
      (
        {
          inode,
          mode,
          nlink,
          uid,
          gid,
          rdev,
          size,
          blocks,
          blockSize,
          atimeNs,
          mtimeNs,
          ctimeNs,
          flags,
          validMs,
        },
      ) => ({
        inode,
        mode: `0o${mode.toString(8)}`,
        nlink,
        uid,
        gid,
        rdev,
        size,
        blocks,
        blockSize,
        atimeNs,
        mtimeNs,
        ctimeNs,
        flags,
        validMs,
      }),
    );
  }

  /**
   * The time in milliseconds that the kernel may cache the attributes: 0 unless
   * set here or by `attrValidMs` of a server of `./fuse/fs`.
   */
  get validMs(): number {
    return this.#validMs;
  }
  set validMs(ms: number) {
    this.#validMs = checkMs("validMs", ms);
  }

  /** @internal The 88 bytes of `struct fuse_attr`. */
  readonly _bytes: Uint8Array<ArrayBuffer> = new Uint8Array(
    new ArrayBuffer(SIZE),
  );
  #validMs = 0;
  readonly #view: DataView = new DataView(this._bytes.buffer);

  /** Inode number; for 0, the server chooses a number. */
  get inode(): bigint {
    return this.#view.getBigUint64(AT.ino, true);
  }
  set inode(inode: bigint) {
    this.#view.setBigUint64(AT.ino, checkU64Field("inode", inode), true);
  }

  /** Size in bytes, exact below 2^53 and rounded beyond. */
  get size(): number {
    return getNumber64(this.#view, AT.size);
  }
  set size(size: number) {
    setNumber64(this.#view, AT.size, checkCountField("size", size));
  }

  /** Size in bytes, exact: up to 2^63 - 1. */
  get size64(): bigint {
    return this.#view.getBigUint64(AT.size, true);
  }
  set size64(size: bigint) {
    if (typeof size !== "bigint" || BigInt.asUintN(63, size) !== size) {
      throw unfit("size64", size, "bigint");
    }
    this.#view.setBigUint64(AT.size, size, true);
  }

  /**
   * Allocated space in units of 512 bytes; exact below 2^53, rounded beyond.
   */
  get blocks(): number {
    return getNumber64(this.#view, AT.blocks);
  }
  set blocks(blocks: number) {
    setNumber64(this.#view, AT.blocks, checkCountField("blocks", blocks));
  }

  /** Allocated space, in units of 512 bytes, exact. */
  get blocks64(): bigint {
    return this.#view.getBigUint64(AT.blocks, true);
  }
  set blocks64(blocks: bigint) {
    this.#view.setBigUint64(AT.blocks, checkU64Field("blocks64", blocks), true);
  }

  /** Time of last access, in nanoseconds since 1970; negative before. */
  get atimeNs(): bigint {
    return getTime(this.#view, AT.atime, AT.atimensec);
  }
  set atimeNs(ns: bigint) {
    setTime(this.#view, AT.atime, AT.atimensec, "atimeNs", ns);
  }

  /** Time of last modification, in nanoseconds since 1970; negative before. */
  get mtimeNs(): bigint {
    return getTime(this.#view, AT.mtime, AT.mtimensec);
  }
  set mtimeNs(ns: bigint) {
    setTime(this.#view, AT.mtime, AT.mtimensec, "mtimeNs", ns);
  }

  /** Time of last status change, in nanoseconds since 1970; negative before. */
  get ctimeNs(): bigint {
    return getTime(this.#view, AT.ctime, AT.ctimensec);
  }
  set ctimeNs(ns: bigint) {
    setTime(this.#view, AT.ctime, AT.ctimensec, "ctimeNs", ns);
  }

  /** File type and permissions, as in inode(7): `0o100644` is a plain file. */
  get mode(): number {
    return this.#view.getUint32(AT.mode, true);
  }
  set mode(mode: number) {
    this.#view.setUint32(AT.mode, checkU32("mode", mode), true);
  }

  /** Number of hard links, usually 1. */
  get nlink(): number {
    return this.#view.getUint32(AT.nlink, true);
  }
  set nlink(nlink: number) {
    this.#view.setUint32(AT.nlink, checkU32("nlink", nlink), true);
  }

  /** The owner. */
  get uid(): number {
    return this.#view.getUint32(AT.uid, true);
  }
  set uid(uid: number) {
    this.#view.setUint32(AT.uid, checkU32("uid", uid), true);
  }

  /** The group. */
  get gid(): number {
    return this.#view.getUint32(AT.gid, true);
  }
  set gid(gid: number) {
    this.#view.setUint32(AT.gid, checkU32("gid", gid), true);
  }

  /** Device number of a device node, as the kernel's `new_encode_dev`. */
  get rdev(): number {
    return this.#view.getUint32(AT.rdev, true);
  }
  set rdev(rdev: number) {
    this.#view.setUint32(AT.rdev, checkU32("rdev", rdev), true);
  }

  /** Preferred block size for I/O in bytes; 0 is the kernel's default. */
  get blockSize(): number {
    return this.#view.getUint32(AT.blksize, true);
  }
  set blockSize(size: number) {
    this.#view.setUint32(AT.blksize, checkU32("blockSize", size), true);
  }

  /** `FUSE_ATTR_*` flags. */
  get flags(): number {
    return this.#view.getUint32(AT.flags, true);
  }
  set flags(flags: number) {
    this.#view.setUint32(AT.flags, checkU32("flags", flags), true);
  }

  /** @internal A view of the same memory, for fields at `FUSE_ATTR.offset`. */
  get _view(): DataView {
    return this.#view;
  }

  /** @internal Whether {@linkcode inode} is still 0. */
  get _lacksInode(): boolean {
    return this.#view.getUint32(AT.ino, true) === 0 &&
      this.#view.getUint32(AT.ino + 4, true) === 0;
  }

  /** @internal Copies every field except the cache time from `other`. */
  _assign(other: Attr): void {
    this._bytes.set(other._bytes);
  }

  /** Returns the fields for JSON, 64-bit numbers as decimal strings. */
  toJSON(): Record<string, unknown> {
    const { validMs, size, blocks, mode, nlink, uid, gid, rdev } = this;
    const { inode, atimeNs, mtimeNs, ctimeNs, blockSize, flags } = this;
    return {
      ...{ validMs, inode: `${inode}`, size, blocks },
      ...{ atimeNs: `${atimeNs}`, mtimeNs: `${mtimeNs}` },
      ...{ ctimeNs: `${ctimeNs}`, mode, nlink, uid, gid, rdev },
      ...{ blockSize, flags },
    };
  }

  /** Returns the fields as `stat` would print them, on one line. */
  toString(): string {
    return `valid=${this.validMs}ms ino=${this.inode} size=${this.size64} ` +
      `mode=${this.mode.toString(8)} nlink=${this.nlink} uid=${this.uid} ` +
      `gid=${this.gid}`;
  }
}
