import {
  checkMethod,
  checkOptions,
  checkText,
  showState,
} from "../../../ffi/internal.ts";
import { DT_DIR } from "../../abi/mod.ts";
import type { Attr, Dirent } from "../../message/mod.ts";
import type { FS, Handle, Node } from "../node.ts";

/**
 * A fixed tree of directories that contains your own nodes. All users can read
 * the directories, and nobody can write to them.
 *
 * @example Usage
 * ```ts ignore
 * import { mountFS, type Node, Tree } from "@hostkit/hostkit/fuse/fs";
 *
 * const uptime: Node = {
 *   attr(attr) {
 *     attr.mode = 0o100444;
 *   },
 *   open: () => ({ readAll: () => new TextEncoder().encode("a while\n") }),
 * };
 * const tree = new Tree({ "stats/uptime": uptime });
 * await using session = await mountFS("/mnt/stats", tree);
 * ```
 */
export class Tree implements FS {
  static {
    showState(this, (tree) => ({ nodes: tree.#ids.size }));
  }

  readonly #root = new TreeDirectory();
  /** All nodes; the index of a node is its id: 0 is unused, 1 is the root. */
  readonly #nodes: (Node | undefined)[] = [undefined, this.#root];
  readonly #ids = new Map<Node, number>();

  /**
   * Makes a tree.
   *
   * @param nodes The nodes by path; {@linkcode add} adds more.
   */
  constructor(nodes: Readonly<Record<string, Node>> = {}) {
    for (
      const [path, node] of Object.entries(checkOptions("nodes", nodes))
    ) this.add(path, node);
  }

  /**
   * Adds a node, and the directories that lead to it. Call this before the tree
   * is served: the kernel may have cached that the name does not exist.
   *
   * @param path Names separated by `/`; a leading `/` is ignored.
   * @param node The node at the path.
   * @returns This tree.
   * @throws {RangeError} If the path is invalid, if it exists already, or if a
   * part of it exists and is not a directory that {@linkcode add} made.
   */
  add(path: string, node: Node): this {
    checkText("path", path);
    checkMethod("node", node, "attr");
    const names = path.replace(/^\/+/, "").split("/");
    for (const name of names) checkName(path, name);
    const last = names.pop()!;
    let directory = this.#root;
    for (const name of names) {
      const next = directory.get(name) ?? new TreeDirectory();
      if (!(next instanceof TreeDirectory)) throw taken(path, name);
      directory.set(name, next);
      this.#number(next);
      directory = next;
    }
    if (directory.get(last) !== undefined) throw taken(path, last);
    directory.set(last, node);
    this.#number(node);
    return this;
  }

  /** Returns the id of a node: its position in the order of addition. */
  idOf(node: Node): number {
    return this.#ids.get(node)!;
  }

  /**
   * Returns the node with an id. In another Worker's copy of this tree, ids are
   * the same if the nodes were added in the same order.
   */
  nodeById(id: number): Node | undefined {
    return this.#nodes[id];
  }

  #number(node: Node): void {
    if (!this.#ids.has(node)) this.#ids.set(node, this.#nodes.push(node) - 1);
  }

  /** Returns the root directory. */
  root(): Node {
    return this.#root;
  }
}

class TreeDirectory implements Node, Handle {
  readonly #entries = new Map<string, Node>();

  get(name: string): Node | undefined {
    return this.#entries.get(name);
  }

  set(name: string, node: Node): void {
    this.#entries.set(name, node);
  }

  attr(attr: Attr): void {
    attr.mode = 0o40555;
    const directories = this.#entries.values()
      .filter((node) => node instanceof TreeDirectory);
    attr.nlink = 2 + directories.reduce((count) => count + 1, 0);
  }

  lookup(name: string): Node | undefined {
    return this.get(name);
  }

  readDirAll(): Dirent[] {
    return Array.from(
      this.#entries,
      ([name, node]) =>
        node instanceof TreeDirectory ? { name, type: DT_DIR } : { name },
    );
  }
}

function checkName(path: string, name: string): void {
  if (name !== "" && name !== "." && name !== ".." && !name.includes("\0")) {
    return;
  }
  throw new RangeError(
    `Cannot add ${JSON.stringify(path)}: ${JSON.stringify(name)} is not a name`,
  );
}

function taken(path: string, name: string): RangeError {
  return new RangeError(
    `Cannot add ${JSON.stringify(path)}: there is a ${
      JSON.stringify(name)
    } already`,
  );
}
