/**
 * `usermem` against bare `Uint8Array.set`, and against the same calls in C.
 *
 * The ways of a table take turns, in all rounds; times are medians, and a ratio
 * is the median of the rounds' ratios. Needs a C compiler and, where ptrace(2) is
 * restricted, root: one table is about the memory of another process.
 *
 * ```sh
 * deno run --allow-all benches/usermem_bench.ts
 * ```
 *
 * Exits with 1 if a ratio misses its limit.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- a benchmark prints

import { addressOf } from "@hostkit/hostkit/ffi";
import { MMap } from "@hostkit/hostkit/mmap";
import {
  AddrRange,
  AddrRangeSeq,
  BytesIO,
  copyInVec,
  type IO,
  MMapIO,
  ProcessIO,
} from "@hostkit/hostkit/usermem";
import { bytesPerCall } from "./_usermem_allocations.ts";
import { CProgram } from "./_usermem_c.ts";
import { compare, type Limit, loop, type Way } from "./_usermem_contest.ts";

const RANGES = 1024;
const RANGE_SIZE = 64;
/** The longest way between two ranges, and so what all of them span. */
const STEP = 4096;
const KIB = 1024;
const MIB = 1024 * KIB;

function bytesWays(size: number): Way[] {
  const memory = new Uint8Array(4 * size + 64);
  // Neither the same part of a page, nor of a cache line.
  const at = size + 192;
  const addr = BigInt(at);
  const io = new BytesIO(memory);
  const bytes = new Uint8Array(size);
  const whole = new BytesIO(new Uint8Array(size));
  const limit = ["at most", 1.2] as const;
  return [
    {
      name: "set of a part",
      run: loop((times) => {
        for (let i = 0; i < times; i++) {
          bytes.set(memory.subarray(at, at + size));
        }
      }),
    },
    {
      name: "BytesIO.copyIn of a part",
      run: loop((times) => {
        for (let i = 0; i < times; i++) io.copyIn(addr, bytes);
      }),
      against: "set of a part",
      limit,
    },
    {
      name: "set of all",
      run: loop((times) => {
        for (let i = 0; i < times; i++) bytes.set(whole.bytes);
      }),
    },
    {
      name: "BytesIO.copyIn of all",
      run: loop((times) => {
        for (let i = 0; i < times; i++) whole.copyIn(0n, bytes);
      }),
      against: "set of all",
      limit,
    },
    {
      name: "set into a part",
      run: loop((times) => {
        for (let i = 0; i < times; i++) memory.set(bytes, at);
      }),
    },
    {
      name: "BytesIO.copyOut to a part",
      run: loop((times) => {
        for (let i = 0; i < times; i++) io.copyOut(addr, bytes);
      }),
      against: "set into a part",
      limit,
    },
  ];
}

function processWays(c: CProgram, size: number, limit?: Limit): Way[] {
  const memory = new Uint8Array(size).fill(1);
  const addr = addressOf(memory);
  const bytes = new Uint8Array(size);
  const others = new Uint8Array(size).fill(2);
  const io = ProcessIO.self();
  return [
    { name: "C process_vm_readv", run: (times) => c.run("in", size, times) },
    {
      name: "ProcessIO.copyIn",
      run: loop((times) => {
        for (let i = 0; i < times; i++) io.copyIn(addr, bytes);
      }),
      against: "C process_vm_readv",
      ...limit && { limit },
    },
    { name: "C process_vm_writev", run: (times) => c.run("out", size, times) },
    {
      name: "ProcessIO.copyOut",
      run: loop((times) => {
        for (let i = 0; i < times; i++) io.copyOut(addr, others);
        // What only its address tells of must live as long.
        if (memory[0] !== 2) throw new Error("nothing was copied");
      }),
      against: "C process_vm_writev",
      ...limit && { limit },
    },
  ];
}

