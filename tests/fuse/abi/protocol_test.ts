import { assertEquals, assertInstanceOf } from "@std/assert";
import { OldVersionError, Protocol } from "../../../fuse/mod.ts";
import { PROTOCOL_MIN } from "../../../fuse/abi/protocol.ts";

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

/** The minor version that each feature came with. */
const FEATURES = {
  hasAttrBlockSize: 9,
  hasGetattrFlags: 9,
  hasReadWriteFlags: 9,
  hasOpenNonSeekable: 10,
  hasUmask: 12,
  hasInvalidate: 12,
  hasNotifyDelete: 18,
} as const;

for (const [name, since] of Object.entries(FEATURES)) {
  Deno.test(`Protocol.${name}() is true from 7.${since} on`, () => {
    const ask = name as keyof typeof FEATURES;
    assertEquals(new Protocol(7, since - 1)[ask](), false);
    assertEquals(new Protocol(7, since)[ask](), true);
    assertEquals(new Protocol(8, 0)[ask](), true);
    assertEquals(new Protocol(6, 99)[ask](), false);
  });
}

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
