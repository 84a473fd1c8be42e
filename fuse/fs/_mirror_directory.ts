import { DIRENT64 } from "../../ffi/abi_linux.ts";
import { decodeBytes } from "../../ffi/c_string.ts";
import { errno, libc, linuxLibc } from "../../ffi/libc.ts";
import { SyscallError } from "../../ffi/syscall_error.ts";
import type { Dirent } from "../dirent.ts";
import type { FsyncRequest } from "../file_requests.ts";
import { fsync } from "./_mirror_fsync.ts";
import type { MirrorNode } from "./_mirror_node.ts";
import type { MirrorTree } from "./_mirror_tree.ts";
import { foreignInode } from "./_stat.ts";
import type { Handle } from "./node.ts";

const { offset: AT } = DIRENT64;
const ENTRIES = new Uint8Array(new ArrayBuffer(64 * 1024));
const ENTRIES_VIEW = new DataView(ENTRIES.buffer);
const SEEK_SET = 0;

/** An open directory of the source. */
export class MirrorDirectory implements Handle {
  readonly #tree: MirrorTree;
  readonly #node: MirrorNode;
  readonly #fd: number;
  readonly #foreignDevice: number | undefined;

  /**
   * Takes ownership of `fd`, which the tree's `stat` describes, and keeps it
   * among those of its node.
   */
  constructor(tree: MirrorTree, node: MirrorNode, fd: number) {
    this.#tree = tree;
    this.#node = node;
    this.#foreignDevice = tree.stat.foreignDevice;
    node.keep(fd);
    this.#fd = fd;
  }

  readDirAll(): Dirent[] {
    if (libc().lseek(this.#fd, 0n, SEEK_SET) < 0n) {
      throw new SyscallError("lseek", errno());
    }
    const entries: Dirent[] = [];
    const size = BigInt(ENTRIES.length);
    for (;;) {
      const n = linuxLibc().getdents64(this.#fd, ENTRIES, size);
      if (n < 0) throw new SyscallError("getdents64", errno());
      if (n === 0) return entries;
      for (let at = 0; at < n;) at += this.#add(entries, at);
    }
  }

  fsync({ flags }: FsyncRequest): Promise<void> {
    return fsync(this.#fd, flags);
  }

  release(): void {
    this.#node.close(this.#fd);
  }

  /** Adds the entry at `at` of what was read; returns its length. */
  #add(entries: Dirent[], at: number): number {
    const start = at + AT.d_name;
    const end = ENTRIES.indexOf(0, start);
    const name = decodeBytes(ENTRIES.subarray(start, end));
    if (!this.#tree.isHidden(this.#node, name)) {
      const own = ENTRIES_VIEW.getBigUint64(at + AT.d_ino, true);
      const device = this.#foreignDevice;
      const inode = device === undefined ? own : foreignInode(device, own);
      entries.push({ inode, type: ENTRIES[at + AT.d_type]!, name });
    }
    return ENTRIES_VIEW.getUint16(at + AT.d_reclen, true);
  }
}
