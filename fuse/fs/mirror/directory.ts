import {
  decodeBytes,
  DIRENT64,
  errno,
  libc,
  linuxLibc,
} from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import type { Dirent, FsyncRequest } from "../../message/mod.ts";
import type { Handle } from "../node.ts";
import type { RawLister } from "../server/internal.ts";
import type { MirrorSource } from "./entry.ts";
import { fsync } from "./fsync.ts";
import type { MirrorInode } from "./inode.ts";
import { foreignInode } from "./stat.ts";

const { offset: FROM } = DIRENT64;
const ENTRIES = new Uint8Array(new ArrayBuffer(64 * 1024));
const ENTRIES_VIEW = new DataView(ENTRIES.buffer);
const ENTRIES_SIZE = BigInt(ENTRIES.length);
const SEEK_SET = 0;

/** An open directory of the source. */
export class MirrorDirectory implements Handle, RawLister {
  readonly #tree: MirrorSource;
  readonly #node: MirrorInode;
  readonly #fd: number;
  readonly #foreignDevice: number | undefined;

  /**
   * Takes ownership of `fd`, which the tree's `stat` describes, and adds it to
   * the descriptors of its node.
   */
  constructor(tree: MirrorSource, node: MirrorInode, fd: number) {
    this.#tree = tree;
    this.#node = node;
    this.#foreignDevice = tree.stat.foreignDevice;
    node.keep(fd);
    this.#fd = fd;
  }

  /** The id of the handle, made of its descriptor: see `MirrorPins`. */
  get id(): number {
    return this.#fd * 2;
  }

  readDirAll(): Dirent[] {
    if (libc().lseek(this.#fd, 0n, SEEK_SET) < 0n) {
      throw new SyscallError("lseek", errno());
    }
    const entries: Dirent[] = [];
    for (;;) {
      const n = linuxLibc().getdents64(this.#fd, ENTRIES, ENTRIES_SIZE);
      if (n < 0) throw new SyscallError("getdents64", errno());
      if (n === 0) return entries;
      this.#append(entries, n);
    }
  }

  /** Appends the entries that getdents64(2) wrote, except a hidden one. */
  #append(entries: Dirent[], length: number): void {
    const device = this.#foreignDevice;
    for (let at = 0; at < length;) {
      const start = at + FROM.d_name;
      const name = decodeBytes(
        ENTRIES.subarray(start, ENTRIES.indexOf(0, start)),
      );
      const type = ENTRIES[at + FROM.d_type]!;
      const inode = ENTRIES_VIEW.getBigUint64(at + FROM.d_ino, true);
      at += ENTRIES_VIEW.getUint16(at + FROM.d_reclen, true);
      if (this.#tree.isHidden(this.#node, name)) continue;
      entries.push({
        name,
        type,
        inode: device === undefined ? inode : foreignInode(device, inode),
      });
    }
  }

  /** @internal */
  get _rawFd(): number | undefined {
    const asks = this.#foreignDevice !== undefined ||
      this.#tree.hidesIn(this.#node);
    return asks ? undefined : this.#fd;
  }

  fsync({ flags }: FsyncRequest): Promise<void> {
    return fsync(this.#fd, flags);
  }

  release(): void {
    this.#tree.shares.drop(this.#fd);
    this.#node.close(this.#fd);
  }
}
