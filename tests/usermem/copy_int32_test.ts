import { assertEquals } from "@std/assert";
import {
  AddrRange,
  AddrRangeSeq,
  BytesIO,
  bytesIOSequence,
  copyInt32StringInVec,
  copyInt32StringsInVec,
} from "../../usermem/mod.ts";
import { outcome } from "./_case.ts";

Deno.test("copyInt32StringsInVec() takes a number of a million digits", () => {
  const digits = "0".repeat(1_000_000);
  const { io, addrs } = bytesIOSequence(
    new TextEncoder().encode(`${digits}7 ${digits}8x`),
  );
  const dsts = new Int32Array(2);
  assertEquals(outcome(() => copyInt32StringsInVec(io, addrs, dsts), {}), {
    n: 1_000_002,
    err: "EINVAL",
  });
  assertEquals([...dsts], [7, 0]);
});

Deno.test("copyInt32StringInVec() stores one number, and none without room", () => {
  const { io, addrs } = bytesIOSequence(new TextEncoder().encode("1 2"));
  const dst = new Int32Array([8, 9]);
  assertEquals(copyInt32StringInVec(io, addrs, dst), 2);
  assertEquals([...dst], [1, 9]);
  assertEquals(copyInt32StringInVec(io, addrs, new Int32Array(0)), 0);
});

Deno.test("copyInt32StringsInVec() reads numbers over any boundary, as from one text", () => {
  const spaces = " ".repeat(65_533);
  for (const tail of ["", "\n", " x"]) {
    for (const shift of [0, 1, 2, 3, 4, 5]) {
      const text = `${spaces.slice(shift)}-12 +34${spaces}56${tail}`;
      const { io, addrs } = bytesIOSequence(new TextEncoder().encode(text));
      const dsts = new Int32Array(3);
      assertEquals(
        copyInt32StringsInVec(io, addrs, dsts),
        text.trimEnd().length - (tail === " x" ? 1 : 0) +
          (tail === "\n" ? 1 : 0),
      );
      assertEquals([...dsts], [-12, 34, 56]);
    }
  }
});

Deno.test("copyInt32StringsInVec() reads up to a fault in a range of 2^46 bytes", () => {
  const io = new BytesIO(new TextEncoder().encode("1 22 "));
  const ars = AddrRangeSeq.of(new AddrRange(0n, 2n ** 46n));
  const dsts = new Int32Array(3);
  assertEquals(outcome(() => copyInt32StringsInVec(io, ars, dsts), {}), {
    n: 5,
    err: "EFAULT",
  });
  assertEquals([...dsts], [1, 22, 0]);
});
