import {
  type Entries,
  type Entry,
  PosixDirectory,
  type PosixNode,
} from "../posix/internal.ts";
import type { Store } from "./database.ts";
import type { Part, StoredVolume } from "./stored_volume.ts";

/** How many entries a directory keeps in memory that are in the database. */
const MOST_KEPT = 4096;
/** What a name that waits to be saved counts for. */
const ENTRY_MEMORY = 256;

/** The names in a directory. What changes stays in memory until it is saved. */
export class SqliteEntries implements Entries<PosixNode>, Part {
  readonly #volume: StoredVolume;
  readonly #directory: PosixDirectory;
  readonly #inode: number;
  /** Names in the database. */
  readonly #kept = new Map<string, Entry>();
  /** Names that have changed; those of nothing are gone. */
  readonly #changed = new Map<string, Entry | undefined>();
  /** Whether all names in the database are kept. */
  #isWhole: boolean;
  #size: number;

  /** Takes so many saved entries, or starts with none. */
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

  /** How many are in memory though they are in the database. */
  get keptCount(): number {
    return this.#kept.size;
  }

  get(name: string): PosixNode | undefined {
    const entry = this.#find(name);
    if (entry === undefined) return undefined;
    const node = this.#volume.node(entry.inode, this.#directory);
    // A directory has one name, which is not here then.
    return node instanceof PosixDirectory && node.parent.inode !== this.#inode
      ? undefined
      : node;
  }

  /** Whether there is something in it, whatever is counted. */
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

  /** Returns what is in the database, whatever has changed. */
  #saved(): Iterable<readonly [string, Entry]> {
    if (this.#isWhole) return this.#kept;
    const saved = this.#volume.db.entries(this.#inode);
    if (saved.length <= MOST_KEPT) {
      // In the same order for the next listing.
      this.#kept.clear();
      for (const [name, entry] of saved) this.#kept.set(name, entry);
      this.#isWhole = true;
    }
    return saved;
  }

  /** Keeps a saved name; too many are all forgotten. */
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
