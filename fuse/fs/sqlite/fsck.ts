import type { DatabaseSync } from "node:sqlite";
import { decodeBytes } from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { HostFd } from "../../../hostfd/mod.ts";
import { EINVAL, fstat, O_PATH } from "../../../posix/mod.ts";
import { SHORT_TARGET } from "../posix/internal.ts";
import {
  type Check,
  COUNT_CHECKS,
  ENTRY_CHECKS,
  HAS_PLACE,
  INODE_CHECKS,
  VOLUME_CHECKS,
} from "./checks.ts";
import { countPages } from "./chunk.ts";
import { SqliteDatabase } from "./database.ts";
import { openDatabase, ROOT } from "./schema.ts";
import { Unsaved } from "./unsaved.ts";

/** The most components of a path in a report. */
const MAX_DEPTH = 64;

type Row = Record<string, unknown>;

/**
 * Checks a file system in a database that is not mounted.
 *
 * @param path The database.
 * @param repair Whether to repair the damage. A node without a name is named
 * `lost-` and its inode number in the root directory.
 * @returns A line for each problem; an empty array if there is none.
 * @throws {SyscallError} ENOENT if there is no such file, EINVAL if it is not a
 * SqliteFS, EBUSY while it is mounted.
 */
export async function fsck(path: string, repair = false): Promise<string[]> {
  {
    // Opening a missing database would create it. The file is opened with
    // O_PATH, since closing any other descriptor would drop SQLite's locks.
    using file = HostFd.open(path, O_PATH);
    if (fstat(file.fd).size === 0) {
      throw new SyscallError("fsck", EINVAL, { path, hint: "it is empty" });
    }
  }
  const unsaved = await Unsaved.beside(path);
  const db = await openDatabase(
    path,
    (db) => unsaved.restore(new SqliteDatabase(db)),
  );
  try {
    unsaved.remove();
    return checkTables(db, repair);
  } finally {
    db.close();
  }
}

/** Checks the tables; repairs all problems, or changes nothing. */
export function checkTables(db: DatabaseSync, repair = false): string[] {
  const wrong = db.prepare("PRAGMA integrity_check").all()
    .map((row) => String(row["integrity_check"]))
    .filter((text) => text !== "ok");
  const mending = new Mending(db);
  db.exec("BEGIN IMMEDIATE; CREATE INDEX by_inode ON entries (inode)");
  try {
    mending.run();
    db.exec(repair ? "DROP INDEX by_inode; COMMIT" : "ROLLBACK");
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
  return [...wrong, ...mending.found];
}

/** A run of all checks, each on the result of the repairs before. */
class Mending {
  readonly found: string[] = [];
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  run(): void {
    for (const check of INODE_CHECKS) this.#check(check);
    for (const check of ENTRY_CHECKS) this.#check(check);
    this.#nameLost();
    for (const check of COUNT_CHECKS) this.#check(check);
    this.#countPages();
    for (const check of VOLUME_CHECKS) this.#check(check);
  }

  #check({ what, find, repair }: Check): void {
    const rows = this.#all(find);
    if (rows.length === 0) return;
    for (const row of rows) this.found.push(`${what}: ${this.#describe(row)}`);
    this.#db.exec(repair);
  }

  /** Gives names to the nodes that cannot be reached from the root. */
  #nameLost(): void {
    for (;;) {
      const lost = this.#all(`
        WITH RECURSIVE reached (inode) AS (
          VALUES (${ROOT})
          UNION SELECT e.inode FROM reached r
          JOIN entries e ON e.directory = r.inode)
        SELECT i.inode, EXISTS (
          SELECT 1 FROM entries e WHERE e.inode = i.inode) AS named
        FROM inodes i
        WHERE inode NOT IN (SELECT inode FROM reached) AND ${HAS_PLACE}
        ORDER BY named, inode`);
      if (lost.length === 0) return;
      const nameless = lost.filter(({ named }) => named === 0n);
      // An unreachable node with a name is inside a lost one, or in a cycle.
      for (const { inode } of nameless.length > 0 ? nameless : [lost[0]!]) {
        this.found.push(`a node in no directory: inode ${inode}`);
        this.#nameIt(inode as bigint);
      }
    }
  }

  #nameIt(inode: bigint): void {
    const db = this.#db;
    db.prepare("DELETE FROM entries WHERE inode = ?").run(inode);
    const insert = db.prepare(`INSERT OR IGNORE INTO entries
      SELECT ${ROOT}, CAST(? AS BLOB), inode, mode >> 12 FROM inodes
      WHERE inode = ?`);
    let name = `lost-${inode}`;
    while (insert.run(name, inode).changes === 0) name += "-";
  }

  /** Checks the pages of files and long targets, which SQL cannot count. */
  #countPages(): void {
    const db = this.#db;
    const counts = new Map<unknown, number>();
    for (const row of this.#all("SELECT inode, pages FROM chunks")) {
      const before = counts.get(row["inode"]) ?? 0;
      counts.set(row["inode"], before + countPages(Number(row["pages"])));
    }
    const set = db.prepare("UPDATE inodes SET pages = ? WHERE inode = ?");
    const rows = this.#all(`SELECT inode, pages,
      iif(mode >> 12 = 10, length(target) > ${SHORT_TARGET}, 0) AS own
      FROM inodes`);
    for (const { own, ...row } of rows) {
      const count = Number(own) + (counts.get(row["inode"]) ?? 0);
      if (row["pages"] === BigInt(count)) continue;
      this.found.push(
        `a file whose pages are miscounted: ${this.#describe(row)}`,
      );
      set.run(count, row["inode"] as bigint);
    }
  }

  #describe({ directory, name, inode, ...rest }: Row): string {
    const words = Object.entries(rest).map(([key, value]) => `${key} ${value}`);
    if (directory !== undefined) {
      const text = JSON.stringify(decodeBytes(name as Uint8Array));
      words.unshift(`${text} in ${this.#pathOf(directory)}`);
    } else if (inode !== undefined) {
      words.unshift(this.#pathOf(inode));
      if (name !== undefined) {
        words.push(`name ${JSON.stringify(decodeBytes(name as Uint8Array))}`);
      }
    }
    return words.join(", ");
  }

  /** Returns the path of an inode, or its number if it has no path. */
  #pathOf(inode: unknown): string {
    if (inode === BigInt(ROOT)) return "/";
    let path = "";
    let at = inode;
    for (let depth = 0; depth < MAX_DEPTH; depth++) {
      const [entry] = this.#all(
        "SELECT directory, name FROM entries WHERE inode = ? LIMIT 1",
        at as bigint,
      );
      if (entry === undefined) break;
      path = `/${decodeBytes(entry["name"] as Uint8Array)}${path}`;
      at = entry["directory"];
      if (at === BigInt(ROOT)) return JSON.stringify(path);
    }
    return `inode ${inode}`;
  }

  #all(sql: string, ...values: bigint[]): Row[] {
    const statement = this.#db.prepare(sql);
    // A damaged column may exceed the exact range of a JavaScript number.
    statement.setReadBigInts(true);
    return statement.all(...values);
  }
}
