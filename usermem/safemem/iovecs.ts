import { checkCount, checkInstance } from "../../ffi/internal.ts";
import { BlockSeq } from "./block_seq.ts";

/**
 * Returns the array of `struct iovec` that a vectored system call takes.
 *
 * The addresses are valid while the memory of the Blocks is alive: keep the
 * sequence until the call returns.
 *
 * @param blocks The sequence.
 * @param max The maximum number of Blocks; the kernel accepts 1024
 * (`UIO_MAXIOV`).
 * @returns The array: the address and length of each Block, in 16 bytes.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { Block, BlockSeq, iovecsFromBlockSeq } from "@hostkit/hostkit/safemem";
 *
 * const blocks = BlockSeq.from([Block.at(0x1000n, 16), Block.at(0x3000n, 4)]);
 * assert.deepEqual(
 *   iovecsFromBlockSeq(blocks.dropFirst(10)),
 *   new BigUint64Array([0x100an, 6n, 0x3000n, 4n]),
 * );
 * ```
 */
export function iovecsFromBlockSeq(
  blocks: BlockSeq,
  max: number = Infinity,
): BigUint64Array<ArrayBuffer> {
  checkInstance("blocks", blocks, BlockSeq);
  if (max !== Infinity) checkCount("max", max);
  const iovecs = new BigUint64Array(2 * Math.min(max, blocks.numBlocks));
  let i = 0;
  for (const block of blocks) {
    if (i === iovecs.length) break;
    iovecs[i++] = block.address;
    iovecs[i++] = BigInt(block.length);
  }
  return iovecs;
}
