import { assert, assertEquals, assertThrows } from "@std/assert";
import { addressOf } from "../../ffi/mod.ts";
import * as posix from "../../posix/mod.ts";
import { isQemu } from "../_support/platform.ts";
import { assertErrno, NOT_INT, NOT_LENGTH } from "./throws.ts";

const PS = posix.getpagesize();
const ANONYMOUS = posix.MAP_PRIVATE | posix.MAP_ANONYMOUS;

/** A hint far from where the kernel maps, so that no thread takes it again. */
const FAR = 0x2a0000000000n;

function mapPages(
  count: number,
  address: bigint | null = FAR,
  flags = 0,
): posix.Mapping {
  const { mmap, PROT_RDWR } = posix;
  return mmap(address, count * PS, PROT_RDWR, ANONYMOUS | flags, -1, 0);
}

/** Whether something is mapped at an address: only a free hint is taken. */
function isMapped(address: bigint): boolean {
  const probe = mapPages(1, address);
  posix.munmap(probe.data);
  return probe.address !== address;
}

Deno.test("mmap() returns zeroed bytes, exactly as many as asked for, and their address", () => {
  const flags = ANONYMOUS;
  const mapping = posix.mmap(null, PS + 5, posix.PROT_RDWR, flags, -1, 0);
  const { data, address } = mapping;
  assertEquals(data, new Uint8Array(PS + 5));
  assertEquals(data.byteOffset, 0);
  assertEquals(address, addressOf(data));
  posix.munmap(data);
});

Deno.test("mmap() takes a free address as a hint, and another when it is taken", () => {
  const { data, address } = mapPages(1);
  const other = mapPages(1, address);
  assert(other.address !== address);
  posix.munmap(other.data);
  posix.munmap(data);
  const again = mapPages(1, address);
  assertEquals(again.address, address);
  posix.munmap(again.data);
});

Deno.test({
  name: "mmap() with MAP_FIXED_NOREPLACE throws EEXIST on a taken address",
  // QEMU ignores the flag.
  ignore: isQemu || Deno.build.os !== "linux",
  fn() {
    const { data, address } = mapPages(1);
    const flags = posix.MAP_FIXED_NOREPLACE;
    assertErrno(() => mapPages(1, address, flags), "EEXIST");
    posix.munmap(data);
  },
});

Deno.test("mmap() maps a part of a file, beyond 4 GiB too", () => {
  const fd = posix.memfdCreate("sparse", 0);
  posix.ftruncate(fd, 2 ** 40);
  const { mmap, PROT_RDWR, MAP_SHARED } = posix;
  const one = mmap(null, PS, PROT_RDWR, MAP_SHARED, fd, 2 ** 33).data;
  const same = mmap(null, PS, PROT_RDWR, MAP_SHARED, fd, 2n ** 33n).data;
  posix.close(fd);
  one[7] = 42;
  assertEquals(same[7], 42);
  posix.munmap(one);
  posix.munmap(same);
});

Deno.test("mmap() throws EINVAL on a length of zero or less", () => {
  for (const length of [0, -1, -PS]) {
    assertErrno(
      () => posix.mmap(null, length, posix.PROT_READ, ANONYMOUS, -1, 0),
      "EINVAL",
      "mmap",
    );
  }
});

Deno.test("mmap() throws RangeError on what C would bend", () => {
  const { mmap, PROT_READ } = posix;
  for (const length of NOT_LENGTH) {
    assertThrows(
      () => mmap(null, length, PROT_READ, ANONYMOUS, -1, 0),
      RangeError,
    );
    assertThrows(
      () => mmap(null, PS, PROT_READ, ANONYMOUS, -1, length),
      RangeError,
    );
  }
  for (const int of NOT_INT) {
    assertThrows(() => mmap(null, PS, int, ANONYMOUS, -1, 0), RangeError);
    assertThrows(() => mmap(null, PS, PROT_READ, int, -1, 0), RangeError);
    assertThrows(
      () => mmap(null, PS, PROT_READ, ANONYMOUS, int, 0),
      RangeError,
    );
  }
  for (const address of [-1n, 2n ** 64n]) {
    assertThrows(
      () => mmap(address, PS, PROT_READ, ANONYMOUS, -1, 0),
      RangeError,
    );
  }
  assertThrows(
    () => mmap(null, PS, PROT_READ, ANONYMOUS, -1, 2n ** 63n),
    RangeError,
  );
});

Deno.test("mmap() throws EINVAL on -1, a flag that the platform lacks", () => {
  assertErrno(() => mapPages(1, null, -1), "EINVAL", "mmap");
});

