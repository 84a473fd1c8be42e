import { assertEquals, assertInstanceOf } from "@std/assert";
import { OldVersionError, Protocol } from "../../fuse/mod.ts";
import { PROTOCOL_MIN } from "../../fuse/protocol.ts";

/** Versions, oldest first. */
const VERSIONS: readonly [major: number, minor: number][] = [
  [0, 0],
  [6, 99],
  [7, 0],
  [7, 9],
  [7, 27],
  [7, 28],
  [7, 45],
  [7, 100],
  [8, 0],
  [8, 28],
];

Deno.test("Protocol.lt() and ge() compare the major version first", () => {
  for (const [i, left] of VERSIONS.entries()) {
    for (const [j, right] of VERSIONS.entries()) {
      const a = new Protocol(...left);
      const b = new Protocol(...right);
      assertEquals([`${a} < ${b}`, a.lt(b)], [`${a} < ${b}`, i < j]);
      assertEquals([`${a} >= ${b}`, a.ge(b)], [`${a} >= ${b}`, i >= j]);
    }
  }
});

Deno.test("Protocol prints as major.minor", () => {
  assertEquals(`${new Protocol(7, 45)}`, "7.45");
  assertEquals(`${new Protocol(7, 5)}`, "7.5");
});

Deno.test("OldVersionError names both versions", () => {
  const kernel = new Protocol(7, 27);
  const error = new OldVersionError(kernel);
  assertInstanceOf(error, Error);
  assertEquals(error.name, "OldVersionError");
  assertEquals(error.kernel, kernel);
  assertEquals(error.libraryMin, PROTOCOL_MIN);
  assertEquals(
    error.message,
    "The kernel speaks FUSE 7.27, older than 7.28 (Linux 4.20)",
  );
});
