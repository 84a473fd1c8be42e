import { PosixDirectory } from "./directory.ts";
import type { PosixNode } from "./node.ts";
import type { PosixVolume } from "./volume.ts";
import type { Node } from "../node.ts";

/**
 * The ids of a file system of POSIX nodes: the inode numbers. A node keeps its
 * number as long as it exists, so a file handle is valid as long.
 */
export abstract class LastingIds {
  /** @internal The volume of the nodes, while it is mounted. */
  protected abstract readonly _volume: PosixVolume | undefined;

  /** Always false: the nodes are objects of one isolate. */
  readonly sharesIds: boolean = false;

  /** Returns the inode number of a node. */
  idOf(node: Node): number {
    return (node as PosixNode).inode;
  }

  /** Returns the node with an inode number, unless it has no name left. */
  nodeById(id: number): Node | undefined {
    return this._volume?.find(id)?.remember();
  }

  /**
   * Returns a node's generation: the time of birth, folded to 32 bits. It tells
   * the node from an earlier node with the same number. A number is used again
   * if a crash undoes the creation of the node that had it.
   */
  generationOf(node: Node): number {
    const { sec, nsec } = (node as PosixNode).btime;
    return (sec + nsec) % 2 ** 32;
  }

  /** Returns the parent of a directory. */
  parentOf(directory: Node): Node | undefined {
    if (!(directory instanceof PosixDirectory)) return undefined;
    return this._volume?.find(directory.parent.inode)?.remember();
  }
}
