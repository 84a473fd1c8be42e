import { assertEquals, assertThrows } from "@std/assert";
import { struct } from "../../ffi/struct.ts";
import { evaluate } from "../_support/c_compiler.ts";
import { compareWithCompiler } from "../_support/c_layout.ts";
import { hasCompiler } from "../_support/platform.ts";

Deno.test("struct() aligns each scalar to its own size", () => {
  const { offset, size, align } = struct("x.h", "x", {
    a: "u8",
    b: "u16",
    c: "u8",
    d: "u32",
    e: "u8",
    f: "u64",
    g: "i16",
    h: "i32",
    i: "i64",
  });
  assertEquals(
    offset,
    { a: 0, b: 2, c: 4, d: 8, e: 12, f: 16, g: 24, h: 28, i: 32 },
  );
  assertEquals({ size, align }, { size: 40, align: 8 });
});

Deno.test("struct() pads the end to the largest alignment", () => {
  const sizes = (["u8", "u16", "u32", "u64"] as const).map((first) =>
    struct("x.h", "x", { first, last: "u8" }).size
  );
  assertEquals(sizes, [2, 4, 8, 16]);
});

Deno.test("struct() places an array by its element's alignment", () => {
  const { offset, size, align } = struct("x.h", "x", {
    a: "u8",
    b: ["u16", 3],
    c: ["u8", 5],
    d: "u32",
  });
  assertEquals(offset, { a: 0, b: 2, c: 8, d: 16 });
  assertEquals({ size, align }, { size: 20, align: 4 });
});

Deno.test("struct() gives a flexible array no size, but its alignment", () => {
  const { offset, size, align } = struct("x.h", "x", {
    a: "u8",
    tail: ["u64", 0],
  });
  assertEquals(offset, { a: 0, tail: 8 });
  assertEquals({ size, align }, { size: 8, align: 8 });
});

Deno.test("struct() nests structs and arrays of structs", () => {
  const inner = struct("x.h", "inner", { a: "u32", b: "u8" });
  const { offset, size, align } = struct("x.h", "outer", {
    a: "u8",
    one: inner,
    b: "u8",
    two: [inner, 2],
    c: "u8",
  });
  assertEquals(offset, { a: 0, one: 4, b: 12, two: 16, c: 32 });
  assertEquals({ size, align }, { size: 36, align: 4 });
});

Deno.test("struct() keeps header and name, and cannot be changed", () => {
  const { header, cName } = struct("linux/fuse.h", "fuse_attr", { ino: "u64" });
  assertEquals({ header, cName }, {
    header: "linux/fuse.h",
    cName: "fuse_attr",
  });
  const frozen = struct("x.h", "x", { a: "u8" });
  assertThrows(() => Object.assign(frozen, { size: 2 }), TypeError);
  assertThrows(() => Object.assign(frozen.offset, { a: 2 }), TypeError);
});

const ignore = !hasCompiler;

const POLLFD = struct("poll.h", "pollfd", {
  fd: "i32",
  events: "i16",
  revents: "i16",
});

Deno.test("compareWithCompiler() finds nothing wrong with a right layout", {
  ignore,
}, () => {
  const timespec = struct("time.h", "timespec", {
    tv_sec: "i64",
    tv_nsec: "i64",
  });
  assertEquals(
    compareWithCompiler([POLLFD, timespec]),
    { compared: 9, mismatches: [], unknown: [] },
  );
});

Deno.test(
  "compareWithCompiler() reports each wrong size, alignment and offset",
  {
    ignore,
  },
  () => {
    const wrong = struct("poll.h", "pollfd", {
      fd: "i64",
      events: "i16",
      revents: "i32",
    });
    assertEquals(compareWithCompiler([wrong]), {
      compared: 5,
      mismatches: [
        "pollfd: size 16, in C 8",
        "pollfd: alignment 8, in C 4",
        "pollfd.events: offset 8, in C 4",
        "pollfd.revents: offset 12, in C 6",
      ],
      unknown: [],
    });
  },
);

Deno.test(
  "compareWithCompiler() names fields, structs and headers that C does not know",
  {
    ignore,
  },
  () => {
    const renamed = struct("poll.h", "pollfd", {
      fd: "i32",
      event: "i16",
      revents: "i16",
    });
    const unknown = struct("poll.h", "pollfds", { fd: "i32" });
    const headless = struct("no/such/header.h", "pollfdless", { fd: "i32" });
    assertEquals(compareWithCompiler([renamed, unknown, headless]), {
      compared: 4,
      mismatches: [],
      unknown: ["pollfd.event", "pollfds", "pollfdless"],
    });
  },
);

Deno.test("evaluate() gives 64-bit values, and undefined for unknown names", {
  ignore,
}, () => {
  assertEquals(
    evaluate("stdint.h", ["-1", "NO_SUCH", "UINT32_MAX", "INT64_C(1) << 52"]),
    [-1, undefined, 0xffffffff, 2 ** 52],
  );
});

Deno.test("evaluate() throws what the compiler says of a header that fails", {
  ignore,
}, () => {
  assertThrows(
    () => evaluate("poll.h>\n#error broken\n#include <poll.h", ["1"]),
    Error,
    "#error broken",
  );
});
