import { assert, assertEquals, assertThrows } from "@std/assert";
import * as mmap from "../../mmap/mod.ts";
import { MMap } from "../../mmap/mod.ts";
import * as posix from "../../posix/mod.ts";
import { assertNoFdLeak } from "../_support/leaks.ts";
import { assertErrno, NOT_LENGTH } from "../posix/throws.ts";
import { kernelTest, PS, withFile } from "./_files.ts";

const NUMBERS = Uint8Array.from({ length: 3 * PS }, (_, i) => i >> 4);

Deno.test("MMap.open() maps a file for reading, by path and by URL", () => {
  withFile("hello", (path) => {
    using byPath = MMap.open(path);
    using byUrl = MMap.open(new URL(`file://${path}`));
    const hello = new TextEncoder().encode("hello");
    assertEquals([byPath.bytes, byUrl.bytes], [hello, hello]);
  });
});

Deno.test("MMap.open() finds a file whose name needs escapes in a URL", () => {
  const path = `${Deno.makeTempDirSync()}/ä b%20c`;
  Deno.writeTextFileSync(path, "x");
  const url = new URL("file:///");
  url.pathname = path.replaceAll("%", "%25");
  using m = MMap.open(url);
  assertEquals(m.length, 1);
  Deno.removeSync(path);
});

Deno.test("MMap.open() in mode readwrite stores into the file", () => {
  withFile("hello", (path) => {
    using m = MMap.open(path, { mode: "readwrite" });
    m.bytes[0] = 0x48;
    assertEquals(Deno.readTextFileSync(path), "Hello");
  });
});

Deno.test("MMap.open() in modes read and copy keeps stores to itself", () => {
  withFile("hello", (path) => {
    for (const mode of ["read", "copy"] as const) {
      using m = MMap.open(path, { mode });
      m.bytes[0] = 0x48;
      assertEquals(m.bytes[0], 0x48);
      assertEquals(Deno.readTextFileSync(path), "hello");
    }
  });
});

Deno.test("MMap.open() in mode read sees what others write", () => {
  withFile("hello", (path) => {
    using m = MMap.open(path);
    using writer = MMap.open(path, { mode: "readwrite" });
    writer.bytes[4] = 0x21;
    assertEquals(m.bytes[4], 0x21);
  });
});

Deno.test("MMap.open() takes any offset and length", () => {
  withFile(NUMBERS, (path) => {
    for (const offset of [0, 1, PS - 1, PS, PS + 1, 3 * PS - 1, 3 * PS]) {
      using rest = MMap.open(path, { offset });
      assertEquals(rest.bytes, NUMBERS.subarray(offset));
      using some = MMap.open(path, { offset, length: 0 });
      assertEquals(some.length, 0);
    }
    using m = MMap.open(path, { offset: 5, length: PS, mode: "readwrite" });
    assertEquals(m.bytes, NUMBERS.subarray(5, PS + 5));
    // All that needs a page to begin at begins at the page of the first byte.
    m.sync(mmap.MS_SYNC);
    m.advise(mmap.MADV_RANDOM);
    m.lock();
    m.unlock();
    m.protect(mmap.PROT_READ);
    assertEquals(m.isResident(), [true, true]);
    m.slice(0, 9).sync(mmap.MS_SYNC);
    assertErrno(() => m.slice(1).sync(mmap.MS_SYNC), "EINVAL");
    m.slice(PS - 5).unmap();
    assertEquals(m.slice(0, PS - 5).bytes, NUMBERS.subarray(5, PS));
  });
});

kernelTest("MMap.open() maps beyond 4 GiB of a sparse file of 5 GiB", () => {
  withFile("", (path) => {
    const size = 5 * 2 ** 30;
    using all = MMap.open(path, { mode: "readwrite", size });
    assertEquals([all.length, Deno.statSync(path).size], [size, size]);
    all.bytes[size - 1] = 42;
    using end = MMap.open(path, { offset: size - 7 });
    assertEquals(end.bytes, new Uint8Array([0, 0, 0, 0, 0, 0, 42]));
    assertEquals(all.indexOf(42, size - PS), size - 1);
    assertEquals(all.slice(-1).readSafe(), new Uint8Array([42]));
  });
});

Deno.test("MMap.open() gives an MMap of length 0 of an empty file", () => {
  withFile("", (path) => {
    for (const mode of ["read", "readwrite", "copy"] as const) {
      using m = MMap.open(path, { mode, populate: true });
      assertEquals([m.length, m.address, m.bytes.length], [0, 0n, 0]);
      assertEquals(m.isResident(), []);
      assertEquals([...m.lines()], []);
      m.sync(mmap.MS_SYNC);
      m.probe();
      m.unmap();
    }
  });
});

Deno.test("MMap.open() creates and extends, and never cuts", () => {
  withFile("hello", (path) => {
    Deno.removeSync(path);
    const mode = "readwrite";
    {
      const permissions = 0o600;
      using m = MMap.open(path, { mode, create: true, size: 9, permissions });
      assertEquals([m.length, Deno.statSync(path).mode! & 0o777], [9, 0o600]);
    }
    assertErrno(() => MMap.open(path, { mode, createNew: true }), "EEXIST");
    using m = MMap.open(path, { mode, create: true, size: 3 });
    assertEquals([m.length, Deno.statSync(path).size], [9, 9]);
  });
});

