/**
 * Arithmetic of 64-bit addresses.
 *
 * @module
 */

import { badType, show } from "../ffi/internal.ts";

/** The binary logarithm of {@linkcode PAGE_SIZE}. */
export const PAGE_SHIFT = 12;
/**
 * The page size to which addresses are rounded, in bytes: that of x86-64 and of
 * most aarch64 kernels. `getpagesize()` of `@hostkit/hostkit/posix` returns the
 * page size of this machine.
 */
export const PAGE_SIZE: number = 1 << PAGE_SHIFT;
/** The mask of the bits that give the offset in a page. */
export const PAGE_MASK: number = PAGE_SIZE - 1;
/** The binary logarithm of {@linkcode HUGE_PAGE_SIZE}. */
export const HUGE_PAGE_SHIFT = 21;
/** The huge page size to which addresses are rounded, in bytes. */
export const HUGE_PAGE_SIZE: number = 1 << HUGE_PAGE_SHIFT;
/** The mask of the bits that give the offset in a huge page. */
export const HUGE_PAGE_MASK: number = HUGE_PAGE_SIZE - 1;
/** The next larger page size, in bytes: 1 GiB. */
export const JUMBO_PAGE_SIZE: number = 1 << 30;
/** The size of a CPU cache line, in bytes. */
export const CACHE_LINE_SIZE = 64;

/**
 * A 64-bit address: `0n` to `2n ** 64n - 1n`.
 *
 * A parameter of this type accepts any other integer as its low 64 bits, as C
 * and `BigUint64Array` do: `-1n` is the highest address.
 */
export type Addr = bigint;

/** The highest address. */
export const ADDR_MAX: Addr = (1n << 64n) - 1n;

/** The maximum of C's `ssize_t`, and so of the length of a transfer. */
export const SSIZE_MAX: bigint = (1n << 63n) - 1n;

function checkAddr(addr: Addr): Addr {
  if (typeof addr !== "bigint") throw badType("address", addr, "a bigint");
  return addr;
}

/** Returns the low 64 bits of a number. */
export function wrap(n: bigint): Addr {
  return BigInt.asUintN(64, checkAddr(n));
}

const word = new BigUint64Array(1);
const halves = new Uint32Array(word.buffer);

/**
 * Converts an address to a number, which is exact up to 2^53. This takes a
 * third of the time of `Number(addr)`.
 */
export function toNumber(addr: Addr): number {
  word[0] = checkAddr(addr);
  return halves[0]! + halves[1]! * 2 ** 32;
}

/**
 * Converts a length of up to 64 bits to a `bigint`.
 *
 * @throws {RangeError} If it is not an integer from 0 to 2^64 - 1.
 */
export function toLength(n: number | bigint): bigint {
  const whole = typeof n === "bigint" || Number.isSafeInteger(n);
  if (!whole || n < 0 || n > ADDR_MAX) {
    throw new RangeError(
      `Cannot use ${
        show(n)
      } as a number of bytes: not an integer from 0 to 2^64 - 1`,
    );
  }
  return BigInt(n);
}

/**
 * Adds a distance to an address.
 *
 * @param addr The address.
 * @param n The distance in bytes, from 0 to 2^64 - 1.
 * @returns The sum, or `undefined` if it is 2^64 or more.
 * @throws {RangeError} If `n` is not an integer from 0 to 2^64 - 1.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { addLength } from "@hostkit/hostkit/usermem";
 *
 * assert.equal(addLength(0x1000n, 16), 0x1010n);
 * assert.equal(addLength(2n ** 64n - 1n, 1), undefined);
 * ```
 */
export function addLength(addr: Addr, n: number | bigint): Addr | undefined {
  return unlessTooLarge(wrap(addr) + toLength(n));
}

/**
 * Rounds an address down to the start of its page.
 *
 * @param addr The address.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { roundDown } from "@hostkit/hostkit/usermem";
 *
 * assert.equal(roundDown(0x1fffn), 0x1000n);
 * ```
 */
export function roundDown(addr: Addr): Addr {
  return down(addr, PAGE_SIZE);
}

/**
 * Rounds an address up to the start of a page.
 *
 * @param addr The address.
 * @returns The rounded address, or `undefined` if it is 2^64.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { roundUp } from "@hostkit/hostkit/usermem";
 *
 * assert.equal(roundUp(0x1001n), 0x2000n);
 * assert.equal(roundUp(2n ** 64n - 1n), undefined);
 * ```
 */
export function roundUp(addr: Addr): Addr | undefined {
  return up(addr, PAGE_SIZE);
}

