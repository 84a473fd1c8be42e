import type { Entry, SqliteDatabase } from "./_sqlite_database.ts";
import type { SqliteVolume } from "./_sqlite_volume.ts";

/** How many entries a directory keeps in memory that are in the database. */
const MOST_KEPT = 4096;
/** What a name that waits to be saved counts for. */
const ENTRY_MEMORY = 256;

/** The names in a directory. What changes stays in memory until it is saved. */
export class SqliteEntries {
  readonly #volume: SqliteVolume;
  readonly #directory: number;
  readonly #known = new Map<string, Entry>();
  /** Names that have changed: those that are not known are gone. */
  readonly #changed = new Set<string>();
  /** Whether the known ones are all there are. */
  #isWhole: boolean;
  /** How many there are. */
  count: number;

  /** Takes so many saved entries, or starts with none. */
  constructor(volume: SqliteVolume, directory: number, count = 0) {
    this.#volume = volume;
    this.#directory = directory;
    this.#isWhole = count === 0;
    this.count = count;
  }

  get(name: string): Entry | undefined {
    const known = this.#known.get(name);
    if (known !== undefined || this.#isWhole || this.#changed.has(name)) {
      return known;
    }
    const entry = this.#volume.db.entry(this.#directory, name);
    if (entry !== undefined) this.#known.set(name, entry);
    return entry;
  }

  set(name: string, entry: Entry): void {
    if (this.get(name) === undefined) this.count++;
    this.#known.set(name, entry);
    this.#change(name);
  }

  delete(name: string): void {
    if (this.get(name) === undefined) return;
    this.count--;
    this.#known.delete(name);
    this.#change(name);
  }

  /** Returns all of them. */
  list(): Iterable<readonly [string, Entry]> {
    if (this.#isWhole) return this.#known;
    const saved = this.#volume.db.entries(this.#directory)
      .filter(([name]) => !this.#changed.has(name));
    const all: (readonly [string, Entry])[] = saved;
    for (const name of this.#changed) {
      const entry = this.#known.get(name);
      if (entry !== undefined) all.push([name, entry]);
    }
    if (all.length <= MOST_KEPT) {
      for (const [name, entry] of all) this.#known.set(name, entry);
      this.#isWhole = true;
    }
    return all;
  }

  /** Writes what has changed into the database. */
  save(db: SqliteDatabase): void {
    for (const name of this.#changed) {
      const entry = this.#known.get(name);
      if (entry === undefined) db.deleteEntry(this.#directory, name);
      else db.saveEntry(this.#directory, name, entry);
    }
  }

  /** Notes that what was saved is in the database for good. */
  saved(): void {
    this.#changed.clear();
    if (this.#known.size <= MOST_KEPT) return;
    this.#known.clear();
    this.#isWhole = false;
  }

  #change(name: string): void {
    this.#changed.add(name);
    this.#volume.addUnsaved(ENTRY_MEMORY);
  }
}