Deno.test("MMap.open() throws ENODEV on what cannot be mapped, and says why", () => {
  assertErrno(() => MMap.open("/tmp"), "ENODEV", "mmap");
  assertErrno(() => MMap.open("/tmp", { length: 5 }), "ENODEV", "mmap");
  assertErrno(() => MMap.open("/dev/null", { length: 5 }), "ENODEV", "mmap");
  const error = assertThrows(() => MMap.open("/tmp")) as unknown as Error;
  assert(/"\/tmp".*a directory/.test(error.message), error.message);
});

Deno.test("MMap.open() of a named pipe throws ENODEV and does not wait", () => {
  const path = Deno.makeTempFileSync();
  Deno.removeSync(path);
  new Deno.Command("mkfifo", { args: [path] }).outputSync();
  assertErrno(() => MMap.open(path), "ENODEV", "mmap");
  Deno.removeSync(path);
});

Deno.test("MMap.open() maps a device that is told a length", () => {
  assertErrno(() => MMap.open("/dev/zero"), "ENODEV", "mmap");
  using m = MMap.open("/dev/zero", { length: 2 * PS });
  assertEquals(m.bytes, new Uint8Array(2 * PS));
});

Deno.test("MMap.open() throws ENOENT and RangeError, and leaves no file open", () => {
  assertNoFdLeak(() => {
    assertErrno(() => MMap.open("/nowhere/x"), "ENOENT", "open");
    assertThrows(() => MMap.open("a\0b"), TypeError);
    for (const value of NOT_LENGTH) {
      assertThrows(() => MMap.open("/etc/passwd", { length: value }));
      assertThrows(() => MMap.open("/etc/passwd", { offset: value }));
    }
    assertThrows(() => MMap.open("/etc/passwd", { length: 2 ** 40 }));
    assertThrows(() => MMap.open("/etc/passwd", { offset: 2 ** 40 }));
    assertThrows(() => MMap.open("/etc/passwd", { size: 1 }), TypeError);
    assertThrows(() => MMap.open("/etc/passwd", { create: true }), TypeError);
  });
});

Deno.test("MMap.open() closes the file that it keeps in mode readwrite", () => {
  withFile("hello", (path) => {
    assertNoFdLeak(() => {
      using m = MMap.open(path, { mode: "readwrite" });
      assertEquals(posix.fstat(m.fd).size, 5);
    });
  });
});

Deno.test("MMap.open() with populate brings pages in without copying them", () => {
  withFile(NUMBERS, (path) => {
    using m = MMap.open(path, { populate: true });
    using writer = MMap.open(path, { mode: "readwrite" });
    writer.bytes[0] = 99;
    assertEquals(m.bytes[0], 99);
    assertEquals(m.isResident(), [true, true, true]);
  });
});

kernelTest("MMap.anonymous() is zeroed memory, populated if asked to", () => {
  using m = MMap.anonymous(2 * PS + 1);
  assertEquals(m.bytes, new Uint8Array(2 * PS + 1));
  using untouched = MMap.anonymous(2 * PS);
  assertEquals(untouched.isResident(), [false, false]);
  using populated = MMap.anonymous(2 * PS, { populate: true, shared: true });
  assertEquals(populated.isResident(), [true, true]);
  using huge = MMap.anonymous(2 ** 22, {
    hugePages: true,
    advice: mmap.MADV_SEQUENTIAL,
  });
  assertEquals(huge.length, 2 ** 22);
});

Deno.test("MMap.anonymous() with hugePages refuses a size or length that cannot be", () => {
  assertThrows(() => MMap.anonymous(PS, { hugePages: 2 ** 21 }), RangeError);
  assertThrows(() => MMap.anonymous(3000, { hugePages: 3000 }), RangeError);
  // No page of this size exists anywhere.
  assertErrno(() => MMap.anonymous(2 ** 13, { hugePages: 2 ** 13 }), "EINVAL");
});

Deno.test("MMap.anonymous() throws RangeError on what is no length", () => {
  for (const length of NOT_LENGTH) {
    assertThrows(() => MMap.anonymous(length), RangeError);
    assertThrows(() => MMap.memfd("x", length), RangeError);
  }
  assertErrno(() => MMap.anonymous(2 ** 52), "ENOMEM");
});

Deno.test("MMap.memfd() keeps its file open, sealed as asked", () => {
  const seals = posix.F_SEAL_GROW | posix.F_SEAL_SHRINK;
  assertNoFdLeak(() => {
    using m = MMap.memfd("sealed", PS, { seals, populate: true });
    assertEquals(posix.getSeals(m.fd), seals);
    assertErrno(() => posix.ftruncate(m.fd, 0), "EPERM");
    assertErrno(() => m.resize(2 * PS), "EPERM");
    const prot = mmap.PROT_READ | mmap.PROT_WRITE;
    using same = mmap.map(m.fd, prot, mmap.MAP_SHARED);
    same.bytes[1] = 5;
    assertEquals(m.bytes[1], 5);
  });
});

Deno.test("MMap.open() takes a URL of a file of this machine, and no other", () => {
  using map = MMap.open(new URL("file:///etc/passwd"));
  assert(map.length > 0);
  for (
    const url of [
      "http://localhost/etc/passwd",
      "file://elsewhere/etc/passwd",
      "data:,/etc/passwd",
    ]
  ) assertThrows(() => MMap.open(new URL(url)), TypeError, url);
});

Deno.test({
  name: "MMap.open() refuses a file whose content the kernel makes",
  ignore: Deno.build.os !== "linux",
  fn() {
    assertErrno(() => MMap.open("/proc/version"), "ENODEV", "mmap");
    const path = Deno.makeTempFileSync();
    using map = MMap.open(path);
    assertEquals(map.length, 0);
    Deno.removeSync(path);
  },
});
