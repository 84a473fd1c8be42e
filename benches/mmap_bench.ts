/**
 * `mmap` against C, the runtime's ways to read a file, grep and a pipe.
 *
 * All take turns in one run, and of each the best turn counts. The file is in
 * the page cache. Its size in MiB may be given; a C compiler must be there.
 *
 * ```sh
 * deno run --allow-all benches/mmap_bench.ts 1024
 * ```
 *
 * @module
 */

// deno-lint-ignore-file no-console -- a benchmark prints

import { closeSync, openSync, readSync } from "node:fs";
import { MMap } from "@hostkit/hostkit/mmap";
import { futexWait, futexWake } from "@hostkit/hostkit/posix";

const MIB = 2 ** 20;
const TURNS = 3;
const RANDOM_READS = 200_000;
const MAPPINGS = 20_000;
const EXCHANGES = 20_000;
const STEP = 64 * 1024;
const NEEDLE = "needle in the haystack";

const PROGRAM = `
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void await_word(_Atomic int *word, int value) {
  int seen;
  while ((seen = *word) != value) syscall(SYS_futex, word, FUTEX_WAIT, seen, 0, 0, 0);
}

static void set_word(_Atomic int *word, int value) {
  *word = value;
  syscall(SYS_futex, word, FUTEX_WAKE, 1, 0, 0, 0);
}

int main(int argc, char **argv) {
  int rounds = atoi(argv[3]), fd = open(argv[2], O_RDONLY);
  struct stat st;
  fstat(fd, &st);
  double from, sum = 0;
  if (strcmp(argv[1], "sum") == 0) {
    from = now();
    double *d = mmap(0, st.st_size, PROT_READ, MAP_SHARED, fd, 0);
    for (long i = 0; i < st.st_size / 8; i++) sum += d[i];
    munmap(d, st.st_size);
  } else if (strcmp(argv[1], "map") == 0) {
    from = now();
    for (int i = 0; i < rounds; i++)
      munmap(mmap(0, 4096, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 4096);
  } else {
    _Atomic int *w = mmap(0, 4096, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int echo = fork() == 0;
    from = now();
    for (int i = 1; i <= rounds; i++) {
      if (echo) { await_word(w, i); set_word(w + 1, i); }
      else { set_word(w, i); await_word(w + 1, i); }
    }
    if (echo) return 0;
  }
  printf("%f %f\\n", now() - from, sum);
}
`;

/** One way to do what others do too; returns the time it took. */
interface Way {
  readonly name: string;
  readonly run: () => number;
}

function time(body: () => void): number {
  const start = performance.now();
  body();
  return performance.now() - start;
}

/** Runs a program to its end; returns its standard output. */
function output(program: string, ...args: string[]): string {
  const command = new Deno.Command(program, { args, stderr: "inherit" });
  const { success, stdout } = command.outputSync();
  if (!success) throw new Error(`${program} ${args.join(" ")} failed`);
  return new TextDecoder().decode(stdout);
}

function sumOf(numbers: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += numbers[i]!;
  return sum;
}

/** Sums a file that `read` brings into a buffer, step by step. */
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

function sums(path: string, c: string, expected: number): Way[] {
  return [
    { name: "C, -O2", run: () => parseFloat(output(c, "sum", path, "0")) },
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
}

function randomReads(path: string, size: number): Way[] {
  const places = Array.from(
    { length: RANDOM_READS },
    () => Math.floor(Math.random() * size / 8),
  );
  const number = new Float64Array(1);
  const bytes = new Uint8Array(number.buffer);
  return [
    {
      name: "MMap",
      run: () =>
        time(() => {
          using m = MMap.open(path);
          const numbers = m.as(Float64Array);
          let sum = 0;
          for (const place of places) sum += numbers[place]!;
          check(sum, sum);
        }),
    },
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
  ];
}

function searches(path: string): Way[] {
  return [
    {
      name: "MMap.indexOf",
      run: () =>
        time(() => {
          using m = MMap.open(path);
          if (m.indexOf(NEEDLE) !== m.length - NEEDLE.length) throw new Error();
        }),
    },
    {
      name: "grep -c",
      run: () => time(() => void output("grep", "-c", "-a", NEEDLE, path)),
    },
  ];
}

function mappings(c: string): Way[] {
  const count = String(MAPPINGS);
  return [
    { name: "C", run: () => parseFloat(output(c, "map", "/", count)) },
    {
      name: "MMap.anonymous and unmap",
      run: () =>
        time(() => {
          for (let i = 0; i < MAPPINGS; i++) MMap.anonymous(4096).unmap();
        }),
    },
  ];
}

/** Sets a word and wakes who waits for it. */
function set(words: Int32Array, index: number, value: number): void {
  Atomics.store(words, index, value);
  futexWake(words, index);
}

function awaitWord(words: Int32Array, index: number, value: number): void {
  for (let seen; (seen = Atomics.load(words, index)) !== value;) {
    if (futexWait(words, index, seen, 10_000) === "timed-out") {
      throw new Error("the other process does not answer");
    }
  }
}

/** What the other process of an exchange does. */
function echo(how: string, dir: string): void {
  if (how === "futex") {
    using m = MMap.open(`${dir}/words`, { mode: "readwrite" });
    const words = m.as(Int32Array);
    for (let i = 0; i <= EXCHANGES; i++) {
      awaitWord(words, 0, i + 1);
      set(words, 1, i + 1);
    }
  } else {
    using ping = Deno.openSync(`${dir}/ping`);
    using pong = Deno.openSync(`${dir}/pong`, { write: true });
    const byte = new Uint8Array(1);
    while (ping.readSync(byte) === 1) pong.writeSync(byte);
  }
}

function startEcho(how: string, dir: string): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", import.meta.url, "--echo", how, dir],
    signal: AbortSignal.timeout(60_000),
  }).spawn();
}

