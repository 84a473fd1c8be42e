import { checkInstance, checkOptions } from "../ffi/check.ts";
import { showState } from "../ffi/show_state.ts";

/** Which accesses an {@linkcode AccessType} is made of; none by default. */
export interface Accesses {
  /** Whether reading is. */
  readonly read?: boolean;
  /** Whether writing is. */
  readonly write?: boolean;
  /** Whether executing is. */
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

  /** `---` */
  static readonly NO_ACCESS: AccessType = new AccessType({});
  /** `r--` */
  static readonly READ: AccessType = new AccessType({ read: true });
  /** `-w-` */
  static readonly WRITE: AccessType = new AccessType({ write: true });
  /** `--x` */
  static readonly EXECUTE: AccessType = new AccessType({ execute: true });
  /** `rw-` */
  static readonly READ_WRITE: AccessType = new AccessType({
    read: true,
    write: true,
  });
  /** `r-x` */
  static readonly READ_EXECUTE: AccessType = new AccessType({
    read: true,
    execute: true,
  });
  /** `rwx` */
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
   * Makes a set.
   *
   * @param accesses What is in it.
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

  /** Returns what a page table grants for the set: reading with all else. */
  effective(): AccessType {
    return this.any ? this.union(AccessType.READ) : this;
  }

  /** Returns what is in both sets. */
  intersect(other: AccessType): AccessType {
    checkInstance("other", other, AccessType);
    return new AccessType({
      read: this.read && other.read,
      write: this.write && other.write,
      execute: this.execute && other.execute,
    });
  }

  /** Returns what is in either set. */
  union(other: AccessType): AccessType {
    checkInstance("other", other, AccessType);
    return new AccessType({
      read: this.read || other.read,
      write: this.write || other.write,
      execute: this.execute || other.execute,
    });
  }

  /** Returns whether all of the other set is in this one. */
  supersetOf(other: AccessType): boolean {
    checkInstance("other", other, AccessType);
    return (this.prot & other.prot) === other.prot;
  }

  /** Returns the set as ls(1) would show it: `rw-`. */
  toString(): string {
    return (this.read ? "r" : "-") + (this.write ? "w" : "-") +
      (this.execute ? "x" : "-");
  }
}
