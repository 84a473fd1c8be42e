import { assertEquals, assertThrows } from "@std/assert";
import { Attr } from "../../../fuse/mod.ts";
import { bytesOf } from "../_dump.ts";

const NS = 1_000_000_000n;

Deno.test("Attr is all zeros at first, and not to be cached", () => {
  const attr = new Attr();
  assertEquals(attr._bytes, new Uint8Array(88));
  assertEquals(attr.validMs, 0);
});

Deno.test("Attr gives back what was set, to the last bit", () => {
  const attr = new Attr();
  const values = {
    inode: 0xffff_ffff_ffff_ffffn,
    size: Number.MAX_SAFE_INTEGER,
    blocks: 2 ** 32,
    mode: 0o177777,
    nlink: 0xffff_ffff,
    uid: 0xffff_fffe,
    gid: 0x8000_0000,
    rdev: 0xfff0_00ff,
    blockSize: 4096,
    flags: 3,
    validMs: Infinity,
  };
  Object.assign(attr, values);
  for (const [name, value] of Object.entries(values)) {
    assertEquals([name, Reflect.get(attr, name)], [name, value]);
  }
});

Deno.test("Attr has an exact form of sizes that a number only rounds", () => {
  const attr = new Attr();
  attr.size64 = 2n ** 63n - 1n;
  attr.blocks64 = 2n ** 64n - 1n;
  assertEquals([attr.size64, attr.blocks64], [2n ** 63n - 1n, 2n ** 64n - 1n]);
  assertEquals([attr.size, attr.blocks], [2 ** 63, 2 ** 64]);
  attr.size = 5;
  attr.blocks = 6;
  assertEquals([attr.size64, attr.blocks64], [5n, 6n]);
  for (const size of [-1n, 2n ** 63n]) {
    assertThrows(() => attr.size64 = size, RangeError, "size64");
  }
  assertThrows(() => attr.blocks64 = 2n ** 64n, RangeError, "blocks64");
});

/** Times, and the seconds and nanoseconds that the kernel wants for them. */
const TIMES: [title: string, ns: bigint, seconds: bigint, rest: number][] = [
  ["1970", 0n, 0n, 0],
  ["the first nanosecond", 1n, 0n, 1],
  ["the end of the first second", NS - 1n, 0n, 999_999_999],
  ["the nanosecond before 1970", -1n, -1n, 999_999_999],
  ["half a second before 1970", -NS / 2n, -1n, 500_000_000],
  ["a second before 1970", -NS, -1n, 0],
  ["1960", -315_619_200n * NS, -315_619_200n, 0],
  ["1901", -(2n ** 31n) * NS - 1n, -(2n ** 31n) - 1n, 999_999_999],
  ["2038", 2n ** 31n * NS, 2n ** 31n, 0],
  ["2106", 2n ** 32n * NS + 5n, 2n ** 32n, 5],
  ["the last second", (2n ** 63n - 1n) * NS, 2n ** 63n - 1n, 0],
  ["the first second", -(2n ** 63n) * NS, -(2n ** 63n), 0],
];

/** Where `struct fuse_attr` has each time. */
const FIELDS = [
  { name: "atimeNs", seconds: 24, nanoseconds: 48 },
  { name: "mtimeNs", seconds: 32, nanoseconds: 52 },
  { name: "ctimeNs", seconds: 40, nanoseconds: 56 },
] as const;

for (const [title, ns, seconds, rest] of TIMES) {
  Deno.test(`Attr keeps times of ${title}`, () => {
    for (const field of FIELDS) {
      const attr = new Attr();
      attr[field.name] = ns;
      const view = new DataView(attr._bytes.buffer);
      assertEquals(view.getBigInt64(field.seconds, true), seconds);
      assertEquals(view.getUint32(field.nanoseconds, true), rest);
      assertEquals(attr[field.name], ns);
    }
  });
}

for (const name of ["size", "blocks"] as const) {
  Deno.test(`Attr.${name} throws RangeError for what is no count`, () => {
    const attr = new Attr();
    attr[name] = 7;
    for (const value of [-1, 0.5, NaN, Infinity, 2 ** 53, -(2 ** 60)]) {
      assertThrows(
        () => attr[name] = value,
        RangeError,
        `Cannot set ${name} to ${value}`,
      );
    }
    assertEquals(attr[name], 7);
  });
}

Deno.test("Attr prints its fields on one line", () => {
  const attr = new Attr();
  attr.inode = 0x8000_0000_0000_0000n;
  attr.size = 14;
  attr.mode = 0o100644;
  attr.nlink = 1;
  attr.uid = 1000;
  attr.gid = 1001;
  attr.validMs = 500;
  assertEquals(
    `${attr}`,
    "valid=500ms ino=9223372036854775808 size=14 mode=100644 nlink=1 " +
      "uid=1000 gid=1001",
  );
});

Deno.test("Attr._lacksInode looks at all 64 bits", () => {
  const attr = new Attr();
  assertEquals(attr._lacksInode, true);
  for (const inode of [1n, 1n << 32n, 1n << 63n]) {
    attr.inode = inode;
    assertEquals(attr._lacksInode, false);
  }
});

Deno.test("Attr._assign() takes every field but the cache time", () => {
  const from = new Attr();
  from._bytes.set(bytesOf("a5*88"));
  from.validMs = 1;
  const to = new Attr();
  to._assign(from);
  assertEquals(to._bytes, from._bytes);
  assertEquals(to.validMs, 0);
  from.size = 0;
  assertEquals(to.size === 0, false);
});

Deno.test("Attr throws RangeError for a number that its field cannot hold", () => {
  const attr = new Attr();
  const before = attr._bytes.slice();
  const numbers = [
    ...["mode", "nlink", "uid", "gid", "rdev", "blockSize", "flags"],
    ...["size", "blocks"],
  ] as const;
  for (const name of numbers) {
    for (const value of [-1, 1.5, NaN, Infinity, 2 ** 64]) {
      const set = () => attr[name as "mode"] = value;
      assertThrows(set, RangeError, `Cannot set ${name} to ${value}`);
    }
  }
  assertThrows(() => attr.mode = 2 ** 32, RangeError);
  for (const value of [-1n, 1n << 64n]) {
    assertThrows(() => attr.inode = value, RangeError, `inode to ${value}`);
  }
  const limit = (1n << 63n) * 1_000_000_000n;
  for (const name of ["atimeNs", "mtimeNs", "ctimeNs"] as const) {
    for (const value of [limit, -limit - 1n]) {
      assertThrows(
        () => attr[name] = value,
        RangeError,
        `Cannot set ${name} to ${value}`,
      );
    }
  }
  assertEquals(attr._bytes, before);
  attr.mtimeNs = limit - 1n;
  assertEquals(attr.mtimeNs, limit - 1n);
});
