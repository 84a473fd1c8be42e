import { SyscallError } from "../../ffi/syscall_error.ts";
import { EIO, ENOSPC } from "../../posix/constants_errno.ts";
import { PAGE } from "./_mem_pool.ts";
import { type Limits, MemVolume } from "./_mem_volume.ts";
import type { Host } from "./_sqlite_host.ts";
import { ChunkCache } from "./_sqlite_cache.ts";
import type { InodeRow, SqliteDatabase } from "./_sqlite_database.ts";
import { isSqliteError } from "./_sqlite_schema.ts";
import { makeNode } from "./_sqlite_load.ts";
import type { SqliteNode } from "./_sqlite_node.ts";

/** How much may wait in memory to be saved, in bytes. */
const MOST_UNSAVED = 32 << 20;
/** What a node that waits counts for beside its data. */
const NODE_MEMORY = 512;
/** What is left free around the database: for its log, and its own needs. */
const RESERVE = 4 * MOST_UNSAVED;

// sqlite3.h
const SQLITE_FULL = 13;

/** What a volume is asked to do, or not. */
export interface VolumeOptions {
  readonly locks: boolean;
  readonly noAtime: boolean;
  readonly commitMs: number;
}

/**
 * What the nodes of one file system share: the database, the nodes that are in
 * memory, and what has changed since it was last saved.
 *
 * Nothing is written but in {@linkcode SqliteVolume.commit}, which writes all
 * changes in one transaction. So the database always shows the file system as
 * it was between two operations, and a transaction that fails loses nothing.
 */
export class SqliteVolume extends MemVolume {
  readonly #host: Host;
  readonly db: SqliteDatabase;
  readonly cache: ChunkCache = new ChunkCache();
  /** Whether reading changes nothing. */
  readonly noAtime: boolean;
  readonly #commitMs: number;
  /** The nodes in memory: those that the kernel knows, or that have changed. */
  readonly #nodes = new Map<number, SqliteNode>();
  readonly #changed = new Set<SqliteNode>();
  /** Numbers of saved nodes that are no more. */
  readonly #freed = new Set<number>();
  /** The row that a node is being made from. */
  #loading: InodeRow | undefined;
  #lastInode: number;
  #lastBlob: number;
  #unsaved = 0;
  /** How many pages fit, as far as was known when it was last saved. */
  #mostPages = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    db: SqliteDatabase,
    host: Host,
    limits: Limits,
    options: VolumeOptions,
  ) {
    super(limits, options.locks);
    this.#host = host;
    this.db = db;
    this.#commitMs = options.commitMs;
    this.noAtime = options.noAtime;
    const { lastInode, lastBlob, inodes, pages } = db.counters();
    this.#lastInode = lastInode;
    this.#lastBlob = lastBlob;
    this.inodes = inodes;
    this.pages = pages;
    this.#measure();
  }

  /** Whether there is nothing yet, not even a root. */
  get isEmpty(): boolean {
    return this.#lastInode === 0;
  }

  /** How many nodes are in memory. */
  get nodeCount(): number {
    return this.#nodes.size;
  }

  override get freePages(): number {
    return Math.min(this.limits.pages, this.#mostPages) - this.pages;
  }

  override takePages(count: number): void {
    if (this.#loading !== undefined) return;
    // Whoever takes none may do so even if there are more than may be.
    if (count > 0) super.takePages(count);
    else this.pages += count;
  }

  override addInode(): number {
    if (this.#loading !== undefined) return this.#loading.inode;
    super.addInode();
    return ++this.#lastInode;
  }

  /** Returns the number of a blob to be. */
  newBlob(): number {
    return ++this.#lastBlob;
  }

  /** Returns the node with that number. */
  node(inode: number): SqliteNode {
    const known = this.#nodes.get(inode);
    if (known !== undefined) return known;
    const row = this.db.inode(inode);
    if (row === undefined) throw new SyscallError("lookup", EIO);
    const parent = row.parent === null || row.parent === inode
      ? undefined
      : this.node(row.parent);
    this.#loading = row;
    try {
      const node = makeNode(this, row, parent);
      this.#nodes.set(inode, node);
      return node;
    } finally {
      this.#loading = undefined;
    }
  }

  /**
   * Makes room for a change: what waits is saved if it is too much. What only
   * removes does without, so that it works where nothing more can be saved.
   */
  begin(): void {
    if (this.#unsaved > MOST_UNSAVED) this.commit();
  }

  /** Notes that a node waits to be saved. */
  change(node: SqliteNode): void {
    if (this.#changed.has(node)) return;
    this.#changed.add(node);
    this.#nodes.set(node.inode, node);
    this.addUnsaved(NODE_MEMORY);
    this.#startTimer();
  }

  /** Counts memory of what waits to be saved. */
  addUnsaved(bytes: number): void {
    this.#unsaved += bytes;
  }

  /** Forgets a node that is no more. */
  free(node: SqliteNode): void {
    this.#nodes.delete(node.inode);
    if (this.#changed.delete(node)) this.addUnsaved(-NODE_MEMORY);
    if (!node.isSaved) return;
    this.#freed.add(node.inode);
    this.addUnsaved(NODE_MEMORY);
    this.#startTimer();
  }

  /** Forgets a node that nobody uses, and that can be had again. */
  evict(node: SqliteNode): void {
    if (node.isUsed || this.#changed.has(node)) return;
    if (this.#nodes.get(node.inode) !== node) return;
    this.#nodes.delete(node.inode);
    node.drop();
  }

  /**
   * Saves everything: when it returns, all of it is on disk.
   *
   * @throws {SyscallError} ENOSPC if there is no room for it. Whatever it
   * throws, everything is as before, and can be saved later.
   */
  commit(): void {
    if (this.#changed.size === 0 && this.#freed.size === 0) return;
    this.#stopTimer();
    try {
      this.db.transact(() => this.#save());
    } catch (error) {
      this.#startTimer();
      throw isSqliteError(error) && error.errcode === SQLITE_FULL
        ? new SyscallError("fsync", ENOSPC, { cause: error })
        : error;
    }
    const saved = [...this.#changed];
    this.#changed.clear();
    this.#freed.clear();
    this.#unsaved = 0;
    for (const node of saved) {
      node.saved();
      this.evict(node);
    }
    this.#measure();
  }

  /** Saves everything, and closes the database. */
  close(): void {
    using _host = this.#host;
    using _db = this.db;
    try {
      this.commit();
    } finally {
      this.#stopTimer();
    }
  }

  #save(): void {
    const { db } = this;
    for (const inode of this.#freed) db.deleteInode(inode);
    for (const node of this.#changed) node.save(db);
    db.saveCounters({
      lastInode: this.#lastInode,
      lastBlob: this.#lastBlob,
      inodes: this.inodes,
      pages: this.pages,
    });
  }

  #commitInTime(): void {
    this.#timer = undefined;
    try {
      this.commit();
    } catch {
      // Nobody waits for it: whoever wants to be sure calls fsync(2).
    }
  }

  #startTimer(): void {
    this.#timer ??= setTimeout(() => this.#commitInTime(), this.#commitMs);
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #measure(): void {
    const free = this.#host.freeBytes + this.db.freeBytes - RESERVE;
    this.#mostPages = this.pages + Math.max(0, Math.floor(free / PAGE));
  }
}
