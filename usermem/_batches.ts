import {
  failure,
  fault,
  Iovecs,
  type Memory,
  UIO_MAXIOV,
} from "../posix/process_memory/internal.ts";
import { inUserSpace } from "./access_ok.ts";
import { type Addr, toNumber } from "./addr.ts";
import type { AddrRangeSeq } from "./addr_range_seq.ts";

/** The ranges of one call; the kernel has read them when the call returns. */
const ranges = new Iovecs(UIO_MAXIOV);

/** The start and end of each piece of a batch, within the bytes of its ranges. */
const pieces = new Float64Array(2 * UIO_MAXIOV);

/** The size of the shared buffer for ranges with the gaps between them. */
const BUFFER_SIZE = 1 << 20;

let sharedBuffer: Uint8Array | undefined;

/** The ranges of one call; a range may join several of the requested pieces. */
interface Batch {
  /** The number of ranges. */
  readonly count: number;
  /** The number of bytes in the ranges. */
  readonly span: number;
  /** The number of requested pieces. */
  readonly pieces: number;
  /** The number of bytes in the pieces. */
  readonly bytes: number;
  /** The first address outside user space, which is not part of the batch. */
  readonly bad: Addr | undefined;
}

/** Copies from ranges until they or `dst` end, with 1024 ranges in each call. */
export function readRanges(
  memory: Memory,
  ars: AddrRangeSeq,
  dst: Uint8Array,
): number {
  const move = (batch: Batch, part: Uint8Array): number => {
    if (batch.span === batch.bytes) {
      return memory.read(ranges, batch.count, part);
    }
    const buffer = bufferOf(batch.span);
    const n = memory.read(ranges, batch.count, buffer);
    return n <= 0 ? n : gather(batch, buffer.subarray(0, n), part);
  };
  return inBatches(memory.readCall, ars, dst, memory.readAhead, move);
}

/** Copies to ranges until they or `src` end, with 1024 ranges in each call. */
export function writeRanges(
  memory: Memory,
  ars: AddrRangeSeq,
  src: Uint8Array,
): number {
  const move = (batch: Batch, part: Uint8Array): number =>
    memory.write(ranges, batch.count, part);
  return inBatches(memory.writeCall, ars, src, 0, move);
}

function inBatches(
  call: string,
  ars: AddrRangeSeq,
  view: Uint8Array,
  gap: number,
  move: (batch: Batch, part: Uint8Array) => number,
): number {
  let rest = ars;
  let done = 0;
  while (done < view.length) {
    const batch = nextBatch(rest, view.length - done, gap);
    if (batch.bytes === 0) {
      if (batch.bad !== undefined) throw fault(call, batch.bad, done);
      break;
    }
    const n = move(batch, view.subarray(done, done + batch.bytes));
    if (n <= 0) throw failure(call, n, ranges.address(0), done);
    done += n;
    if (done < view.length) rest = rest.dropFirst(n);
  }
  return done;
}

/**
 * Returns the batch of the first `limit` bytes, up to the first range outside
 * user space. Joins ranges with at most `gap` bytes between them: fewer than a
 * page, so that every page of the gap also has bytes of a range.
 */
function nextBatch(ars: AddrRangeSeq, limit: number, gap: number): Batch {
  let count = 0;
  let span = 0;
  let piece = 0;
  let bytes = 0;
  let bad: Addr | undefined;
  /** The start of the last range, in memory and in the span. */
  let from = 0n;
  let first = 0;
  /** The end of the last range in memory. */
  let end = 0;
  for (const { start, length } of ars) {
    if (bytes === limit || piece === UIO_MAXIOV) break;
    const at = toNumber(start);
    const all = toNumber(length);
    if (!inUserSpace(at, all)) {
      bad = start;
      break;
    }
    const size = Math.min(all, limit - bytes);
    if (size === 0) continue;
    if (count > 0 && at >= end && at - end <= gap) {
      span += at - end;
    } else {
      from = start;
      first = span;
      count++;
    }
    pieces[2 * piece] = span;
    span += size;
    pieces[2 * piece++ + 1] = span;
    bytes += size;
    end = at + size;
    ranges.set(count - 1, from, span - first);
  }
  return { count, span, pieces: piece, bytes, bad };
}

/** Returns a buffer of `length` bytes, which is valid until the next call. */
function bufferOf(length: number): Uint8Array {
  if (length > BUFFER_SIZE) return new Uint8Array(length);
  sharedBuffer ??= new Uint8Array(BUFFER_SIZE);
  return sharedBuffer.subarray(0, length);
}

/** Copies the pieces of a batch from the buffer, and returns their length. */
function gather(batch: Batch, buffer: Uint8Array, dst: Uint8Array): number {
  let done = 0;
  for (let i = 0; i < batch.pieces; i++) {
    const part = buffer.subarray(pieces[2 * i], pieces[2 * i + 1]);
    dst.set(part, done);
    done += part.length;
  }
  return done;
}
