import { assertEquals } from "@std/assert";
import { addressOf } from "../../../ffi/mod.ts";
import { Bounce } from "../../../usermem/safemem/bounce.ts";
import {
  readMemory,
  writeMemory,
  zeroMemory,
} from "../../../usermem/safemem/memory.ts";
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

test("Bounce moves more than its file holds at once", () => {
  const theirs = Uint8Array.from({ length: 2_500_000 }, (_, i) => i * 13);
  const mine = new Uint8Array(theirs.length);
  assertEquals(readMemory(bounce(), addressOf(theirs), mine), mine.length);
  assertEquals(mine, theirs);
  mine.reverse();
  assertEquals(writeMemory(bounce(), addressOf(theirs), mine), mine.length);
  assertEquals(theirs, mine);
  assertEquals(zeroMemory(bounce(), addressOf(theirs), 70_000), 70_000);
  assertEquals(theirs.subarray(0, 70_000), new Uint8Array(70_000));
  assertEquals(theirs[70_000], mine[70_000]);
});

test("Bounce moves several ranges in one call, up to a bad one", () => {
  using pages = new Pages(["rw-", "---"]);
  writeMemory(bounce(), pages.at(0), new Uint8Array([1, 2, 3, 4, 5]));
  const ranges = new BigUint64Array([
    pages.at(0, 3),
    2n,
    pages.at(0),
    2n,
    pages.at(1, -1),
    3n,
    pages.at(0),
    1n,
  ]);
  const dst = new Uint8Array(9);
  assertEquals(bounce().read(ranges, 4, dst), 5);
  assertEquals([...dst], [4, 5, 1, 2, 0, 0, 0, 0, 0]);
  assertEquals(bounce().read(ranges, 4, dst.subarray(0, 3)), 3);
  assertEquals(bounce().write(ranges, 4, new Uint8Array(9)), 5);
  assertEquals(bounce().write(ranges.subarray(6), 1, new Uint8Array(9)), 1);
});
