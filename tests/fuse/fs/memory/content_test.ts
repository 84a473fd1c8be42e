import { Buffer } from "node:buffer";
import { assertEquals, assertThrows } from "@std/assert";
import { SyscallError } from "../../../../ffi/mod.ts";
import { MemContent } from "../../../../fuse/fs/memory/content.ts";
import { MemVolume } from "../../../../fuse/fs/memory/volume.ts";
import { rounds } from "../../../_support/platform.ts";
import { randomNumbers, SEED } from "../../_random.ts";

const PAGE = 4096;
const TIB = 2 ** 40;

function volumeOf(pages: number): MemVolume {
  return new MemVolume({ pages, inodes: 1, links: 1 }, false);
}

function read(content: MemContent, at: number, length: number): number[] {
  const bytes = new Uint8Array(length).fill(0xee);
  content.read(at, bytes, length);
  return [...bytes];
}

Deno.test("MemContent reads zeros where nothing was written, and takes no pages", () => {
  const content = new MemContent(volumeOf(10));
  content.write(TIB, new Uint8Array([1, 2, 3]));
  assertEquals(content.pages, 1);
  assertEquals(read(content, TIB - 2, 7), [0, 0, 1, 2, 3, 0, 0]);
  assertEquals(read(content, 5, 3), [0, 0, 0]);
});

Deno.test("MemContent.write() writes what there is room for", () => {
  const volume = volumeOf(3);
  const content = new MemContent(volume);
  const data = new Uint8Array(3 * PAGE).fill(7);
  assertEquals(content.write(100, data), 3 * PAGE - 100);
  assertEquals(content.write(4 * PAGE, data), 0);
  assertEquals(content.write(200, data.subarray(0, PAGE)), PAGE);
  assertEquals(volume.freePages, 0);
});

Deno.test("MemContent.punch() frees whole pages and clears the rest", () => {
  const volume = volumeOf(100);
  const content = new MemContent(volume);
  content.write(0, new Uint8Array(4 * PAGE).fill(7));
  content.punch(PAGE - 1, 3 * PAGE + 1);
  assertEquals(content.pages, 2);
  assertEquals(read(content, PAGE - 2, 4), [7, 0, 0, 0]);
  assertEquals(read(content, 3 * PAGE - 1, 4), [0, 0, 7, 7]);
  content.punch(10, 12);
  assertEquals(read(content, 9, 4), [7, 0, 0, 7]);
  assertEquals(volume.pages, 2);
});

Deno.test("MemContent.truncate() leaves zeros for a file that grows again", () => {
  const volume = volumeOf(100);
  const content = new MemContent(volume);
  content.write(0, new Uint8Array(3 * PAGE).fill(7));
  content.truncate(PAGE + 1);
  assertEquals(content.pages, 2);
  assertEquals(read(content, PAGE - 1, 4), [7, 7, 0, 0]);
  content.truncate(0);
  assertEquals([content.pages, volume.pages], [0, 0]);
});

Deno.test("MemContent.reserve() counts pages before they are written, all or none", () => {
  const volume = volumeOf(4);
  const content = new MemContent(volume);
  content.write(0, new Uint8Array([1]));
  content.reserve(0, 3 * PAGE);
  assertEquals([content.pages, volume.freePages], [3, 1]);
  for (const end of [5 * PAGE + 1, TIB]) {
    const error = assertThrows(
      () => content.reserve(PAGE, end),
      SyscallError,
    );
    assertEquals(error.code, "ENOSPC");
  }
  assertEquals([content.pages, volume.freePages], [3, 1]);
  new MemContent(volume).write(0, new Uint8Array(1));
  assertEquals(content.write(0, new Uint8Array(3 * PAGE)), 3 * PAGE);
  assertEquals(content.write(3 * PAGE, new Uint8Array(1)), 0);
});

Deno.test("MemContent finds data and holes, also terabytes apart", () => {
  const content = new MemContent(volumeOf(100));
  assertEquals([content.nextData(0), content.nextHole(7)], [Infinity, 7]);
  content.write(PAGE, new Uint8Array(PAGE));
  content.write(TIB + 5, new Uint8Array(PAGE));
  content.reserve(0, PAGE);
  assertEquals([content.nextData(0), content.nextData(PAGE + 3)], [
    PAGE,
    PAGE + 3,
  ]);
  assertEquals([content.nextHole(0), content.nextHole(PAGE)], [0, 2 * PAGE]);
  assertEquals([content.nextData(2 * PAGE), content.nextHole(TIB)], [
    TIB,
    TIB + 2 * PAGE,
  ]);
  assertEquals(content.nextData(TIB + 2 * PAGE), Infinity);
});

Deno.test("MemContent gives memory back", () => {
  const volume = volumeOf(2 ** 20);
  const contents = Array.from({ length: 8 }, () => new MemContent(volume));
  const data = new Uint8Array(2 ** 20).fill(1);
  for (let at = 0; at < 8 * data.length; at += data.length) {
    for (const content of contents) content.write(at, data);
  }
  assertEquals(volume.pool.capacity, 64 * data.length);
  for (const content of contents) content.truncate(0);
  assertEquals(volume.pages, 0);
  // One slab of 2 MiB is kept for the next write.
  assertEquals(volume.pool.capacity, 2 * data.length);
});

Deno.test("MemContent holds what an array of bytes holds, in random calls", () => {
  const random = randomNumbers(SEED);
  const SIZE = 3 * 2 ** 20;
  const NOTHING = new Uint8Array(SIZE);
  const volume = volumeOf(2 ** 20);
  // Two files, so that their pages lie between each other.
  const files = Array.from({ length: 2 }, () => ({
    content: new MemContent(volume),
    bytes: new Uint8Array(SIZE),
  }));
  for (let i = 0; i < rounds(200); i++) {
    const { content, bytes } = files[random(2)]!;
    const start = random(SIZE);
    const most = [10, 5000, SIZE][random(3)]!;
    const end = Math.min(start + random(most), SIZE);
    switch (random(5)) {
      case 0:
        content.punch(start, end);
        bytes.fill(0, start, end);
        break;
      case 1:
        content.truncate(start);
        bytes.fill(0, start);
        break;
      case 2:
        content.reserve(start, end);
        break;
      default:
        bytes.fill(i % 255 + 1, start, end);
        content.write(start, bytes.subarray(start, end));
    }
    const found = new Uint8Array(SIZE);
    content.read(0, found, SIZE);
    assertEquals(Buffer.compare(found, bytes), 0, `seed ${SEED}, call ${i}`);
    const hole = content.nextHole(start);
    const data = content.nextData(start);
    const between = bytes.subarray(start, Math.min(data, SIZE));
    const zeros = NOTHING.subarray(0, between.length);
    assertEquals(Buffer.compare(between, zeros), 0, `seed ${SEED}, call ${i}`);
    assertEquals(hole === start || data === start, true, `seed ${SEED}`);
  }
  assertEquals(volume.pages, files[0]!.content.pages + files[1]!.content.pages);
});
