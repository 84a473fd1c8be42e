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
  /** Ignored: the Worker that hears of a parent is seldom the one that asks. */
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
 * The nodes of a file system that several Workers serve. Which of them the
 * kernel knows no Worker can tell, since each hears of some lookups alone: the
 * file system finds them by their ids, and counts, if it wants to.
 */
export class SharedNodes {
  readonly #fs: SharedFS;
  readonly #root: SharedNode;
  readonly #generation: number;

  /** Starts with the root, which is a node of this Worker's own. */
  constructor(fs: SharedFS, root: Node, generation: number) {
    this.#fs = fs;
    this.#root = new SharedNode(ROOT_ID, root, 0);
    this.#generation = generation;
  }

  /** Not known. */
  readonly size = 0;
  /** Not known. */
  readonly lastId = 0;

  /** Returns the node with that id. */
  get(id: number): NodeEntry {
    if (id === ROOT_ID) return this.#root;
    const node = this.#fs.nodeById(id);
    if (node === undefined) throw new SyscallError("fuse", ESTALE);
    return this.#entry(id, node);
  }

  /**
   * Returns the node with that id, which the kernel may have forgotten: not
   * where the file system counts, since it has forgotten it then, too.
   */
  find(id: number): Node | undefined {
    if (id === ROOT_ID) return this.#root.node;
    return this.#fs.forgetId === undefined ? this.#fs.nodeById(id) : undefined;
  }

  /** Returns the inode number of a node that gives none itself. */
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

  /** Says that the kernel was told of a node once more. */
  lookup(node: Node): NodeEntry {
    return node === this.#root.node
      ? this.#root
      : this.#entry(this.#fs.idOf(node), node);
  }

  /** Takes back `n` lookups. */
  forget(id: number, n: number): undefined {
    if (id !== ROOT_ID) this.#fs.forgetId?.(id, n);
  }

  /** There is nothing to forget here. */
  clear(): Node[] {
    return [];
  }

  #entry(id: number, node: Node): SharedNode {
    const generation = this.#fs.generationOf?.(node) ?? this.#generation;
    return new SharedNode(id, node, generation >>> 0);
  }
}
