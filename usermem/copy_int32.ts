import { checkInstance, checkMethod } from "../ffi/check.ts";
import { SyscallError } from "../ffi/syscall_error.ts";
import { EINVAL } from "../posix/constants_errno.ts";
import { type AddrRangeSeq, checkRanges } from "./addr_range_seq.ts";
import type { IO, IOOpts } from "./io.ts";
import {
  transferredOf,
  withTransferred,
} from "../posix/process_memory/errors.ts";
import { copyInVec } from "./vec.ts";

/** How much is read at once. */
const CHUNK = 65536;

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
  checkMethod("io", io, "copyIn");
  checkRanges(ars);
  if (checkInstance("dsts", dsts, Int32Array).length === 0) return 0;
  const numbers = new NumberReader(dsts);
  const buffer = new Uint8Array(Math.min(ars.numBytes, CHUNK));
  let rest = ars;
  let stop: unknown;
  let isWanted = true;
  // What cannot be read is told, even behind the last number.
  for (let left = ars.numBytes; left > 0 && stop === undefined;) {
    let n = Math.min(left, CHUNK);
    try {
      copyInVec(io, rest, buffer.subarray(0, n), opts);
    } catch (error) {
      stop = error;
      n = transferredOf(error);
    }
    isWanted &&= numbers.read(buffer.subarray(0, n));
    rest = rest.dropFirst(n);
    left -= n;
  }
  numbers.end();
  const { count, position } = numbers;
  if (stop !== undefined) throw withTransferred(stop, position);
  if (count === 0) throw invalid(position);
  return position;
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
  return copyInt32StringsInVec(
    io,
    ars,
    checkInstance("dst", dst, Int32Array).subarray(0, 1),
    opts,
  );
}

function invalid(at: number): SyscallError {
  return new SyscallError("copyInt32StringsInVec", EINVAL, {
    transferred: at,
  });
}

/** As isspace(3) in the C locale. */
function isSpace(byte: number): boolean {
  return byte === 0x20 || byte >= 0x09 && byte <= 0x0d;
}

const ZERO = 0x30;
const PLUS = 0x2b;
const MINUS = 0x2d;

/** Reads numbers from a text that comes in pieces. */
class NumberReader {
  /** How many were stored. */
  count = 0;
  /** How much of the text is read: up to what is not looked at. */
  position = 0;
  readonly #dsts: Int32Array;
  /** Where the number begins that has not ended yet, or -1. */
  #start = -1;
  #isNegative = false;
  #hasDigits = false;
  #value = 0;

  constructor(dsts: Int32Array) {
    this.#dsts = dsts;
  }

  /** Reads a piece; returns whether all of it, as there was room. */
  read(text: Uint8Array): boolean {
    for (const byte of text) {
      if (isSpace(byte)) {
        this.end();
      } else if (this.#start >= 0) {
        this.#addDigit(byte);
      } else {
        if (this.count === this.#dsts.length) return false;
        this.#start = this.position;
        this.#isNegative = byte === MINUS;
        this.#hasDigits = false;
        this.#value = 0;
        if (byte !== PLUS && byte !== MINUS) this.#addDigit(byte);
      }
      this.position++;
    }
    return true;
  }

  /** Ends the number, if one has begun. */
  end(): void {
    if (this.#start < 0) return;
    if (!this.#hasDigits) throw invalid(this.#start);
    const value = this.#isNegative ? -this.#value : this.#value;
    this.#dsts[this.count++] = value;
    this.#start = -1;
  }

  #addDigit(byte: number): void {
    const digit = byte - ZERO;
    this.#value = 10 * this.#value + digit;
    this.#hasDigits = true;
    const most = this.#isNegative ? 2 ** 31 : 2 ** 31 - 1;
    if (digit < 0 || digit > 9 || this.#value > most) {
      throw invalid(this.#start);
    }
  }
}
