import { checkInstance } from "../../ffi/internal.ts";
import { addingTransferred } from "../../posix/process_memory/internal.ts";
import { BlockSeq } from "./block_seq.ts";
import { copy, zero } from "./copy.ts";

/**
 * Copies from one sequence to another until the shorter one ends.
 *
 * @param dsts The destination.
 * @param srcs The source.
 * @returns The number of bytes copied: the shorter length.
 * @throws {SyscallError} As {@linkcode copy}; `transferred` counts the bytes of
 * all Blocks.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { Block, BlockSeq, copySeq } from "@hostkit/hostkit/safemem";
 *
 * const bytes = new Uint8Array(4);
 * const halves = [bytes.subarray(2), bytes.subarray(0, 2)].map(Block.of);
 * const srcs = BlockSeq.of(Block.of(new Uint8Array([1, 2, 3])));
 * assert.equal(copySeq(BlockSeq.from(halves), srcs), 3);
 * assert.deepEqual(bytes, new Uint8Array([3, 0, 1, 2]));
 * ```
 */
export function copySeq(dsts: BlockSeq, srcs: BlockSeq): number {
  checkInstance("dsts", dsts, BlockSeq);
  checkInstance("srcs", srcs, BlockSeq);
  const length = Math.min(dsts.numBytes, srcs.numBytes);
  for (let done = 0; done < length;) {
    const n = addingTransferred(done, () => copy(dsts.head(), srcs.head()));
    done += n;
    dsts = dsts.dropFirst(n);
    srcs = srcs.dropFirst(n);
  }
  return length;
}

/**
 * Sets all bytes of a sequence to zero.
 *
 * @param dsts The sequence.
 * @returns The number of bytes set: the sequence's length.
 * @throws {SyscallError} As {@linkcode zero}; `transferred` counts the bytes of
 * all Blocks.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { Block, BlockSeq, zeroSeq } from "@hostkit/hostkit/safemem";
 *
 * const bytes = new Uint8Array([1, 2, 3]);
 * assert.equal(zeroSeq(BlockSeq.of(Block.of(bytes)).dropFirst(1)), 2);
 * assert.deepEqual(bytes, new Uint8Array([1, 0, 0]));
 * ```
 */
export function zeroSeq(dsts: BlockSeq): number {
  checkInstance("dsts", dsts, BlockSeq);
  let done = 0;
  for (const block of dsts) done += addingTransferred(done, () => zero(block));
  return done;
}
