/**
 * `mmap` compared with C, the runtime's ways to read a file, npm's `mmap-io`,
 * grep, pipes and sockets.
 *
 * All take turns in one run; times are medians, and a ratio is the median of
 * the rounds' ratios. The file is in the page cache. The arguments are its size
 * in MiB, the number of rounds, and a word to select titles. It needs a C
 * compiler, and exits with 1 if a target is missed.
 *
 * ```sh
 * deno run --allow-all benches/mmap_bench.ts 1024 7 float64
 * ```
 *
 * @module
 */

// deno-lint-ignore-file no-console -- a benchmark prints

import { MMap } from "@hostkit/hostkit/mmap";
import * as posix from "@hostkit/hostkit/posix";
import { runSync } from "./_child.ts";
import { type Contest, hold, time } from "./_contest.ts";
import { exchanges } from "./_mmap_exchanges.ts";
import { installMmapIo } from "./_mmap_io.ts";
import { PROGRAM } from "./_mmap_program.ts";
import {
  byteSums,
  makeHaystack,
  randomReads,
  searches,
  sums,
} from "./_mmap_reads.ts";

const MAPPINGS = 20_000;

/** Compares ways to map and unmap a page. */
function mappings(c: string): Contest {
  const flags = posix.MAP_PRIVATE | posix.MAP_ANONYMOUS;
  const words = [c, "map", "/", String(MAPPINGS)];
  return {
    title: `${MAPPINGS} times map and unmap`,
    ways: [
      { name: "C", run: () => parseFloat(runSync(words)) },
      {
        name: "MMap.anonymous and unmap",
        run: () =>
          time(() => {
            for (let i = 0; i < MAPPINGS; i++) MMap.anonymous(4096).unmap();
          }),
      },
      {
        name: "posix.mmap and munmap",
        run: () =>
          time(() => {
            for (let i = 0; i < MAPPINGS; i++) {
              const prot = posix.PROT_RDWR;
              posix.munmap(posix.mmap(null, 4096, prot, flags, -1, 0).data);
            }
          }),
      },
    ],
    targets: [],
  };
}

/** Compiles the C program with options; returns its path. */
function compile(dir: string, name: string, ...options: string[]): string {
  const program = `${dir}/${name}`;
  Deno.writeTextFileSync(`${program}.c`, PROGRAM);
  runSync(["cc", ...options, "-o", program, `${program}.c`]);
  return program;
}

async function run(
  dir: string,
  megabytes: number,
  rounds: number,
  word: string,
): Promise<boolean> {
  const c = compile(dir, "c", "-O2");
  const vectorised = compile(dir, "vectorised", "-O3", "-march=native");
  runSync(["mkfifo", `${dir}/ping`, `${dir}/pong`]);
  const mmapIo = installMmapIo(dir);
  if (mmapIo === undefined) {
    console.log("Left out: mmap-io, which cannot be installed here");
  }
  const haystack = makeHaystack(`${dir}/file`, megabytes * 2 ** 20);
  const contests = [
    sums(haystack, c, mmapIo),
    byteSums(haystack, c, vectorised),
    randomReads(haystack, mmapIo),
    searches(haystack),
    mappings(c),
    exchanges(c, dir),
  ];
  let isGood = true;
  for (const contest of contests) {
    if (!contest.title.includes(word)) continue;
    isGood = await hold(contest, rounds) && isGood;
  }
  return isGood;
}

/** Runs all benchmarks; returns the exit status. */
async function main(
  megabytes = "1024",
  rounds = "7",
  word = "",
): Promise<number> {
  const dir = await Deno.makeTempDir();
  try {
    const isGood = await run(dir, Number(megabytes), Number(rounds), word);
    return isGood ? 0 : 1;
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

if (import.meta.main) main(...Deno.args).then(Deno.exit);
