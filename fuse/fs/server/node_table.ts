import { SyscallError } from "../../../ffi/mod.ts";
import { ESTALE } from "../../../posix/mod.ts";
import type { FS, Node } from "../node.ts";

/** The root's id, which the kernel knows without a LOOKUP. */
export const ROOT_ID = 1;

/** The counts of a node's open files, with and without a backing file. */
export interface OpenFiles {
  /** The id of the backing file, which all open files of the node share. */
  backingId: number;
  /** The number of open files with the backing file. */
  backed: number;
  /** The number of open files without a backing file. */
  plain: number;
}

/** A node that the kernel knows. */
export interface NodeEntry {
  /** The node's id: below 2^53, and unique in this session. */
  readonly id: number;
  /** The generation, 32 bits, which distinguishes nodes that reuse an id. */
  readonly generation: number;
  readonly node: Node;
  /** The node's lookup count. */
  lookups: number;
  /** The node's inode number. */
  readonly inode: bigint;
  /** The inode number of the directory that it was last looked up in. */
  parentInode: bigint;
  /** The counts of its open files, if a backing file is possible. */
  files?: OpenFiles;
}

/** A file system that has ids for its nodes. */
export type NumberedFS = FS & Required<Pick<FS, "idOf" | "nodeById">>;

/**
 * The nodes that the kernel knows, each under one id until the kernel forgets
 * the node. Ids are never reused, unless the file system provides them: by its
 * own ids it also finds nodes that the kernel has forgotten.
 */
export class NodeTable {
  readonly #byId = new Map<number, NodeEntry>();
  readonly #byNode = new Map<Node, NodeEntry>();
  readonly #generation: number;
  readonly #fs: NumberedFS | undefined;
  #lastId = ROOT_ID;

  /**
   * Makes a table with the root, which the kernel knows without a LOOKUP.
   *
   * @param generation The generation of all nodes to which the file system
   * gives none.
   * @param fs The file system, if its own ids are used.
   */
  constructor(root: Node, generation = 0, fs?: NumberedFS) {
    this.#generation = generation;
    this.#fs = fs;
    this.#add({
      id: ROOT_ID,
      // The kernel made the root, with generation 0, before its first request.
      generation: 0,
      node: root,
      lookups: 0,
      inode: 1n,
      parentInode: 1n,
    });
  }

  /** The number of nodes that the kernel knows, including the root. */
  get size(): number {
    return this.#byId.size;
  }

  /** The id that was assigned last. */
  get lastId(): number {
    return this.#lastId;
  }

  /** Returns the node with that id. */
  get(id: number): NodeEntry {
    const entry = this.#byId.get(id);
    if (entry === undefined) throw new SyscallError("fuse", ESTALE);
    return entry;
  }

  /** Returns the node with that id, even if the kernel has forgotten it. */
  find(id: number): Node | undefined {
    return this.#byId.get(id)?.node ?? this.#fs?.nodeById(id);
  }

  /** Returns the inode number of a node that the kernel knows. */
  inodeOf(node: Node): bigint | undefined {
    return this.#byNode.get(node)?.inode;
  }

  /** Returns the id that the file system gives a node, if its ids are used. */
  ownIdOf(node: Node): number | undefined {
    return this.#fs?.idOf(node);
  }

  /** Returns the id of a node that the kernel knows. */
  idOf(node: Node): number | undefined {
    return this.#byNode.get(node)?.id;
  }

  /**
   * Adds 1 to a node's lookup count. A node that the kernel did not know gets
   * an id and that inode number.
   */
  lookup(node: Node, inode: bigint): NodeEntry {
    const entry = this.#byNode.get(node) ?? this.#enter(node, inode);
    entry.lookups++;
    return entry;
  }

  /** Subtracts `n` from a node's lookup count; returns the node at 0. */
  forget(id: number, n: number): Node | undefined {
    const entry = this.#byId.get(id);
    if (entry === undefined || id === ROOT_ID) return undefined;
    entry.lookups -= n;
    if (entry.lookups > 0) return undefined;
    this.#byId.delete(entry.id);
    this.#byNode.delete(entry.node);
    return entry.node;
  }

  /** Forgets all nodes, since the kernel sends no FORGET when it unmounts. */
  clear(): Node[] {
    const nodes = [...this.#byNode.keys()];
    this.#byId.clear();
    this.#byNode.clear();
    return nodes;
  }

  #enter(node: Node, inode: bigint): NodeEntry {
    const fs = this.#fs;
    const id = fs === undefined ? ++this.#lastId : fs.idOf(node);
    // The object is new, but the kernel knows the node by its id.
    const known = fs && this.#byId.get(id);
    if (known !== undefined) return known;
    const generation = fs?.generationOf?.(node) ?? this.#generation;
    const entry: NodeEntry = {
      id,
      generation: generation >>> 0,
      node,
      lookups: 0,
      inode,
      parentInode: 0n,
    };
    this.#add(entry);
    return entry;
  }

  #add(entry: NodeEntry): void {
    this.#byId.set(entry.id, entry);
    this.#byNode.set(entry.node, entry);
  }
}