function exchanges(c: string, dir: string): Way[] {
  const count = String(EXCHANGES);
  return [
    { name: "C, futex", run: () => parseFloat(output(c, "echo", "/", count)) },
    {
      name: "MMap, futex",
      run: () => {
        const options = { mode: "readwrite", create: true, size: 8 } as const;
        using m = MMap.open(`${dir}/words`, options);
        const words = m.as(Int32Array);
        words.fill(0);
        startEcho("futex", dir).unref();
        // The first exchange waits for the process to start.
        const exchange = (i: number): void => {
          set(words, 0, i + 1);
          awaitWord(words, 1, i + 1);
        };
        exchange(0);
        return time(() => {
          for (let i = 1; i <= EXCHANGES; i++) exchange(i);
        });
      },
    },
    {
      name: "two pipes",
      run: () => {
        startEcho("pipe", dir).unref();
        using ping = Deno.openSync(`${dir}/ping`, { write: true });
        using pong = Deno.openSync(`${dir}/pong`);
        const byte = new Uint8Array(1);
        const exchange = (): void => {
          ping.writeSync(byte);
          pong.readSync(byte);
        };
        exchange();
        return time(() => {
          for (let i = 0; i < EXCHANGES; i++) exchange();
        });
      },
    },
  ];
}

/** Lets the ways take turns, and prints the best time of each. */
function compare(title: string, ways: readonly Way[]): void {
  const best = ways.map(() => Infinity);
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [i, way] of ways.entries()) {
      best[i] = Math.min(best[i]!, way.run());
    }
  }
  console.log(`\n${title}`);
  for (const [i, { name }] of ways.entries()) {
    const ratio = (best[i]! / best[0]!).toFixed(2);
    console.log(
      `${best[i]!.toFixed(1).padStart(10)} ms ${ratio.padStart(8)}  ${name}`,
    );
  }
}

/** Writes a file of small whole numbers that ends in the needle. */
function makeFile(path: string, size: number): number {
  using m = MMap.open(path, { mode: "readwrite", create: true, size });
  const numbers = m.as(Float64Array);
  for (let i = 0; i < numbers.length; i++) numbers[i] = i % 1000;
  m.slice(-NEEDLE.length).bytes.set(new TextEncoder().encode(NEEDLE));
  return sumOf(numbers);
}

function main(megabytes: string = "1024"): void {
  const size = Number(megabytes) * MIB;
  const dir = Deno.makeTempDirSync();
  try {
    const path = `${dir}/file`;
    const c = `${dir}/program`;
    Deno.writeTextFileSync(`${c}.c`, PROGRAM);
    output("cc", "-O2", "-o", c, `${c}.c`);
    output("mkfifo", `${dir}/ping`, `${dir}/pong`);
    const expected = makeFile(path, size);
    compare(`Sum of ${megabytes} MiB of float64`, sums(path, c, expected));
    compare(`${RANDOM_READS} random reads of 8 bytes`, randomReads(path, size));
    compare(`Search in ${megabytes} MiB`, searches(path));
    compare(`${MAPPINGS} times map and unmap`, mappings(c));
    compare(`${EXCHANGES} exchanges between processes`, exchanges(c, dir));
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}

if (import.meta.main) {
  const [first, how, dir] = Deno.args;
  if (first === "--echo") echo(how!, dir!);
  else main(first);
}
