import { errno, libc } from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { S_IFDIR } from "../../../posix/mod.ts";
import type { Handle } from "../node.ts";
import type { DescriptorShares } from "./descriptor_shares.ts";
import { MirrorDirectory } from "./directory.ts";
import { MirrorFile } from "./file.ts";
import { MirrorNode } from "./node.ts";
import type { NodeSource } from "./node_source.ts";
import { PinTable } from "./pin_table.ts";

/** The most nodes that a Worker caches; it makes other nodes anew. */
const MAX_NODES = 4096;

/**
 * The nodes of a mirror that several Workers serve: each file has a descriptor
 * of its own, which the Workers find in a {@linkcode PinTable}.
 */
export class MirrorPins {
  readonly #tree: NodeSource<MirrorNode>;
  readonly #table: PinTable;
  /** The cached nodes by id, the least recently made first. */
  readonly #nodes = new Map<number, MirrorNode>();

  /** Attaches to memory that all Workers share. */
  constructor(tree: NodeSource<MirrorNode>, memory: SharedArrayBuffer) {
    this.#tree = tree;
    this.#table = new PinTable(memory);
  }

  /** The number of descriptors that each user takes. */
  get shares(): DescriptorShares {
    return this.#table.shares;
  }

  /**
   * Returns the node of the file that `stat` describes, or of the file that has
   * replaced it.
   *
   * @param uid The user who looked the file up.
   */
  node(open: () => number, uid: number): MirrorNode {
    const { stat } = this.#tree;
    let id = this.#table.find(stat.identity);
    if (id === 0) {
      this.shares.check(uid);
      const fd = open();
      if (!stat.of(fd)) {
        const error = new SyscallError("statx", errno());
        libc().close(fd);
        throw error;
      }
      id = this.#table.add(stat.identity, fd, uid);
    }
    return this.#nodes.get(id) ?? this.#keep(id);
  }

  /** Returns the node with an id. */
  byId(id: number): MirrorNode | undefined {
    const known = this.#nodes.get(id);
    if (known !== undefined) return known;
    const fd = this.#table.fdOf(id);
    return fd < 0 || !this.#tree.stat.of(fd) ? undefined : this.#keep(id);
  }

  /** Subtracts `n` from the lookup count of a node. */
  forget(id: number, n: number): void {
    this.#table.forget(id, n);
    this.#nodes.delete(id);
  }

  /** Returns the open file or directory with an id. */
  handle(id: number, node: MirrorNode): Handle {
    const fd = id >>> 1;
    if (node.id.type !== S_IFDIR) {
      return new MirrorFile(this.#tree, node, fd, id & 1);
    }
    this.#tree.stat.of(fd);
    return new MirrorDirectory(this.#tree, node, fd);
  }

  /** Closes the descriptors, if no other Worker needs them. */
  close(): void {
    this.#nodes.clear();
    this.#table.close();
  }

  /** Makes the node of the file that `stat` describes. */
  #keep(id: number): MirrorNode {
    const { stat } = this.#tree;
    const node = new MirrorNode(this.#tree, stat.id, this.#table.fdOf(id), id);
    this.#nodes.set(id, node);
    if (this.#nodes.size > MAX_NODES) {
      this.#nodes.delete(this.#nodes.keys().next().value!);
    }
    return node;
  }
}
