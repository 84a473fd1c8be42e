/**
 * Reads and searches of a large file of numbers.
 *
 * @module
 */

import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { HostFd } from "@hostkit/hostkit/hostfd";
import { MMap } from "@hostkit/hostkit/mmap";
import { LARGEST_PART, summing } from "../tests/_support/wasm_sum.ts";
import { runSync } from "./_child.ts";
import { type Contest, time, type Way } from "./_contest.ts";
import type { MmapIo } from "./_mmap_io.ts";

const RANDOM_READS = 200_000;
const STEP = 64 * 1024;
const NEEDLE = "needle in the haystack";

/** A file of numbers, and the expected results. */
export interface Haystack {
  readonly path: string;
  /** Its size in bytes. */
  readonly size: number;
  /** The sum of the numbers. */
  readonly sum: number;
  /** The sum of the bytes. */
  readonly byteSum: number;
}

/** Writes a file of small integers that ends with the needle. */
export function makeHaystack(path: string, size: number): Haystack {
  using m = MMap.open(path, { mode: "readwrite", create: true, size });
  const numbers = m.as(Float64Array);
  for (let i = 0; i < numbers.length; i++) numbers[i] = i % 1000;
  m.slice(-NEEDLE.length).bytes.set(new TextEncoder().encode(NEEDLE));
  const { bytes } = m;
  let byteSum = 0;
  for (let i = 0; i < size; i++) byteSum += bytes[i]!;
  return { path, size, sum: sumOf(numbers), byteSum };
}

function sumOf(numbers: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += numbers[i]!;
  return sum;
}

/** Sums the numbers that `read` puts into a buffer, piece by piece. */
function sumSteps(read: (bytes: Uint8Array) => number | null): number {
  const bytes = new Uint8Array(STEP);
  let sum = 0;
  for (let n; (n = read(bytes));) {
    sum += sumOf(new Float64Array(bytes.buffer, 0, n / 8));
  }
  return sum;
}

function check(sum: number, expected: number): void {
  if (sum !== expected) throw new Error(`${sum} is not ${expected}`);
}

/** Frees memory now, so that it is not freed during the turn of another way. */
function free(buffer: ArrayBuffer): void {
  buffer.transfer(0);
}

/** Compares ways to sum the file's numbers. */
export function sums(
  { path, sum: expected, size }: Haystack,
  c: string,
  mmapIo: MmapIo | undefined,
): Contest {
  const ways: Way[] = [
    { name: "C, -O2", run: () => parseFloat(runSync([c, "sum", path, "0"])) },
    {
      name: "MMap",
      run: () =>
        time(() => {
          using m = MMap.open(path);
          check(sumOf(m.as(Float64Array)), expected);
        }),
    },
    {
      name: "Deno.readFileSync",
      run: () =>
        time(() => {
          const { buffer } = Deno.readFileSync(path);
          check(sumOf(new Float64Array(buffer)), expected);
          free(buffer);
        }),
    },
    {
      name: "Deno.FsFile.readSync, 64 KiB",
      run: () =>
        time(() => {
          using file = Deno.openSync(path);
          sumSteps((bytes) => file.readSync(bytes));
        }),
    },
    {
      name: "node:fs readSync, 64 KiB",
      run: () =>
        time(() => {
          const fd = openSync(path, "r");
          sumSteps((bytes) => readSync(fd, bytes));
          closeSync(fd);
        }),
    },
  ];
  if (mmapIo !== undefined) {
    ways.push({ name: "mmap-io in Node", run: () => mmapIo.sum(path) });
  }
  return {
    title: `Sum of ${size / 2 ** 20} MiB of float64`,
    ways,
    targets: [{ name: "MMap", of: "C, -O2", atMost: 1.1 }],
  };
}

