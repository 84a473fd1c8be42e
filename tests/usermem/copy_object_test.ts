import { assertEquals, assertThrows } from "@std/assert";
import {
  BytesIO,
  copyObjectIn,
  copyObjectOut,
  type Layout,
} from "../../usermem/mod.ts";

const RECORD = {
  kind: "u8",
  id: "u64",
  points: [{ x: "i8", y: "i16" }, 2],
} as const satisfies Layout;

const VALUE = {
  kind: 1,
  id: 2n,
  points: [{ x: 3, y: 4 }, { x: 5, y: 6 }],
};

Deno.test("copyObjectOut() leaves gaps as a C compiler does, and fills them with zeroes", () => {
  const io = new BytesIO(new Uint8Array(32).fill(9));
  assertEquals(copyObjectOut(io, 0n, RECORD, VALUE, { align: "c" }), 24);
  // deno-fmt-ignore
  assertEquals([...io.bytes], [
    1, 0, 0, 0, 0, 0, 0, 0,
    2, 0, 0, 0, 0, 0, 0, 0,
    3, 0, 4, 0, 5, 0, 6, 0,
    9, 9, 9, 9, 9, 9, 9, 9,
  ]);
  assertEquals(copyObjectIn(io, 0n, RECORD, { align: "c" }), VALUE);
  assertEquals(copyObjectOut(io, 0n, RECORD, VALUE), 15);
  assertEquals(copyObjectIn(io, 0n, RECORD), VALUE);
});

Deno.test("copyObjectOut() pads a struct to its alignment", () => {
  const io = new BytesIO(new Uint8Array(64));
  const tail = { wide: "u32", narrow: "u8" } as const;
  const value = { wide: 1, narrow: 2 };
  assertEquals(copyObjectOut(io, 0n, tail, value, { align: "c" }), 8);
  assertEquals(
    copyObjectOut(io, 0n, [tail, 3], [value, value, value], { align: "c" }),
    24,
  );
  assertEquals(copyObjectOut(io, 0n, {}, {}, { align: "c" }), 0);
});

Deno.test("copyObjectOut() throws RangeError on a value that does not fit, and copies nothing", () => {
  const io = new BytesIO(new Uint8Array(16));
  const bad: [Layout, unknown][] = [
    ["u8", 256],
    ["u8", -1],
    ["i8", 128],
    ["u16", 65536],
    ["i16", -32769],
    ["u32", 2 ** 32],
    ["i32", 2 ** 31],
    ["u32", 0.5],
    ["u32", "1"],
    ["u32", 1n],
    ["u64", 2n ** 64n],
    ["u64", -1n],
    ["i64", 2n ** 63n],
    ["i64", 1],
    [["u8", 2], [1]],
    [["u8", 2], [1, 2, 3]],
    [{ a: "u8" }, {}],
    [["u8", -1], []],
    [["u8", 0.5], []],
    ["f64" as "u8", 1],
    ["toString" as "u8", 1],
  ];
  for (const [layout, value] of bad) {
    assertThrows(
      () => copyObjectOut(io, 0n, layout, value as never),
      RangeError,
      "Cannot",
    );
  }
  assertEquals(io.bytes, new Uint8Array(16));
});

Deno.test("copyObjectIn() makes no access for an object of no bytes", () => {
  const io = new BytesIO(new Uint8Array(0));
  assertEquals(copyObjectIn(io, 99n, ["u64", 0]), []);
  assertEquals(copyObjectIn(io, 99n, {}), {});
});

Deno.test("copyObjectIn() and copyObjectOut() refuse a field that has a number for a name", () => {
  const io = new BytesIO(new Uint8Array(16));
  for (const layout of [{ b: "u8", 1: "u32" }, { a: { 0: "u8" } }] as const) {
    assertThrows(() => copyObjectIn(io, 0n, layout), RangeError, "Cannot name");
    assertThrows(
      () => copyObjectOut(io, 0n, layout, {} as never),
      RangeError,
      "Cannot name",
    );
  }
  assertEquals(copyObjectIn(io, 0n, { "01": "u8" }), { "01": 0 });
});
