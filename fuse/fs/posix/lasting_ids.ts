import { PosixDirectory } from "./directory.ts";
import type { PosixNode } from "./node.ts";
import type { PosixVolume } from "./volume.ts";
import type { Node } from "../node.ts";

/**
 * The ids of a file system made of POSIX nodes: their numbers, which are theirs
 * as long as they exist, so that file handles last as long.
 */
export abstract class LastingIds {
  /** @internal Where the nodes lie, while it is mounted. */
  protected abstract readonly _volume: PosixVolume | undefined;

  /** No: the nodes are objects of one isolate. */
  readonly sharesIds: boolean = false;

  /** Returns the number of a node. */
  idOf(node: Node): number {
    return (node as PosixNode).inode;
  }

  /** Returns the node with a number, unless its last name is gone. */
  nodeById(id: number): Node | undefined {
    return this._volume?.find(id)?.remember();
  }

  /**
   * Returns what tells a node from one that had its number before: the time of
   * birth, folded to 32 bits. A crash may take back what had the number.
   */
  generationOf(node: Node): number {
    const { sec, nsec } = (node as PosixNode).btime;
    return (sec + nsec) % 2 ** 32;
  }

  /** Returns the directory that a directory is in. */
  parentOf(directory: Node): Node | undefined {
    if (!(directory instanceof PosixDirectory)) return undefined;
    return this._volume?.find(directory.parent.inode)?.remember();
  }
}
