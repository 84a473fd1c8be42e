import { assertEquals } from "@std/assert";
import { Iovecs } from "../../../posix/process_memory/memory.ts";

Deno.test("Iovecs holds addresses and lengths as C does, also of more than 32 bits", () => {
  const iovecs = new Iovecs(3);
  const elements = [
    [0x7fff_ffff_f000n, 1],
    [2n ** 64n - 1n, 2 ** 32 + 5],
    [16n, 2 ** 53 - 1],
  ] as const;
  elements.forEach(([address, length], i) => iovecs.set(i, address, length));
  assertEquals(
    [...iovecs.words],
    elements.flatMap(([address, length]) => [address, BigInt(length)]),
  );
  assertEquals(
    elements.map((_, i) => [iovecs.address(i), iovecs.length(i)]),
    elements.map((element) => [...element]),
  );
});
