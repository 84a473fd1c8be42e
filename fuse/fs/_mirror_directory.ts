import { DIRENT64 } from "../../ffi/abi_linux.ts";
import { decodeBytes } from "../../ffi/c_string.ts";
import { errno, libc, linuxLibc } from "../../ffi/libc.ts";
import { SyscallError } from "../../ffi/syscall_error.ts";
import type { Dirent } from "../dirent.ts";
import type { ReadRequest, ReadResponse } from "../handle_requests.ts";
import type { MirrorNode } from "./_mirror_node.ts";
import type { MirrorTree } from "./_mirror_tree.ts";
import { foreignInode } from "./_stat.ts";
import type { Handle } from "./node.ts";

const { offset: AT } = DIRENT64;
const ENTRIES = new Uint8Array(new ArrayBuffer(64 * 1024));
const ENTRIES_VIEW = new DataView(ENTRIES.buffer);
const SEEK_SET = 0;
/** From how many bytes on moving pages costs less than copying them. */
const SPLICE_SIZE = 64 * 1024;

/** An open file of the source. */
export class MirrorFile implements Handle {
  readonly #openFds: Set<number>;
  readonly #fd: number;

  /** Takes ownership of `fd` and keeps it among those of its node. */
  constructor(openFds: Set<number>, fd: number) {
    this.#openFds = openFds.add(fd);
    this.#fd = fd;
  }

  read({ offset, size }: ReadRequest, response: ReadResponse): void {
    if (size >= SPLICE_SIZE) return response.fromFd(this.#fd, offset);
    const { buffer } = response;
    const n = libc().pread(this.#fd, buffer, BigInt(size), BigInt(offset));
    if (n < 0) throw new SyscallError("pread", errno());
    response.length = n;
  }

  release(): void {
    this.#openFds.delete(this.#fd);
    libc().close(this.#fd);
  }
}

/** An open directory of the source. */
export class MirrorDirectory implements Handle {
  readonly #tree: MirrorTree;
  readonly #node: MirrorNode;
  readonly #openFds: Set<number>;
  readonly #fd: number;
  readonly #foreignDevice: number | undefined;

  /**
   * Takes ownership of `fd`, which the tree's `stat` describes, and keeps it
   * among those of its node.
   */
  constructor(
    tree: MirrorTree,
    node: MirrorNode,
    openFds: Set<number>,
    fd: number,
  ) {
    this.#tree = tree;
    this.#node = node;
    this.#foreignDevice = tree.stat.foreignDevice;
    this.#openFds = openFds.add(fd);
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

  release(): void {
    this.#openFds.delete(this.#fd);
    libc().close(this.#fd);
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
