import {
  transferredOf,
  withTransferred,
} from "../posix/process_memory/internal.ts";
import type { AddrRangeSeq } from "./addr_range_seq.ts";
import type { IO, IOOpts } from "./io.ts";
import { allocateUpTo, readAvailable } from "./safemem/internal.ts";
import { Block, BlockSeq, type Reader, type Writer } from "./safemem/mod.ts";
import { copyInVec, copyOutVec } from "./vec.ts";

/**
 * Implements {@linkcode IO.copyOutFrom} with a buffer of at most 2^31 - 4096
 * bytes, for an IO whose memory a Reader cannot access directly.
 */
export function copyOutBuffered(
  io: IO,
  ars: AddrRangeSeq,
  src: Reader,
  opts: IOOpts | undefined,
): number {
  if (ars.numBytes === 0) return 0;
  const buffer = allocateUpTo(ars.numBytes);
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
 * Implements {@linkcode IO.copyInTo} with a buffer of at most 2^31 - 4096
 * bytes.
 *
 * The Writer gets the bytes before the first that cannot be read. If there are
 * none, it is not called.
 */
export function copyInBuffered(
  io: IO,
  ars: AddrRangeSeq,
  dst: Writer,
  opts: IOOpts | undefined,
): number {
  if (ars.numBytes === 0) return 0;
  const { bytes, stop } = readAvailable(
    ars.numBytes,
    (part, done) => {
      // Even dropFirst(0) would drop an empty first range.
      const rest = done === 0 ? ars : ars.dropFirst(done);
      return copyInVec(io, rest, part, opts);
    },
  );
  if (bytes.length === 0) throw stop;
  const n = dst.writeFromBlocks(BlockSeq.of(Block.of(bytes)));
  if (stop !== undefined) throw withTransferred(stop, n);
  return n;
}
