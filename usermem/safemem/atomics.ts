import {
  badNumber,
  checkInstance,
  checkU64,
  errno,
  libc,
  linuxLibc,
  platform,
} from "../../ffi/internal.ts";
import { SyscallError } from "../../ffi/mod.ts";
import { SYS_FUTEX } from "../../posix/internal.ts";
import { EFAULT } from "../../posix/mod.ts";
import {
  failure,
  hex,
  ownMemory,
  readMemory,
} from "../../posix/process_memory/internal.ts";
import { Block } from "./block.ts";

/**
 * Sets the 32-bit word at the start of a Block and returns its old value,
 * atomically.
 *
 * If {@linkcode Block.needSafecopy} is set, the kernel first checks whether the
 * word can be written. If another thread unmaps the memory between the check
 * and the write, the process is killed.
 *
 * @param block The Block, of which only the first 4 bytes matter.
 * @param value The new value, from 0 to 2^32 - 1.
 * @returns The old value.
 * @throws {RangeError} If the Block is shorter than 4 bytes, or `value` is out
 * of range.
 * @throws {SyscallError} `EFAULT` if the word cannot be written, or its address
 * is not a multiple of 4.
 * @see {@link https://man7.org/linux/man-pages/man2/FUTEX_WAKE_OP.2const.html | FUTEX_WAKE_OP(2const)}
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { Block, swapUint32 } from "@hostkit/hostkit/safemem";
 *
 * const words = new Uint32Array([1, 2]);
 * const block = Block.of(new Uint8Array(words.buffer));
 * assert.equal(swapUint32(block.dropFirst(4), 7), 2);
 * assert.deepEqual(words, new Uint32Array([1, 7]));
 * ```
 */
export function swapUint32(block: Block, value: number): number {
  checkUint32(value);
  return Atomics.exchange(word(block, "swapUint32", "write"), 0, value);
}

/**
 * Sets the 64-bit word at the start of a Block, as {@linkcode swapUint32} does.
 *
 * @param block The Block, of which only the first 8 bytes matter.
 * @param value The new value, from 0 to 2^64 - 1.
 * @returns The old value.
 * @throws {RangeError} If the Block is shorter than 8 bytes, or `value` is out
 * of range.
 * @throws {SyscallError} `EFAULT` if the word cannot be written, or its address
 * is not a multiple of 8.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { Block, swapUint64 } from "@hostkit/hostkit/safemem";
 *
 * const block = Block.of(new Uint8Array(8));
 * assert.equal(swapUint64(block, 1n << 40n), 0n);
 * assert.equal(swapUint64(block, 0n), 1n << 40n);
 * ```
 */
export function swapUint64(block: Block, value: bigint): bigint {
  checkU64("value", value);
  const bytes = wordBytes(block, 8, "swapUint64", "write");
  return Atomics.exchange(
    new BigUint64Array(bytes.buffer, bytes.byteOffset, 1),
    0,
    value,
  );
}

/**
 * Sets the 32-bit word at the start of a Block if it has the expected value,
 * atomically.
 *
 * The word must be writable even if it has another value. See
 * {@linkcode swapUint32} for Blocks that need system calls.
 *
 * @param block The Block, of which only the first 4 bytes matter.
 * @param expected The expected value.
 * @param value The new value.
 * @returns The old value; the word was set if this is `expected`.
 * @throws {RangeError} If the Block is shorter than 4 bytes, or a value is not
 * an unsigned 32-bit integer.
 * @throws {SyscallError} `EFAULT` if the word cannot be written, or its address
 * is not a multiple of 4.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { Block, compareAndSwapUint32, loadUint32 } from "@hostkit/hostkit/safemem";
 *
 * const block = Block.of(new Uint8Array(4));
 * assert.equal(compareAndSwapUint32(block, 0, 5), 0);
 * assert.equal(compareAndSwapUint32(block, 0, 6), 5);
 * assert.equal(loadUint32(block), 5);
 * ```
 */
export function compareAndSwapUint32(
  block: Block,
  expected: number,
  value: number,
): number {
  checkUint32(expected, "expected");
  checkUint32(value);
  const view = word(block, "compareAndSwapUint32", "write");
  return Atomics.compareExchange(view, 0, expected, value);
}

/**
 * Reads the 32-bit word at the start of a Block atomically.
 *
 * If {@linkcode Block.needSafecopy} is set, the kernel first checks whether the
 * word can be read, with the limitation that {@linkcode swapUint32} describes.
 *
 * @param block The Block, of which only the first 4 bytes matter.
 * @throws {RangeError} If the Block is shorter than 4 bytes.
 * @throws {SyscallError} `EFAULT` if the word cannot be read, or its address is
 * not a multiple of 4.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { Block, loadUint32 } from "@hostkit/hostkit/safemem";
 *
 * assert.equal(loadUint32(Block.of(new Uint8Array([1, 1, 0, 0]))), 257);
 * ```
 */
export function loadUint32(block: Block): number {
  return Atomics.load(word(block, "loadUint32", "read"), 0);
}

/** Throws a RangeError unless a value is an unsigned 32-bit integer. */
export function checkUint32(value: number, name: string = "value"): void {
  if (typeof value !== "number" || value >>> 0 !== value) {
    throw badNumber(name, value, "an unsigned 32-bit integer");
  }
}

/** The kind of access to a word. */
type Access = "read" | "write";

function word(block: Block, call: string, access: Access): Uint32Array {
  const bytes = wordBytes(block, 4, call, access);
  return new Uint32Array(bytes.buffer, bytes.byteOffset, 1);
}

/** Checks that the first bytes of a Block can be accessed; returns a view. */
function wordBytes(
  block: Block,
  size: 4 | 8,
  call: string,
  access: Access,
): Uint8Array {
  checkInstance("block", block, Block);
  if (block.length < size) {
    throw new RangeError(`Cannot use ${block.length} bytes as a word`);
  }
  const { address } = block;
  if (address % BigInt(size) !== 0n) {
    const boundary = size === 4 ? "a 4-byte boundary" : "an 8-byte boundary";
    const hint = `address ${hex(address)} is not aligned to ${boundary}`;
    throw new SyscallError(call, EFAULT, { hint });
  }
  if (block.needSafecopy) {
    if (access === "write") probeWrite(call, address);
    else readMemory(ownMemory(), address, new Uint8Array(size));
  }
  return block.toSlice();
}

// linux/futex.h
const FUTEX_WAKE_OP = 5;
const FUTEX_PRIVATE_FLAG = 128;
const FUTEX_OP_OR = 2;

/** A word on which no thread waits. */
const unusedFutex = new Uint32Array(1);

/**
 * Checks that a word can be written: the kernel ORs the word with 0, which
 * changes nothing, and fails with `EFAULT` where a write would raise a signal.
 */
function probeWrite(call: string, address: bigint): void {
  const result = linuxLibc().syscall(
    SYS_FUTEX[platform().arch],
    libc().addressOf(unusedFutex),
    BigInt(FUTEX_WAKE_OP | FUTEX_PRIVATE_FLAG),
    0n,
    0n,
    address,
    BigInt(FUTEX_OP_OR << 28),
  );
  if (result < 0) throw failure(call, -errno(), address, 0);
}
