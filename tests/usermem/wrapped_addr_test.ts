import { assertEquals } from "@std/assert";
import { MMap } from "../../mmap/mod.ts";
import {
  addLength,
  type Addr,
  AddrRange,
  AddrRangeSeq,
  BytesIO,
  cacheLineRoundDown,
  cacheLineRoundUp,
  copyInt32StringInVec,
  copyObjectIn,
  copyObjectOut,
  copyStringIn,
  hugePageOffset,
  hugeRoundDown,
  hugeRoundUp,
  type IO,
  type IOOpts,
  IOReadWriter,
  iovecsIOSequence,
  isHugePageAligned,
  isPageAligned,
  MMapIO,
  mustRoundUp,
  mustToRange,
  pageOffset,
  ProcessIO,
  readCString,
  roundDown,
  roundUp,
  toRange,
} from "../../usermem/mod.ts";
import { BlockSeqReader, BlockSeqWriter } from "../../usermem/safemem/mod.ts";
import { blocksOf, outcome } from "./_case.ts";
import { test } from "./_process_io.ts";

/** Multiples of 2^64, which change no address. */
const TURNS = [2n ** 64n, -(2n ** 64n), 2n ** 70n, -3n * 2n ** 64n];

/** What each function makes of an address of the bytes `1`, `2`, …, `8`. */
function accesses(io: IO, addr: Addr, opts: IOOpts): unknown[] {
  const bytes = new Uint8Array(4);
  const ars = AddrRangeSeq.of(new AddrRange(addr, addr + 4n));
  const few = () => blocksOf([new Uint8Array([1, 2])]);
  const cursor = new IOReadWriter(io, addr, opts);
  const wanted = { a: "u16", b: "u16" } as const;
  return [
    outcome(() => io.copyIn(addr, bytes, opts), {}),
    outcome(() => cursor.read(new Uint8Array(2)), {}),
    cursor.addr,
    outcome(() => io.copyOut(addr, bytes, opts), {}),
    outcome(() => io.copyInTo(ars, new BlockSeqWriter(few()), opts), {}),
    outcome(() => io.copyOutFrom(ars, new BlockSeqReader(few()), opts), {}),
    outcome(() => io.zeroOut(addr + 4n, 4, opts), {}),
    outcome(() => io.loadUint32(addr, opts), {}),
    outcome(() => io.swapUint32(addr, 0x30, opts), {}),
    outcome(() => io.compareAndSwapUint32(addr, 0x30, 0x3131, opts), {}),
    outcome(() => copyStringIn(io, addr, 8, opts).length, {}),
    outcome(() => copyInt32StringInVec(io, ars, new Int32Array(1), opts), {}),
    outcome(() => copyObjectIn(io, addr, wanted, opts).a, {}),
    outcome(
      () => copyObjectOut(io, addr, wanted, { a: 1, b: 2 }, opts),
      {},
    ),
    outcome(() => iovecsIOSequence(io, addr, 0, opts).numBytes, {}),
    bytes,
  ];
}

test("every IO takes an address for its low 64 bits", () => {
  using m = MMap.anonymous(4096);
  using process = ProcessIO.self();
  using touching = new MMapIO(m);
  using safe = new MMapIO(m, { safe: true });
  const all: [IO, Addr, IOOpts?][] = [
    [new BytesIO(m.bytes), 0n],
    [touching, 8n],
    [safe, 8n],
    [process, m.address],
    [process, m.address, { ignorePermissions: true }],
    // Nothing is there.
    [new BytesIO(m.bytes), 4096n],
    [safe, 2n ** 64n - 4n],
    [process, 0n],
    [process, 2n ** 64n - 4n],
  ];
  const fresh = new Uint8Array([0x31, 2, 3, 4, 5, 6, 7, 8]);
  for (const [io, addr, opts = {}] of all) {
    const turned = [0n, ...TURNS].map((turn) => {
      for (const at of [0, 8]) m.bytes.set(fresh, at);
      return accesses(io, addr + turn, opts);
    });
    for (const results of turned) assertEquals(results, turned[0]);
  }
});

test("readCString() takes an address for its low 64 bits", () => {
  using m = MMap.anonymous(4096);
  m.bytes.set(new TextEncoder().encode("text"));
  for (const turn of TURNS) assertEquals(readCString(m.address + turn), "text");
});

Deno.test("ranges and roundings take an address for its low 64 bits", () => {
  const range = new AddrRange(0x1000n, 0x3000n);
  const functions: ((addr: Addr) => unknown)[] = [
    (addr) => `${new AddrRange(addr, addr + 1n)}`,
    (addr) => range.contains(addr),
    (addr) => range.canSplitAt(addr),
    (addr) => addLength(addr, 5),
    (addr) => `${toRange(addr, 5)}`,
    (addr) => outcome(() => Number(mustToRange(addr, 5).length), {}),
    (addr) => outcome(() => Number(mustRoundUp(addr)), {}),
    ...[roundDown, roundUp, hugeRoundDown, hugeRoundUp, pageOffset],
    ...[hugePageOffset, isPageAligned, isHugePageAligned],
    ...[cacheLineRoundDown, cacheLineRoundUp],
  ];
  for (const call of functions) {
    for (const addr of [0n, 0x1000n, 0x1001n, 0x3000n, 2n ** 63n]) {
      for (const turn of TURNS) {
        assertEquals(call(addr + turn), call(addr), `${call} of ${addr}`);
      }
    }
    assertEquals(call(-4096n), call(2n ** 64n - 4096n));
  }
});
