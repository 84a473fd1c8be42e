import { assertEquals, assertThrows } from "@std/assert";
import { MMap } from "../../mmap/mod.ts";
import {
  ftruncate,
  MAP_ANONYMOUS,
  MAP_FIXED_NOREPLACE,
  MAP_PRIVATE,
  mmap,
  MS_SYNC,
  munmap,
  PROT_RDWR,
  PROT_READ,
} from "../../posix/mod.ts";
import {
  AddrRange,
  AddrRangeSeq,
  BytesIO,
  copyInVec,
  copyOutVec,
  type IO,
  MMapIO,
  zeroOutVec,
} from "../../usermem/mod.ts";
import { BlockSeqReader, BlockSeqWriter } from "../../usermem/safemem/mod.ts";
import { assertNoFdLeak } from "../_support/leaks.ts";
import { denoCommand, isQemu } from "../_support/platform.ts";
import { blocksOf, outcome } from "./_case.ts";
import { PAGE } from "./_pages.ts";
import { Random, withRandom } from "./_random.ts";

const FAULT = { n: 0, err: "EFAULT" };

/** Registers a test that needs Linux. */
function test(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, ignore: Deno.build.os !== "linux", fn });
}

/** The address spaces of a mapping, touched and not. */
function bothOf(m: MMap): [MMapIO, MMapIO] {
  return [new MMapIO(m), new MMapIO(m, { safe: true })];
}

function rangeOf([start, end]: readonly [number, number]): AddrRange {
  return new AddrRange(BigInt(start), BigInt(end));
}

/** What a random operation came to, and what it brought. */
function operate(io: IO, random: Random): unknown {
  const ranges = random.list(5, () => {
    const start = random.below(40);
    return rangeOf([start, start + random.below(20)]);
  });
  const ars = AddrRangeSeq.from(ranges);
  const addr = BigInt(random.below(40));
  const bytes = Uint8Array.from({ length: random.below(40) }, (_, i) => i);
  const enough = new Uint8Array(ars.numBytes).fill(addr === 0n ? 1 : 2);
  const operations: (() => number)[] = [
    () => io.copyIn(addr, bytes),
    () => io.copyOut(addr, bytes),
    () => io.zeroOut(addr, bytes.length),
    () => copyInVec(io, ars, bytes),
    () => copyOutVec(io, ars, bytes),
    () => zeroOutVec(io, ars, bytes.length),
    () => io.copyInTo(ars, new BlockSeqWriter(blocksOf([enough]))),
    () => io.copyOutFrom(ars, new BlockSeqReader(blocksOf([enough]))),
    () => io.swapUint32(addr & -4n, 0x01020304),
    () => io.compareAndSwapUint32(addr & -4n, 0x01020304, 5),
    () => io.loadUint32(addr & -4n),
  ];
  return [outcome(random.pick(operations), {}), bytes, enough];
}

test("MMapIO does what a BytesIO of the same bytes does, safe or not", () => {
  using m = MMap.anonymous(PAGE);
  // Behind its end there is memory that it must not reach.
  const part = m.slice(16, 48);
  const [direct, safe] = bothOf(part);
  withRandom(1000, (random) => {
    const bytes = Uint8Array.from({ length: 32 }, () => random.below(256));
    const seed = random.below(2 ** 31);
    for (const io of [direct, safe]) {
      m.bytes.fill(99);
      part.bytes.set(bytes);
      const model = new BytesIO(bytes.slice());
      for (const step of [0, 1, 2]) {
        assertEquals(
          operate(io, new Random(seed + step)),
          operate(model, new Random(seed + step)),
        );
      }
      assertEquals(part.bytes.slice(), model.bytes);
      assertEquals(m.bytes.subarray(48).every((byte) => byte === 99), true);
    }
    return 6;
  });
});

test("MMapIO throws EFAULT where the file was cut, with the count, if it is safe", () => {
  using m = MMap.memfd("cut", 2 * PAGE);
  const io = new MMapIO(m.slice(1), { safe: true });
  m.bytes.fill(7);
  ftruncate(m.fd, 1);
  // The first page's rest is there, and zero.
  const before = PAGE - 1 - 3;
  const dst = new Uint8Array(10);
  const partly = { n: 3, err: "EFAULT" };
  assertEquals(outcome(() => io.copyIn(BigInt(before), dst), {}), partly);
  assertEquals(outcome(() => io.copyOut(BigInt(before), dst), {}), partly);
  assertEquals(outcome(() => io.zeroOut(BigInt(before), 10), {}), partly);
  assertEquals(outcome(() => io.swapUint32(BigInt(PAGE + 3), 1), {}), FAULT);
  assertEquals(outcome(() => io.loadUint32(BigInt(PAGE + 3)), {}), FAULT);
  const ars = AddrRangeSeq.from([
    rangeOf([0, 4]),
    rangeOf([before, before + 5]),
    rangeOf([0, 1]),
  ]);
  const all = new BlockSeqWriter(blocksOf([new Uint8Array(10)]));
  const wanted = { n: 7, err: "EFAULT" };
  assertEquals(outcome(() => copyInVec(io, ars, dst), {}), wanted);
  assertEquals(outcome(() => copyOutVec(io, ars, dst), {}), wanted);
  assertEquals(outcome(() => io.copyInTo(ars, all), {}), wanted);
});

