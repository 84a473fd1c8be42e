import { SyscallError } from "../../../ffi/mod.ts";
import { EMLINK, ENOSPC } from "../../../posix/mod.ts";
import type { AtimeMode } from "../../mount/internal.ts";
import { LockWaits } from "../locks/internal.ts";
import type { Node } from "../node.ts";
import { Time } from "./time.ts";

/** The unit of space, in bytes. */
export const PAGE = 4096;

/** The limits of a file system: pages, inodes, and links of one file. */
export interface Limits {
  readonly pages: number;
  readonly inodes: number;
  readonly links: number;
}

/** The bytes of a file: pages where something was written, holes elsewhere. */
export interface Content {
  /** The number of used or reserved pages, which the volume counts too. */
  readonly pages: number;
  /** Reads `length` bytes from `position`; missing bytes read as zeros. */
  read(position: number, into: Uint8Array, length: number): void;
  /** Writes as many bytes as there is room for; returns their number. */
  write(position: number, data: Uint8Array): number;
  /** Makes the range from `start` to `end` a hole, and frees its pages. */
  punch(start: number, end: number): void;
  /** Frees the pages beyond `size`, the new end of the file. */
  truncate(size: number): void;
  /** Reserves the missing pages from `start` to `end`: all of them, or none. */
  reserve(start: number, end: number): void;
  /** Returns the offset of the next data from `position` on, or Infinity. */
  nextData(position: number): number;
  /** Returns the offset of the next hole from `position` on. */
  nextHole(position: number): number;
  /** Frees all pages of a file that is removed. */
  free(): void;
}

/** The part of a node that a volume needs. */
export interface VolumeNode {
  /** The inode number. */
  readonly inode: number;
  /** Records that the kernel knows the node; returns the node. */
  remember(): Node;
}

/** A directory entry, as it is known without its node. */
export interface Entry {
  readonly inode: number;
  /** The file type; the other bits are undefined. */
  readonly mode: number;
}

/** The entries of a directory by name; a `Map` of nodes implements it. */
export interface Entries<N extends VolumeNode = VolumeNode>
  extends Iterable<readonly [name: string, of: Entry]> {
  readonly size: number;
  get(name: string): N | undefined;
  set(name: string, node: N): void;
  delete(name: string): void;
  /** Whether there are entries, for a store whose `size` may be wrong. */
  hasAny?(): boolean;
}

/**
 * The state that the nodes of one file system share: their storage, the counted
 * space and inodes, and the clock.
 *
 * The node classes are the same for every kind of storage. Each node tells its
 * volume when it changes, when nobody uses it any more, and when it is freed.
 */
export abstract class PosixVolume {
  readonly limits: Limits;
  /** Whether the file system answers lock requests itself. */
  readonly locks: boolean;
  /** The rule for updates of access times. */
  atime: AtimeMode = "relative";
  /** The owners that wait for locks, in which deadlocks are found. */
  readonly waits: LockWaits = new LockWaits();
  /** The number of pages that are used or reserved. */
  pages = 0;
  /** The number of nodes, plus their names beyond the first. */
  inodes = 0;
  #now: Time = new Time(0, 0);
  #nowMs = -1;

  constructor(limits: Limits, locks: boolean) {
    this.limits = limits;
    this.locks = locks;
  }

  /** Returns an inode number that no node has. */
  protected abstract newInode(): number;

  /** Creates the content of an empty file. */
  abstract newContent(file: VolumeNode): Content;

  /** Creates the entries of an empty directory. */
  abstract newEntries(directory: VolumeNode): Entries;

  /** Returns the node with an inode number, if it exists and has a name. */
  abstract find(inode: number): VolumeNode | undefined;

  /** Registers a new node. */
  add(_node: VolumeNode): void {}

  /** Makes room for a change that a node is about to make. */
  begin(_node: VolumeNode): void {}

  /** Records that a node has changed. */
  change(_node: VolumeNode): void {}

  /** Adds to the number of bytes that wait to be stored. */
  addUnsaved(_bytes: number): void {}

  /** Drops a node that has a name, but that nobody uses. */
  evict(_node: VolumeNode): void {}

  /** Removes a node that has neither names nor users. */
  free(_node: VolumeNode): void {}

  /** Stores all changes durably. */
  commit(): void {}

  /** Returns the time to the millisecond; equal times share one object. */
  now(): Time {
    const ms = Date.now();
    if (ms !== this.#nowMs) {
      this.#nowMs = ms;
      this.#now = Time.ofMs(ms);
    }
    return this.#now;
  }

  /** Counts a new node; returns its inode number. */
  addInode(): number {
    this.takeInode();
    return this.newInode();
  }

  /**
   * Counts a node, or a further name of a node: names take memory too, and a
   * node may have any number of them.
   *
   * @throws {SyscallError} ENOSPC at the limit.
   */
  takeInode(): void {
    if (this.inodes >= this.limits.inodes) {
      throw new SyscallError("inode", ENOSPC);
    }
    this.inodes++;
  }

  /** Undoes `takeInode`; a damaged database may have counted too few. */
  giveInode(): void {
    if (this.inodes > 0) this.inodes--;
  }

  /** The number of free pages; negative if more than the limit are used. */
  get freePages(): number {
    return this.limits.pages - this.pages;
  }

  /** Counts pages that are about to be used (or freed, if negative). */
  takePages(count: number): void {
    if (count > 0 && count > this.freePages) {
      throw new SyscallError("page", ENOSPC);
    }
    this.pages += count;
  }

  /** Refuses a further link to a node that has as many as the limit allows. */
  checkLinks(nlink: number): void {
    if (nlink >= this.limits.links) throw new SyscallError("link", EMLINK);
  }
}
