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

/** The limit for unsaved changes in memory, in bytes. */
const MOST_UNSAVED = 32 << 20;
/** The bytes that a changed node counts for in addition to its data. */
const NODE_MEMORY = 512;
/** An upper bound for the unsaved bytes of one operation. */
const MOST_AT_ONCE = 2 << 20;
/** The disk space in bytes that is kept free for the log and SQLite itself. */
const RESERVE = 4 * MOST_UNSAVED;

/** The shortest pause after a failed commit, in milliseconds. */
const RETRY_MS = 1000;
/** The longest delay of a timer; a longer delay would fire at once. */
const MOST_MS = 2 ** 31 - 1;

/** The options of a volume. */
export interface VolumeOptions {
  readonly locks: boolean;
  readonly commitMs: number;
  readonly report: (message: string) => void;
}

/**
 * A volume in a database: the nodes in memory, and the changes since the last
 * commit.
 *
 * Only {@linkcode SqliteVolume.commit} writes to the database; it writes all
 * changes in one transaction. So the database always has the file system as it
 * was between two operations, and a failed transaction loses nothing.
 */
export class SqliteVolume extends PosixVolume implements StoredVolume {
  readonly #host: Host;
  readonly db: SqliteDatabase;
  readonly cache: ChunkCache = new ChunkCache();
  readonly #commitMs: number;
  /** The nodes in memory: those that the kernel knows, or that have changed. */
  readonly #nodes = new Map<number, PosixNode>();
  /** The numbers of nodes that are being loaded. */
  readonly #loading = new Set<number>();
  /** The contents of files and entries of directories in memory. */
  readonly #parts = new Map<PosixNode, Part>();
  readonly #changed = new Set<PosixNode>();
  /** The nodes that the database has. */
  readonly #stored = new WeakSet<PosixNode>();
  /** The numbers of saved nodes that were freed. */
  readonly #freed = new Set<number>();
  #lastInode: number;
  #lastBlob: number;
  #unsaved = 0;
  /** The pages that fit on the disk, as measured at the last commit. */
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

  /** Whether the file system is new and has no root yet. */
  get isEmpty(): boolean {
    return this.#lastInode === 0;
  }

  /** The number of nodes in memory. */
  get nodeCount(): number {
    return this.#nodes.size;
  }

  override get freePages(): number {
    return Math.min(this.limits.pages, this.#mostPages) - this.pages;
  }

  protected override newInode(): number {
    return ++this.#lastInode;
  }

  /** Creates the content of a file, with the size of the saved content. */
  override newContent(file: PosixFile, saved?: SavedSize): SqliteContent {
    const content = new SqliteContent(this, file, saved);
    this.#parts.set(file, content);
    return content;
  }

  /** Creates the entries of a directory, of which `size` were saved. */
  override newEntries(directory: PosixDirectory, size?: number): SqliteEntries {
    const entries = new SqliteEntries(this, directory, size);
    this.#parts.set(directory, entries);
    return entries;
  }

  /** Returns the id for a new blob. */
  newBlob(): number {
    return ++this.#lastBlob;
  }

  override find(inode: number): PosixNode | undefined {
    const node = this.node(inode);
    return node !== undefined && node.nlink > 0 ? node : undefined;
  }

  /**
   * Returns the node with an inode number; `undefined` if there is none, or if
   * it is a directory inside itself.
   *
   * @param parent The directory in which the node was found.
   */
  node(inode: number, parent?: PosixDirectory): PosixNode | undefined {
    const known = this.#nodes.get(inode);
    if (known !== undefined) return known;
    // A freed node is in the database until the next commit.
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
   * Makes room for a change: saves the changes so far if they are too large.
   * Operations that only remove do not call it, so that they work on a full
   * disk.
   */
  override begin(node: PosixNode): void {
    if (this.#unsaved > MOST_UNSAVED) this.commit();
    try {
      this.#unsavedFile.reserve(this.#unsaved + MOST_AT_ONCE);
    } catch {
      this.commit();
      this.#unsavedFile.reserve(MOST_AT_ONCE);
    }
    // Marked at once, since the operation may fail half-way.
    this.change(node);
  }

  /** Marks a node to be saved. */
  override change(node: PosixNode): void {
    if (this.#changed.has(node)) return;
    this.#changed.add(node);
    this.#nodes.set(node.inode, node);
    const target = node instanceof PosixSymlink ? node.size : 0;
    this.addUnsaved(NODE_MEMORY + target + (node.xattrs?.memory ?? 0));
    this.#startTimer();
  }

  /** Adds to the size of the unsaved changes. */
  override addUnsaved(bytes: number): void {
    this.#unsaved += bytes;
  }

  /** Removes a freed node. */
  override free(node: PosixNode): void {
    this.#forget(node);
    if (this.#changed.delete(node)) this.addUnsaved(-NODE_MEMORY);
    if (!this.#stored.has(node)) return;
    this.#freed.add(node.inode);
    this.addUnsaved(NODE_MEMORY);
    this.#startTimer();
  }

  /** Drops an unused node that can be read from the database again. */
  override evict(node: PosixNode): void {
    if (node.isUsed || this.#changed.has(node)) return;
    if (this.#nodes.get(node.inode) === node) this.#forget(node);
  }

  /**
   * Saves all changes; they are on disk when the method returns.
   *
   * @throws {SyscallError} ENOSPC if there is no room. After any error the
   * changes are still in memory, and can be saved later.
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
   * Saves all changes, and closes the database.
   *
   * @throws {SyscallError} If the changes cannot be saved. They are then kept
   * beside the database until it is opened again.
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

  /** Keeps the unsaved changes in a file; returns the error to report. */
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
      // No request waits for this commit; fsync(2) would report the error.
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
