import {
  type Content,
  type Entries,
  type PosixNode,
  PosixVolume,
} from "../posix/internal.ts";
import { MemContent } from "./content.ts";
import { PagePool } from "./pool.ts";

/** A volume that keeps its nodes and pages in memory. */
export class MemVolume extends PosixVolume {
  readonly pool: PagePool = new PagePool();
  readonly #nodes = new Map<number, PosixNode>();
  #lastInode = 0;

  override find(inode: number): PosixNode | undefined {
    const node = this.#nodes.get(inode);
    return node !== undefined && node.nlink > 0 ? node : undefined;
  }

  override add(node: PosixNode): void {
    this.#nodes.set(node.inode, node);
  }

  override free(node: PosixNode): void {
    this.#nodes.delete(node.inode);
  }

  override newContent(): Content {
    return new MemContent(this);
  }

  override newEntries(): Entries {
    return new Map<string, PosixNode>();
  }

  protected override newInode(): number {
    return ++this.#lastInode;
  }
}