for (const [mode, end] of [["safe", "alive"], ["direct", "SIGBUS"]] as const) {
  Deno.test({
    name:
      `a process whose file is cut ends as it must (${end}): ${mode} MMapIO`,
    // The emulator's own reading of signals is not what is tested.
    ignore: Deno.build.os !== "linux" || isQemu,
    fn: async () => {
      const [program, ...words] = denoCommand;
      const script = new URL("_mmap_io_scene.ts", import.meta.url).pathname;
      const { signal, stdout } = await new Deno.Command(program, {
        args: [...words, "run", "--no-check", "--allow-ffi", script, mode],
        signal: AbortSignal.timeout(60_000),
      }).output();
      assertEquals(signal ?? "alive", end);
      const told = [6, 6, 0, 5, 0, 0].map((n) => ({ n, err: "EFAULT" }));
      assertEquals(
        new TextDecoder().decode(stdout),
        end === "alive" ? JSON.stringify(told) : "",
      );
    },
  });
}

test("MMapIO writes to a page that may only be read if it is told so, and not otherwise", () => {
  using m = MMap.anonymous(PAGE);
  m.protect(PROT_READ);
  const bytes = new Uint8Array([1, 2]);
  const safe = new MMapIO(m, { safe: true });
  assertEquals(outcome(() => safe.copyOut(5n, bytes), {}), FAULT);
  assertEquals(outcome(() => safe.swapUint32(4n, 1), {}), FAULT);
  assertEquals(safe.loadUint32(4n), 0);
  for (const io of bothOf(m)) {
    bytes[0]!++;
    assertEquals(io.copyOut(5n, bytes, { ignorePermissions: true }), 2);
    assertEquals(m.bytes[5], bytes[0]);
  }
});

test("MMapIO has nothing once the mapping is unmapped, whoever has its place", () => {
  const m = MMap.anonymous(PAGE);
  const { address } = m;
  const both = bothOf(m);
  const first = m.slice(0, 8);
  for (const io of both) assertEquals(io.copyOut(0n, new Uint8Array(8)), 8);
  m.unmap();
  const flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
  const next = mmap(address, PAGE, PROT_RDWR, flags, -1, 0);
  assertEquals(next.address, address);
  for (const io of [...both, ...bothOf(first)]) {
    assertEquals(outcome(() => io.copyIn(0n, new Uint8Array(8)), {}), FAULT);
    assertEquals(outcome(() => io.loadUint32(0n), {}), FAULT);
    assertEquals(outcome(() => io.loadUint32(address), {}), FAULT);
    assertEquals(io.copyIn(5n, new Uint8Array(0)), 0);
  }
  munmap(next.data);
});

test("MMapIO follows a mapping that changes its length", () => {
  using m = MMap.memfd("grows", PAGE);
  for (const io of bothOf(m)) {
    m.resize(PAGE);
    assertEquals(outcome(() => io.zeroOut(BigInt(PAGE), 1), {}), FAULT);
    m.resize(3 * PAGE);
    assertEquals(io.copyOut(BigInt(2 * PAGE), new Uint8Array([9])), 1);
    assertEquals(m.bytes[2 * PAGE], 9);
  }
});

test("MMapIO operates on words that another mapping shares", () => {
  const path = Deno.makeTempFileSync();
  try {
    const options = { mode: "readwrite", size: 16 } as const;
    using one = MMap.open(path, options);
    using other = MMap.open(path, options);
    const [direct, safe] = bothOf(one);
    const [there] = bothOf(other);
    assertEquals(direct.swapUint32(4n, 5), 0);
    assertEquals(there.compareAndSwapUint32(4n, 5, 0xffff_ffff), 5);
    assertEquals(safe.compareAndSwapUint32(4n, 5, 6), 0xffff_ffff);
    assertEquals(safe.swapUint32(4n, 7), 0xffff_ffff);
    assertEquals(direct.loadUint32(4n), 7);
    one.sync(MS_SYNC);
    assertEquals(Deno.readFileSync(path)[4], 7);
  } finally {
    Deno.removeSync(path);
  }
});

test("MMapIO throws EFAULT on a word that is not aligned in memory", () => {
  using m = MMap.anonymous(PAGE);
  for (const io of bothOf(m.slice(1))) {
    assertEquals(outcome(() => io.swapUint32(0n, 1), {}), FAULT);
    assertEquals(outcome(() => io.compareAndSwapUint32(4n, 0, 1), {}), FAULT);
    assertEquals(outcome(() => io.loadUint32(1n), {}), FAULT);
    assertEquals(io.swapUint32(3n, 1), 0);
    assertEquals(io.swapUint32(3n, 0), 1);
  }
});

test("MMapIO throws RangeError on what is not a count or a word", () => {
  using m = MMap.anonymous(PAGE);
  for (const io of bothOf(m)) {
    for (const n of [-1, 0.5, NaN]) {
      assertThrows(() => io.zeroOut(0n, n), RangeError);
      assertThrows(() => io.swapUint32(0n, n), RangeError);
    }
  }
});

test("MMapIO.close() leaves no descriptor open, and the mapping usable", () => {
  using m = MMap.anonymous(PAGE);
  const many = AddrRangeSeq.from(
    Array.from({ length: 9 }, () => rangeOf([1, 2])),
  );
  const io = new MMapIO(m, { safe: true });
  assertNoFdLeak(() => {
    for (let i = 0; i < 2; i++) {
      assertEquals(copyOutVec(io, many, new Uint8Array(9).fill(5)), 9);
      io.close();
      io.close();
    }
  });
  assertEquals(m.bytes[1], 5);
});
