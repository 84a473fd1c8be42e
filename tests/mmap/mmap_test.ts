import { assert, assertEquals, assertThrows } from "@std/assert";
import { addressOf } from "../../ffi/mod.ts";
import * as mmap from "../../mmap/mod.ts";
import { MMap } from "../../mmap/mod.ts";
import * as posix from "../../posix/mod.ts";
import { assertNoFdLeak, mappingsOf } from "../_support/leaks.ts";
import { assertErrno, NOT_LENGTH } from "../posix/throws.ts";
import { kernelTest, numberedPages, PS } from "./_files.ts";

const READ_WRITE = mmap.PROT_READ | mmap.PROT_WRITE;

/** Maps a memfd that the caller of mmap(2) has closed since. */
function mapMemfd(size: number, offset: number, length: number): MMap {
  const fd = posix.memfdCreate("mmap_test", 0);
  posix.ftruncate(fd, size);
  try {
    return mmap.mapRegion(fd, offset, length, READ_WRITE, mmap.MAP_SHARED);
  } finally {
    posix.close(fd);
  }
}

Deno.test("mapRegion() with length -1 maps from the offset to the end of the file", () => {
  using m = mapMemfd(2 * PS + 5, PS, -1);
  assertEquals(m.length, PS + 5);
  assertEquals(m.bytes.length, PS + 5);
});

Deno.test("mapRegion() with length -1 throws EINVAL past the end of the file", () => {
  assertErrno(() => mapMemfd(PS, PS, -1), "EINVAL", "mmap");
  assertErrno(() => mapMemfd(PS, 5 * PS, -1), "EINVAL", "mmap");
});

kernelTest(
  "mapRegion() maps beyond 4 GiB, whether told as number or bigint",
  () => {
    const fd = posix.memfdCreate("mmap_test", 0);
    posix.ftruncate(fd, 5 * 2 ** 30);
    const flags = mmap.MAP_SHARED;
    const at = 2 ** 32 + PS;
    using one = mmap.mapRegion(fd, at, PS, READ_WRITE, flags);
    using two = mmap.mapRegion(fd, BigInt(at), PS, READ_WRITE, flags);
    using all = mmap.map(fd, READ_WRITE, flags);
    posix.close(fd);
    one.bytes[3] = 42;
    assertEquals(two.bytes[3], 42);
    assertEquals(all.bytes[at + 3], 42);
    assertEquals(all.slice(at).bytes[3], 42);
    all.bytes[5 * 2 ** 30 - 1] = 1;
    assertEquals(all.indexOf(42, at), at + 3);
    assertEquals(all.lastIndexOf(42, at + PS), at + 3);
    assertEquals(all.readSafe(at + 3, at + 4), new Uint8Array([42]));
  },
);

Deno.test("mapRegion() throws RangeError on a length or offset that is no whole number", () => {
  for (const value of NOT_LENGTH.filter((n) => !(n < 0))) {
    assertThrows(() => mapMemfd(PS, 0, value), RangeError);
    assertThrows(() => mapMemfd(PS, value, PS), RangeError);
  }
});

Deno.test("mapAt() with MAP_FIXED unmaps the pages of the MMap in the way, and only those", () => {
  using m = numberedPages(4);
  const { address, bytes } = m;
  const middle = address + BigInt(PS);
  const flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_FIXED;
  {
    using over = mmap.mapAt(middle, -1, 0, PS + 1, READ_WRITE, flags);
    assertEquals(over.address, middle);
    assertEquals([bytes.length, m.bytes.length], [0, 0]);
    assertEquals(m.slice(0, PS).bytes[0], 1);
    assertEquals(m.slice(3 * PS).bytes[0], 4);
    over.bytes.fill(9);
    m.unmap();
    assertEquals(over.bytes[PS], 9);
  }
});

Deno.test("mapAt() with MAP_FIXED at an unaligned address throws EINVAL and unmaps nothing", () => {
  using m = numberedPages(2);
  const flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_FIXED;
  const address = m.address + 1n;
  assertErrno(
    () => mmap.mapAt(address, -1, 0, PS, READ_WRITE, flags),
    "EINVAL",
    "mmap",
  );
  assertEquals(m.bytes[PS], 2);
});

Deno.test("MMap.address is where the bytes are, and 0 after unmap()", () => {
  const m = numberedPages(2);
  assertEquals(m.address, addressOf(m.bytes));
  assertEquals(m.slice(5).address, m.address + 5n);
  m.unmap();
  assertEquals(m.address, 0n);
});

Deno.test("MMap.bytes is the same array each time", () => {
  using m = numberedPages(1);
  const { bytes } = m;
  assert(m.bytes === bytes);
});

