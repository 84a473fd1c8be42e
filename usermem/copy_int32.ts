import { checkInstance, checkMethod, checkOptional } from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import { EINVAL } from "../posix/mod.ts";
import {
  transferredOf,
  withTransferred,
} from "../posix/process_memory/internal.ts";
import { type AddrRangeSeq, checkRanges } from "./addr_range_seq.ts";
import type { IO, IOOpts } from "./io.ts";
import { copyInVec } from "./vec.ts";

/** The maximum number of bytes to read at once. */
const CHUNK = 65536;

/**
 * Reads decimal numbers from memory in the format of a sysctl file: separated
 * by white space, each with an optional sign.
 *
 * White space after the last number counts as read; any text after that is
 * ignored. If there are fewer numbers than elements in `dsts`, the remaining
 * elements are unchanged.
 *
 * @param io The address space.
 * @param ars The ranges, which together hold the text.
 * @param dsts The destination; if it is empty, nothing is read.
 * @param opts Options.
 * @returns The number of bytes read.
 * @throws {SyscallError} `EINVAL` if there is no number, or if a word is not a
 * 32-bit number; then `transferred` is the position of the word. `EFAULT` if a
 * part of the memory cannot be read. Numbers before that are stored anyway.
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
  checkOptional("opts", opts);
  checkRanges(ars);
  if (checkInstance("dsts", dsts, Int32Array).length === 0) return 0;
  const numbers = new NumberReader(dsts);
  const buffer = new Uint8Array(Math.min(ars.numBytes, CHUNK));
  let rest = ars;
  let stop: unknown;
  let isWanted = true;
  // Memory that cannot be read is an error, even after the last number.
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
 * @param ars The ranges, which together hold the text.
 * @param dst The destination, of which only the first element is set.
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

/** Returns whether a byte is white space, as isspace(3) in the C locale. */
function isSpace(byte: number): boolean {
  return byte === 0x20 || byte >= 0x09 && byte <= 0x0d;
}

const ZERO = 0x30;
const PLUS = 0x2b;
const MINUS = 0x2d;

/** A parser of numbers in a text that arrives in pieces. */
class NumberReader {
  /** The number of numbers stored. */
  count = 0;
  /** The number of bytes read. */
  position = 0;
  readonly #dsts: Int32Array;
  /** The position of the number that is not complete yet, or -1. */
  #start = -1;
  #isNegative = false;
  #hasDigits = false;
  #value = 0;

  constructor(dsts: Int32Array) {
    this.#dsts = dsts;
  }

  /** Reads a piece; returns false if `dsts` is full and text is left. */
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

  /** Completes and stores the current number, if any. */
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
