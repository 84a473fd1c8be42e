import { accessOk } from "./access_ok.ts";
import type { Addr } from "./addr.ts";
import type { AddrRangeSeq } from "./addr_range_seq.ts";
import { fault } from "./safemem/errors.ts";
import {
  failure,
  type Iovecs,
  type Memory,
  UIO_MAXIOV,
} from "./safemem/memory.ts";

/**
 * The most bytes that are read for nothing rather than begin another range. The
 * kernel copies them in less time than a range costs it; and in less than a page
 * there is none that neither side of the gap touches, so that none of it faults
 * where they would not.
 */
const MAX_GAP = 1024n;

/** The ranges of one call, which has read them when it returns. */
const ranges: Iovecs = new BigUint64Array(2 * UIO_MAXIOV);

/** Where the pieces of a batch begin among the bytes of its ranges, and end. */
const pieces = new Float64Array(2 * UIO_MAXIOV);

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
  return inBatches(memory.readCall, ars, dst, MAX_GAP, (batch, part) => {
    if (batch.span === batch.bytes) {
      return memory.read(ranges, batch.count, part);
    }
    const buffer = new Uint8Array(batch.span);
    const n = memory.read(ranges, batch.count, buffer);
    return n <= 0 ? n : gather(batch, buffer.subarray(0, n), part);
  });
}

/** Copies to ranges until they or `src` end, 1024 of them with each call. */
export function writeRanges(
  memory: Memory,
  ars: AddrRangeSeq,
  src: Uint8Array,
): number {
  return inBatches(
    memory.writeCall,
    ars,
    src,
    0n,
    (batch, part) => memory.write(ranges, batch.count, part),
  );
}

function inBatches(
  call: string,
  ars: AddrRangeSeq,
  view: Uint8Array,
  gap: bigint,
  move: (batch: Batch, part: Uint8Array) => number,
): number {
  let done = 0;
  for (let rest = ars; done < view.length;) {
    const batch = describe(rest, view.length - done, gap);
    if (batch.bytes === 0) {
      if (batch.bad !== undefined) throw fault(call, batch.bad, done);
      break;
    }
    const n = move(batch, view.subarray(done, done + batch.bytes));
    if (n <= 0) throw failure(call, n, ranges[0]!, done);
    done += n;
    rest = rest.dropFirst(n);
  }
  return done;
}

/**
 * Describes up to `limit` bytes, before the first range out of user space, with
 * ranges joined that have at most `gap` bytes between them.
 */
function describe(ars: AddrRangeSeq, limit: number, gap: bigint): Batch {
  let count = 0;
  let span = 0;
  let piece = 0;
  let bytes = 0;
  let bad: Addr | undefined;
  let end = 0n;
  for (const { start, length } of ars) {
    if (bytes === limit || piece === UIO_MAXIOV) break;
    if (!accessOk(start, length)) {
      bad = start;
      break;
    }
    if (length === 0n) continue;
    const size = Math.min(Number(length), limit - bytes);
    if (count > 0 && start >= end && start - end <= gap) {
      span += Number(start - end);
    } else {
      ranges[2 * count++] = start;
    }
    pieces[2 * piece] = span;
    span += size;
    pieces[2 * piece++ + 1] = span;
    bytes += size;
    end = start + BigInt(size);
    ranges[2 * count - 1] = end - ranges[2 * count - 2]!;
  }
  return { count, span, pieces: piece, bytes, bad };
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
