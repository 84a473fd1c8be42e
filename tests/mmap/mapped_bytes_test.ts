import { assert, assertEquals, assertThrows } from "@std/assert";
import { MMap } from "../../mmap/mod.ts";
import { ftruncate } from "../../posix/mod.ts";
import { SyscallError } from "../../ffi/mod.ts";
import { kernelTest, numberedPages, PS, withFile } from "./_files.ts";

const DECODER = new TextDecoder();

function mapText(text: string): MMap {
  const bytes = new TextEncoder().encode(text);
  const m = MMap.anonymous(bytes.length);
  m.bytes.set(bytes);
  return m;
}

/** What `lines()` of a text are. */
function linesOf(text: string): string[] {
  using m = mapText(text);
  return Array.from(m.lines(), (line) => DECODER.decode(line));
}

/** A small haystack with many near misses. */
const TEXT = "aabaabaaab abäöab aab\0aab";

Deno.test("MMap.indexOf() and lastIndexOf() agree with Buffer's on every needle and start", () => {
  using m = mapText(TEXT);
  const { length } = m;
  const text = Array.from(m.bytes, (b) => String.fromCharCode(b)).join("");
  const needles = [
    "a",
    "ab",
    "aab",
    "aaab",
    "b a",
    "\0",
    "x",
    "ba x",
    text,
    `${text}x`,
  ];
  for (const needle of needles) {
    const bytes = Uint8Array.from(needle, (c) => c.charCodeAt(0));
    for (let from = 0; from <= length + 1; from++) {
      assertEquals(m.indexOf(bytes, from), text.indexOf(needle, from));
      assertEquals(m.lastIndexOf(bytes, from), text.lastIndexOf(needle, from));
    }
    for (let from = -length; from < 0; from++) {
      const start = length + from;
      assertEquals(m.indexOf(bytes, from), text.indexOf(needle, start));
      assertEquals(m.lastIndexOf(bytes, from), text.lastIndexOf(needle, start));
    }
    assertEquals(m.indexOf(bytes), text.indexOf(needle));
    assertEquals(m.lastIndexOf(bytes), text.lastIndexOf(needle));
    assertEquals(m.slice(0, 1).lastIndexOf(bytes), needle === "a" ? 0 : -1);
    assertEquals(m.lastIndexOf(bytes, -length - 1), -1);
  }
});

Deno.test("MMap.indexOf() takes text as UTF-8, and a byte", () => {
  using m = mapText(TEXT);
  const at = m.indexOf("äö");
  assertEquals(m.bytes.slice(at, at + 4), new TextEncoder().encode("äö"));
  assertEquals([m.indexOf(0), m.lastIndexOf(0)], [m.length - 4, m.length - 4]);
  for (const byte of [-1, 256, 0.5, NaN]) {
    assertThrows(() => m.indexOf(byte), RangeError);
  }
});

Deno.test("MMap.indexOf() of nothing is where the search begins", () => {
  using m = mapText("abc");
  assertEquals([m.indexOf(""), m.indexOf("", 2), m.indexOf("", 9)], [0, 2, 3]);
  assertEquals([m.lastIndexOf(""), m.lastIndexOf("", 1)], [3, 1]);
});

Deno.test("MMap.indexOf() finds no further than its slice", () => {
  using m = mapText("abcabc");
  assertEquals(m.slice(0, 5).lastIndexOf("abc"), 0);
  assertEquals(m.slice(1, 5).indexOf("abc"), -1);
  assertEquals(m.slice(1).indexOf("abc"), 2);
});

Deno.test("MMap.indexOf() takes a needle from shared memory", () => {
  using m = mapText("abc");
  const needle = new Uint8Array(new SharedArrayBuffer(1));
  needle[0] = 0x62;
  assertEquals(m.indexOf(needle), 1);
});

Deno.test("MMap.lines() yields each line once, without its newline", () => {
  assertEquals(linesOf("one\ntwo\n\nfour\r\n"), ["one", "two", "", "four\r"]);
  assertEquals(linesOf("\n"), [""]);
  assertEquals(linesOf("no newline"), ["no newline"]);
  const long = "x".repeat(3 * PS);
  assertEquals(linesOf(`${long}\n${long}`), [long, long]);
});

