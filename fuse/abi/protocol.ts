import { checkInstance, toUnsigned } from "../../ffi/internal.ts";

/** A version of the FUSE kernel protocol. */
export class Protocol {
  /** 7 since 2005. */
  readonly major: number;
  /** Grows with the kernel: 45 in Linux 6.18. */
  readonly minor: number;

  /** Makes the version `major.minor`. */
  constructor(major: number, minor: number) {
    this.major = toUnsigned("major", major);
    this.minor = toUnsigned("minor", minor);
  }

  /** Whether this version is `other` or newer. */
  ge(other: Protocol): boolean {
    checkInstance("other", other, Protocol);
    return !this.lt(other);
  }

  /** Whether this version is older than `other`. */
  lt(other: Protocol): boolean {
    checkInstance("other", other, Protocol);
    return this.major < other.major ||
      this.major === other.major && this.minor < other.minor;
  }

  /** Whether {@linkcode Attr.blockSize} is heeded: since 7.9. */
  hasAttrBlockSize(): boolean {
    return this.#has(9);
  }

  /** Whether {@linkcode GetattrRequest.flags} is set: since 7.9. */
  hasGetattrFlags(): boolean {
    return this.#has(9);
  }

  /** Whether READ and WRITE tell a file's flags: since 7.9. */
  hasReadWriteFlags(): boolean {
    return this.#has(9);
  }

  /** Whether `FOPEN_NONSEEKABLE` is heeded: since 7.10. */
  hasOpenNonSeekable(): boolean {
    return this.#has(10);
  }

  /** Whether {@linkcode CreateRequest.umask} and its like are set: since 7.12. */
  hasUmask(): boolean {
    return this.#has(12);
  }

  /** Whether nodes and names can be invalidated: since 7.12. */
  hasInvalidate(): boolean {
    return this.#has(12);
  }

  /** Whether a name can be told to be gone: since 7.18. */
  hasNotifyDelete(): boolean {
    return this.#has(18);
  }

  #has(minor: number): boolean {
    return this.major > 7 || this.major === 7 && this.minor >= minor;
  }

  /** Returns `"7.45"`. */
  toString(): string {
    return `${this.major}.${this.minor}`;
  }
}

/** The oldest protocol the library speaks: Linux 4.20's. */
export const PROTOCOL_MIN: Protocol = new Protocol(7, 28);

/** A kernel too old for the library. */
export class OldVersionError extends Error {
  /** The class's name. */
  override readonly name = "OldVersionError";
  /** What the kernel speaks. */
  readonly kernel: Protocol;
  /** The oldest version the library speaks. */
  readonly libraryMin: Protocol;

  /** Makes the error for a kernel of that version. */
  constructor(kernel: Protocol) {
    super(
      `The kernel speaks FUSE ${kernel}, older than ${PROTOCOL_MIN} (Linux 4.20)`,
    );
    this.kernel = kernel;
    this.libraryMin = PROTOCOL_MIN;
  }
}
