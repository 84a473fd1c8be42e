/**
 * What the tests of `ProcessIO` share.
 *
 * @module
 */

import { assertEquals, assertThrows } from "@std/assert";
import { SyscallError } from "../../ffi/syscall_error.ts";
import { AddrRange } from "../../usermem/mod.ts";

export const EFAULT = { code: "EFAULT" };

/** The first address after user space, as far as the library is concerned. */
export const LIMIT = Deno.build.arch === "x86_64"
  ? 2n ** 47n - 4096n
  : 2n ** 48n;

/** Fails unless `body` throws a SyscallError with those properties. */
export function assertRefused(
  body: () => unknown,
  wanted: { code: string; transferred?: number; syscall?: string },
): void {
  const error = assertThrows(body, SyscallError);
  const { code, transferred, syscall } = error;
  assertEquals({ code, transferred, syscall }, {
    transferred: 0,
    syscall,
    ...wanted,
  });
}

/** Registers a test that needs Linux. */
export function test(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, ignore: Deno.build.os !== "linux", fn });
}

export function rangeAt(address: bigint, length: number): AddrRange {
  return new AddrRange(address, address + BigInt(length));
}
