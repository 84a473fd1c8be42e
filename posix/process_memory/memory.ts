/**
 * Memory that only system calls touch, so that a bad address is an error
 * number instead of a signal.
 *
 * @module
 */

import { SyscallError } from "../../ffi/syscall_error.ts";
import { EFAULT } from "../constants_errno.ts";
import { counting, fault } from "./errors.ts";

/** The most ranges one call takes: `UIO_MAXIOV` of linux/uio.h. */
export const UIO_MAXIOV = 1024;

/** An array of `struct iovec`, to be filled for one call after the other. */
export class Iovecs {
  /** What the kernel takes: address, length, address, length. */
  readonly words: BigUint64Array<ArrayBuffer>;
  /** The same, so that a length need not become a bigint first. */
  readonly #halves: Uint32Array;

  /**
   * Makes room.
   *
   * @param count The most elements.
   */
  constructor(count: number) {
    this.words = new BigUint64Array(2 * count);
    this.#halves = new Uint32Array(this.words.buffer);
  }

  /** Sets an element. */
  set(i: number, address: bigint, length: number): void {
    this.words[2 * i] = address;
    this.#halves[4 * i + 2] = length;
    this.#halves[4 * i + 3] = length / 2 ** 32;
  }

  /** Returns an element's address. */
  address(i: number): bigint {
    return this.words[2 * i]!;
  }

  /** Returns an element's length, which is that of a view. */
  length(i: number): number {
    return this.#halves[4 * i + 2]! + this.#halves[4 * i + 3]! * 2 ** 32;
  }
}

/**
 * A way into an address space.
 *
 * Both methods take ranges that are together as long as the view, move bytes
 * until a page cannot be accessed, and return the number moved or, when it is
 * none, the negative error number.
 */
export interface Memory {
  /** The system call behind {@linkcode Memory.read}. */
  readonly readCall: string;
  /** The system call behind {@linkcode Memory.write}. */
  readonly writeCall: string;
  /** How many bytes are read for nothing in less time than a range costs. */
  readonly readAhead: number;
  /** Moves bytes from the first `count` ranges to `dst`, which is not empty. */
  read(ranges: Iovecs, count: number, dst: Uint8Array): number;
  /** Moves bytes from `src`, which is not empty, to the first `count` ranges. */
  write(ranges: Iovecs, count: number, src: Uint8Array): number;
}

/** Fills `dst` from `address`; what stops it is thrown with the count. */
export function readMemory(
  memory: Memory,
  address: bigint,
  dst: Uint8Array,
): number {
  return moveAll(memory, "read", address, dst);
}

/** Writes all of `src` at `address`; what stops it is thrown with the count. */
export function writeMemory(
  memory: Memory,
  address: bigint,
  src: Uint8Array,
): number {
  return moveAll(memory, "write", address, src);
}

/** The range of one step, which has read it when it returns. */
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

/** The most zeroes that are kept to write from. */
const ZERO_CHUNK = 65536;

let zeroes: Uint8Array | undefined;

/** Writes `length` zeroes at `address`; what stops it is thrown with the count. */
export function zeroMemory(
  memory: Memory,
  address: bigint,
  length: number,
): number {
  zeroes ??= new Uint8Array(ZERO_CHUNK);
  for (let done = 0; done < length;) {
    const part = zeroes.subarray(0, Math.min(ZERO_CHUNK, length - done));
    const at = address + BigInt(done);
    done += counting(done, () => writeMemory(memory, at, part));
  }
  return length;
}

/** Returns the error of a call that moved nothing at `address`. */
export function failure(
  call: string,
  result: number,
  address: bigint,
  transferred: number,
): SyscallError {
  // A call that moves nothing and gives no reason will not do so next time.
  if (result === 0 || -result === EFAULT) {
    return fault(call, address, transferred);
  }
  return new SyscallError(call, -result, { transferred });
}

/**
 * Does a {@linkcode Memory} call's work for a primitive that takes one address.
 *
 * @param move Moves bytes between an address and a part of the view; returns
 * how many, at least one, or a negative error number.
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
