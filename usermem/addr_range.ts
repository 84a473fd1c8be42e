import { checkInstance, showState } from "../ffi/internal.ts";
import {
  addLength,
  type Addr,
  isHugePageAligned,
  isPageAligned,
  wrap,
} from "./addr.ts";

/**
 * A range of addresses, which includes its start and excludes its end.
 *
 * A range that ends before it starts can be constructed, but only
 * {@linkcode AddrRange.wellFormed} and {@linkcode AddrRange.length} are
 * meaningful for it.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { AddrRange } from "@hostkit/hostkit/usermem";
 *
 * const range = new AddrRange(0x1000n, 0x3000n);
 * assert.equal(range.length, 0x2000n);
 * assert(range.contains(0x2fffn) && !range.contains(0x3000n));
 * assert.equal(`${range}`, "[0x1000, 0x3000)");
 * ```
 */
export class AddrRange {
  static {
    showState(this, String);
  }

  /** The first address. */
  readonly start: Addr;
  /** The address after the last one. */
  readonly end: Addr;

  /**
   * Creates a range.
   *
   * @param start The first address.
   * @param end The address after the last one; it may equal `start`.
   */
  constructor(start: Addr, end: Addr) {
    this.start = wrap(start);
    this.end = wrap(end);
  }

  /** The number of addresses, modulo 2^64. */
  get length(): bigint {
    return wrap(this.end - this.start);
  }

  /** Whether the end is not before the start. */
  get wellFormed(): boolean {
    return this.start <= this.end;
  }

  /** Whether both ends are page aligned. */
  get isPageAligned(): boolean {
    return isPageAligned(this.start) && isPageAligned(this.end);
  }

  /** Whether both ends are huge page aligned. */
  get isHugePageAligned(): boolean {
    return isHugePageAligned(this.start) && isHugePageAligned(this.end);
  }

  /** Returns whether an address is in the range. */
  contains(addr: Addr): boolean {
    const at = wrap(addr);
    return this.start <= at && at < this.end;
  }

  /**
   * Returns whether each range starts before the end of the other.
   *
   * Adjacent ranges do not overlap; an empty range strictly within another
   * does.
   */
  overlaps(other: AddrRange): boolean {
    checkInstance("other", other, AddrRange);
    return this.start < other.end && other.start < this.end;
  }

  /** Returns whether both ends of another range lie within this one. */
  isSupersetOf(other: AddrRange): boolean {
    checkInstance("other", other, AddrRange);
    return this.start <= other.start && this.end >= other.end;
  }

  /** Returns the intersection of both ranges, which may be empty. */
  intersect(other: AddrRange): AddrRange {
    checkInstance("other", other, AddrRange);
    const start = this.start > other.start ? this.start : other.start;
    const end = this.end < other.end ? this.end : other.end;
    return new AddrRange(start, end < start ? start : end);
  }

  /** Returns whether an address splits the range into two non-empty ranges. */
  canSplitAt(addr: Addr): boolean {
    return this.contains(addr) && this.start < wrap(addr);
  }

  /** Formats the range as `[0x1000, 0x3000)`. */
  toString(): string {
    return `[0x${this.start.toString(16)}, 0x${this.end.toString(16)})`;
  }
}

/**
 * Returns the range of `n` bytes at an address.
 *
 * @param addr The address of the first byte.
 * @param n The length in bytes, from 0 to 2^64 - 1.
 * @returns The range, or `undefined` if it ends at 2^64 or beyond.
 * @throws {RangeError} If `n` is not an integer from 0 to 2^64 - 1.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { toRange } from "@hostkit/hostkit/usermem";
 *
 * assert.equal(`${toRange(0x1000n, 0x2000)}`, "[0x1000, 0x3000)");
 * assert.equal(toRange(2n ** 64n - 1n, 1), undefined);
 * ```
 */
export function toRange(addr: Addr, n: number | bigint): AddrRange | undefined {
  const end = addLength(addr, n);
  return end === undefined ? undefined : new AddrRange(addr, end);
}

/**
 * Returns the range of `n` bytes at an address, or throws an error.
 *
 * @param addr The address of the first byte.
 * @param n The length in bytes, from 0 to 2^64 - 1.
 * @throws {RangeError} If the range ends at 2^64 or beyond, or `n` is not an
 * integer from 0 to 2^64 - 1.
 */
export function mustToRange(addr: Addr, n: number | bigint): AddrRange {
  const range = toRange(addr, n);
  if (range !== undefined) return range;
  throw new RangeError(
    `Cannot address ${n} bytes at 0x${
      wrap(addr).toString(16)
    }: the end is 2^64 or more`,
  );
}