Deno.test("MMap.lines() does not copy, and ends when the memory is unmapped", () => {
  const m = mapText("one\ntwo\nthree");
  const lines = m.lines();
  const first = lines.next().value!;
  assert(first.buffer === m.bytes.buffer);
  m.unmap();
  assertEquals([first.length, lines.next().done], [0, true]);
});

Deno.test("MMap.as() views the same memory as numbers", () => {
  using m = MMap.anonymous(32);
  const floats: Float64Array<ArrayBuffer> = m.as(Float64Array);
  floats[1] = Math.PI;
  assertEquals(m.slice(8, 16).as(Float64Array)[0], Math.PI);
  assertEquals(m.slice(4).as(Uint32Array).length, 7);
  assertEquals(m.as(BigInt64Array).length, 4);
  assertEquals(m.slice(3).as(Uint8Array).length, 29);
});

Deno.test("MMap.as() throws RangeError on a start or length that does not fit", () => {
  using m = MMap.anonymous(32);
  assertThrows(() => m.slice(4).as(Float64Array), RangeError);
  assertThrows(() => m.slice(0, 31).as(Uint16Array), RangeError);
});

/** Returns how many bytes a call that ends in EFAULT got done. */
function bytesBeforeFault(body: () => unknown): number {
  const error = assertThrows(body, SyscallError) as unknown as SyscallError;
  assertEquals([error.code, error.syscall], ["EFAULT", "process_vm_readv"]);
  return error.transferred;
}

kernelTest("MMap.copyOut() copies up to the end, and says how much", () => {
  using m = numberedPages(2);
  const dst = new Uint8Array(PS);
  assertEquals(m.copyOut(dst, PS - 1), PS);
  assertEquals([dst[0], dst[1]], [1, 2]);
  assertEquals(m.copyOut(dst, 2 * PS - 5), 5);
  assertEquals(m.slice(0, 7).copyOut(dst), 7);
  assertEquals([m.copyOut(dst, 2 * PS), m.copyOut(new Uint8Array(0))], [0, 0]);
  for (const start of [-1, 0.5, 2 * PS + 1, NaN]) {
    assertThrows(() => m.copyOut(dst, start), RangeError);
  }
});

kernelTest(
  "MMap.copyOut(), readSafe() and probe() throw EFAULT on a file cut short",
  () => {
    withFile(new Uint8Array(4 * PS), (path) => {
      using m = MMap.open(path);
      Deno.truncateSync(path, PS + 1);
      // The last page of a file is there to its end.
      assertEquals(m.readSafe(0, 2 * PS).length, 2 * PS);
      m.probe(0, 2 * PS);
      const dst = new Uint8Array(4 * PS);
      assertEquals(bytesBeforeFault(() => m.copyOut(dst)), 2 * PS);
      assertEquals(bytesBeforeFault(() => m.copyOut(dst, 9)), 2 * PS - 9);
      assertEquals(bytesBeforeFault(() => m.readSafe(2 * PS, 2 * PS + 1)), 0);
      assertEquals(bytesBeforeFault(() => m.probe()), 2 * PS);
      assertEquals(bytesBeforeFault(() => m.probe(9)), 2 * PS - 9);
      assertEquals(bytesBeforeFault(() => m.probe(3 * PS + 5)), 0);
      assertEquals(bytesBeforeFault(() => m.slice(5).probe()), 2 * PS - 5);
    });
  },
);

kernelTest("MMap.probe() finds the one bad page of many", () => {
  using m = MMap.memfd("probe", 3000 * PS);
  m.probe();
  ftruncate(m.fd, 2500 * PS);
  m.probe(0, 2500 * PS);
  assertEquals(bytesBeforeFault(() => m.probe(100)), 2500 * PS - 100);
});

Deno.test("MMap.probe() and readSafe() throw RangeError outside the mapping", () => {
  using m = numberedPages(1);
  for (const [start, end] of [[-1, 5], [5, 4], [0, PS + 1], [0.5, 2]]) {
    assertThrows(() => m.probe(start, end), RangeError);
    assertThrows(() => m.readSafe(start, end), RangeError);
  }
});

kernelTest("MMap.readSafe() copies", () => {
  using m = numberedPages(1);
  const copy = m.readSafe(1, 3);
  m.bytes[1] = 9;
  assertEquals(copy, new Uint8Array([1, 1]));
});
