import { assertEquals, assertThrows } from "@std/assert";
import { SyscallError } from "../../ffi/syscall_error.ts";
import { BytesIO, copyObjectOut, iovecsIOSequence } from "../../usermem/mod.ts";

type Iovec = readonly [base: bigint, length: bigint];

/** Imports an array of `struct iovec`. */
function sequenceOf(iovecs: readonly Iovec[]): string {
  const io = new BytesIO(new Uint8Array(16 * iovecs.length));
  const layout = [["u64", 2], iovecs.length] as const;
  copyObjectOut(io, 0n, layout, iovecs.map((iovec) => [...iovec]));
  return `${iovecsIOSequence(io, 0n, iovecs.length).addrs}`;
}

function codeOf(body: () => unknown): string {
  return assertThrows(body, SyscallError).code;
}

Deno.test("iovecsIOSequence() keeps empty elements", () => {
  assertEquals(
    sequenceOf([[0x10n, 4n], [0n, 0n], [0x20n, 1n]]),
    "[[0x10, 0x14) [0x0, 0x0) [0x20, 0x21)]",
  );
  assertEquals(sequenceOf([]), "[]");
});

Deno.test("iovecsIOSequence() takes 0 to 1024 elements", () => {
  const io = new BytesIO(new Uint8Array(16 * 1024));
  assertEquals(iovecsIOSequence(io, 0n, 1024).addrs.numRanges, 1024);
  for (const count of [1025, -1, 0.5, NaN]) {
    assertEquals(codeOf(() => iovecsIOSequence(io, 0n, count)), "EINVAL");
  }
});

Deno.test("iovecsIOSequence() throws EINVAL on a length of 2^63, before any EFAULT", () => {
  const far: Iovec = [2n ** 63n, 1n];
  assertEquals(codeOf(() => sequenceOf([far])), "EFAULT");
  assertEquals(codeOf(() => sequenceOf([[2n ** 63n, 0n]])), "EFAULT");
  assertEquals(codeOf(() => sequenceOf([[2n ** 40n, 2n ** 62n]])), "EFAULT");
  assertEquals(codeOf(() => sequenceOf([far, [0n, 2n ** 63n]])), "EINVAL");
});

Deno.test("iovecsIOSequence() throws EFAULT where the array ends early", () => {
  const io = new BytesIO(new Uint8Array(24));
  assertEquals(codeOf(() => iovecsIOSequence(io, 0n, 2)), "EFAULT");
});

Deno.test("iovecsIOSequence() cuts the lengths to 0x7ffff000 together", () => {
  assertEquals(
    sequenceOf([[0x1000n, 0x7000_0000n], [0n, 0x7000_0000n], [0x5000n, 1n]]),
    "[[0x1000, 0x70001000) [0x0, 0xffff000) [0x5000, 0x5000)]",
  );
});
