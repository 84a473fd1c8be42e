import { assert, assertEquals, assertThrows } from "@std/assert";
import * as mmap from "../../mmap/mod.ts";
import { MMap } from "../../mmap/mod.ts";
import { mappingsOf } from "../_support/leaks.ts";
import { assertErrno, NOT_LENGTH } from "../posix/throws.ts";
import { kernelTest, numberedPages, PS, withFile } from "./_files.ts";

Deno.test("MMap.resize() grows the file and the mapping, and detaches the views", () => {
  withFile("hello", (path) => {
    using m = MMap.open(path, { mode: "readwrite" });
    const { bytes } = m;
    m.resize(100 * PS + 3);
    assertEquals([m.length, bytes.length], [100 * PS + 3, 0]);
    assertEquals(Deno.statSync(path).size, 100 * PS + 3);
    m.bytes[100 * PS + 2] = 42;
    assertEquals(m.bytes.subarray(0, 5), new TextEncoder().encode("hello"));
    m.resize(5);
    assertEquals([m.length, m.bytes.length], [5, 5]);
    assertEquals(Deno.statSync(path).size, 100 * PS + 3);
  });
});

Deno.test("MMap.resize() counts from an unaligned offset", () => {
  withFile("hello", (path) => {
    using m = MMap.open(path, { mode: "readwrite", offset: 3 });
    m.resize(PS);
    assertEquals([m.length, Deno.statSync(path).size], [PS, PS + 3]);
    assertEquals(m.bytes[1], 0x6f);
  });
});

Deno.test("MMap.resize() makes something of an empty file", () => {
  withFile("", (path) => {
    using m = MMap.open(path, { mode: "readwrite" });
    m.resize(10);
    m.bytes.fill(0x61);
    assertEquals(Deno.readTextFileSync(path), "a".repeat(10));
  });
});

kernelTest("MMap.resize() in the same page changes the length alone", () => {
  using m = MMap.memfd("resize", 5);
  const { address } = m;
  m.resize(PS);
  assertEquals([m.address, m.bytes.length], [address, PS]);
});

Deno.test("MMap.resize() moves memory with its content", () => {
  const prot = mmap.PROT_READ | mmap.PROT_WRITE;
  const anonymous = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS;
  using m = mmap.mapAt(0x2c0000000000n, -1, 0, PS, prot, anonymous);
  m.bytes.fill(7);
  const { address } = m;
  // Something is right behind it, so that it must move.
  const behind = address + BigInt(PS);
  const flags = anonymous | mmap.MAP_FIXED_NOREPLACE;
  const wall = mmap.mapAt(behind, -1, 0, PS, mmap.PROT_READ, flags);
  m.resize(3 * PS);
  assert(m.address !== address);
  assertEquals([m.bytes[PS - 1], m.bytes[PS]], [7, 0]);
  wall.unmap();
});

Deno.test("slices of a resized MMap are as far there as their bytes are", () => {
  using m = numberedPages(3);
  const first = m.slice(0, PS);
  const last = m.slice(2 * PS);
  m.resize(2 * PS);
  assertEquals([first.bytes[0], last.bytes.length], [1, 0]);
  assertErrno(() => last.sync(mmap.MS_SYNC), "ENOMEM");
  m.resize(300 * PS);
  assertEquals([first.bytes[0], last.bytes[0]], [1, 3]);
  assertEquals(first.address, m.address);
});

Deno.test("MMap.resize() refuses a slice, no length and a hole", () => {
  using m = numberedPages(3);
  assertErrno(() => m.slice(PS).resize(PS), "EINVAL", "mremap");
  assertErrno(() => m.resize(0), "EINVAL", "mremap");
  for (const length of NOT_LENGTH) {
    assertThrows(() => m.resize(length), RangeError);
  }
  assertEquals(m.bytes[PS], 2);
  m.slice(PS, 2 * PS).unmap();
  assertErrno(() => m.resize(PS), "ENOMEM", "mremap");
});

Deno.test("MMap.resize() refuses to grow shared memory without a file, which would end the process", () => {
  using m = MMap.anonymous(PS, { shared: true });
  assertErrno(() => m.resize(2 * PS), "EINVAL", "mremap");
  m.resize(5);
  assertEquals(m.bytes.length, 5);
});

Deno.test("MMap.resize() that fails leaves the mapping as it was", () => {
  using m = MMap.anonymous(2 * PS);
  m.bytes[PS] = 7;
  m.slice(PS).protect(mmap.PROT_READ);
  assertErrno(() => m.resize(9 * PS), "EFAULT", "mremap");
  assertEquals([m.length, m.bytes[PS]], [2 * PS, 7]);
});

Deno.test("MMap.resize() refuses a mapping whose buffer was moved away", () => {
  const m = MMap.memfd("resize_moved", PS);
  const moved = m.bytes.buffer.transfer();
  assertErrno(() => m.resize(9 * PS), "EINVAL", "mremap");
  assertEquals(moved.byteLength, PS);
  assert(mappingsOf("/memfd:resize_moved").length === 1);
});
