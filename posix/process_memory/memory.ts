/**
 * Memory accessed only by system calls, so that a bad address yields an error
 * number instead of a signal.
 *
 * @module
 */

import { SyscallError } from "../../ffi/mod.ts";
import { EFAULT } from "../constants_errno.ts";
import { addingTransferred, fault } from "./errors.ts";

/** The maximum number of ranges in a call: `UIO_MAXIOV` of linux/uio.h. */
export const UIO_MAXIOV = 1024;

/** An array of `struct iovec`, which can be filled anew for each call. */
export class Iovecs {
  /** The array for the kernel: an address and a length for each element. */
  readonly words: BigUint64Array<ArrayBuffer>;
  /** The same memory, to set a length without converting it to a bigint. */
  readonly #halves: Uint32Array;

  /**
   * Allocates the array.
   *
   * @param count The maximum number of elements.
   */
  constructor(count: number) {
    this.words = new BigUint64Array(2 * count);
    this.#halves = new Uint32Array(this.words.buffer);
  }

  /** Sets the element `i`. */
  set(i: number, address: bigint, length: number): void {
    this.words[2 * i] = address;
    this.#halves[4 * i + 2] = length;
    this.#halves[4 * i + 3] = length / 2 ** 32;
  }

  /** Returns the address in the element `i`. */
  address(i: number): bigint {
    return this.words[2 * i]!;
  }

  /** Returns the length in the element `i`. */
  length(i: number): number {
    return this.#halves[4 * i + 2]! + this.#halves[4 * i + 3]! * 2 ** 32;
  }
}

/**
 * Access to an address space.
 *
 * Both methods take ranges whose total length is that of the view. They copy
 * bytes until a page cannot be accessed, and return the number of bytes copied
 * or, if it is zero, the negative error number.
 */
export interface Memory {
  /** The system call behind {@linkcode Memory.read}. */
  readonly readCall: string;
  /** The system call behind {@linkcode Memory.write}. */
  readonly writeCall: string;
  /**
   * The length of the gap between two ranges, in bytes, up to which reading the
   * gap as well is faster than a separate range.
   */
  readonly readAhead: number;
  /** Copies bytes from the first `count` ranges to `dst`, which is not empty. */
  read(ranges: Iovecs, count: number, dst: Uint8Array): number;
  /** Copies bytes from `src`, which is not empty, to the first `count` ranges. */
  write(ranges: Iovecs, count: number, src: Uint8Array): number;
}

/** Fills `dst` from `address`; an error has the number of bytes copied. */
export function readMemory(
  memory: Memory,
  address: bigint,
  dst: Uint8Array,
): number {
  return moveAll(memory, "read", address, dst);
}

/** Writes all of `src` at `address`; an error has the number of bytes copied. */
export function writeMemory(
  memory: Memory,
  address: bigint,
  src: Uint8Array,
): number {
  return moveAll(memory, "write", address, src);
}

/** The range of one call; the kernel has read it when the call returns. */
const range = new Iovecs(1);

function moveAll(
  memory: Memory,
  direction: "read" | "write",
  address: bigint,
  view: Uint8Array,
): number {
  let at = address;
  for (let done = 0; done < view.length;) {
    const part = done === 0 ? view : view.subarray(done);
    range.set(0, at, part.length);
    const n = direction === "read"
      ? memory.read(range, 1, part)
      : memory.write(range, 1, part);
    if (n === view.length) return n;
    if (n <= 0) throw failure(memory[`${direction}Call`], n, at, done);
    done += n;
    at += BigInt(n);
  }
  return view.length;
}

/** The size of the buffer of zeros, in bytes. */
const ZERO_CHUNK = 65536;

let zeros: Uint8Array | undefined;

/** Writes `length` zeros at `address`; an error has the number of bytes set. */
export function zeroMemory(
  memory: Memory,
  address: bigint,
  length: number,
): number {
  zeros ??= new Uint8Array(ZERO_CHUNK);
  for (let done = 0; done < length;) {
    const part = zeros.subarray(0, Math.min(ZERO_CHUNK, length - done));
    const at = address + BigInt(done);
    done += addingTransferred(done, () => writeMemory(memory, at, part));
  }
  return length;
}

/** Creates the error of a call that copied nothing at `address`. */
export function failure(
  call: string,
  result: number,
  address: bigint,
  transferred: number,
): SyscallError {
  // A call that copies nothing without an error would do so again.
  if (result === 0 || -result === EFAULT) {
    return fault(call, address, transferred);
  }
  return new SyscallError(call, -result, { transferred });
}

/**
 * Copies ranges as a {@linkcode Memory} method does, by means of a function
 * that takes one address.
 *
 * @param move Copies bytes between an address and a part of the view; returns
 * their number, at least 1, or a negative error number.
 */
export function piecewise(
  ranges: Iovecs,
  count: number,
  view: Uint8Array,
  move: (address: bigint, part: Uint8Array) => number,
): number {
  let done = 0;
  for (let i = 0; i < count; i++) {
    let address = ranges.address(i);
    const end = done + ranges.length(i);
    while (done < end) {
      const n = move(address, view.subarray(done, end));
      if (n <= 0) return done || n;
      done += n;
      address += BigInt(n);
    }
  }
  return done;
}