/**
 * Rounds an address up to the start of a page, or throws an error.
 *
 * @param addr The address.
 * @throws {RangeError} If the rounded address is 2^64.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { mustRoundUp } from "@hostkit/hostkit/usermem";
 *
 * assert.equal(mustRoundUp(0x1001n), 0x2000n);
 * assert.throws(() => mustRoundUp(2n ** 64n - 1n), RangeError);
 * ```
 */
export function mustRoundUp(addr: Addr): Addr {
  return orThrow(roundUp(addr), addr);
}

/**
 * Rounds an address down to the start of its huge page.
 *
 * @param addr The address.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { hugeRoundDown } from "@hostkit/hostkit/usermem";
 *
 * assert.equal(hugeRoundDown(0x3fffffn), 0x200000n);
 * ```
 */
export function hugeRoundDown(addr: Addr): Addr {
  return down(addr, HUGE_PAGE_SIZE);
}

/**
 * Rounds an address up to the start of a huge page.
 *
 * @param addr The address.
 * @returns The rounded address, or `undefined` if it is 2^64.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { hugeRoundUp } from "@hostkit/hostkit/usermem";
 *
 * assert.equal(hugeRoundUp(0x200001n), 0x400000n);
 * ```
 */
export function hugeRoundUp(addr: Addr): Addr | undefined {
  return up(addr, HUGE_PAGE_SIZE);
}

/**
 * Rounds an address up to the start of a huge page, or throws an error.
 *
 * @param addr The address.
 * @throws {RangeError} If the rounded address is 2^64.
 */
export function mustHugeRoundUp(addr: Addr): Addr {
  return orThrow(hugeRoundUp(addr), addr);
}

/**
 * Returns the offset of an address in its page, in bytes.
 *
 * @param addr The address.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { pageOffset } from "@hostkit/hostkit/usermem";
 *
 * assert.equal(pageOffset(0x1234n), 0x234);
 * ```
 */
export function pageOffset(addr: Addr): number {
  return Number(checkAddr(addr) & BigInt(PAGE_MASK));
}

/**
 * Returns the offset of an address in its huge page, in bytes.
 *
 * @param addr The address.
 */
export function hugePageOffset(addr: Addr): number {
  return Number(checkAddr(addr) & BigInt(HUGE_PAGE_MASK));
}

/**
 * Returns whether an address is the start of a page.
 *
 * @param addr The address.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { isPageAligned } from "@hostkit/hostkit/usermem";
 *
 * assert(isPageAligned(0x3000n));
 * assert(!isPageAligned(0x3001n));
 * ```
 */
export function isPageAligned(addr: Addr): boolean {
  return pageOffset(addr) === 0;
}

/**
 * Returns whether an address is the start of a huge page.
 *
 * @param addr The address.
 */
export function isHugePageAligned(addr: Addr): boolean {
  return hugePageOffset(addr) === 0;
}

/**
 * Rounds an address down to the start of its cache line.
 *
 * @param addr The address.
 */
export function cacheLineRoundDown(addr: Addr): Addr {
  return down(addr, CACHE_LINE_SIZE);
}

/**
 * Rounds an address up to the start of a cache line.
 *
 * @param addr The address.
 * @returns The rounded address, or `undefined` if it is 2^64.
 */
export function cacheLineRoundUp(addr: Addr): Addr | undefined {
  return up(addr, CACHE_LINE_SIZE);
}

/**
 * Returns the number of pages that a number of bytes occupies.
 *
 * @param n The number of bytes, from 0 to 2^64 - 1.
 * @returns The number of pages, or `undefined` if `n` rounded up to whole pages
 * is 2^64.
 * @throws {RangeError} If `n` is not an integer from 0 to 2^64 - 1.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { toPagesRoundUp } from "@hostkit/hostkit/usermem";
 *
 * assert.equal(toPagesRoundUp(4097), 2n);
 * ```
 */
export function toPagesRoundUp(n: number | bigint): bigint | undefined {
  const rounded = up(toLength(n), PAGE_SIZE);
  return rounded === undefined ? undefined : rounded >> BigInt(PAGE_SHIFT);
}

function down(addr: Addr, size: number): Addr {
  return wrap(addr) & -BigInt(size);
}

function up(addr: Addr, size: number): Addr | undefined {
  return unlessTooLarge(wrap(addr) + BigInt(size - 1) & -BigInt(size));
}

function unlessTooLarge(sum: bigint): Addr | undefined {
  return sum > ADDR_MAX ? undefined : sum;
}

function orThrow(rounded: Addr | undefined, addr: Addr): Addr {
  if (rounded !== undefined) return rounded;
  throw new RangeError(
    `Cannot round address 0x${wrap(addr).toString(16)} up to 2^64`,
  );
}
