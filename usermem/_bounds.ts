/**
 * Memory that begins at address 0 and ends somewhere.
 *
 * @module
 */

import { SyscallError } from "../ffi/syscall_error.ts";
import { EINVAL } from "../posix/constants_errno.ts";
import { toNumber } from "./addr.ts";
import { type AddrRangeSeq, checkRanges } from "./addr_range_seq.ts";
import { fault } from "../posix/process_memory/errors.ts";

/** The longest range there can be, as C's `ssize_t` counts. */
const MAX_LENGTH = (1n << 63n) - 1n;

/** Returns how many of `length` bytes at `at` are among the first `size`. */
export function fit(at: number, length: number, size: number): number {
  if (at + length <= size) return length;
  return at < size ? Math.min(length, size - at) : 0;
}

/** What there is of some ranges. */
export interface Parts {
  /** Where each part begins, and its length: none is empty. */
  readonly parts: readonly (readonly [at: number, length: number])[];
  /** The error of the first byte that is not there, if there is one. */
  readonly stop: SyscallError | undefined;
}

/** Returns what of some ranges is among the first `size` bytes. */
export function partsOf(call: string, ars: AddrRangeSeq, size: number): Parts {
  const parts: [number, number][] = [];
  for (const { start, length } of checkRanges(ars)) {
    if (length > MAX_LENGTH) {
      return { parts: [], stop: new SyscallError(call, EINVAL) };
    }
    const at = toNumber(start);
    const n = fit(at, Number(length), size);
    if (n > 0) parts.push([at, n]);
    if (BigInt(n) < length) {
      return { parts, stop: fault(call, start + BigInt(n)) };
    }
  }
  return { parts, stop: undefined };
}
