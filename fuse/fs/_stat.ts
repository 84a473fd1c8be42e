import { AT_SYMLINK_NOFOLLOW, statLayout } from "../../ffi/abi_linux.ts";
import { libc } from "../../ffi/libc.ts";
import { FUSE_ATTR } from "../_abi.ts";
import type { Attr } from "../attr.ts";

const { offset: TO } = FUSE_ATTR;
/** st_ino and st_dev up to here are exact as a number. */
const EXACT_HIGH = 1 << 21;

/** What tells a file from every other: its inode, with its device if needed. */
export type FileKey = number | string;

/** One `struct stat`, filled again and again. */
export class Stat {
  readonly #from = statLayout().offset;
  readonly #bytes = new Uint8Array(new ArrayBuffer(statLayout().size));
  readonly #view = new DataView(this.#bytes.buffer);

  /** fstat(2). Returns whether it worked; if not, read errno at once. */
  fstat(fd: number): boolean {
    return libc().fstat(fd, this.#bytes) === 0;
  }

  /** fstatat(2) without following a link. Returns whether it worked. */
  fstatat(dirFd: number, name: Uint8Array<ArrayBuffer>): boolean {
    const flags = AT_SYMLINK_NOFOLLOW;
    return libc().fstatat(dirFd, name, this.#bytes, flags) === 0;
  }

  /** The file's mode. */
  get mode(): number {
    return this.#view.getUint32(this.#from.st_mode, true);
  }

  /** Whether the size is 0, as that of the files of /proc is. */
  get isEmpty(): boolean {
    return this.#view.getUint32(this.#from.st_size, true) === 0 &&
      this.#view.getUint32(this.#from.st_size + 4, true) === 0;
  }

  /** The device, exact as a number: major and minor have 32 bits together. */
  get device(): number {
    const { st_dev } = this.#from;
    return this.#view.getUint32(st_dev + 4, true) * 0x1_0000_0000 +
      this.#view.getUint32(st_dev, true);
  }

  /** The file's key; a number for most files of the device `home`. */
  key(home: number): FileKey {
    const { st_ino } = this.#from;
    const high = this.#view.getUint32(st_ino + 4, true);
    const { device } = this;
    return device === home && high < EXACT_HIGH
      ? high * 0x1_0000_0000 + this.#view.getUint32(st_ino, true)
      : `${device}:${this.#view.getBigUint64(st_ino, true)}`;
  }

  /** Copies the fields to attributes. */
  copyTo(attr: Attr): void {
    const from = this.#from;
    const to = attr._view;
    this.#copy64(from.st_ino, to, TO.ino);
    this.#copy64(from.st_size, to, TO.size);
    this.#copy64(from.st_blocks, to, TO.blocks);
    this.#copy64(from.st_atim, to, TO.atime);
    this.#copy64(from.st_mtim, to, TO.mtime);
    this.#copy64(from.st_ctim, to, TO.ctime);
    this.#copy32(from.st_atim + 8, to, TO.atimensec);
    this.#copy32(from.st_mtim + 8, to, TO.mtimensec);
    this.#copy32(from.st_ctim + 8, to, TO.ctimensec);
    this.#copy32(from.st_mode, to, TO.mode);
    this.#copy32(from.st_nlink, to, TO.nlink);
    this.#copy32(from.st_uid, to, TO.uid);
    this.#copy32(from.st_gid, to, TO.gid);
    // The low half of glibc's dev_t is what the kernel calls new_encode_dev.
    this.#copy32(from.st_rdev, to, TO.rdev);
    this.#copy32(from.st_blksize, to, TO.blksize);
  }

  #copy32(from: number, to: DataView, at: number): void {
    to.setUint32(at, this.#view.getUint32(from, true), true);
  }

  #copy64(from: number, to: DataView, at: number): void {
    this.#copy32(from, to, at);
    this.#copy32(from + 4, to, at + 4);
  }
}
