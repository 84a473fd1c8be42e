import { assertEquals } from "@std/assert";
import {
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
