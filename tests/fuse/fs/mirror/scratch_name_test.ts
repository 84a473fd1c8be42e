import { assertEquals } from "@std/assert";
import { cString, fromCString } from "../../../../ffi/c_string.ts";
import {
  procPath,
  scratchName,
} from "../../../../fuse/fs/mirror/scratch_name.ts";

Deno.test("scratchName() ends each name by a NUL, whatever was there before", () => {
  const names = [
    "a".repeat(255),
    "",
    "plain",
    "ü",
    "\udcff\udc80x",
    "a" + "€".repeat(84),
    "a" + "€".repeat(200),
    "b".repeat(300),
    "x",
  ];
  for (const name of names) {
    const bytes = scratchName(name);
    const expected = cString(name);
    assertEquals(bytes.slice(0, expected.length), expected);
  }
});

Deno.test("scratchName() keeps two names apart", () => {
  const [from, to] = [scratchName("from"), scratchName("to", 1)];
  assertEquals([fromCString(from), fromCString(to)], ["from", "to"]);
});

Deno.test("procPath() writes every digit, whatever was there before", () => {
  for (const fd of [2_147_483_647, 0, 9, 10, 99, 100, 65_535, 3]) {
    assertEquals(fromCString(procPath(fd)), `/proc/self/fd/${fd}`);
  }
});
