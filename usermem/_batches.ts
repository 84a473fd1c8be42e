import { inUserSpace } from "./access_ok.ts";
import { type Addr, toNumber } from "./addr.ts";
import type { AddrRangeSeq } from "./addr_range_seq.ts";
import { fault } from "../posix/process_memory/errors.ts";
import {
  failure,
  Iovecs,
  type Memory,
  UIO_MAXIOV,
} from "../posix/process_memory/memory.ts";

/** The ranges of one call, which has read them when it returns. */
const ranges = new Iovecs(UIO_MAXIOV);

/** Where the pieces of a batch begin among the bytes of its ranges, and end. */
const pieces = new Float64Array(2 * UIO_MAXIOV);

/** How much room is kept for reading what lies between ranges, too. */
const KEPT = 1 << 20;

let kept: Uint8Array | undefined;

/** What one call is to move. */
interface Batch {
  /** The number of ranges. */
  readonly count: number;
  /** The number of their bytes. */
  readonly span: number;
  /** The number of pieces that were asked for. */
  readonly pieces: number;
  /** The number of their bytes. */
  readonly bytes: number;
  /** The first address out of user space, which is not part of the batch. */
  readonly bad: Addr | undefined;
}

/** Copies from ranges until they or `dst` end, 1024 of them with each call. */
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

/** Copies to ranges until they or `src` end, 1024 of them with each call. */
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
    const batch = describe(rest, view.length - done, gap);
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
 * Describes up to `limit` bytes, before the first range out of user space, with
 * ranges joined that have at most `gap` bytes between them: fewer than a page,
 * so that both sides of the gap touch all pages of it.
 */
function describe(ars: AddrRangeSeq, limit: number, gap: number): Batch {
  let count = 0;
  let span = 0;
  let piece = 0;
  let bytes = 0;
  let bad: Addr | undefined;
  /** Where the range that may go on begins, in memory and in the span. */
  let from = 0n;
  let first = 0;
  /** Where it ends. */
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

/** Returns room for so many bytes, which are those of the call before. */
function bufferOf(length: number): Uint8Array {
  if (length > KEPT) return new Uint8Array(length);
  kept ??= new Uint8Array(KEPT);
  return kept.subarray(0, length);
}

/** Copies the pieces of a batch out of what was read; returns their length. */
function gather(batch: Batch, buffer: Uint8Array, dst: Uint8Array): number {
  let done = 0;
  for (let i = 0; i < batch.pieces; i++) {
    const part = buffer.subarray(pieces[2 * i], pieces[2 * i + 1]);
    dst.set(part, done);
    done += part.length;
  }
  return done;
}
