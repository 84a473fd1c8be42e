import { checkInstance, checkIterable, showState } from "../ffi/internal.ts";
import { SSIZE_MAX, toLength } from "./addr.ts";
import { AddrRange } from "./addr_range.ts";

/**
 * An immutable sequence of address ranges.
 *
 * The sequence keeps empty ranges, since the kernel checks their addresses too.
 * Dropping and taking bytes copies no list: the result is a view of the same
 * ranges.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { AddrRange, AddrRangeSeq } from "@hostkit/hostkit/usermem";
 *
 * let seq = AddrRangeSeq.from([
 *   new AddrRange(0x10n, 0x14n),
 *   new AddrRange(0x20n, 0x20n),
 *   new AddrRange(0x30n, 0x38n),
 * ]);
 * assert.equal(seq.numBytes, 12);
 * assert.equal(`${seq.dropFirst(5)}`, "[[0x31, 0x38)]");
 *
 * // A loop that reaches every range, however much each step does.
 * while (!seq.isEmpty) seq = seq.dropFirst(seq.head().length);
 * ```
 */
export class AddrRangeSeq {
  static {
    showState(this, String);
  }

  static readonly #EMPTY = new AddrRangeSeq([], 0, 0n, 0n);

  readonly #ranges: readonly AddrRange[];
  /** The index of the first range of the sequence. */
  readonly #index: number;
  /** The number of bytes dropped from the first range. */
  readonly #offset: bigint;
  /** The number of bytes in the sequence; ranges beyond them count as empty. */
  readonly #limit: bigint;

  private constructor(
    ranges: readonly AddrRange[],
    index: number,
    offset: bigint,
    limit: bigint,
  ) {
    this.#ranges = ranges;
    this.#index = index;
    this.#offset = offset;
    this.#limit = limit;
  }

  /** Returns the sequence of one range, which may be empty or of any length. */
  static of(range: AddrRange): AddrRangeSeq {
    checkInstance("range", range, AddrRange);
    return new AddrRangeSeq([range], 0, 0n, range.length);
  }

  /**
   * Returns the sequence of some ranges, in order.
   *
   * @throws {RangeError} If their total length is more than 2^63 - 1 bytes.
   */
  static from(ranges: Iterable<AddrRange>): AddrRangeSeq {
    const list = [...checkIterable("ranges", ranges)];
    for (const range of list) checkInstance("a range", range, AddrRange);
    const limit = list.reduce((sum, range) => sum + range.length, 0n);
    if (limit > SSIZE_MAX) {
      throw new RangeError(`Cannot span ${limit} bytes: more than 2^63 - 1`);
    }
    return list.length === 0
      ? AddrRangeSeq.#EMPTY
      : new AddrRangeSeq(list, 0, 0n, limit);
  }

  /**
   * Whether the sequence has no ranges.
   *
   * A sequence of empty ranges has no bytes but is not empty.
   */
  get isEmpty(): boolean {
    return this.#index === this.#ranges.length;
  }

  /** The number of ranges, including empty ones. */
  get numRanges(): number {
    return this.#ranges.length - this.#index;
  }

  /**
   * The total length of the ranges, in bytes; above 2^53 only
   * {@linkcode AddrRangeSeq.numBytes64} is exact.
   */
  get numBytes(): number {
    return Number(this.numBytes64);
  }

  /**
   * The total length of the ranges, in bytes, as a signed 64-bit number. It is
   * negative for a range of 2^63 bytes or more, which only
   * {@linkcode AddrRangeSeq.of} accepts.
   */
  get numBytes64(): bigint {
    return BigInt.asIntN(64, this.#limit);
  }

  /**
   * Returns the first range.
   *
   * @throws {RangeError} If the sequence is empty.
   */
  head(): AddrRange {
    return cut(this.#first(), this.#offset, this.#limit);
  }

  /**
   * Returns the sequence of all ranges after the first.
   *
   * @throws {RangeError} If the sequence is empty.
   */
  tail(): AddrRangeSeq {
    return this.#from(this.#index + 1, 0n, this.#limit - this.#headLength());
  }

  /**
   * Returns the sequence without its first `n` bytes, which is empty if there
   * are fewer.
   *
   * An empty first range is dropped even if `n` is 0. Empty ranges after the
   * last byte dropped are kept.
   *
   * @param n The number of bytes to drop.
   * @throws {RangeError} If `n` is not an integer from 0 to 2^64 - 1.
   */
  dropFirst(n: number | bigint): AddrRangeSeq {
    let left = toLength(n);
    if (left > this.#limit || this.isEmpty) return AddrRangeSeq.#EMPTY;
    let index = this.#index;
    let offset = this.#offset;
    if (this.#headLength() === 0n) {
      index++;
      offset = 0n;
    }
    const limit = this.#limit - left;
    const last = this.#ranges.length - 1;
    while (left > 0n) {
      // The last range ends with the sequence, and is then dropped as well.
      const here = index === last
        ? limit + left
        : this.#ranges[index]!.length - offset;
      if (left < here) {
        offset += left;
        break;
      }
      left -= here;
      index++;
      offset = 0n;
    }
    return this.#from(index, offset, limit);
  }

  /**
   * Returns the sequence of the first `n` bytes, or of all if there are fewer.
   *
   * No range is dropped: a range beyond those bytes becomes an empty range at
   * its start.
   *
   * @param n The number of bytes to keep.
   * @throws {RangeError} If `n` is not an integer from 0 to 2^64 - 1.
   */
  takeFirst(n: number | bigint): AddrRangeSeq {
    const limit = toLength(n);
    if (limit >= this.#limit) return this;
    return this.#from(this.#index, this.#offset, limit);
  }

  /** Iterates over the ranges, in order. */
  *[Symbol.iterator](): IterableIterator<AddrRange> {
    let offset = this.#offset;
    let limit = this.#limit;
    for (let i = this.#index; i < this.#ranges.length; i++) {
      const range = cut(this.#ranges[i]!, offset, limit);
      yield range;
      offset = 0n;
      limit -= range.length;
    }
  }

  /** Formats the sequence as `[[0x10, 0x11) [0x20, 0x22)]`. */
  toString(): string {
    return `[${[...this].join(" ")}]`;
  }

  #first(): AddrRange {
    const first = this.#ranges[this.#index];
    if (first !== undefined) return first;
    throw new RangeError("Cannot take from an empty AddrRangeSeq");
  }

  #headLength(): bigint {
    return smaller(this.#first().length - this.#offset, this.#limit);
  }

  #from(index: number, offset: bigint, limit: bigint): AddrRangeSeq {
    return index === this.#ranges.length
      ? AddrRangeSeq.#EMPTY
      : new AddrRangeSeq(this.#ranges, index, offset, limit);
  }
}

/** Returns the part of a range at `offset`, of at most `limit` bytes. */
function cut(range: AddrRange, offset: bigint, limit: bigint): AddrRange {
  const { length } = range;
  if (offset === 0n && length <= limit) return range;
  const start = range.start + offset;
  return new AddrRange(start, start + smaller(length - offset, limit));
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** Returns the ranges that a call is about, which must be some. */
export function checkRanges(
  ars: AddrRangeSeq,
  name: string = "ars",
): AddrRangeSeq {
  return checkInstance(name, ars, AddrRangeSeq);
}
