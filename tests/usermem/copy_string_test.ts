import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { encodeBytes } from "../../ffi/c_string.ts";
import { addressOf } from "../../ffi/mod.ts";
import {
  BytesIO,
  copyStringIn,
  PartialStringError,
  readCString,
} from "../../usermem/mod.ts";
import { Pages } from "./_pages.ts";
import { writeMemory, zeroMemory } from "../../posix/process_memory/memory.ts";
import { ownMemory } from "../../posix/process_memory/own_memory.ts";

Deno.test("copyStringIn() throws RangeError on what is not a length", () => {
  const io = new BytesIO(new Uint8Array(8));
  for (const n of [-1, 0.5, NaN, 2 ** 53]) {
    assertThrows(() => copyStringIn(io, 0n, n), RangeError);
  }
});

Deno.test("copyStringIn() keeps bytes that are not UTF-8, also across its steps", () => {
  const bytes = new Uint8Array(1001).fill(0xc3, 0, 1000);
  bytes.set(new TextEncoder().encode("ü€😀"), 62);
  const text = copyStringIn(new BytesIO(bytes), 0n, 2000);
  assertEquals(encodeBytes(text), bytes.subarray(0, 1000));
  assertEquals(text.includes("ü€😀"), true);
});

Deno.test("copyStringIn() throws another error of an IO as it is, with the count", () => {
  const io = new BytesIO(new TextEncoder().encode("x".repeat(200)));
  const thrown = new TypeError("not today");
  let calls = 0;
  const copyIn = io.copyIn.bind(io);
  io.copyIn = (addr, dst) => {
    if (calls++ === 2) throw thrown;
    return copyIn(addr, dst);
  };
  assertStrictEquals(assertThrows(() => copyStringIn(io, 0n, 200)), thrown);
  assertEquals(Reflect.get(thrown, "transferred"), 128);
});

Deno.test({
  name: "readCString() reads to the last byte before a page that is not there",
  ignore: Deno.build.os !== "linux",
  fn() {
    using pages = new Pages(["rw-", "hole"]);
    const bytes = new TextEncoder().encode("edge");
    zeroMemory(ownMemory(), pages.at(1, -9), 9);
    writeMemory(ownMemory(), pages.at(1, -5), bytes);
    assertEquals(readCString(pages.at(1, -5)), "edge");
    writeMemory(ownMemory(), pages.at(1, -4), bytes);
    const error = assertThrows(
      () => readCString(pages.at(1, -4)),
      PartialStringError,
    );
    assertEquals([error.code, error.partial], ["EFAULT", "edge"]);
    assertEquals(error.transferred, 4);
    const long = assertThrows(
      () => readCString(pages.at(1, -4), 3),
      PartialStringError,
    );
    assertEquals([long.code, long.partial], ["ENAMETOOLONG", "edg"]);
  },
});

Deno.test({
  name: "readCString() throws EFAULT on a pointer to nowhere",
  ignore: Deno.build.os !== "linux",
  fn() {
    for (const address of [0n, 8n, 2n ** 63n, 2n ** 64n - 1n, -1n]) {
      const error = assertThrows(
        () => readCString(address),
        PartialStringError,
      );
      assertEquals(error.code, "EFAULT");
    }
    const bytes = new TextEncoder().encode("here\0");
    assertEquals(readCString(addressOf(bytes)), "here");
    assertEquals(bytes.length, 5);
  },
});
