/**
 * `posix` against the same calls in C, and against the runtime's own.
 *
 * C runs before and after each of ours, so that a busy machine is busy for
 * both; of each, the best run counts.
 *
 * ```sh
 * deno run --allow-all benches/posix_bench.ts
 * ```
 *
 * @module
 */

// deno-lint-ignore-file no-console -- a benchmark prints

import { fstatSync, openSync } from "node:fs";
import * as posix from "@hostkit/hostkit/posix";

const ROUNDS = 20_000;
const RUNS = 7;

/** More than this many times C is too slow. */
const LIMIT = 2;

const PROGRAM = `
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv) {
  struct stat st;
  struct timespec from, to;
  int rounds = atoi(argv[2]), fd = open("/dev/zero", O_RDONLY);
  clock_gettime(CLOCK_MONOTONIC, &from);
  if (strcmp(argv[1], "fstat") == 0)
    for (int i = 0; i < rounds; i++) fstat(fd, &st);
  else if (strcmp(argv[1], "memfd") == 0)
    for (int i = 0; i < rounds; i++) close(memfd_create("bench", 0));
  else
    for (int i = 0; i < rounds; i++)
      munmap(mmap(0, 4096, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 4096);
  clock_gettime(CLOCK_MONOTONIC, &to);
  printf("%f\\n", ((to.tv_sec - from.tv_sec) * 1e9 +
                   (to.tv_nsec - from.tv_nsec)) / rounds);
}
`;

// Node's calls know only what they opened.
const fd = openSync("/dev/zero", "r");
const flags = posix.MAP_PRIVATE | posix.MAP_ANONYMOUS;

interface Contest {
  readonly name: string;
  /** What the C program is told to do. */
  readonly c: string;
  readonly ours: () => void;
  /** What the runtime has for it. */
  readonly others?: Readonly<Record<string, () => void>>;
}

function contests(file: Deno.FsFile): Contest[] {
  return [
    {
      name: "fstat",
      c: "fstat",
      ours: () => void posix.fstat(fd),
      others: {
        "Deno.FsFile.statSync": () => void file.statSync(),
        "node:fs fstatSync": () => void fstatSync(fd),
        "node:fs fstatSync, bigint": () => void fstatSync(fd, { bigint: true }),
      },
    },
    {
      name: "memfdCreate + close",
      c: "memfd",
      ours: () => posix.close(posix.memfdCreate("bench", 0)),
    },
    {
      name: "mmap + munmap",
      c: "mmap",
      ours() {
        const { data } = posix.mmap(null, 4096, posix.PROT_RDWR, flags, -1, 0);
        posix.munmap(data);
      },
    },
  ];
}

/** Returns nanoseconds per call. */
function time(call: () => void): number {
  const start = performance.now();
  for (let i = 0; i < ROUNDS; i++) call();
  return (performance.now() - start) * 1e6 / ROUNDS;
}

async function run(program: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    signal: AbortSignal.timeout(60_000),
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

function row(name: string, ns: number, remark: string): void {
  console.log(`${name.padEnd(28)} ${ns.toFixed(0).padStart(7)} ns  ${remark}`);
}

/** Prints a contest, and returns whether ours is fast enough. */
async function hold(contest: Contest, program: string): Promise<boolean> {
  const { name, c, ours, others = {} } = contest;
  let theirs = Infinity;
  let mine = Infinity;
  for (let i = 0; i < RUNS; i++) {
    theirs = Math.min(theirs, Number(await run(program, c, `${ROUNDS}`)));
    mine = Math.min(mine, time(ours));
  }
  const times = mine / theirs;
  row(`C ${c}`, theirs, "");
  row(name, mine, `${times.toFixed(2)} times C, at most ${LIMIT}`);
  let fastEnough = times <= LIMIT;
  for (const [other, call] of Object.entries(others)) {
    const best = Math.min(...Array.from({ length: RUNS }, () => time(call)));
    row(other, best, `${(best / mine).toFixed(2)} times ours`);
    fastEnough &&= mine < best;
  }
  return fastEnough;
}

async function main(): Promise<number> {
  const directory = await Deno.makeTempDir();
  using file = await Deno.open("/dev/zero");
  try {
    const program = `${directory}/bench`;
    await Deno.writeTextFile(`${program}.c`, PROGRAM);
    await run("cc", "-O2", "-o", program, `${program}.c`);
    let fastEnough = true;
    for (const contest of contests(file)) {
      fastEnough = await hold(contest, program) && fastEnough;
    }
    return fastEnough ? 0 : 1;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

if (import.meta.main) main().then(Deno.exit);
