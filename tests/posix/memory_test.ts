import { assertEquals, assertThrows } from "@std/assert";
import * as posix from "../../posix/mod.ts";
import { isQemu } from "../_support/platform.ts";
import { assertErrno, NOT_INT, NOT_LENGTH } from "./throws.ts";

const PS = posix.getpagesize();

/** Lends two private, readable and writable pages. */
function withPages(body: (data: Uint8Array<ArrayBuffer>) => void): void {
  const flags = posix.MAP_PRIVATE | posix.MAP_ANONYMOUS;
  const { data } = posix.mmap(null, 2 * PS, posix.PROT_RDWR, flags, -1, 0);
  try {
    body(data);
  } finally {
    posix.munmap(data);
  }
}

type Call = (data: Uint8Array<ArrayBuffer>, arg: number) => void;

const CALLS: Readonly<Record<string, { call: Call; good: number }>> = {
  mprotect: { call: posix.mprotect, good: posix.PROT_RDWR },
  madvise: { call: posix.madvise, good: posix.MADV_NORMAL },
  msync: { call: posix.msync, good: posix.MS_SYNC },
};

for (const [name, { call, good }] of Object.entries(CALLS)) {
  Deno.test(`${name}() works on a mapping and on a part that begins at a page`, () => {
    withPages((data) => {
      call(data, good);
      call(data.subarray(PS), good);
      call(data.subarray(0, 3), good);
    });
  });

  Deno.test(`${name}() throws EINVAL on a part that begins within a page`, () => {
    withPages((data) =>
      assertErrno(() => call(data.subarray(1), good), "EINVAL", name)
    );
  });

  Deno.test(`${name}() throws EINVAL on an empty view and on a stale one`, () => {
    let stale = new Uint8Array(0);
    withPages((data) => {
      stale = data;
      assertErrno(() => call(data.subarray(PS, PS), good), "EINVAL", name);
    });
    assertErrno(() => call(stale, good), "EINVAL", name);
  });

  Deno.test({
    name: `${name}() throws EINVAL on an argument that it does not know`,
    // QEMU takes any advice.
    ignore: isQemu && name === "madvise",
    fn() {
      withPages((data) => {
        assertErrno(() => call(data, 0x7000), "EINVAL", name);
        assertErrno(() => call(data, -1), "EINVAL", name);
      });
    },
  });

  Deno.test(`${name}() throws RangeError on what is no 32-bit integer`, () => {
    withPages((data) => {
      for (const arg of NOT_INT) {
        assertThrows(() => call(data, arg), RangeError);
      }
    });
  });
}

Deno.test("mprotect() changes what the kernel lets the pages do", () => {
  withPages((data) => {
    data.fill(1);
    posix.mprotect(data.subarray(PS), posix.PROT_NONE);
    posix.mprotect(data.subarray(PS), posix.PROT_READ);
    assertEquals(data[PS], 1);
    posix.mprotect(data, posix.PROT_RDWR);
    data[PS] = 2;
  });
});

Deno.test({
  name: "madvise() with MADV_DONTNEED drops what private pages hold",
  ignore: Deno.build.os !== "linux",
  fn() {
    withPages((data) => {
      data.fill(1);
      posix.madvise(data.subarray(PS), posix.MADV_DONTNEED);
      assertEquals([data[0], data[PS]], [1, 0]);
    });
  },
});

for (
  const [name, call] of Object.entries({
    mlock: posix.mlock,
    munlock: posix.munlock,
  })
) {
  Deno.test(`${name}() takes the view's length, or a size`, () => {
    withPages((data) => {
      call(data);
      call(data, 0);
      call(data, 1);
      call(data.subarray(5));
    });
  });

  Deno.test(`${name}() throws on a size that is none`, () => {
    withPages((data) => {
      assertErrno(() => call(data, -1), "EINVAL", name);
      for (const size of NOT_LENGTH) {
        assertThrows(() => call(data, size), RangeError);
      }
    });
  });

  Deno.test(`${name}() throws ENOMEM where nothing is mapped`, () => {
    withPages((data) => {
      assertErrno(() => call(data, 2 ** 46), "ENOMEM", name);
      assertErrno(() => call(new Uint8Array(0), PS), "ENOMEM", name);
    });
  });
}

Deno.test({
  name: "mlock() keeps pages from MADV_DONTNEED until munlock()",
  ignore: isQemu || Deno.build.os !== "linux",
  fn() {
    withPages((data) => {
      posix.mlock(data);
      assertErrno(() => posix.madvise(data, posix.MADV_DONTNEED), "EINVAL");
      posix.munlock(data);
      posix.madvise(data, posix.MADV_DONTNEED);
    });
  },
});

Deno.test("mlockall() throws EINVAL on no flags and on unknown ones", () => {
  assertErrno(() => posix.mlockall(0), "EINVAL", "mlockall");
  assertErrno(() => posix.mlockall(64), "EINVAL", "mlockall");
  for (const flags of NOT_INT) {
    assertThrows(() => posix.mlockall(flags), RangeError);
  }
});

Deno.test("munlockall() unlocks although nothing is locked", () => {
  posix.munlockall();
});

Deno.test("getpagesize() is a power of two, from 4096 on", () => {
  assertEquals(PS >= 4096 && Number.isInteger(Math.log2(PS)), true);
});

Deno.test("mlock() and munlock() throw EINVAL after munmap()", () => {
  const flags = posix.MAP_PRIVATE | posix.MAP_ANONYMOUS;
  const { data } = posix.mmap(null, 4096, posix.PROT_RDWR, flags, -1, 0);
  posix.munmap(data);
  assertErrno(() => posix.mlock(data), "EINVAL", "mlock");
  assertErrno(() => posix.munlock(data), "EINVAL", "munlock");
});