/** The ways to read 1024 ranges of a process's memory. */
function vectorWays(
  c: CProgram,
  io: ProcessIO,
  addr: bigint,
  step: number,
): Way[] {
  const target = io.pid === Deno.pid ? [] : [io.pid, addr];
  const places = Array.from(
    { length: RANGES },
    (_, i) => addr + BigInt(i * step),
  );
  const ars = AddrRangeSeq.from(
    places.map((place) => new AddrRange(place, place + BigInt(RANGE_SIZE))),
  );
  const bytes = new Uint8Array(RANGES * RANGE_SIZE);
  const views = places.map((_, i) =>
    bytes.subarray(i * RANGE_SIZE, (i + 1) * RANGE_SIZE)
  );
  return [
    {
      name: "C, one call for all",
      run: (times) => c.run("vector", step, times, ...target),
    },
    {
      name: "C, one call for each",
      run: (times) => c.run("each", step, times, ...target),
      against: "C, one call for all",
    },
    {
      name: "copyInVec",
      run: loop((times) => {
        for (let i = 0; i < times; i++) copyInVec(io, ars, bytes);
      }),
    },
    {
      name: "copyIn for each",
      run: loop((times) => {
        for (let i = 0; i < times; i++) {
          for (let k = 0; k < RANGES; k++) io.copyIn(places[k]!, views[k]!);
        }
      }),
      against: "copyInVec",
      limit: ["at least", 4],
    },
  ];
}

function mappingWays(m: MMap, size: number): Way[] {
  const bytes = new Uint8Array(size);
  const way = (name: string, io: IO): Way => ({
    name,
    run: loop((times) => {
      for (let i = 0; i < times; i++) io.copyIn(64n, bytes);
    }),
    against: "MMapIO",
  });
  return [
    way("MMapIO", new MMapIO(m)),
    way("MMapIO, safe", new MMapIO(m, { safe: true })),
  ];
}

function wordWays(m: MMap): Way[] {
  const way = (name: string, io: IO): Way => ({
    name,
    run: loop((times) => {
      for (let i = 0; i < times; i++) io.loadUint32(64n);
    }),
    against: "MMapIO",
  });
  return [
    way("MMapIO", new MMapIO(m)),
    way("MMapIO, safe", new MMapIO(m, { safe: true })),
  ];
}

function distance(step: number): string {
  return step < KIB ? `${step} B` : `${step / KIB} KiB`;
}

/** Prints what dropping and taking allocate, however long the sequence is. */
async function allocations(): Promise<void> {
  console.log("\nAddrRangeSeq: bytes allocated by a call, by number of ranges");
  for (const [call, sizes] of Object.entries(await bytesPerCall())) {
    const cells = Object.entries(sizes).map(([ranges, bytes]) =>
      `${bytes.toFixed(0).padStart(10)} B of ${ranges}`
    );
    console.log(call.padEnd(26) + cells.join(""));
  }
}

async function main(): Promise<number> {
  const results: boolean[] = [];
  const table = (title: string, ways: readonly Way[]): void => {
    results.push(compare(title, ways));
  };
  await using c = await CProgram.compile();
  for (const size of [4 * KIB, 64 * KIB]) {
    table(`BytesIO: ${size / KIB} KiB`, bytesWays(size));
  }
  const sizes: [string, number, Limit | undefined][] = [
    ["64 B", 64, undefined],
    ["4 KiB", 4 * KIB, ["at most", 1.5]],
    ["1 MiB", MIB, ["at most", 1.1]],
  ];
  for (const [name, size, limit] of sizes) {
    table(`ProcessIO: ${name}`, processWays(c, size, limit));
  }
  const memory = new Uint8Array(RANGES * STEP).fill(1);
  await using target = c.start(RANGES * STEP);
  for (const step of [128, KIB, STEP]) {
    const title = `${RANGES} ranges of ${RANGE_SIZE} B, ${
      distance(step)
    } apart`;
    using self = ProcessIO.self();
    table(
      `${title}: this process`,
      vectorWays(c, self, addressOf(memory), step),
    );
    using other = ProcessIO.of(target.pid);
    table(
      `${title}: another process`,
      vectorWays(c, other, await target.address, step),
    );
  }
  if (memory[0] !== 1) throw new Error("the memory did not live as long");
  using m = MMap.memfd("bench", MIB);
  m.bytes.fill(1);
  for (const [name, size] of sizes.slice(0, 2)) {
    table(`MMapIO.copyIn: ${name}`, mappingWays(m, size));
  }
  table("MMapIO.loadUint32", wordWays(m));
  await allocations();
  return results.includes(false) ? 1 : 0;
}

if (import.meta.main) main().then(Deno.exit);