Deno.test("mmap() throws EBADF on a descriptor that is not open, EINVAL without a type", () => {
  const { mmap, MAP_SHARED, PROT_READ } = posix;
  assertErrno(() => mmap(null, PS, PROT_READ, MAP_SHARED, -1, 0), "EBADF");
  assertErrno(() => mmap(null, PS, PROT_READ, MAP_SHARED, 2 ** 30, 0), "EBADF");
  assertErrno(
    () => mmap(null, PS, PROT_READ, posix.MAP_ANONYMOUS, -1, 0),
    "EINVAL",
  );
});

Deno.test("mmap() throws ENOMEM on more than the address space holds", () => {
  const { mmap, PROT_NONE } = posix;
  assertErrno(
    () => mmap(null, 2 ** 52, PROT_NONE, ANONYMOUS, -1, 0),
    "ENOMEM",
    "mmap",
  );
});

Deno.test("munmap() detaches every view, and removes the pages", () => {
  const { data, address } = mapPages(2);
  const stale = data.subarray(3, 9);
  const words = new Int32Array(data.buffer);
  posix.munmap(data);
  assertEquals([data.length, stale.length, words.length], [0, 0, 0]);
  assertEquals(stale[0], undefined);
  assertEquals(isMapped(address), false);
});

Deno.test("munmap() throws EINVAL the second time", () => {
  const { data } = mapPages(1);
  posix.munmap(data);
  assertErrno(() => posix.munmap(data), "EINVAL", "munmap");
});

Deno.test("munmap() throws EINVAL on a part of a mapping, and leaves it", () => {
  const { data } = mapPages(2);
  for (const part of [data.subarray(PS), data.subarray(0, PS)]) {
    assertErrno(() => posix.munmap(part), "EINVAL");
  }
  data[2 * PS - 1] = 1;
  posix.munmap(data);
});

Deno.test("munmap() takes another view of the whole mapping", () => {
  const { data } = mapPages(1);
  posix.munmap(new Uint8Array(data.buffer));
  assertEquals(data.length, 0);
});

Deno.test("munmap() throws EINVAL on memory of another origin", () => {
  assertErrno(() => posix.munmap(new Uint8Array(0)), "EINVAL");
  assertErrno(() => posix.munmap(new Uint8Array(PS)), "EINVAL");
});

Deno.test("munmap() throws EINVAL on a buffer that was moved, and leaves the memory", () => {
  const { data, address } = mapPages(1);
  data[0] = 42;
  const moved = new Uint8Array(data.buffer.transfer());
  assertErrno(() => posix.munmap(data), "EINVAL");
  assertErrno(() => posix.munmap(moved), "EINVAL");
  assertEquals(moved[0], 42);
  assertEquals(isMapped(address), true);
  // To be unmapped, the memory needs a buffer that is known.
  const { data: over } = mapPages(1, address, posix.MAP_FIXED);
  assertErrno(() => posix.munmap(over), "EINVAL");
});

Deno.test("mappings laid over one another are unmapped together, by either", () => {
  for (const byTheSecond of [false, true]) {
    const first = mapPages(1);
    const second = mapPages(1, first.address, posix.MAP_FIXED);
    assertEquals(second.address, first.address);
    second.data[0] = 42;
    assertEquals(first.data[0], 42);
    const [one, other] = byTheSecond ? [second, first] : [first, second];
    posix.munmap(one.data);
    assertEquals([first.data.length, second.data.length], [0, 0]);
    assertErrno(() => posix.munmap(other.data), "EINVAL");
    assertEquals(isMapped(first.address), false);
  }
});

Deno.test("a ring of mappings over a reserved range goes as a whole", () => {
  const { mmap, MAP_FIXED, MAP_SHARED, PROT_RDWR } = posix;
  const fd = posix.memfdCreate("ring", 0);
  posix.ftruncate(fd, PS);
  const { data, address } = mapPages(2);
  const halves = [0n, BigInt(PS)].map((at) =>
    mmap(address + at, PS, PROT_RDWR, MAP_SHARED | MAP_FIXED, fd, 0)
  );
  posix.close(fd);
  data[0] = 42;
  assertEquals(data[PS], 42);
  posix.munmap(halves[1]!.data);
  assertEquals(data.length, 0);
  assertEquals([isMapped(address), isMapped(address + BigInt(PS))], [
    false,
    false,
  ]);
});

Deno.test("a mapping that sticks out of another takes both with it", () => {
  const { address: free, data: reserved } = mapPages(3);
  posix.munmap(reserved);
  const first = mapPages(2, free);
  const second = mapPages(2, free + BigInt(PS), posix.MAP_FIXED);
  posix.munmap(first.data);
  assertEquals(second.data.length, 0);
  assertEquals(isMapped(free + BigInt(2 * PS)), false);
});

Deno.test("mappings that only touch stay apart", () => {
  const { address: free, data: reserved } = mapPages(2);
  posix.munmap(reserved);
  const first = mapPages(1, free);
  const second = mapPages(1, free + BigInt(PS), posix.MAP_FIXED);
  posix.munmap(first.data);
  second.data[0] = 1;
  posix.munmap(second.data);
});
