/**
 * Copying between ranges of memory, which fails with `EFAULT` if the memory
 * cannot be accessed, and readers and writers of such ranges.
 *
 * Needs `--allow-ffi` for memory at an address, and nothing for JavaScript
 * buffers. Linux only.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { Block, BlockSeq, copySeq, zeroSeq } from "@hostkit/hostkit/safemem";
 *
 * const bytes = new Uint8Array([1, 2, 3, 4]);
 * const odd = BlockSeq.from([bytes.subarray(1, 2), bytes.subarray(3)].map(Block.of));
 * zeroSeq(odd);
 * assert.deepEqual(bytes, new Uint8Array([1, 0, 3, 0]));
 *
 * const nowhere = BlockSeq.of(Block.at(8n, 4));
 * assert.throws(() => copySeq(odd, nowhere), { code: "EFAULT", transferred: 0 });
 * ```
 *
 * @module
 */

export { Block } from "./block.ts";
export { BlockSeq } from "./block_seq.ts";
export { copy, zero } from "./copy.ts";
export { copySeq, zeroSeq } from "./copy_seq.ts";
export { iovecsFromBlockSeq } from "./iovecs.ts";
export {
  compareAndSwapUint32,
  loadUint32,
  swapUint32,
  swapUint64,
} from "./atomics.ts";
export {
  type Reader,
  ReaderFunc,
  readFullToBlocks,
  writeFullFromBlocks,
  type Writer,
  WriterFunc,
} from "./io.ts";
export {
  BlockSeqReader,
  BlockSeqWriter,
  EndOfBlockSeqError,
} from "./block_seq_io.ts";
export {
  fromIOReader,
  fromIOWriter,
  type IOReader,
  type IOWriter,
  toIOReader,
  toIOWriter,
} from "./byte_io.ts";
export { fromVecReaderFunc, fromVecWriterFunc } from "./vec_io.ts";
