import type { AddrRangeSeq } from "./addr_range_seq.ts";
import type { IO, IOOpts } from "./io.ts";
import {
  transferredOf,
  withTransferred,
} from "../posix/process_memory/errors.ts";
import { Block, BlockSeq, type Reader, type Writer } from "./safemem/mod.ts";
import { copyInVec, copyOutVec } from "./vec.ts";

/**
 * Does what {@linkcode IO.copyOutFrom} does, with a buffer in between, for an IO
 * whose memory a Reader cannot be given.
 */
export function copyOutBuffered(
  io: IO,
  ars: AddrRangeSeq,
  src: Reader,
  opts: IOOpts | undefined,
): number {
  const buffer = new Uint8Array(ars.numBytes);
  if (buffer.length === 0) return 0;
  let n: number;
  let stop: unknown;
  try {
    n = src.readToBlocks(BlockSeq.of(Block.of(buffer))) ?? 0;
  } catch (error) {
    stop = error;
    n = transferredOf(error);
  }
  copyOutVec(io, ars, buffer.subarray(0, n), opts);
  if (stop !== undefined) throw stop;
  return n;
}

/**
 * Does what {@linkcode IO.copyInTo} does, with a buffer in between.
 *
 * The Writer gets the bytes before one that cannot be read, and is not called
 * where there are none.
 */
export function copyInBuffered(
  io: IO,
  ars: AddrRangeSeq,
  dst: Writer,
  opts: IOOpts | undefined,
): number {
  let buffer = new Uint8Array(ars.numBytes);
  if (buffer.length === 0) return 0;
  let stop: unknown;
  try {
    copyInVec(io, ars, buffer, opts);
  } catch (error) {
    stop = error;
    buffer = buffer.subarray(0, transferredOf(error));
    if (buffer.length === 0) throw error;
  }
  const n = dst.writeFromBlocks(BlockSeq.of(Block.of(buffer)));
  if (stop !== undefined) throw withTransferred(stop, n);
  return n;
}
