import { SyscallError } from "../../ffi/syscall_error.ts";
import { EMLINK, ENOSPC } from "../../posix/constants_errno.ts";
import { PagePool } from "./_mem_pool.ts";
import { Time } from "./_mem_time.ts";
import type { Waits } from "./_lock_table.ts";

/** How much a file system may hold. */
export interface Limits {
  readonly pages: number;
  readonly inodes: number;
  readonly links: number;
}

/** What the nodes of one file system share: memory, quotas, and the clock. */
export class MemVolume {
  readonly pool: PagePool = new PagePool();
  readonly limits: Limits;
  /** Whether the file system answers lock requests itself. */
  readonly locks: boolean;
  /** Who waits for a lock, so that no circle of them waits for ever. */
  readonly waits: Waits = new Map();
  /** Pages that are used or promised. */
  pages = 0;
  inodes = 0;
  #lastInode = 0;
  #now: Time = new Time(0, 0);
  #nowMs = -1;

  constructor(limits: Limits, locks: boolean) {
    this.limits = limits;
    this.locks = locks;
  }

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
    if (this.inodes >= this.limits.inodes) {
      throw new SyscallError("inode", ENOSPC);
    }
    this.inodes++;
    return ++this.#lastInode;
  }

  /** How many more pages may be used. */
  get freePages(): number {
    return this.limits.pages - this.pages;
  }

  /** Counts pages that are about to be used. */
  takePages(count: number): void {
    if (count > this.freePages) throw new SyscallError("page", ENOSPC);
    this.pages += count;
  }

  /** Refuses one more link to a node that has the most there may be. */
  checkLinks(nlink: number): void {
    if (nlink >= this.limits.links) throw new SyscallError("link", EMLINK);
  }
}
