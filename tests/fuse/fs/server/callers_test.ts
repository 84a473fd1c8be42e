import { assertEquals } from "@std/assert";
import { Callers } from "../../../../fuse/fs/server/callers.ts";

Deno.test("Callers counts, sums up and keeps the slowest of each caller", () => {
  const callers = new Callers();
  callers.add(7, 1);
  callers.add(8, 5);
  callers.add(7, 3);
  assertEquals(callers.snapshot(), [
    { pid: 8, count: 1, totalMs: 5, maxMs: 5 },
    { pid: 7, count: 2, totalMs: 4, maxMs: 3 },
  ]);
});

Deno.test("Callers forgets who waited least, and shows who waited longest", () => {
  const callers = new Callers();
  for (let pid = 1; pid <= 10_000; pid++) callers.add(pid, pid <= 64 ? 100 : 1);
  const shown = callers.snapshot().map(({ pid }) => pid).sort((a, b) => a - b);
  assertEquals(shown, Array.from({ length: 64 }, (_, i) => i + 1));
});
