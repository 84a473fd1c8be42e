import { checkInstance } from "../../ffi/internal.ts";
import { transferredOf } from "../../posix/process_memory/internal.ts";
import { BlockSeq } from "./block_seq.ts";
import { copySeq } from "./copy_seq.ts";
import type { Reader, Writer } from "./io.ts";

/**
 * The error of a write that did not fit into a {@linkcode BlockSeqWriter}.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { Block, BlockSeq, BlockSeqWriter, EndOfBlockSeqError } from "@hostkit/hostkit/safemem";
 *
 * const writer = new BlockSeqWriter(BlockSeq.of(Block.of(new Uint8Array(4))));
 * try {
 *   writer.writeFromBlocks(BlockSeq.of(Block.of(new Uint8Array(6))));
 * } catch (error) {
 *   assert(error instanceof EndOfBlockSeqError);
 *   assert.equal(error.transferred, 4);
 * }
 * ```
 */
export class EndOfBlockSeqError extends Error {
  /** The class's name. */
  override readonly name = "EndOfBlockSeqError";
  /** The number of bytes written before the end. */
  readonly transferred: number;

  /**
   * Creates the error of a write.
   *
   * @param transferred The number of bytes written.
   */
  constructor(transferred: number) {
    super("write beyond end of BlockSeq");
    this.transferred = transferred;
  }
}

/**
 * A {@linkcode Reader} of the bytes of a sequence.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { Block, BlockSeq, BlockSeqReader } from "@hostkit/hostkit/safemem";
 *
 * const reader = new BlockSeqReader(BlockSeq.of(Block.of(new Uint8Array(3))));
 * const dsts = BlockSeq.of(Block.of(new Uint8Array(2)));
 * assert.equal(reader.readToBlocks(dsts), 2);
 * assert.equal(reader.readToBlocks(dsts), 1);
 * assert.equal(reader.readToBlocks(dsts), null);
 * ```
 */
export class BlockSeqReader implements Reader {
  /** The bytes that are still to be read. */
  blocks: BlockSeq;

  /**
   * Starts at the beginning of a sequence.
   *
   * @param blocks The sequence.
   */
  constructor(blocks: BlockSeq) {
    checkInstance("blocks", blocks, BlockSeq);
    this.blocks = blocks;
  }

  /**
   * Fills the Blocks with the next bytes.
   *
   * @returns The number of bytes copied, or `null` if none are left.
   * @throws {SyscallError} As {@linkcode copySeq}; the bytes copied before
   * count as read.
   */
  readToBlocks(dsts: BlockSeq): number | null {
    checkInstance("dsts", dsts, BlockSeq);
    const n = consume(this, dsts, this.blocks);
    return n === 0 && !dsts.isEmpty ? null : n;
  }
}

/**
 * A {@linkcode Writer} into the memory of a sequence.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { Block, BlockSeq, BlockSeqWriter } from "@hostkit/hostkit/safemem";
 *
 * const bytes = new Uint8Array(3);
 * const writer = new BlockSeqWriter(BlockSeq.of(Block.of(bytes)));
 * writer.writeFromBlocks(BlockSeq.of(Block.of(new Uint8Array([1, 2]))));
 * assert.deepEqual(bytes, new Uint8Array([1, 2, 0]));
 * assert.equal(writer.blocks.numBytes, 1);
 * ```
 */
export class BlockSeqWriter implements Writer {
  /** The memory that is still to be written. */
  blocks: BlockSeq;

  /**
   * Starts at the beginning of a sequence.
   *
   * @param blocks The sequence.
   */
  constructor(blocks: BlockSeq) {
    checkInstance("blocks", blocks, BlockSeq);
    this.blocks = blocks;
  }

  /**
   * Copies all of the Blocks' bytes.
   *
   * @returns The number of bytes copied.
   * @throws {EndOfBlockSeqError} If they do not fit.
   * @throws {SyscallError} As {@linkcode copySeq}; the bytes copied before
   * count as written.
   */
  writeFromBlocks(srcs: BlockSeq): number {
    checkInstance("srcs", srcs, BlockSeq);
    const n = consume(this, this.blocks, srcs);
    if (n < srcs.numBytes) throw new EndOfBlockSeqError(n);
    return n;
  }
}

/** Copies, and advances the cursor by the bytes copied, even on an error. */
function consume(
  cursor: { blocks: BlockSeq },
  dsts: BlockSeq,
  srcs: BlockSeq,
): number {
  let n = 0;
  try {
    return n = copySeq(dsts, srcs);
  } catch (error) {
    n = transferredOf(error);
    throw error;
  } finally {
    cursor.blocks = cursor.blocks.dropFirst(n);
  }
}
