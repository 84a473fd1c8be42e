import type { AddrRangeSeq } from "./addr_range_seq.ts";
import type { IO, IOOpts } from "./io.ts";
import {
  transferredOf,
  withTransferred,
} from "../posix/process_memory/errors.ts";
import { Block, BlockSeq, type Reader, type Writer } from "./safemem/mod.ts";
import { readWhatIsThere, roomFor } from "./safemem/room.ts";
import { copyInVec, copyOutVec } from "./vec.ts";

/**
 * Does what {@linkcode IO.copyOutFrom} does, with a buffer in between, for an IO
 * whose memory a Reader cannot be given: at most 2 GiB less a page.
 */
export function copyOutBuffered(
  io: IO,
  ars: AddrRangeSeq,
  src: Reader,
  opts: IOOpts | undefined,
): number {
  if (ars.numBytes === 0) return 0;
  const buffer = roomFor(ars.numBytes);
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
 * Does what {@linkcode IO.copyInTo} does, with a buffer in between that
 * holds at most 2 GiB less a page.
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
  if (ars.numBytes === 0) return 0;
  const { bytes, stop } = readWhatIsThere(
    ars.numBytes,
    (part, done) => {
      // Even of no bytes, dropFirst() takes an empty range away.
      const rest = done === 0 ? ars : ars.dropFirst(done);
      return copyInVec(io, rest, part, opts);
    },
  );
  if (bytes.length === 0) throw stop;
  const n = dst.writeFromBlocks(BlockSeq.of(Block.of(bytes)));
  if (stop !== undefined) throw withTransferred(stop, n);
  return n;
}
