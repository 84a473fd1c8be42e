import { checkInstance, toUnsigned } from "../../ffi/internal.ts";

/** A version of the FUSE kernel protocol. */
export class Protocol {
  /** The major version: 7 since 2005. */
  readonly major: number;
  /** The minor version, which grows with the kernel: 45 in Linux 6.18. */
  readonly minor: number;

  /** Makes the version `major.minor`. */
  constructor(major: number, minor: number) {
    this.major = toUnsigned("major", major);
    this.minor = toUnsigned("minor", minor);
  }

  /** Returns whether this version is `other` or newer. */
  ge(other: Protocol): boolean {
    checkInstance("other", other, Protocol);
    return !this.lt(other);
  }

  /** Returns whether this version is older than `other`. */
  lt(other: Protocol): boolean {
    checkInstance("other", other, Protocol);
    return this.major < other.major ||
      this.major === other.major && this.minor < other.minor;
  }

  /** Returns whether the kernel uses {@linkcode Attr.blockSize}: since 7.9. */
  hasAttrBlockSize(): boolean {
    return this.#has(9);
  }

  /** Returns whether {@linkcode GetattrRequest.flags} is valid: since 7.9. */
  hasGetattrFlags(): boolean {
    return this.#has(9);
  }

  /** Returns whether READ and WRITE carry the open file's flags: since 7.9. */
  hasReadWriteFlags(): boolean {
    return this.#has(9);
  }

  /** Returns whether the kernel respects `FOPEN_NONSEEKABLE`: since 7.10. */
  hasOpenNonSeekable(): boolean {
    return this.#has(10);
  }

  /** Returns whether requests that create nodes carry a umask: since 7.12. */
  hasUmask(): boolean {
    return this.#has(12);
  }

  /** Returns whether the server can invalidate nodes and names: since 7.12. */
  hasInvalidate(): boolean {
    return this.#has(12);
  }

  /** Returns whether the kernel can be told of a removed name: since 7.18. */
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

/** The oldest protocol version that the library supports: Linux 4.20. */
export const PROTOCOL_MIN: Protocol = new Protocol(7, 28);

/** The error for a kernel that is too old for the library. */
export class OldVersionError extends Error {
  /** The class's name. */
  override readonly name = "OldVersionError";
  /** The kernel's protocol version. */
  readonly kernel: Protocol;
  /** The oldest protocol version that the library supports. */
  readonly libraryMin: Protocol;

  /** Makes the error for a kernel of protocol version `kernel`. */
  constructor(kernel: Protocol) {
    super(
      `The kernel speaks FUSE ${kernel}, older than ${PROTOCOL_MIN} (Linux 4.20)`,
    );
    this.kernel = kernel;
    this.libraryMin = PROTOCOL_MIN;
  }
}
