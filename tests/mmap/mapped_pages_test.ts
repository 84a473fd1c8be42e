import { assert, assertEquals, assertThrows } from "@std/assert";
import * as mmap from "../../mmap/mod.ts";
import { MMap } from "../../mmap/mod.ts";
import { assertErrno } from "../posix/throws.ts";
import { summing } from "../_support/wasm_sum.ts";
import { kernelTest, numberedPages, PS, withFile } from "./_files.ts";

Deno.test("MMap.flushRange() takes any range of the mapping", () => {
  withFile("hello", (path) => {
    using m = MMap.open(path, { mode: "readwrite", size: 3 * PS });
    m.flushRange(PS + 5, PS + 6);
    m.flushRange(1, 3 * PS, mmap.MS_ASYNC);
    m.flushRange(7, 7);
    m.slice(5, 10).flushRange(1, 4);
    assertErrno(() => m.flushRange(0, 1, 64), "EINVAL", "msync");
  });
});

Deno.test("MMap.flushRange() and adviseRange() throw RangeError outside the mapping", () => {
  using m = numberedPages(1);
  for (const [start, end] of [[-1, 5], [5, 4], [0, PS + 1], [NaN, 2]]) {
    assertThrows(() => m.flushRange(start!, end!), RangeError);
    assertThrows(() => m.adviseRange(start!, end!, 0), RangeError);
  }
  assertThrows(() => m.slice(0, 9).flushRange(0, 10), RangeError);
});

kernelTest(
  "MMap.adviseRange() reaches every page that the range touches",
  () => {
    using m = MMap.anonymous(4 * PS);
    m.adviseRange(PS + 1, 2 * PS + 1, mmap.MADV_POPULATE_WRITE);
    assertEquals(m.isResident(), [false, true, true, false]);
    assertErrno(() => m.adviseRange(0, 1, 9999), "EINVAL", "madvise");
  },
);

Deno.test("MMap.adviseRange() that discards spares pages it does not cover", () => {
  using m = MMap.anonymous(3 * PS);
  const { bytes } = m;
  bytes.fill(7);
  m.adviseRange(1, 2 * PS + 1, mmap.MADV_DONTNEED);
  assertEquals([bytes[0], bytes[PS], bytes[2 * PS]], [7, 0, 7]);
  m.adviseRange(1, PS - 1, mmap.MADV_DONTNEED);
  assertEquals(bytes[5], 7);
  // Nobody has bytes around the mapping's own.
  using odd = MMap.anonymous(PS + 9);
  odd.bytes.fill(7);
  odd.adviseRange(0, PS + 9, mmap.MADV_DONTNEED);
  assertEquals([odd.bytes[0], odd.bytes[PS + 8]], [0, 0]);
});

kernelTest(
  "MMap.shared() is a SharedArrayBuffer over the same pages, of any length",
  () => {
    for (const length of [1, PS - 1, PS, 3 * PS + 5]) {
      using m = MMap.memfd("shared", length);
      const bytes = new Uint8Array(m.shared());
      assertEquals(bytes.length, length);
      bytes[length - 1] = 42;
      assertEquals(m.bytes[length - 1], 42);
      m.bytes[0] = 43;
      assertEquals(bytes[0], 43);
    }
  },
);

kernelTest(
  "MMap.shared() of a slice begins at the slice, which begins at a page",
  () => {
    using m = numberedPages(3);
    const bytes = new Uint8Array(m.slice(PS, 2 * PS + 1).shared());
    assertEquals([bytes.length, bytes[0], bytes[PS]], [PS + 1, 2, 3]);
    assertErrno(() => m.slice(5).shared(), "EINVAL", "mremap");
    assertEquals(m.slice(5, 5).shared().byteLength, 0);
  },
);

kernelTest("MMap.shared() outlives the mapping", () => {
  const m = numberedPages(1);
  const bytes = new Uint8Array(m.shared());
  m.unmap();
  assertEquals(bytes[0], 1);
});

kernelTest("MMap.shared() refuses a private mapping", () => {
  using m = MMap.anonymous(PS);
  assertErrno(() => m.shared(), "EINVAL", "mremap");
  const error = assertThrows(() => m.shared()) as unknown as Error;
  assert(/a private mapping/.test(error.message), error.message);
  using shared = MMap.anonymous(PS, { shared: true });
  new Uint8Array(shared.shared())[0] = 1;
  assertEquals(shared.bytes[0], 1);
});

kernelTest(
  "MMap.shared() of a file serves several Workers, with Atomics.wait and notify",
  async () => {
    const path = await Deno.makeTempFile();
    const url = new URL("_counting_worker.ts", import.meta.url);
    const workers: Worker[] = [];
    try {
      using m = MMap.open(path, { mode: "readwrite", size: PS });
      const shared = m.shared();
      const words = new Int32Array(shared);
      const answers = Array.from({ length: 3 }, () => {
        const worker = new Worker(url, { type: "module" });
        workers.push(worker);
        const { promise, resolve } = Promise.withResolvers<string>();
        worker.onmessage = ({ data }) => resolve(data);
        worker.postMessage(shared);
        return promise;
      });
      // Each says so once it has counted; then it waits for word 2.
      for (let seen; (seen = Atomics.load(words, 1)) < 3;) {
        const { value } = Atomics.waitAsync(words, 1, seen, 10);
        await value;
      }
      Atomics.store(words, 2, 1);
      Atomics.notify(words, 2);
      for (const answer of await Promise.all(answers)) {
        assert(["ok", "not-equal"].includes(answer), answer);
      }
      assertEquals(m.as(Int32Array)[0], 3000);
    } finally {
      for (const worker of workers) worker.terminate();
      await Deno.remove(path);
    }
  },
);

function wasmMemory(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 1, maximum: 16, shared: true });
}

kernelTest(
  "MMap.intoWasm() lets WebAssembly work on a file without a copy",
  () => {
    withFile(new Uint8Array(2 * PS + 5).fill(1), (path) => {
      const memory = wasmMemory();
      const sum = summing(memory);
      using m = MMap.open(path, { mode: "readwrite" });
      const bytes = m.intoWasm(memory, PS);
      assertEquals(bytes.length, 2 * PS + 5);
      assertEquals(sum(0, PS), 0);
      assertEquals(sum(PS, 4 * PS), 2 * PS + 5);
      m.bytes[3] = 11;
      assertEquals(sum(PS, 4 * PS), 2 * PS + 15);
      bytes[0] = 0x41;
      assertEquals(Deno.readFileSync(path)[0], 0x41);
      // The memory may grow, and the pages stay when the mapping goes.
      memory.grow(1);
      m.unmap();
      assertEquals(sum(PS, 4 * PS), 2 * PS + 15 + 0x40);
    });
  },
);

kernelTest(
  "MMap.intoWasm() refuses what does not fit, and memory that is not shared",
  () => {
    const memory = wasmMemory();
    const size = memory.buffer.byteLength;
    using m = numberedPages(1);
    for (const offset of [-PS, 1, size, size - 1, NaN]) {
      assertThrows(() => m.intoWasm(memory, offset), RangeError);
    }
    assertEquals(m.slice(0, 5).intoWasm(memory, size - PS)[0], 1);
    const own = new WebAssembly.Memory({ initial: 1 });
    assertThrows(() => m.intoWasm(own), TypeError);
    using copy = MMap.anonymous(PS);
    assertErrno(() => copy.intoWasm(memory), "EINVAL", "mremap");
  },
);
