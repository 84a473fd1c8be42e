import { badNumber, checkInstance, checkU64 } from "../../ffi/check.ts";
import { errno, libc, linuxLibc } from "../../ffi/libc.ts";
import { platform } from "../../ffi/platform.ts";
import { SyscallError } from "../../ffi/syscall_error.ts";
import { EFAULT } from "../../posix/constants_errno.ts";
import { Block } from "./block.ts";
import { hex } from "../../posix/process_memory/errors.ts";
import { failure, readMemory } from "../../posix/process_memory/memory.ts";
import { ownMemory } from "../../posix/process_memory/own_memory.ts";

/**
 * Sets the word at the start of a Block, and returns what it was, atomically.
 *
 * Where {@linkcode Block.needSafecopy} is set, the kernel is asked first whether
 * the word can be written. Memory that another thread unmaps in between still
 * ends the process.
 *
 * @param block The Block; only its first 4 bytes matter.
 * @param value The new value, from 0 to 2^32 - 1.
 * @returns The old value.
 * @throws {RangeError} If the Block is shorter than 4 bytes, or the value is out
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
  return Atomics.exchange(word(block, "swapUint32", true), 0, value);
}

/**
 * Sets the 8-byte word at the start of a Block, as {@linkcode swapUint32} does.
 *
 * @param block The Block; only its first 8 bytes matter.
 * @param value The new value, from 0 to 2^64 - 1.
 * @returns The old value.
 * @throws {RangeError} If the Block is shorter than 8 bytes, or the value is out
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
  const bytes = wordBytes(block, 8, "swapUint64", true);
  return Atomics.exchange(
    new BigUint64Array(bytes.buffer, bytes.byteOffset, 1),
    0,
    value,
  );
}

/**
 * Sets the word at the start of a Block if it is `expected`, atomically.
 *
 * The word must be writable even where it turns out to differ. Otherwise as
 * {@linkcode swapUint32}.
 *
 * @param block The Block; only its first 4 bytes matter.
 * @param expected The value that is replaced.
 * @param value The value that replaces it.
 * @returns The value found, which is `expected` if it was replaced.
 * @throws {RangeError} If the Block is shorter than 4 bytes, or a value is not
 * one of 32 bits.
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
  const view = word(block, "compareAndSwapUint32", true);
  return Atomics.compareExchange(view, 0, expected, value);
}

/**
 * Returns the word at the start of a Block, read atomically.
 *
 * Where {@linkcode Block.needSafecopy} is set, the kernel is asked first whether
 * the word can be read, with the limit that {@linkcode swapUint32} tells.
 *
 * @param block The Block; only its first 4 bytes matter.
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
  return Atomics.load(word(block, "loadUint32", false), 0);
}

/** Throws a RangeError unless the value has 32 bits and no sign. */
export function checkUint32(value: number, name: string = "value"): void {
  if (typeof value !== "number" || value >>> 0 !== value) {
    throw badNumber(name, value, "a number of 32 bits");
  }
}

function word(block: Block, call: string, write: boolean): Uint32Array {
  const bytes = wordBytes(block, 4, call, write);
  return new Uint32Array(bytes.buffer, bytes.byteOffset, 1);
}

/** Returns a view of the Block's first bytes, found safe to touch. */
function wordBytes(
  block: Block,
  size: 4 | 8,
  call: string,
  write: boolean,
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
    if (write) probeWrite(call, address);
    else readMemory(ownMemory(), address, new Uint8Array(size));
  }
  return block.toSlice();
}

// linux/futex.h
const FUTEX_WAKE_OP = 5;
const FUTEX_PRIVATE_FLAG = 128;
const FUTEX_OP_OR = 2;

/** asm/unistd.h */
const SYS_FUTEX = { x86_64: 202n, aarch64: 98n };

/** A word that nobody waits for. */
const quiet = new Uint32Array(1);

/**
 * Has the kernel OR the word with 0: nothing changes, and it answers `EFAULT`
 * where a write would be a signal.
 */
function probeWrite(call: string, address: bigint): void {
  const result = linuxLibc().syscall(
    SYS_FUTEX[platform().arch],
    libc().addressOf(quiet),
    BigInt(FUTEX_WAKE_OP | FUTEX_PRIVATE_FLAG),
    0n,
    0n,
    address,
    BigInt(FUTEX_OP_OR << 28),
  );
  if (result < 0) throw failure(call, -errno(), address, 0);
}
