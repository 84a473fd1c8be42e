import { SyscallError } from "../../../ffi/mod.ts";
import { ESTALE } from "../../../posix/mod.ts";
import type { FS, Node } from "../node.ts";

/** The root's id, which the kernel knows without looking it up. */
export const ROOT_ID = 1;

/** How the open files of one node are open, as far as the kernel cares. */
export interface OpenFiles {
  /** The backing file of those that have one: the kernel wants one for all. */
  backingId: number;
  /** How many have it. */
  backed: number;
  /** How many have none. */
  plain: number;
}

/** A node the kernel knows. */
export interface NodeEntry {
  /** Its id: below 2^53, and never another's in this session. */
  readonly id: number;
  /** What tells its id from the same one at another time: 32 bits. */
  readonly generation: number;
  readonly node: Node;
  /** How many lookups of it the kernel has not taken back. */
  lookups: number;
  /** Its inode number. */
  readonly inode: bigint;
  /** That of the directory it was last looked up in. */
  parentInode: bigint;
  /** How its files are open, where some may have a backing file. */
  files?: OpenFiles;
}

/** A file system that has ids for its nodes. */
export type NumberedFS = FS & Required<Pick<FS, "idOf" | "nodeById">>;

/**
 * The nodes the kernel knows, each under one id for as long as the kernel
 * remembers it. Ids are never used twice, unless they are the file system's own,
 * under which it finds what the kernel has forgotten.
 */
export class NodeTable {
  readonly #byId = new Map<number, NodeEntry>();
  readonly #byNode = new Map<Node, NodeEntry>();
  readonly #generation: number;
  readonly #fs: NumberedFS | undefined;
  #lastId = ROOT_ID;

  /**
   * Starts with the root, which the kernel knows without looking it up.
   *
   * @param generation That of all nodes whose file system gives none.
   * @param fs The file system, if its own ids shall be used.
   */
  constructor(root: Node, generation = 0, fs?: NumberedFS) {
    this.#generation = generation;
    this.#fs = fs;
    this.#add({
      id: ROOT_ID,
      // The kernel's own: it has made the root before it asked for anything.
      generation: 0,
      node: root,
      lookups: 0,
      inode: 1n,
      parentInode: 1n,
    });
  }

  /** How many nodes the kernel knows, the root included. */
  get size(): number {
    return this.#byId.size;
  }

  /** The id that was given last. */
  get lastId(): number {
    return this.#lastId;
  }

  /** Returns the node with that id. */
  get(id: number): NodeEntry {
    const entry = this.#byId.get(id);
    if (entry === undefined) throw new SyscallError("fuse", ESTALE);
    return entry;
  }

  /** Returns the node with that id, which the kernel may have forgotten. */
  find(id: number): Node | undefined {
    return this.#byId.get(id)?.node ?? this.#fs?.nodeById(id);
  }

  /** Returns the inode number of a node that the kernel knows. */
  inodeOf(node: Node): bigint | undefined {
    return this.#byNode.get(node)?.inode;
  }

  /** Returns the id that the file system gives a node, if that is its id. */
  ownIdOf(node: Node): number | undefined {
    return this.#fs?.idOf(node);
  }

  /** Returns the id of a node that the kernel knows. */
  idOf(node: Node): number | undefined {
    return this.#byNode.get(node)?.id;
  }

  /**
   * Counts one more lookup of a node, which gets an id, and that inode number,
   * if the kernel did not know it.
   */
  lookup(node: Node, inode: bigint): NodeEntry {
    const entry = this.#byNode.get(node) ?? this.#enter(node, inode);
    entry.lookups++;
    return entry;
  }

  /** Takes back `n` lookups; returns the node that is forgotten with them. */
  forget(id: number, n: number): Node | undefined {
    const entry = this.#byId.get(id);
    if (entry === undefined || id === ROOT_ID) return undefined;
    entry.lookups -= n;
    if (entry.lookups > 0) return undefined;
    this.#byId.delete(entry.id);
    this.#byNode.delete(entry.node);
    return entry.node;
  }

  /** Forgets all, since the kernel says nothing when it unmounts. */
  clear(): Node[] {
    const nodes = [...this.#byNode.keys()];
    this.#byId.clear();
    this.#byNode.clear();
    return nodes;
  }

  #enter(node: Node, inode: bigint): NodeEntry {
    const fs = this.#fs;
    const id = fs === undefined ? ++this.#lastId : fs.idOf(node);
    // Another object for the same thing.
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
