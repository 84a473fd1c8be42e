import { SyscallError } from "../ffi/syscall_error.ts";
import { EINVAL } from "../posix/constants_errno.ts";
import type { AddrRangeSeq } from "./addr_range_seq.ts";
import type { IO, IOOpts } from "./io.ts";
import {
  transferredOf,
  withTransferred,
} from "../posix/process_memory/errors.ts";
import { copyInVec } from "./vec.ts";

/** One character for each byte, so that no byte becomes a digit. */
const LATIN1 = new TextDecoder("latin1");

/**
 * Reads decimal numbers from memory, as a sysctl file takes them: parted by
 * white space, each with an optional sign.
 *
 * White space behind the last number counts as read; what comes then is not
 * looked at. If there are fewer numbers than destinations, the others stay as
 * they are.
 *
 * @param io The address space.
 * @param ars The ranges, as one text.
 * @param dsts Where the numbers go; with no room nothing is read.
 * @param opts Options.
 * @returns The number of bytes read.
 * @throws {SyscallError} `EINVAL` if there is no number, or if something is not
 * a number of 32 bits; then `transferred` is where it begins. `EFAULT` if a part
 * of the memory cannot be read. Numbers before that are stored all the same.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { bytesIOSequence, copyInt32StringsInVec } from "@hostkit/hostkit/usermem";
 *
 * const { io, addrs } = bytesIOSequence(new TextEncoder().encode(" 100\t-200\n"));
 * const dsts = new Int32Array(3);
 * assert.equal(copyInt32StringsInVec(io, addrs, dsts), 10);
 * assert.deepEqual(dsts, new Int32Array([100, -200, 0]));
 * ```
 */
export function copyInt32StringsInVec(
  io: IO,
  ars: AddrRangeSeq,
  dsts: Int32Array,
  opts?: IOOpts,
): number {
  if (dsts.length === 0) return 0;
  const text = new Uint8Array(ars.numBytes);
  let end = text.length;
  let stop: unknown;
  try {
    copyInVec(io, ars, text, opts);
  } catch (error) {
    stop = error;
    end = transferredOf(error);
  }
  let count = 0;
  let i = skip(text, 0, end, true);
  while (i < end && count < dsts.length) {
    const next = skip(text, i, end, false);
    const value = parse(text.subarray(i, next));
    if (value === undefined) throw invalid(i);
    dsts[count++] = value;
    i = skip(text, next, end, true);
  }
  if (stop !== undefined) throw withTransferred(stop, i);
  if (count === 0) throw invalid(i);
  return i;
}

/**
 * Reads one decimal number, as {@linkcode copyInt32StringsInVec} does.
 *
 * @param io The address space.
 * @param ars The ranges, as one text.
 * @param dst Where the number goes: its first element.
 * @param opts Options.
 * @returns The number of bytes read.
 * @throws {SyscallError} As {@linkcode copyInt32StringsInVec}.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { bytesIOSequence, copyInt32StringInVec } from "@hostkit/hostkit/usermem";
 *
 * const { io, addrs } = bytesIOSequence(new TextEncoder().encode("42 43"));
 * const dst = new Int32Array(1);
 * assert.equal(copyInt32StringInVec(io, addrs, dst), 3);
 * assert.equal(dst[0], 42);
 * ```
 */
export function copyInt32StringInVec(
  io: IO,
  ars: AddrRangeSeq,
  dst: Int32Array,
  opts?: IOOpts,
): number {
  return copyInt32StringsInVec(io, ars, dst.subarray(0, 1), opts);
}

function invalid(at: number): SyscallError {
  return new SyscallError("copyInt32StringsInVec", EINVAL, {
    transferred: at,
  });
}

/** Returns where white space, or all else, ends. */
function skip(
  text: Uint8Array,
  from: number,
  end: number,
  space: boolean,
): number {
  let i = from;
  while (i < end && isSpace(text[i]!) === space) i++;
  return i;
}

/** As isspace(3) in the C locale. */
function isSpace(byte: number): boolean {
  return byte === 0x20 || byte >= 0x09 && byte <= 0x0d;
}

function parse(token: Uint8Array): number | undefined {
  const text = LATIN1.decode(token);
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined;
  const value = Number(text);
  return value >= -(2 ** 31) && value < 2 ** 31 ? value : undefined;
}
