import {
  type Entries,
  type Entry,
  PosixDirectory,
  type PosixNode,
} from "../posix/internal.ts";
import type { Store } from "./database.ts";
import type { Part, StoredVolume } from "./stored_volume.ts";

/** The most unchanged entries that a directory keeps in memory. */
const MOST_KEPT = 4096;
/** The bytes of memory that a changed entry counts for. */
const ENTRY_MEMORY = 256;

/** The entries of a directory. Changes stay in memory until they are saved. */
export class SqliteEntries implements Entries<PosixNode>, Part {
  readonly #volume: StoredVolume;
  readonly #directory: PosixDirectory;
  readonly #inode: number;
  /** Cached entries of the database. */
  readonly #kept = new Map<string, Entry>();
  /** Changed entries; `undefined` for a removed name. */
  readonly #changed = new Map<string, Entry | undefined>();
  /** Whether all entries of the database are in `#kept`. */
  #isWhole: boolean;
  #size: number;

  /** Starts with `size` saved entries, or with none. */
  constructor(volume: StoredVolume, directory: PosixDirectory, size?: number) {
    this.#volume = volume;
    this.#directory = directory;
    this.#inode = directory.inode;
    this.#isWhole = size === undefined;
    this.#size = size ?? 0;
  }

  get size(): number {
    return this.#size;
  }

  /** The number of cached entries. */
  get keptCount(): number {
    return this.#kept.size;
  }

  get(name: string): PosixNode | undefined {
    const entry = this.#find(name);
    if (entry === undefined) return undefined;
    const node = this.#volume.node(entry.inode, this.#directory);
    // A directory has only one name; its parent is another directory.
    return node instanceof PosixDirectory && node.parent.inode !== this.#inode
      ? undefined
      : node;
  }

  /** Whether an entry exists, even if the count is damaged. */
  hasAny(): boolean {
    for (const [name] of this) {
      const node = this.get(name);
      if (node === undefined) continue;
      this.#volume.evict(node);
      return true;
    }
    return false;
  }

  set(name: string, { inode, mode }: PosixNode): void {
    if (this.#find(name) === undefined) this.#size++;
    this.#change(name, { inode, mode });
  }

  delete(name: string): void {
    if (this.#find(name) === undefined) return;
    if (this.#size > 0) this.#size--;
    this.#change(name, undefined);
  }

  *[Symbol.iterator](): Generator<readonly [string, Entry]> {
    for (const saved of this.#saved()) {
      if (!this.#changed.has(saved[0])) yield saved;
    }
    for (const [name, entry] of this.#changed) {
      if (entry !== undefined) yield [name, entry];
    }
  }

  save(store: Store): void {
    for (const [name, entry] of this.#changed) {
      if (entry === undefined) store.deleteEntry(this.#inode, name);
      else store.saveEntry(this.#inode, name, entry);
    }
  }

  saved(): void {
    for (const [name, entry] of this.#changed) {
      if (entry === undefined) this.#kept.delete(name);
      else this.#keep(name, entry);
    }
    this.#changed.clear();
  }

  drop(): void {}

  #find(name: string): Entry | undefined {
    if (this.#changed.has(name)) return this.#changed.get(name);
    const kept = this.#kept.get(name);
    if (kept !== undefined || this.#isWhole) return kept;
    const entry = this.#volume.db.entry(this.#inode, name);
    if (entry !== undefined) this.#keep(name, entry);
    return entry;
  }

  /** Returns the entries in the database, without the changes. */
  #saved(): Iterable<readonly [string, Entry]> {
    if (this.#isWhole) return this.#kept;
    const saved = this.#volume.db.entries(this.#inode);
    if (saved.length <= MOST_KEPT) {
      // Cached in this order, so that the next listing has it too.
      this.#kept.clear();
      for (const [name, entry] of saved) this.#kept.set(name, entry);
      this.#isWhole = true;
    }
    return saved;
  }

  /** Caches a saved entry; a full cache is emptied first. */
  #keep(name: string, entry: Entry): void {
    if (this.#kept.size >= MOST_KEPT && !this.#kept.has(name)) {
      this.#kept.clear();
      this.#isWhole = false;
    }
    this.#kept.set(name, entry);
  }

  #change(name: string, entry: Entry | undefined): void {
    this.#changed.set(name, entry);
    this.#volume.addUnsaved(ENTRY_MEMORY);
  }
}
