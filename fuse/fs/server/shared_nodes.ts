import { SyscallError } from "../../../ffi/mod.ts";
import { ESTALE } from "../../../posix/mod.ts";
import type { FS, Node } from "../node.ts";
import type { NodeEntry, NumberedFS } from "./node_table.ts";

const ROOT_ID = 1;

/** A file system whose ids mean the same in every Worker. */
export type SharedFS = NumberedFS;

/** Whether several Workers can serve a file system together. */
export function isShared(fs: FS): fs is SharedFS {
  const { sharesIds = true, idOf, nodeById } = fs;
  return sharesIds && idOf !== undefined && nodeById !== undefined;
}

/** A node, under the id that its file system gives it. */
class SharedNode implements NodeEntry {
  readonly id: number;
  readonly node: Node;
  readonly generation: number;
  lookups = 0;
  /** Unused: a Worker learns only some of the parents. */
  parentInode = 0n;

  constructor(id: number, node: Node, generation: number) {
    this.id = id;
    this.node = node;
    this.generation = generation;
  }

  get inode(): bigint {
    return BigInt(this.id);
  }
}

/**
 * The nodes of a file system that several Workers serve. No Worker can tell
 * which nodes the kernel knows, since each sees only some of the lookups. The
 * file system finds nodes by their ids, and keeps the lookup counts if it needs
 * them.
 */
export class SharedNodes {
  readonly #fs: SharedFS;
  readonly #root: SharedNode;
  readonly #generation: number;

  /** Makes a table with the root, which is this Worker's own node. */
  constructor(fs: SharedFS, root: Node, generation: number) {
    this.#fs = fs;
    this.#root = new SharedNode(ROOT_ID, root, 0);
    this.#generation = generation;
  }

  /** Unknown here. */
  readonly size = 0;
  /** Unknown here. */
  readonly lastId = 0;

  /** Returns the node with that id. */
  get(id: number): NodeEntry {
    if (id === ROOT_ID) return this.#root;
    const node = this.#fs.nodeById(id);
    if (node === undefined) throw new SyscallError("fuse", ESTALE);
    return this.#entry(id, node);
  }

  /**
   * Returns the node with that id, even if the kernel has forgotten the node; a
   * file system that keeps lookup counts no longer has it then.
   */
  find(id: number): Node | undefined {
    if (id === ROOT_ID) return this.#root.node;
    return this.#fs.forgetId === undefined ? this.#fs.nodeById(id) : undefined;
  }

  /** Returns the inode number of a node whose attributes give none. */
  inodeOf(node: Node): bigint {
    return BigInt(this.idOf(node));
  }

  /** Returns the id that the file system gives a node. */
  ownIdOf(node: Node): number {
    return this.idOf(node);
  }

  /** Returns the id of a node. */
  idOf(node: Node): number {
    return node === this.#root.node ? ROOT_ID : this.#fs.idOf(node);
  }

  /** Adds 1 to a node's lookup count. */
  lookup(node: Node): NodeEntry {
    return node === this.#root.node
      ? this.#root
      : this.#entry(this.#fs.idOf(node), node);
  }

  /** Subtracts `n` from a node's lookup count. */
  forget(id: number, n: number): undefined {
    if (id !== ROOT_ID) this.#fs.forgetId?.(id, n);
  }

  /** Returns nothing: this table keeps no nodes. */
  clear(): Node[] {
    return [];
  }

  #entry(id: number, node: Node): SharedNode {
    const generation = this.#fs.generationOf?.(node) ?? this.#generation;
    return new SharedNode(id, node, generation >>> 0);
  }
}