Deno.test("MMap.slice() takes positions as subarray() does, and shares the bytes", () => {
  using m = numberedPages(1);
  const bytes = m.bytes;
  bytes.set([0, 1, 2, 3, 4, 5, 6, 7]);
  const first = m.slice(0, 8);
  for (
    const [start, end] of [[2, 5], [-3, undefined], [-5, -2], [6, 2], [99, 9]]
  ) {
    const expected = bytes.subarray(0, 8).subarray(start, end);
    assertEquals(first.slice(start, end).bytes, expected);
    assertEquals(first.slice(start, end).length, expected.length);
  }
  first.slice(2).slice(1).bytes[0] = 77;
  assertEquals(bytes[3], 77);
});

Deno.test("MMap.unmap() twice is harmless, and so is [Symbol.dispose]()", () => {
  const m = numberedPages(1);
  m.unmap();
  m.unmap();
  m.unsafeUnmap();
  m[Symbol.dispose]();
});

Deno.test("MMap.unsafeUnmap() detaches every view", () => {
  const m = numberedPages(1);
  const { bytes } = m;
  m.unsafeUnmap();
  assertEquals([bytes.length, bytes.buffer.detached], [0, true]);
});

Deno.test("MMap.unmap() leaves no page of the file mapped, nor does the end of a scope", () => {
  {
    using m = MMap.memfd("mmap_test_gone", 3 * PS);
    assertEquals(mappingsOf("/memfd:mmap_test_gone").length, 1);
    m.slice(PS, 2 * PS).unmap();
    assertEquals(mappingsOf("/memfd:mmap_test_gone").length, 2);
  }
  assertEquals(mappingsOf("/memfd:mmap_test_gone"), []);
});

Deno.test("MMap.unmap() refuses a mapping whose buffer was moved away, and leaves it", () => {
  const m = numberedPages(1);
  const moved = new Uint8Array(m.bytes.buffer.transfer());
  assertErrno(() => m.unmap(), "EINVAL", "munmap");
  assertErrno(() => m.sync(mmap.MS_SYNC), "EINVAL", "msync");
  const error = assertThrows(() => m.unmap()) as unknown as Error;
  assert(/moved away/.test(error.message), error.message);
  assertEquals([moved[7], m.bytes.length], [1, 0]);
});

Deno.test("MMap.unmap() of a slice unmaps the pages it touches, and no others", () => {
  using m = numberedPages(3);
  m.slice(PS, PS + 1).unmap();
  m.slice(PS, PS + 1).unmap();
  assertEquals(m.length, 3 * PS);
  assertErrno(() => m.isResident(), "ENOMEM", "mincore");
  assertEquals(m.slice(0, PS).bytes[0], 1);
  assertEquals(m.slice(2 * PS).bytes[0], 3);
  assertEquals(m.slice(PS - 1, PS + 1).bytes.length, 0);
});

Deno.test("MMap.unmap() throws EINVAL on a slice that is empty or not page aligned", () => {
  using m = numberedPages(1);
  assertErrno(() => m.slice(5, 5).unmap(), "EINVAL", "munmap");
  assertErrno(() => m.slice(5).unmap(), "EINVAL", "munmap");
  assertEquals(m.bytes[5], 1);
});

Deno.test("every call on an unmapped MMap throws ENOMEM and never reaches the kernel", () => {
  const m = numberedPages(1);
  const { address } = m;
  const slice = m.slice(0, PS);
  m.unmap();
  // Whoever gets the address now must not be touched.
  const flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS;
  using next = mmap.mapAt(address, -1, 0, PS, READ_WRITE, flags);
  next.bytes[0] = 5;
  for (const stale of [m, slice]) {
    assertErrno(() => stale.protect(mmap.PROT_NONE), "ENOMEM", "mprotect");
    assertErrno(() => stale.advise(mmap.MADV_DONTNEED), "ENOMEM", "madvise");
    assertErrno(() => stale.sync(mmap.MS_SYNC), "ENOMEM", "msync");
    assertErrno(() => stale.isResident(), "ENOMEM", "mincore");
    assertErrno(() => stale.lock(), "ENOMEM", "mlock");
    assertErrno(() => stale.unlock(), "ENOMEM", "munlock");
    assertErrno(() => stale.shared(), "ENOMEM", "mremap");
    assertErrno(() => stale.resize(PS), "ENOMEM", "mremap");
    assertErrno(() => stale.readSafe(0, 1), "EFAULT", "process_vm_readv");
    stale.unmap();
  }
  assertEquals(next.bytes[0], 5);
});

Deno.test("calls on an empty slice do nothing", () => {
  using m = numberedPages(1);
  const empty = m.slice(3, 3);
  empty.sync(mmap.MS_SYNC);
  empty.advise(mmap.MADV_DONTNEED);
  empty.protect(mmap.PROT_NONE);
  empty.lock();
  empty.unlock();
  assertEquals(empty.isResident(), []);
  assertEquals([empty.indexOf("x"), [...empty.lines()].length], [-1, 0]);
});

