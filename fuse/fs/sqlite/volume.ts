import { SyscallError } from "../../../ffi/mod.ts";
import { EIO, ENOSPC } from "../../../posix/mod.ts";
import {
  type Limits,
  PAGE,
  type PosixDirectory,
  type PosixFile,
  type PosixNode,
  PosixSymlink,
  PosixVolume,
} from "../posix/internal.ts";
import { ChunkCache } from "./cache.ts";
import { SqliteContent } from "./content.ts";
import type { Counters, SqliteDatabase, Store } from "./database.ts";
import { SqliteEntries } from "./entries.ts";
import type { Host } from "./host.ts";
import { nodeOf, rowOf } from "./row.ts";
import { isSqliteError, SQLITE_FULL } from "./schema.ts";
import type { Part, SavedSize, StoredVolume } from "./stored_volume.ts";
import type { Unsaved } from "./unsaved.ts";

/** How much may wait in memory to be saved, in bytes. */
const MOST_UNSAVED = 32 << 20;
/** What a node that waits counts for beside its data. */
const NODE_MEMORY = 512;
/** More than one operation makes wait. */
const MOST_AT_ONCE = 2 << 20;
/** What is left free around the database: for its log, and its own needs. */
const RESERVE = 4 * MOST_UNSAVED;

/** How long to wait after a commit that failed, at least, in milliseconds. */
const RETRY_MS = 1000;
/** The longest that a timer can wait: more would be no time at all. */
const MOST_MS = 2 ** 31 - 1;

/** What a volume is asked to do, or not. */
export interface VolumeOptions {
  readonly locks: boolean;
  readonly commitMs: number;
  readonly report: (message: string) => void;
}

/**
 * What the nodes of one file system share: the database, the nodes that are in
 * memory, and what has changed since it was last saved.
 *
 * Nothing is written but in {@linkcode SqliteVolume.commit}, which writes all
 * changes in one transaction. So the database always shows the file system as
 * it was between two operations, and a transaction that fails loses nothing.
 */
export class SqliteVolume extends PosixVolume implements StoredVolume {
  readonly #host: Host;
  readonly db: SqliteDatabase;
  readonly cache: ChunkCache = new ChunkCache();
  readonly #commitMs: number;
  /** The nodes in memory: those that the kernel knows, or that have changed. */
  readonly #nodes = new Map<number, PosixNode>();
  /** Numbers of nodes that are about to be in memory. */
  readonly #loading = new Set<number>();
  /** What these have, if it is more than a row. */
  readonly #parts = new Map<PosixNode, Part>();
  readonly #changed = new Set<PosixNode>();
  /** Those that the database has. */
  readonly #stored = new WeakSet<PosixNode>();
  /** Numbers of saved nodes that are no more. */
  readonly #freed = new Set<number>();
  #lastInode: number;
  #lastBlob: number;
  #unsaved = 0;
  /** How many pages fit, as far as was known when it was last saved. */
  #mostPages = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #unsavedFile: Unsaved;
  readonly #report: (message: string) => void;
  /** Whether the last commit in the background has failed. */
  #hasFailed = false;

