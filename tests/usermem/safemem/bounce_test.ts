import { assert, assertEquals } from "@std/assert";
import { addressOf } from "../../../ffi/mod.ts";
import { readRanges, writeRanges } from "../../../usermem/_batches.ts";
import { AddrRangeSeq, mustToRange } from "../../../usermem/mod.ts";
import { Bounce } from "../../../posix/process_memory/bounce.ts";
import {
  readMemory,
  writeMemory,
  zeroMemory,
} from "../../../posix/process_memory/memory.ts";
import { isQemu } from "../../_support/platform.ts";
import { outcome } from "../_case.ts";
import { PAGE, Pages } from "../_pages.ts";

/** Registers a test that needs Linux. */
function test(name: string, fn: () => void): void {
  Deno.test({ name, ignore: Deno.build.os !== "linux", fn });
}

// One for all tests: its memfd lasts as long as the process.
let opened: Bounce | undefined;
const bounce = (): Bounce => opened ??= new Bounce();

test("Bounce moves bytes as process_vm_readv() does, a page that can be written read", () => {
  const access: Record<string, [readable: boolean, writable: boolean]> = {
    "rw-": [true, true],
    "r--": [true, false],
    "r-x": [true, false],
    "---": [false, false],
    "hole": [false, false],
    "sigbus": [false, false],
    "ro-shared": [true, false],
  };
  // The emulator wants such a page to be readable for either.
  if (!isQemu) access["-w-"] = [true, true];
  for (const [kind, [readable, writable]] of Object.entries(access)) {
    using pages = new Pages(["rw-", kind]);
    for (const before of [0, 1, 5, PAGE]) {
      const address = pages.at(1, -before);
      const bytes = new Uint8Array(before + 10);
      const wanted = (whole: boolean) =>
        whole ? { n: bytes.length, err: null } : { n: before, err: "EFAULT" };
      assertEquals(
        outcome(() => readMemory(bounce(), address, bytes), {}),
        wanted(readable),
        kind,
      );
      assertEquals(
        outcome(() => writeMemory(bounce(), address, bytes), {}),
        wanted(writable),
        kind,
      );
    }
  }
});

/** More than the file holds. */
const LARGE = 1_200_000;

/** Whether two views have the same bytes; assertEquals() takes long for it. */
function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

test("Bounce moves more than its file holds at once", () => {
  const theirs = Uint8Array.from({ length: LARGE }, (_, i) => i * 13);
  const mine = new Uint8Array(LARGE);
  assertEquals(readMemory(bounce(), addressOf(theirs), mine), LARGE);
  assert(same(mine, theirs));
  mine.reverse();
  assertEquals(writeMemory(bounce(), addressOf(theirs), mine), LARGE);
  assert(same(theirs, mine));
  assertEquals(zeroMemory(bounce(), addressOf(theirs), 70_000), 70_000);
  assert(same(theirs.subarray(0, 70_000), new Uint8Array(70_000)));
  assertEquals(theirs[70_000], mine[70_000]);
});

test("Bounce moves several ranges that its file does not hold at once", () => {
  const theirs = Uint8Array.from({ length: LARGE }, (_, i) => i * 13);
  const [long, short] = [1_000_000, 100_000];
  const address = addressOf(theirs);
  const ars = AddrRangeSeq.from([
    mustToRange(address + 2n, long),
    mustToRange(address, short),
  ]);
  const mine = new Uint8Array(long + short);
  assertEquals(readRanges(bounce(), ars, mine), mine.length);
  assert(same(mine.subarray(0, long), theirs.subarray(2, long + 2)));
  assert(same(mine.subarray(long), theirs.subarray(0, short)));
  mine.fill(1);
  assertEquals(writeRanges(bounce(), ars, mine), mine.length);
  assert(theirs.subarray(0, long + 2).every((byte) => byte === 1));
});

test("Bounce moves several ranges up to a bad one", () => {
  using pages = new Pages(["rw-", "---"]);
  writeMemory(bounce(), pages.at(0), new Uint8Array([1, 2, 3, 4, 5]));
  const good = [
    mustToRange(pages.at(0, 3), 2),
    mustToRange(pages.at(0), 2),
  ];
  const after = mustToRange(pages.at(0), 1);
  for (const [offset, before] of [[-1, 1], [0, 0]] as const) {
    const bad = mustToRange(pages.at(1, offset), 3);
    for (const [first, n] of [[good, 4 + before], [[], before]] as const) {
      const ars = AddrRangeSeq.from([...first, bad, after]);
      const dst = new Uint8Array(8);
      const wanted = { n, err: "EFAULT" };
      assertEquals(outcome(() => readRanges(bounce(), ars, dst), {}), wanted);
      const copy = n < 4 ? [] : [4, 5, 1, 2];
      assertEquals([...dst.subarray(0, copy.length)], copy);
      const src = dst.slice();
      assertEquals(outcome(() => writeRanges(bounce(), ars, src), {}), wanted);
    }
  }
});
