import { SyscallError } from "../../../ffi/mod.ts";
import { EMLINK, ENOSPC } from "../../../posix/mod.ts";
import type { AtimeMode } from "../../mount/internal.ts";
import { LockWaits } from "../locks/internal.ts";
import type { Node } from "../node.ts";
import { Time } from "./time.ts";

/** The unit that space is counted in, in bytes. */
export const PAGE = 4096;

/** How much a file system may hold. */
export interface Limits {
  readonly pages: number;
  readonly inodes: number;
  readonly links: number;
}

/** The bytes of a file: pages where something was written, holes elsewhere. */
export interface Content {
  /** How many pages it counts, which the volume counts too. */
  readonly pages: number;
  /** Reads `length` bytes from `position`, which need not exist. */
  read(position: number, into: Uint8Array, length: number): void;
  /** Writes at `position`; returns how many bytes there was room for. */
  write(position: number, data: Uint8Array): number;
  /** Makes a hole of everything from `start` to `end`, and frees its pages. */
  punch(start: number, end: number): void;
  /** Frees what lies behind `size`, the new end of the file. */
  truncate(size: number): void;
  /**
   * Promises pages for everything from `start` to `end`: all of them, or none.
   */
  promise(start: number, end: number): void;
  /** Returns where data is at or behind `position`; Infinity if nowhere. */
  nextData(position: number): number;
  /** Returns where no data is at or behind `position`. */
  nextHole(position: number): number;
  /** Gives back all it has: the file is no more. */
  free(): void;
}

/** What a volume knows of a node, which knows all of its volume. */
export interface VolumeNode {
  /** The number that it is stored under. */
  readonly inode: number;
  /** Notes that the kernel knows it; returns it. */
  remember(): Node;
}

/** What a directory knows of a name without its node. */
export interface Entry {
  readonly inode: number;
  /** The file type; the rest may be anything. */
  readonly mode: number;
}

/** The names in a directory. A `Map` of them is one. */
export interface Entries<N extends VolumeNode = VolumeNode>
  extends Iterable<readonly [name: string, of: Entry]> {
  readonly size: number;
  get(name: string): N | undefined;
  set(name: string, node: N): void;
  delete(name: string): void;
  /** Whether there are any, where `size` does not say for certain. */
  hasAny?(): boolean;
}

/**
 * What the nodes of one file system share: where they lie, quotas, the clock.
 *
 * The nodes are the same wherever they lie. Each tells its volume when it
 * changes, when nobody uses it, and when it is no more.
 */
export abstract class PosixVolume {
  readonly limits: Limits;
  /** Whether the file system answers lock requests itself. */
  readonly locks: boolean;
  /** When to note that something was read. */
  atime: AtimeMode = "relative";
  /** Who waits for a lock, so that no circle of them waits for ever. */
  readonly waits: LockWaits = new LockWaits();
  /** Pages that are used or promised. */
  pages = 0;
  /** Nodes, and the names that they have beside the first. */
  inodes = 0;
  #now: Time = new Time(0, 0);
  #nowMs = -1;

  constructor(limits: Limits, locks: boolean) {
    this.limits = limits;
    this.locks = locks;
  }

  /** Returns a number that no node has. */
  protected abstract newInode(): number;

  /** Makes the content of an empty file. */
  abstract newContent(file: VolumeNode): Content;

  /** Makes the names of an empty directory. */
  abstract newEntries(directory: VolumeNode): Entries;

  /** Returns the node with a number, if there is one that has a name. */
  abstract find(inode: number): VolumeNode | undefined;

  /** Notes that there is a new node. */
  add(_node: VolumeNode): void {}

  /** Makes room for a change of a node that is about to happen. */
  begin(_node: VolumeNode): void {}

  /** Notes that a node has changed. */
  change(_node: VolumeNode): void {}

  /** Notes that so many bytes more wait to be stored. */
  addUnsaved(_bytes: number): void {}

  /** Notes that nobody uses a node that has a name. */
  evict(_node: VolumeNode): void {}

  /** Notes that a node is no more. */
  free(_node: VolumeNode): void {}

  /** Stores everything for good. */
  commit(): void {}

  /** The time, to the millisecond; one object for all that happens in it. */
  now(): Time {
    const ms = Date.now();
    if (ms !== this.#nowMs) {
      this.#nowMs = ms;
      this.#now = Time.ofMs(ms);
    }
    return this.#now;
  }

  /** Counts a new node; returns its number. */
  addInode(): number {
    this.takeInode();
    return this.newInode();
  }

  /**
   * Counts a node, or one more name of one: a name takes memory too, and there
   * may be any number of them.
   */
  takeInode(): void {
    if (this.inodes >= this.limits.inodes) {
      throw new SyscallError("inode", ENOSPC);
    }
    this.inodes++;
  }

  /** Counts one less; a damaged database may have counted too few. */
  giveInode(): void {
    if (this.inodes > 0) this.inodes--;
  }

  /** How many more pages may be used: less than 0 if there are too many. */
  get freePages(): number {
    return this.limits.pages - this.pages;
  }

  /** Counts pages that are about to be used, or given back. */
  takePages(count: number): void {
    if (count > 0 && count > this.freePages) {
      throw new SyscallError("page", ENOSPC);
    }
    this.pages += count;
  }

  /** Refuses one more link to a node that has the most there may be. */
  checkLinks(nlink: number): void {
    if (nlink >= this.limits.links) throw new SyscallError("link", EMLINK);
  }
}
