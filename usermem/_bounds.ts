/**
 * Bounds checks for a memory of limited size that begins at address 0.
 *
 * @module
 */

import { SyscallError } from "../ffi/mod.ts";
import { EINVAL } from "../posix/mod.ts";
import { fault } from "../posix/process_memory/internal.ts";
import { SSIZE_MAX, toNumber } from "./addr.ts";
import { type AddrRangeSeq, checkRanges } from "./addr_range_seq.ts";

/** Returns how many of the `length` bytes at `at` are within `size` bytes. */
export function countInside(at: number, length: number, size: number): number {
  if (at + length <= size) return length;
  return at < size ? Math.min(length, size - at) : 0;
}

/** The parts of some ranges that are within a memory. */
export interface Parts {
  /** The start and length of each part; no part is empty. */
  readonly parts: readonly (readonly [at: number, length: number])[];
  /** The error of the first byte outside the memory, if any. */
  readonly stop: SyscallError | undefined;
}

/** Returns the parts of some ranges that are within the first `size` bytes. */
export function partsOf(call: string, ars: AddrRangeSeq, size: number): Parts {
  const parts: [number, number][] = [];
  for (const { start, length } of checkRanges(ars)) {
    if (length > SSIZE_MAX) {
      return { parts: [], stop: new SyscallError(call, EINVAL) };
    }
    const at = toNumber(start);
    const n = countInside(at, Number(length), size);
    if (n > 0) parts.push([at, n]);
    if (BigInt(n) < length) {
      return { parts, stop: fault(call, start + BigInt(n)) };
    }
  }
  return { parts, stop: undefined };
}
