import { checkInstance, checkIterable, showState } from "../../ffi/internal.ts";
import { checkCount } from "../../posix/process_memory/internal.ts";
import { Block } from "./block.ts";

/**
 * An immutable sequence of non-empty Blocks.
 *
 * Dropping and taking bytes copies no list: the result is a view of the same
 * Blocks.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { Block, BlockSeq } from "@hostkit/hostkit/safemem";
 *
 * const blocks = BlockSeq.from([
 *   Block.of(new Uint8Array([1, 2])),
 *   Block.of(new Uint8Array(0)),
 *   Block.of(new Uint8Array([3, 4])),
 * ]);
 * assert.equal(blocks.numBlocks, 2);
 * assert.deepEqual(blocks.dropFirst(3).head().toSlice(), new Uint8Array([4]));
 * ```
 */
export class BlockSeq {
  static {
    showState(this, (blocks) => ({ blocks: [...blocks] }));
  }

  static readonly #EMPTY = new BlockSeq([], 0, 0, 0);

  /** The total length of the Blocks, in bytes. */
  readonly numBytes: number;
  readonly #blocks: readonly Block[];
  /** The index of the first Block of the sequence. */
  readonly #index: number;
  /** The number of bytes dropped from the first Block. */
  readonly #offset: number;

  private constructor(
    blocks: readonly Block[],
    index: number,
    offset: number,
    numBytes: number,
  ) {
    this.#blocks = blocks;
    this.#index = index;
    this.#offset = offset;
    this.numBytes = numBytes;
  }

  /** Returns the sequence of one Block, which is empty if the Block is empty. */
  static of(block: Block): BlockSeq {
    checkInstance("block", block, Block);
    if (block.length === 0) return BlockSeq.#EMPTY;
    return new BlockSeq([block], 0, 0, block.length);
  }

  /**
   * Returns the sequence of some Blocks in order, without empty Blocks.
   *
   * @throws {RangeError} If their total length is more than 2^53 - 1 bytes.
   */
  static from(blocks: Iterable<Block>): BlockSeq {
    const kept = [...checkIterable("blocks", blocks)]
      .filter((block) => checkInstance("a block", block, Block).length > 0);
    const numBytes = kept.reduce((sum, block) => sum + block.length, 0);
    checkCount(numBytes);
    return new BlockSeq(kept, 0, 0, numBytes);
  }

  /** Whether the sequence has no Blocks, and so no bytes. */
  get isEmpty(): boolean {
    return this.numBytes === 0;
  }

  /** The number of Blocks. */
  get numBlocks(): number {
    let count = 0;
    let left = this.numBytes + this.#offset;
    for (let i = this.#index; left > 0; i++) {
      left -= this.#blocks[i]!.length;
      count++;
    }
    return count;
  }

  /**
   * Returns the first Block.
   *
   * @throws {RangeError} If the sequence is empty.
   */
  head(): Block {
    if (this.isEmpty) {
      throw new RangeError("Cannot take from an empty BlockSeq");
    }
    return this.#blocks[this.#index]!
      .dropFirst(this.#offset).takeFirst(this.numBytes);
  }

  /**
   * Returns the sequence of all Blocks after the first.
   *
   * @throws {RangeError} If the sequence is empty.
   */
  tail(): BlockSeq {
    if (this.isEmpty) {
      throw new RangeError("Cannot take from an empty BlockSeq");
    }
    return this.dropFirst(this.#blocks[this.#index]!.length - this.#offset);
  }

  /**
   * Returns the sequence without its first `n` bytes, which is empty if there
   * are fewer.
   *
   * @throws {RangeError} If `n` is not an integer from 0 to 2^53 - 1.
   */
  dropFirst(n: number): BlockSeq {
    checkCount(n);
    if (n === 0) return this;
    if (n >= this.numBytes) return BlockSeq.#EMPTY;
    let offset = this.#offset + n;
    let index = this.#index;
    for (; offset >= this.#blocks[index]!.length; index++) {
      offset -= this.#blocks[index]!.length;
    }
    return new BlockSeq(this.#blocks, index, offset, this.numBytes - n);
  }

  /**
   * Returns the sequence of the first `n` bytes, or of all if there are fewer.
   *
   * @throws {RangeError} If `n` is not an integer from 0 to 2^53 - 1.
   */
  takeFirst(n: number): BlockSeq {
    checkCount(n);
    if (n === 0) return BlockSeq.#EMPTY;
    if (n >= this.numBytes) return this;
    return new BlockSeq(this.#blocks, this.#index, this.#offset, n);
  }

  /** Iterates over the Blocks, in order. */
  *[Symbol.iterator](): IterableIterator<Block> {
    let offset = this.#offset;
    let left = this.numBytes;
    for (let i = this.#index; left > 0; i++, offset = 0) {
      const block = this.#blocks[i]!.dropFirst(offset).takeFirst(left);
      yield block;
      left -= block.length;
    }
  }

  /**
   * Formats the Blocks in brackets, separated by spaces.
   *
   * @tags allow-ffi
   */
  toString(): string {
    return `[${[...this].join(" ")}]`;
  }
}