Deno.test("MMap.sync() throws EINVAL on an unaligned slice", () => {
  using m = numberedPages(1);
  assertErrno(() => m.slice(7, 10).sync(mmap.MS_SYNC), "EINVAL", "msync");
  m.slice(0, 3).sync(mmap.MS_SYNC | mmap.MS_INVALIDATE);
});

Deno.test("MMap.isResident() counts pages from the slice's start", () => {
  using m = MMap.anonymous(4 * PS);
  m.bytes[PS] = 1;
  m.bytes[3 * PS] = 1;
  assertEquals(m.isResident(), [false, true, false, true]);
  assertEquals(m.slice(PS, 2 * PS + 1).isResident(), [true, false]);
  assertErrno(() => m.slice(1).isResident(), "EINVAL", "mincore");
});

kernelTest(
  "MMap.lock() brings pages in, and with onFault waits for their touch",
  () => {
    using m = MMap.anonymous(2 * PS);
    m.lock({ onFault: true });
    assertEquals(m.isResident(), [false, false]);
    assertErrno(() => m.advise(mmap.MADV_DONTNEED), "EINVAL", "madvise");
    m.unlock();
    m.lock();
    assertEquals(m.isResident(), [true, true]);
    m.unlock();
  },
);

kernelTest("MMap.protect() of a slice leaves the other pages alone", () => {
  using m = numberedPages(2);
  m.slice(PS).protect(mmap.PROT_NONE);
  m.bytes[0] = 9;
  assertErrno(() => m.probe(), "EFAULT", "process_vm_readv");
  m.slice(PS).protect(mmap.PROT_READ);
  assertEquals(m.bytes[PS], 2);
});

kernelTest("MMap.supported() tells the advice that the kernel knows", () => {
  assert(MMap.supported(mmap.MADV_SEQUENTIAL));
  assert(MMap.supported(mmap.MADV_POPULATE_READ));
  assert(!MMap.supported(9999));
  assert(!MMap.supported(-1));
});

/** Advice that needs other memory than what the test has, or destroys it. */
const UNFIT = [
  "MADV_REMOVE",
  "MADV_COLLAPSE",
  "MADV_HWPOISON",
  "MADV_SOFT_OFFLINE",
];

kernelTest(
  "MMap.advise() takes each advice that is supported, and no other",
  () => {
    const advice = Object.entries(mmap).filter(([name]) =>
      name.startsWith("MADV_") && !UNFIT.includes(name)
    ) as [string, number][];
    assert(advice.length > 20, `${advice.length} of them`);
    for (const [name, value] of advice) {
      using m = MMap.anonymous(2 * PS);
      const taken = attempt(() => m.advise(value));
      assertEquals([name, taken], [name, MMap.supported(value)]);
    }
    using file = MMap.memfd("advise", 2 * PS);
    file.bytes.fill(1);
    file.slice(PS).advise(mmap.MADV_REMOVE);
    assertEquals([file.bytes[0], file.bytes[PS]], [1, 0]);
  },
);

function attempt(body: () => void): boolean {
  try {
    body();
    return true;
  } catch (error) {
    assertEquals((error as { code?: string }).code, "EINVAL");
    return false;
  }
}

Deno.test("MMap.toHandle() moves a mapping, which is taken once", () => {
  const m = numberedPages(2);
  const { bytes, address } = m;
  const handle = structuredClone(m.toHandle());
  assertEquals([bytes.length, m.length, m.fd], [0, 0, -1]);
  m.unmap();
  using taken = MMap.fromHandle(handle);
  assertEquals([taken.address, taken.length], [address, 2 * PS]);
  assertEquals(taken.bytes[PS], 2);
  taken.resize(9 * PS);
  assertEquals(posix.fstat(taken.fd).size, 9 * PS);
  assertThrows(() => MMap.fromHandle(handle), TypeError);
});

Deno.test("MMap.toHandle() refuses slices, and what was moved or unmapped", () => {
  using m = numberedPages(2);
  assertErrno(() => m.slice(0, PS).toHandle(), "EINVAL");
  m.slice(0, PS).unmap();
  assertErrno(() => m.toHandle(), "EINVAL");
  const moved = numberedPages(1);
  const buffer = moved.bytes.buffer.transfer();
  assertErrno(() => moved.toHandle(), "EINVAL");
  assertEquals(new Uint8Array(buffer)[0], 1);
  m.unmap();
  assertErrno(() => m.toHandle(), "EINVAL");
});

kernelTest("failed calls leave no file open", () => {
  assertNoFdLeak(() => {
    assertErrno(() => MMap.memfd("x", PS, { seals: 8 }), "EBUSY");
    assertErrno(() => MMap.memfd("x", PS, { advice: 9999 }), "EINVAL");
    assertErrno(() => MMap.open("/tmp"), "ENODEV");
    assertThrows(() => MMap.open("/etc/passwd", { offset: 2 ** 40 }));
    using m = MMap.open("/etc/passwd");
    assertEquals(m.fd, -1);
  });
});
