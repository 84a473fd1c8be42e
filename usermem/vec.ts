import {
  checkBytes,
  checkMethod,
  checkNumber,
  checkOptional,
} from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import { EINVAL } from "../posix/mod.ts";
import { addingTransferred } from "../posix/process_memory/internal.ts";
import type { Addr } from "./addr.ts";
import { type AddrRangeSeq, checkRanges } from "./addr_range_seq.ts";
import type { IO, IOOpts } from "./io.ts";

/**
 * Copies from the memory at some ranges until the ranges or the buffer end.
 *
 * Ranges for which the buffer has no space are not accessed.
 *
 * @param io The address space.
 * @param ars The ranges, copied in order.
 * @param dst The destination.
 * @param opts Options.
 * @returns The number of bytes copied: the shorter of both lengths.
 * @throws {SyscallError} `EFAULT` if a part of the memory cannot be read;
 * `transferred` is the number of all bytes copied before.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { AddrRange, AddrRangeSeq, BytesIO, copyInVec } from "@hostkit/hostkit/usermem";
 *
 * const io = new BytesIO(new Uint8Array([1, 2, 3, 4]));
 * const ars = AddrRangeSeq.from([new AddrRange(3n, 4n), new AddrRange(0n, 2n)]);
 * const dst = new Uint8Array(3);
 * assert.equal(copyInVec(io, ars, dst), 3);
 * assert.deepEqual(dst, new Uint8Array([4, 1, 2]));
 * ```
 */
export function copyInVec(
  io: IO,
  ars: AddrRangeSeq,
  dst: Uint8Array,
  opts?: IOOpts,
): number {
  checkMethod("io", io, "copyIn");
  checkOptional("opts", opts);
  checkBytes("dst", dst);
  if (io.copyInVec !== undefined) return io.copyInVec(ars, dst, opts);
  return eachRange(
    ars,
    dst.length,
    (addr, start, end) => io.copyIn(addr, dst.subarray(start, end), opts),
  );
}

/**
 * Copies to the memory at some ranges until the ranges or the bytes end.
 *
 * Ranges for which there are no bytes are not accessed.
 *
 * @param io The address space.
 * @param ars The ranges, filled in order.
 * @param src The bytes.
 * @param opts Options.
 * @returns The number of bytes copied: the shorter of both lengths.
 * @throws {SyscallError} `EFAULT` if a part of the memory cannot be written;
 * `transferred` is the number of all bytes copied before.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { AddrRange, AddrRangeSeq, BytesIO, copyOutVec } from "@hostkit/hostkit/usermem";
 *
 * const io = new BytesIO(new Uint8Array(4));
 * const ars = AddrRangeSeq.from([new AddrRange(3n, 4n), new AddrRange(0n, 2n)]);
 * assert.equal(copyOutVec(io, ars, new Uint8Array([4, 1, 2, 9])), 3);
 * assert.deepEqual(io.bytes, new Uint8Array([1, 2, 0, 4]));
 * ```
 */
export function copyOutVec(
  io: IO,
  ars: AddrRangeSeq,
  src: Uint8Array,
  opts?: IOOpts,
): number {
  checkMethod("io", io, "copyOut");
  checkOptional("opts", opts);
  checkBytes("src", src);
  if (io.copyOutVec !== undefined) return io.copyOutVec(ars, src, opts);
  return eachRange(
    ars,
    src.length,
    (addr, start, end) => io.copyOut(addr, src.subarray(start, end), opts),
  );
}

/**
 * Sets the memory at some ranges to zero, up to a number of bytes.
 *
 * @param io The address space.
 * @param ars The ranges, in order.
 * @param n The maximum number of bytes to set.
 * @param opts Options.
 * @returns The number of bytes set: `n`, or the length of the ranges if that is
 * less.
 * @throws {SyscallError} `EFAULT` if a part of the memory cannot be written;
 * `transferred` is the number of all bytes set before.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { AddrRange, AddrRangeSeq, BytesIO, zeroOutVec } from "@hostkit/hostkit/usermem";
 *
 * const io = new BytesIO(new Uint8Array([1, 2, 3, 4]));
 * const ars = AddrRangeSeq.of(new AddrRange(1n, 4n));
 * assert.equal(zeroOutVec(io, ars, 2), 2);
 * assert.deepEqual(io.bytes, new Uint8Array([1, 0, 0, 4]));
 * ```
 */
export function zeroOutVec(
  io: IO,
  ars: AddrRangeSeq,
  n: number,
  opts?: IOOpts,
): number {
  checkMethod("io", io, "zeroOut");
  checkOptional("opts", opts);
  if (checkNumber("n", n) < 0) throw new SyscallError("zeroOut", EINVAL);
  return eachRange(
    ars,
    n,
    (addr, start, end) => io.zeroOut(addr, end - start, opts),
  );
}

/** Calls `move` for each range, even an empty one, up to `limit` bytes. */
function eachRange(
  ars: AddrRangeSeq,
  limit: number,
  move: (addr: Addr, start: number, end: number) => number,
): number {
  let done = 0;
  for (let rest = checkRanges(ars); !rest.isEmpty && done < limit;) {
    const { start, length } = rest.head();
    const end = done + Math.min(Number(length), limit - done);
    const n = addingTransferred(done, () => move(start, done, end));
    done += n;
    rest = rest.dropFirst(n);
  }
  return done;
}
