import { assertEquals, assertThrows } from "@std/assert";
import { SyscallError } from "../../ffi/syscall_error.ts";
import {
  MAP_ANONYMOUS,
  MAP_PRIVATE,
  mmap,
  munmap,
  PROT_READ,
} from "../../posix/mod.ts";
import { AddrRange, AddrRangeSeq, BytesIO } from "../../usermem/mod.ts";
import { ReaderFunc, WriterFunc } from "../../usermem/safemem/mod.ts";
import { outcome } from "./_case.ts";

const FAULT = { n: 0, err: "EFAULT" };

Deno.test("BytesIO has nothing at a negative address", () => {
  const io = new BytesIO(new Uint8Array(8));
  const bytes = new Uint8Array(2);
  for (const addr of [-1n, -8n, -(2n ** 63n)]) {
    assertEquals(outcome(() => io.copyIn(addr, bytes), {}), FAULT);
    assertEquals(outcome(() => io.copyOut(addr, bytes), {}), FAULT);
    assertEquals(outcome(() => io.zeroOut(addr, 2), {}), FAULT);
    assertEquals(outcome(() => io.loadUint32(addr), {}), FAULT);
  }
});

Deno.test("BytesIO.zeroOut() throws RangeError on what is not a whole number", () => {
  const io = new BytesIO(new Uint8Array(8));
  for (const n of [0.5, NaN, Infinity]) {
    assertThrows(() => io.zeroOut(0n, n), RangeError);
  }
});

Deno.test("BytesIO.swapUint32() and the like throw RangeError on a bad value", () => {
  const io = new BytesIO(new Uint8Array(8));
  for (const value of [-1, 2 ** 32, 0.5, NaN]) {
    assertThrows(() => io.swapUint32(0n, value), RangeError);
    assertThrows(() => io.compareAndSwapUint32(0n, value, 0), RangeError);
    assertThrows(() => io.compareAndSwapUint32(0n, 0, value), RangeError);
  }
});

Deno.test("BytesIO tells where it stopped", () => {
  const io = new BytesIO(new Uint8Array(8));
  const error = assertThrows(
    () => io.copyIn(6n, new Uint8Array(4)),
    SyscallError,
  );
  assertEquals(error.message, "copyIn: EFAULT: Bad address (at 0x8)");
});

Deno.test("BytesIO.copyOutFrom() copies nothing at a Reader's end, which hides a fault", () => {
  const io = new BytesIO(new Uint8Array(4));
  const ended = new ReaderFunc(() => null);
  for (const end of [4n, 9n]) {
    const ars = AddrRangeSeq.of(new AddrRange(0n, end));
    assertEquals(io.copyOutFrom(ars, ended), 0);
  }
});

Deno.test("BytesIO.copyInTo() passes the view's own bytes", () => {
  const io = new BytesIO(new Uint8Array([1, 2, 3]));
  io.copyInTo(
    AddrRangeSeq.of(new AddrRange(1n, 3n)),
    new WriterFunc((srcs) => {
      srcs.head().toSlice()[0] = 9;
      return 2;
    }),
  );
  assertEquals([...io.bytes], [1, 9, 3]);
});

Deno.test("BytesIO.loadUint32() reads memory that cannot be written, aligned or not", () => {
  const { data } = mmap(
    null,
    4096,
    PROT_READ,
    MAP_PRIVATE | MAP_ANONYMOUS,
    -1,
    0,
  );
  const io = new BytesIO(data);
  assertEquals(io.loadUint32(4n), 0);
  assertEquals(io.loadUint32(1n), 0);
  munmap(data);
});
