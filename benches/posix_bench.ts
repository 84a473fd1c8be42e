/**
 * `posix` compared with the same calls in C, and with the runtime's own calls.
 *
 * All ways take turns; times are medians, and a ratio is the median of the
 * rounds' ratios. Needs a C compiler. The number of rounds may be given.
 *
 * ```sh
 * deno run --allow-all benches/posix_bench.ts 7
 * ```
 *
 * Exits with 1 if a target is missed.
 *
 * @module
 */

import { fstatSync, openSync } from "node:fs";
import * as posix from "@hostkit/hostkit/posix";
import { runSync } from "./_child.ts";
import { type Contest, hold, loop, type Way } from "./_contest.ts";

/** The number of calls of each turn in C. */
const CALLS = 20_000;

/** The most time of a call, relative to C. */
const LIMIT = 2;

/** Makes the call of its first argument so many times; prints ns per call. */
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

/** A descriptor that `node:fs` has opened, since it accepts no other. */
const FD = openSync("/dev/zero", "r");
const FLAGS = posix.MAP_PRIVATE | posix.MAP_ANONYMOUS;

/** Returns the way in C. */
function inC(program: string, call: string): Way {
  const words = [program, call, `${CALLS}`];
  return { name: `C ${call}`, run: () => Number(runSync(words)) / 1e6 };
}

function contests(c: string, file: Deno.FsFile): Contest[] {
  return [
    {
      title: "fstat",
      ways: [
        inC(c, "fstat"),
        {
          name: "fstat",
          run: loop((times) => {
            for (let i = 0; i < times; i++) posix.fstat(FD);
          }),
        },
        {
          name: "Deno.FsFile.statSync",
          run: loop((times) => {
            for (let i = 0; i < times; i++) file.statSync();
          }),
        },
        {
          name: "node:fs fstatSync",
          run: loop((times) => {
            for (let i = 0; i < times; i++) fstatSync(FD);
          }),
        },
        {
          name: "node:fs fstatSync, bigint",
          run: loop((times) => {
            for (let i = 0; i < times; i++) fstatSync(FD, { bigint: true });
          }),
        },
      ],
      targets: [
        { name: "fstat", of: "C fstat", atMost: LIMIT },
        { name: "fstat", of: "Deno.FsFile.statSync", atMost: 1 },
        { name: "fstat", of: "node:fs fstatSync", atMost: 1 },
        { name: "fstat", of: "node:fs fstatSync, bigint", atMost: 1 },
      ],
    },
    {
      title: "memfd_create and close",
      ways: [
        inC(c, "memfd"),
        {
          name: "memfdCreate and close",
          run: loop((times) => {
            for (let i = 0; i < times; i++) {
              posix.close(posix.memfdCreate("bench", 0));
            }
          }),
        },
      ],
      targets: [
        { name: "memfdCreate and close", of: "C memfd", atMost: LIMIT },
      ],
    },
    {
      title: "mmap and munmap",
      ways: [
        inC(c, "mmap"),
        {
          name: "mmap and munmap",
          run: loop((times) => {
            const { mmap, munmap, PROT_RDWR } = posix;
            for (let i = 0; i < times; i++) {
              munmap(mmap(null, 4096, PROT_RDWR, FLAGS, -1, 0).data);
            }
          }),
        },
      ],
      targets: [{ name: "mmap and munmap", of: "C mmap", atMost: LIMIT }],
    },
  ];
}

async function main(rounds: number): Promise<number> {
  const directory = await Deno.makeTempDir();
  using file = await Deno.open("/dev/zero");
  try {
    const program = `${directory}/bench`;
    await Deno.writeTextFile(`${program}.c`, PROGRAM);
    runSync(["cc", "-O2", "-o", program, `${program}.c`]);
    let isMet = true;
    for (const contest of contests(program, file)) {
      isMet = await hold(contest, rounds) && isMet;
    }
    return isMet ? 0 : 1;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

if (import.meta.main) main(Number(Deno.args[0] ?? 7)).then(Deno.exit);