  constructor(
    db: SqliteDatabase,
    host: Host,
    unsaved: Unsaved,
    limits: Limits,
    options: VolumeOptions,
  ) {
    super(limits, options.locks);
    this.#host = host;
    this.db = db;
    this.#unsavedFile = unsaved;
    this.#commitMs = Math.min(options.commitMs, MOST_MS);
    this.#report = options.report;
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

  protected override newInode(): number {
    return ++this.#lastInode;
  }

  /** Makes the content of a file, which is as large as that if it was saved. */
  override newContent(file: PosixFile, saved?: SavedSize): SqliteContent {
    const content = new SqliteContent(this, file, saved);
    this.#parts.set(file, content);
    return content;
  }

  /** Makes the names of a directory, of which so many were saved. */
  override newEntries(directory: PosixDirectory, size?: number): SqliteEntries {
    const entries = new SqliteEntries(this, directory, size);
    this.#parts.set(directory, entries);
    return entries;
  }

  /** Returns the number of a blob to be. */
  newBlob(): number {
    return ++this.#lastBlob;
  }

  override find(inode: number): PosixNode | undefined {
    const node = this.node(inode);
    return node !== undefined && node.nlink > 0 ? node : undefined;
  }

  /**
   * Returns the node with that number; `undefined` if there is none, or if it
   * is in itself.
   *
   * @param parent The directory in which it was found.
   */
  node(inode: number, parent?: PosixDirectory): PosixNode | undefined {
    const known = this.#nodes.get(inode);
    if (known !== undefined) return known;
    // It may be no more, and that not be saved yet.
    if (this.#loading.has(inode) || this.#freed.has(inode)) return undefined;
    this.#loading.add(inode);
    try {
      const row = this.db.inode(inode);
      if (row === undefined) return undefined;
      const node = nodeOf(this, row, parent);
      this.#nodes.set(inode, node);
      this.#stored.add(node);
      return node;
    } finally {
      this.#loading.delete(inode);
    }
  }

  /**
   * Makes room for a change: what waits is saved if it is too much. What only
   * removes does without, so that it works where nothing more can be saved.
   */
  override begin(node: PosixNode): void {
    if (this.#unsaved > MOST_UNSAVED) this.commit();
    try {
      this.#unsavedFile.reserve(this.#unsaved + MOST_AT_ONCE);
    } catch {
      this.commit();
      this.#unsavedFile.reserve(MOST_AT_ONCE);
    }
    // Even if it fails half-way.
    this.change(node);
  }

  /** Notes that a node waits to be saved. */
  override change(node: PosixNode): void {
    if (this.#changed.has(node)) return;
    this.#changed.add(node);
    this.#nodes.set(node.inode, node);
    const target = node instanceof PosixSymlink ? node.size : 0;
    this.addUnsaved(NODE_MEMORY + target + (node.xattrs?.memory ?? 0));
    this.#startTimer();
  }

  /** Counts memory of what waits to be saved. */
  override addUnsaved(bytes: number): void {
    this.#unsaved += bytes;
  }

  /** Forgets a node that is no more. */
  override free(node: PosixNode): void {
    this.#forget(node);
    if (this.#changed.delete(node)) this.addUnsaved(-NODE_MEMORY);
    if (!this.#stored.has(node)) return;
    this.#freed.add(node.inode);
    this.addUnsaved(NODE_MEMORY);
    this.#startTimer();
  }

  /** Forgets a node that nobody uses, and that can be had again. */
  override evict(node: PosixNode): void {
    if (node.isUsed || this.#changed.has(node)) return;
    if (this.#nodes.get(node.inode) === node) this.#forget(node);
  }

  /**
   * Saves everything: when it returns, all of it is on disk.
   *
   * @throws {SyscallError} ENOSPC if there is no room for it. Whatever it
   * throws, everything is as before, and can be saved later.
   */
  override commit(): void {
    if (this.#changed.size === 0 && this.#freed.size === 0) return;
    this.#stopTimer();
    try {
      this.db.transact(() => this.#save(this.db));
    } catch (error) {
      this.#startTimer();
      throw isSqliteError(error) && error.errcode === SQLITE_FULL
        ? new SyscallError("fsync", ENOSPC, {
          path: this.#host.path,
          cause: error,
        })
        : error;
    }
    this.#hasFailed = false;
    const saved = [...this.#changed];
    this.#changed.clear();
    this.#freed.clear();
    this.#unsaved = 0;
    for (const node of saved) {
      this.#stored.add(node);
      this.#parts.get(node)?.saved();
      this.evict(node);
    }
    this.#measure();
  }

  /**
   * Saves everything, and closes the database.
   *
   * @throws {SyscallError} If it cannot be saved: it is kept beside the
   * database until that is opened again.
   */
  close(): void {
    using _host = this.#host;
    using _db = this.db;
    try {
      this.commit();
      this.#unsavedFile.remove();
    } catch (error) {
      throw this.#keep(error as Error);
    } finally {
      this.#stopTimer();
    }
  }

  /** Keeps what cannot be saved; returns the error that tells of it. */
  #keep(cause: Error): SyscallError {
    const { path } = this.#host;
    const { errno = EIO } = cause as { errno?: number };
    let hint = `the last changes are in ${this.#unsavedFile.path}, and will ` +
      "be stored when it is mounted again";
    try {
      this.#unsavedFile.keep(
        this.db.counters(),
        this.#counters,
        (store) => this.#save(store),
      );
    } catch (error) {
      hint = `the last changes are lost: ${(error as Error).message}`;
    }
    return new SyscallError("close", errno, { path, hint, cause });
  }

  #save(store: Store): void {
    for (const inode of this.#freed) store.deleteInode(inode);
    for (const node of this.#changed) {
      store.saveInode(rowOf(node));
      if (node.xattrs !== undefined) {
        store.saveXattrs(node.inode, [...node.xattrs.entries()]);
      }
      this.#parts.get(node)?.save(store);
    }
    store.saveCounters(this.#counters);
  }

  get #counters(): Counters {
    return {
      lastInode: this.#lastInode,
      lastBlob: this.#lastBlob,
      inodes: this.inodes,
      pages: this.pages,
    };
  }

  #forget(node: PosixNode): void {
    this.#nodes.delete(node.inode);
    this.#parts.get(node)?.drop();
    this.#parts.delete(node);
  }

  #commitInTime(): void {
    this.#timer = undefined;
    try {
      this.commit();
    } catch (error) {
      // Nobody waits for it: whoever wants to be sure calls fsync(2).
      if (this.#hasFailed) return;
      this.#hasFailed = true;
      this.#stopTimer();
      this.#startTimer();
      this.#report((error as Error).message);
    }
  }

  #startTimer(): void {
    const ms = this.#hasFailed
      ? Math.max(RETRY_MS, this.#commitMs)
      : this.#commitMs;
    this.#timer ??= setTimeout(() => this.#commitInTime(), ms);
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
