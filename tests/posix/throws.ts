import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { SyscallError } from "../../ffi/mod.ts";

/** Fails unless `body` throws a `SyscallError` with this code and call. */
export function assertErrno(
  body: () => unknown,
  code: string,
  syscall?: string,
): void {
  const error = assertThrows(() => void body());
  assertInstanceOf(error, SyscallError);
  const { code: seenCode, syscall: seenCall } = error as SyscallError;
  assertEquals(seenCode, code);
  if (syscall !== undefined) assertEquals(seenCall, syscall);
}

/** Numbers that are no 32-bit integer, and that C would take as one. */
export const NOT_INT = [NaN, 0.5, Infinity, 2 ** 32, -(2 ** 31) - 1];

/** Numbers that are no length. */
export const NOT_LENGTH = [NaN, 0.5, -0.5, Infinity, 2 ** 53, -(2 ** 53)];
