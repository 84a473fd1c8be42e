import { errno, libc, linuxLibc } from "../../ffi/libc.ts";
import { SyscallError } from "../../ffi/syscall_error.ts";
import type { Dirent } from "../dirent.ts";
import type { FsyncRequest } from "../file_requests.ts";
import { fsync } from "./_mirror_fsync.ts";
import type { MirrorNode } from "./_mirror_node.ts";
import type { MirrorTree } from "./_mirror_tree.ts";
import type { RawLister } from "./_raw_directory.ts";
import { RawListing } from "./_raw_listing.ts";
import { foreignInode } from "./_stat.ts";
import type { Handle } from "./node.ts";

const ENTRIES = new Uint8Array(new ArrayBuffer(64 * 1024));
const ENTRIES_VIEW = new DataView(ENTRIES.buffer);
const ENTRIES_SIZE = BigInt(ENTRIES.length);
const SEEK_SET = 0;

/** An open directory of the source. */
export class MirrorDirectory implements Handle, RawLister {
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

  /** The descriptor: see `MirrorPins`. */
  get id(): number {
    return this.#fd * 2;
  }

  readDirAll(): Dirent[] {
    const device = this.#foreignDevice;
    const entries = this.#list().entries()
      .filter(({ name }) => !this.#tree.isHidden(this.#node, name));
    return device === undefined ? entries : entries.map((entry) => ({
      ...entry,
      inode: foreignInode(device, entry.inode!),
    }));
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
    this.#node.close(this.#fd);
  }

  #list(): RawListing {
    if (libc().lseek(this.#fd, 0n, SEEK_SET) < 0n) {
      throw new SyscallError("lseek", errno());
    }
    const listing = new RawListing();
    for (;;) {
      const n = linuxLibc().getdents64(this.#fd, ENTRIES, ENTRIES_SIZE);
      if (n < 0) throw new SyscallError("getdents64", errno());
      if (n === 0) return listing;
      listing.append(ENTRIES, ENTRIES_VIEW, n);
    }
  }
}
