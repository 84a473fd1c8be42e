import { checkInstance, checkOptions, showState } from "../ffi/internal.ts";

/** The kinds of access in an {@linkcode AccessType}; none by default. */
export interface Accesses {
  /** Whether the set contains reading. */
  readonly read?: boolean;
  /** Whether the set contains writing. */
  readonly write?: boolean;
  /** Whether the set contains executing. */
  readonly execute?: boolean;
}

/**
 * A set of kinds of access to memory.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { AccessType } from "@hostkit/hostkit/usermem";
 *
 * const { READ, WRITE, READ_WRITE } = AccessType;
 * assert.equal(`${READ.union(WRITE)}`, "rw-");
 * assert(READ_WRITE.supersetOf(WRITE));
 * assert(WRITE.effective().read);
 * ```
 */
export class AccessType {
  static {
    showState(this, String);
  }

  /** The empty set: `---`. */
  static readonly NO_ACCESS: AccessType = new AccessType({});
  /** Reading: `r--`. */
  static readonly READ: AccessType = new AccessType({ read: true });
  /** Writing: `-w-`. */
  static readonly WRITE: AccessType = new AccessType({ write: true });
  /** Executing: `--x`. */
  static readonly EXECUTE: AccessType = new AccessType({ execute: true });
  /** Reading and writing: `rw-`. */
  static readonly READ_WRITE: AccessType = new AccessType({
    read: true,
    write: true,
  });
  /** Reading and executing: `r-x`. */
  static readonly READ_EXECUTE: AccessType = new AccessType({
    read: true,
    execute: true,
  });
  /** All kinds of access: `rwx`. */
  static readonly ANY_ACCESS: AccessType = new AccessType({
    read: true,
    write: true,
    execute: true,
  });

  /** Whether reading is in the set. */
  readonly read: boolean;
  /** Whether writing is in the set. */
  readonly write: boolean;
  /** Whether executing is in the set. */
  readonly execute: boolean;

  /**
   * Creates a set.
   *
   * @param accesses The kinds of access in the set.
   */
  constructor(accesses: Accesses) {
    const { read = false, write = false, execute = false } = checkOptions(
      "accesses",
      accesses,
    );
    this.read = read;
    this.write = write;
    this.execute = execute;
    Object.freeze(this);
  }

  /** Whether the set is not empty. */
  get any(): boolean {
    return this.read || this.write || this.execute;
  }

  /** The set as mmap(2) takes it: `PROT_READ` 1, `PROT_WRITE` 2, `PROT_EXEC` 4. */
  get prot(): number {
    return Number(this.read) | Number(this.write) << 1 |
      Number(this.execute) << 2;
  }

  /** Returns the access that a page table grants: any access includes reading. */
  effective(): AccessType {
    return this.any ? this.union(AccessType.READ) : this;
  }

  /** Returns the intersection of both sets. */
  intersect(other: AccessType): AccessType {
    checkInstance("other", other, AccessType);
    return new AccessType({
      read: this.read && other.read,
      write: this.write && other.write,
      execute: this.execute && other.execute,
    });
  }

  /** Returns the union of both sets. */
  union(other: AccessType): AccessType {
    checkInstance("other", other, AccessType);
    return new AccessType({
      read: this.read || other.read,
      write: this.write || other.write,
      execute: this.execute || other.execute,
    });
  }

  /** Returns whether this set contains all of the other set. */
  supersetOf(other: AccessType): boolean {
    checkInstance("other", other, AccessType);
    return (this.prot & other.prot) === other.prot;
  }

  /** Formats the set as ls(1) does: `rw-`. */
  toString(): string {
    return (this.read ? "r" : "-") + (this.write ? "w" : "-") +
      (this.execute ? "x" : "-");
  }
}
