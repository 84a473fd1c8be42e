/**
 * `usermem` compared with `Uint8Array.set`, and with the same calls in C.
 *
 * The ways of a table take turns; times are medians, and a ratio is the median
 * of the rounds' ratios. Needs a C compiler and, where ptrace(2) is restricted,
 * root, since one table measures the memory of another process.
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
import { type Contest, fitted, hold, loop, type Way } from "./_contest.ts";
import { bytesPerCall } from "./_usermem_allocations.ts";
import { CProgram } from "./_usermem_c.ts";

const ROUNDS = 41;
const RANGES = 1024;
const RANGE_SIZE = 64;
/** The longest distance between two ranges. */
const STEP = 4096;
const KIB = 1024;
const MIB = 1024 * KIB;

/** The ways and targets of a table. */
type Table = Omit<Contest, "title">;

function bytesTable(size: number): Table {
  const memory = new Uint8Array(4 * size + 64);
  // At another offset in a page, and in a cache line.
  const at = size + 192;
  const addr = BigInt(at);
  const io = new BytesIO(memory);
  const bytes = new Uint8Array(size);
  const whole = new BytesIO(new Uint8Array(size));
  const ways = [
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
    },
  ];
  return {
    ways,
    targets: [
      { name: "BytesIO.copyIn of a part", of: "set of a part", atMost: 1.2 },
      { name: "BytesIO.copyIn of all", of: "set of all", atMost: 1.2 },
      { name: "BytesIO.copyOut to a part", of: "set into a part", atMost: 1.2 },
    ],
  };
}

function processTable(c: CProgram, size: number, atMost?: number): Table {
  const memory = new Uint8Array(size).fill(1);
  const addr = addressOf(memory);
  const bytes = new Uint8Array(size);
  const others = new Uint8Array(size).fill(2);
  const io = ProcessIO.self();
  const ways = [
    {
      name: "C process_vm_readv",
      run: fitted((times) => c.run("in", size, times)),
    },
    {
      name: "ProcessIO.copyIn",
      run: loop((times) => {
        for (let i = 0; i < times; i++) io.copyIn(addr, bytes);
      }),
    },
    {
      name: "C process_vm_writev",
      run: fitted((times) => c.run("out", size, times)),
    },
    {
      name: "ProcessIO.copyOut",
      run: loop((times) => {
        for (let i = 0; i < times; i++) io.copyOut(addr, others);
        // Keeps the memory alive, of which the call has only the address.
        if (memory[0] !== 2) throw new Error("nothing was copied");
      }),
    },
  ];
  const bound = atMost === undefined ? {} : { atMost };
  return {
    ways,
    targets: [
      { name: "ProcessIO.copyIn", of: "C process_vm_readv", ...bound },
      { name: "ProcessIO.copyOut", of: "C process_vm_writev", ...bound },
    ],
  };
}

/** Compares ways to read 1024 ranges of a process's memory. */
function vectorTable(
  c: CProgram,
  io: ProcessIO,
  addr: bigint,
  step: number,
): Table {
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
  const ways = [
    {
      name: "C, one call for all",
      run: fitted((times) => c.run("vector", step, times, ...target)),
    },
    {
      name: "C, one call for each",
      run: fitted((times) => c.run("each", step, times, ...target)),
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
    },
  ];
  return {
    ways,
    targets: [{ name: "copyInVec", of: "copyIn for each", atLeast: 4 }],
  };
}

/** Compares access to a mapping with and without protection from faults. */
function safetyTable(m: MMap, runs: (io: IO) => Way["run"]): Table {
  return {
    ways: [
      { name: "MMapIO", run: runs(new MMapIO(m)) },
      { name: "MMapIO, safe", run: runs(new MMapIO(m, { safe: true })) },
    ],
    targets: [],
  };
}

function mappingTable(m: MMap, size: number): Table {
  const bytes = new Uint8Array(size);
  return safetyTable(m, (io) =>
    loop((times) => {
      for (let i = 0; i < times; i++) io.copyIn(64n, bytes);
    }));
}

function wordTable(m: MMap): Table {
  return safetyTable(m, (io) =>
    loop((times) => {
      for (let i = 0; i < times; i++) io.loadUint32(64n);
    }));
}

function distance(step: number): string {
  return step < KIB ? `${step} B` : `${step / KIB} KiB`;
}

/** Prints the bytes that a call allocates, by the number of ranges. */
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
  let isGood = true;
  const compare = async (title: string, table: Table): Promise<void> => {
    isGood = await hold({ title, ...table }, ROUNDS) && isGood;
  };
  await using c = await CProgram.compile();
  for (const size of [4 * KIB, 64 * KIB]) {
    await compare(`BytesIO: ${size / KIB} KiB`, bytesTable(size));
  }
  const sizes: [string, number, atMost?: number][] = [
    ["64 B", 64],
    ["4 KiB", 4 * KIB, 1.5],
    ["1 MiB", MIB, 1.1],
  ];
  for (const [name, size, atMost] of sizes) {
    await compare(`ProcessIO: ${name}`, processTable(c, size, atMost));
  }
  const memory = new Uint8Array(RANGES * STEP).fill(1);
  await using target = c.start(RANGES * STEP);
  for (const step of [128, KIB, STEP]) {
    const title = `${RANGES} ranges of ${RANGE_SIZE} B, ${
      distance(step)
    } apart`;
    using self = ProcessIO.self();
    await compare(
      `${title}: this process`,
      vectorTable(c, self, addressOf(memory), step),
    );
    using other = ProcessIO.of(target.pid);
    await compare(
      `${title}: another process`,
      vectorTable(c, other, await target.address, step),
    );
  }
  if (memory[0] !== 1) throw new Error("the memory did not live as long");
  using m = MMap.memfd("bench", MIB);
  m.bytes.fill(1);
  for (const [name, size] of sizes.slice(0, 2)) {
    await compare(`MMapIO.copyIn: ${name}`, mappingTable(m, size));
  }
  await compare("MMapIO.loadUint32", wordTable(m));
  await allocations();
  return isGood ? 0 : 1;
}

if (import.meta.main) main().then(Deno.exit);
