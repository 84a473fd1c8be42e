import type { FsyncRequest } from "../file_requests.ts";
import type { SetattrRequest } from "../setattr_request.ts";
import type { RemovexattrRequest, SetxattrRequest } from "../xattr_requests.ts";
import type { MemNode } from "./_mem_node.ts";
import { Time } from "./_mem_time.ts";
import type { InodeRow, SqliteDatabase } from "./_sqlite_database.ts";
import type { SqliteVolume } from "./_sqlite_volume.ts";

/** The latest and earliest times there are, in seconds. */
const MOST_SECONDS = Number.MAX_SAFE_INTEGER;

/** What a node has that lies in a database. */
export interface Stored {
  readonly volume: SqliteVolume;
  /** Whether the kernel knows it, or it is open. */
  readonly isUsed: boolean;
  /** Whether the database has it. */
  readonly isSaved: boolean;
  /** What its row has beside what every node has. */
  readonly details: Details;
  /** Takes what its row says. */
  restore(row: InodeRow): void;
  /** Writes it into the database. */
  save(db: SqliteDatabase): void;
  /** Notes that what was saved is in the database for good. */
  saved(): void;
  /** Lets go of what can be had from the database again. */
  drop(): void;
  /** Stores the whole file system for good. */
  fsync(request: FsyncRequest): void;
}

/** Columns of a row that only some kinds of nodes use. */
export type Details = Partial<
  Pick<InodeRow, "size" | "pages" | "parent" | "target">
>;

/** A node that lies in a database. */
export type SqliteNode = MemNode & Stored;

// deno-lint-ignore no-explicit-any -- what TypeScript wants of a mixin
type Class<T> = new (...args: any[]) => T;

/**
 * Returns a class of nodes in memory, turned into one of nodes that lie in a
 * database: each says when it has changed, and how it is saved.
 */
export function stored<T extends Class<MemNode>>(Base: T): T & Class<Stored> {
  return class extends Base {
    declare readonly volume: SqliteVolume;
    #isKnown = false;
    isSaved = false;

    get isUsed(): boolean {
      return this.#isKnown || this.opens > 0;
    }

    get details(): Details {
      return {};
    }

    override setattr(request: SetattrRequest): void {
      this.volume.begin();
      this.volume.change(this);
      super.setattr(request);
    }

    override setxattr(request: SetxattrRequest): void {
      this.volume.begin();
      this.volume.change(this);
      super.setxattr(request);
    }

    override removexattr(request: RemovexattrRequest): void {
      this.volume.begin();
      this.volume.change(this);
      super.removexattr(request);
    }

    fsync(_request: FsyncRequest): void {
      this.volume.commit();
    }

    override touchAccess(): void {
      if (this.volume.noAtime) return;
      const before = this.atime;
      super.touchAccess();
      if (this.atime !== before) this.volume.change(this);
    }

    override touchContent(): void {
      super.touchContent();
      this.volume.change(this);
    }

    override dropLink(): void {
      this.volume.change(this);
      super.dropLink();
    }

    override remember(): this {
      this.#isKnown = true;
      return super.remember();
    }

    override forget(): void {
      this.#isKnown = false;
      super.forget();
      this.volume.evict(this);
    }

    override free(): void {
      super.free();
      this.drop();
      this.volume.free(this);
    }

    restore(row: InodeRow): void {
      this.isSaved = true;
      Object.assign(this, {
        nlink: row.nlink,
        atime: new Time(row.atime, row.atime_ns),
        mtime: new Time(row.mtime, row.mtime_ns),
        ctime: new Time(row.ctime, row.ctime_ns),
        btime: new Time(row.btime, row.btime_ns),
      });
      if (row.xattrs === 0) return;
      for (const [name, value] of this.volume.db.xattrs(this.inode)) {
        this.setXattr(name, value);
      }
    }

    save(db: SqliteDatabase): void {
      const { inode, mode, uid, gid, nlink, rdev, xattrs } = this;
      const names = xattrs?.names(0) ?? [];
      db.saveInode({
        inode,
        mode,
        uid,
        gid,
        nlink,
        rdev,
        xattrs: names.length,
        atime: seconds(this.atime),
        atime_ns: this.atime.nsec,
        mtime: seconds(this.mtime),
        mtime_ns: this.mtime.nsec,
        ctime: seconds(this.ctime),
        ctime_ns: this.ctime.nsec,
        btime: seconds(this.btime),
        btime_ns: this.btime.nsec,
        size: 0,
        pages: 0,
        parent: null,
        target: null,
        ...this.details,
      });
      if (xattrs === undefined) return;
      db.deleteXattrs(inode);
      for (const name of names) db.saveXattr(inode, name, xattrs.get(name)!);
    }

    saved(): void {
      this.isSaved = true;
    }

    drop(): void {}
  };
}

function seconds({ sec }: Time): number {
  return Math.max(-MOST_SECONDS, Math.min(sec, MOST_SECONDS));
}