/** Compares sums of the file's bytes with vector instructions. */
export function byteSums(
  { path, byteSum: expected, size }: Haystack,
  c: string,
  vectorised: string,
): Contest {
  const run = (program: string) => (): number => {
    const [ms, sum] = runSync([program, "bytes", path, "0"]).split(" ");
    check(Number(sum), expected);
    return Number(ms);
  };
  return {
    title: `Sum of ${size / 2 ** 20} MiB of bytes`,
    ways: [
      { name: "C, -O3 -march=native", run: run(vectorised) },
      { name: "C, -O2", run: run(c) },
      {
        name: "MMap.intoWasm, SIMD",
        run: () =>
          time(() => {
            using m = MMap.open(path, { mode: "readwrite" });
            const pages = Math.ceil(size / 65_536);
            const memory = new WebAssembly.Memory({
              initial: pages,
              maximum: pages,
              shared: true,
            });
            m.intoWasm(memory);
            const sum = summing(memory);
            let total = 0;
            for (let at = 0; at < size; at += LARGEST_PART) {
              total += sum(at, Math.min(at + LARGEST_PART, size));
            }
            check(total, expected);
          }),
      },
    ],
    targets: [{
      name: "MMap.intoWasm, SIMD",
      of: "C, -O3 -march=native",
      atMost: 1.3,
    }],
  };
}

/** Compares random reads of numbers. */
export function randomReads(
  { path, size }: Haystack,
  mmapIo: MmapIo | undefined,
): Contest {
  const places = Array.from(
    { length: RANDOM_READS },
    () => Math.floor(Math.random() * size / 8),
  );
  const bytes = new Uint8Array(8);
  const reads: Way[] = [
    {
      name: "Deno.FsFile seekSync and readSync",
      run: () =>
        time(() => {
          using file = Deno.openSync(path);
          for (const place of places) {
            file.seekSync(place * 8, Deno.SeekMode.Start);
            file.readSync(bytes);
          }
        }),
    },
    {
      name: "node:fs readSync with a position",
      run: () =>
        time(() => {
          const fd = openSync(path, "r");
          for (const place of places) readSync(fd, bytes, 0, 8, place * 8);
          closeSync(fd);
        }),
    },
    {
      name: "HostFd.readSync with a position",
      run: () =>
        time(() => {
          using file = HostFd.open(path);
          for (const place of places) file.readSync(bytes, place * 8);
        }),
    },
  ];
  const maps: Way[] = [{
    name: "MMap",
    run: () =>
      time(() => {
        using m = MMap.open(path);
        const numbers = m.as(Float64Array);
        let sum = 0;
        for (const place of places) sum += numbers[place]!;
        check(sum, sum);
      }),
  }];
  if (mmapIo !== undefined) {
    maps.push({
      name: "mmap-io in Node",
      run: () => mmapIo.readAt(path, RANDOM_READS),
    });
  }
  return {
    title: `${RANDOM_READS} random reads of 8 bytes in ${size / 2 ** 20} MiB`,
    ways: [...maps, ...reads],
    targets: reads.map(({ name }) => ({
      name: "MMap",
      of: name,
      atLeast: 3,
    })),
  };
}

/** Compares searches for the text at the end of the file. */
export function searches({ path, size }: Haystack): Contest {
  const at = size - NEEDLE.length;
  return {
    title: `Search in ${size / 2 ** 20} MiB`,
    ways: [
      {
        name: "MMap.indexOf",
        run: () =>
          time(() => {
            using m = MMap.open(path);
            check(m.indexOf(NEEDLE), at);
          }),
      },
      {
        name: "grep -c",
        run: () =>
          time(() => {
            const words = ["grep", "-c", "-a", NEEDLE, path];
            check(Number(runSync(words, { env: { LC_ALL: "C" } })), 1);
          }),
      },
      {
        name: "node:fs readFileSync, Buffer.indexOf",
        run: () =>
          time(() => {
            const bytes = readFileSync(path);
            check(bytes.indexOf(NEEDLE), at);
            free(bytes.buffer);
          }),
      },
    ],
    targets: [{ name: "MMap.indexOf", of: "grep -c", atMost: 1 }],
  };
}
