import { platform } from "../ffi/internal.ts";
import { fault } from "../posix/process_memory/internal.ts";
import { type Addr, toNumber } from "./addr.ts";
import { type AddrRangeSeq, checkRanges } from "./addr_range_seq.ts";

/**
 * The end of user space: `TASK_SIZE_MAX` of Linux's asm/page_64_types.h with
 * four levels of page tables, and `TASK_SIZE_64` of arm64's asm/processor.h
 * with 48 bits.
 */
const LIMITS = { x86_64: 2 ** 47 - 4096, aarch64: 2 ** 48 };

let limit: number | undefined;

/**
 * Returns whether a range is in user space, as the kernel's access_ok() does.
 * Numbers are exact in all of user space.
 */
export function inUserSpace(at: number, length: number): boolean {
  limit ??= LIMITS[platform().arch];
  return at + length <= limit;
}

/** Returns whether a range is in user space. */
export function accessOk(addr: Addr, length: number | bigint): boolean {
  return inUserSpace(toNumber(addr), Number(length));
}

/** Throws `EFAULT` unless a range is in user space. */
export function checkAccess(call: string, addr: Addr, length: number): void {
  if (!accessOk(addr, length)) throw fault(call, addr);
}

/** Throws `EFAULT` unless all ranges, even empty ones, are in user space. */
export function checkAllAccess(call: string, ars: AddrRangeSeq): void {
  for (const { start, length } of checkRanges(ars)) {
    if (!accessOk(start, length)) throw fault(call, start);
  }
}

/** Throws `EFAULT` unless a word of 4 bytes is aligned and in user space. */
export function checkWord(call: string, addr: Addr): void {
  checkAccess(call, addr, 4);
  if (addr % 4n !== 0n) throw fault(call, addr);
}
