/**
 * Reads of 4 KiB from the page cache, one after another.
 *
 * @module
 */

import { preadv2 } from "@hostkit/hostkit/hostfd";
import { Block, BlockSeq } from "@hostkit/hostkit/safemem";
import { openSync, readSync, readvSync } from "node:fs";
import { libc } from "../ffi/internal.ts";
import { run } from "./_child.ts";
import type { Contest, Way } from "./_contest.ts";

const SIZE = 4096;
const READS = 20_000;
/** The size of the part of the file that is read repeatedly. */
const SPAN = 16 << 20;

/** The same reads in C: `read`, `pread`, and `preadv2` into two halves. */
export const PROGRAM = `
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static char bytes[${SIZE}];

int main(int argc, char **argv) {
  struct timespec from, to;
  struct iovec halves[] = {{bytes, ${SIZE / 2}}, {bytes + ${SIZE / 2}, ${
  SIZE / 2
}}};
  int fd = open(argv[2], O_RDONLY);
  for (int round = 0; round < 2; round++) {
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (int i = 0; i < ${READS}; i++) {
      off_t at = (long)i * ${SIZE} % ${SPAN};
      if (*argv[1] == 'v') {
        if (preadv2(fd, halves, 2, at, 0) != ${SIZE}) return 1;
      } else if (*argv[1] == 'p') {
        if (pread(fd, bytes, ${SIZE}, at) != ${SIZE}) return 1;
      } else {
        if (at == 0) lseek(fd, 0, SEEK_SET);
        if (read(fd, bytes, ${SIZE}) != ${SIZE}) return 1;
      }
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
  }
  printf("%.9f\\n", ((to.tv_sec - from.tv_sec) * 1e3 +
                     (to.tv_nsec - from.tv_nsec) / 1e6) / ${READS});
}
`;

/**
 * Returns a way that times a loop. Each way passes its own loop, so that all
 * are compiled alike.
 */
function loop(body: (offset: number) => unknown): Way["run"] {
  return () => {
    const start = performance.now();
    for (let i = 0; i < READS; i++) body(i * SIZE % SPAN);
    return (performance.now() - start) / READS;
  };
}

/** Compares reads of a file that is in the page cache. */
export function cachedReads(
  path: string,
  program: string | undefined,
  stack: DisposableStack,
): Contest {
  const fd = openSync(path, "r");
  const file = stack.use(Deno.openSync(path));
  const bytes = new Uint8Array(SIZE);
  const halves = [bytes.subarray(0, SIZE / 2), bytes.subarray(SIZE / 2)];
  const blocks = BlockSeq.from(halves.map(Block.of));
  const c = (name: string, how: string): Way[] =>
    program === undefined ? [] : [{
      name,
      run: async () => Number(await run([program, how, path])),
    }];
  return {
    title: "Read 4 KiB from the page cache",
    ways: [
      ...c("C read", "read"),
      ...c("C pread", "pread"),
      ...c("C preadv2, two halves", "vector"),
      {
        name: "preadv2 at the file's position",
        run: loop((offset) => {
          if (offset === 0) libc().lseek(fd, 0n, 0);
          preadv2(fd, bytes, -1, 0);
        }),
      },
      {
        name: "preadv2",
        run: loop((offset) => preadv2(fd, bytes, offset, 0)),
      },
      {
        name: "preadv2, two halves",
        run: loop((offset) => preadv2(fd, blocks, offset, 0)),
      },
      {
        name: "Deno.FsFile.readSync",
        run: loop((offset) => {
          if (offset === 0) file.seekSync(0, Deno.SeekMode.Start);
          file.readSync(bytes);
        }),
      },
      {
        name: "node:fs readSync",
        run: loop((offset) => readSync(fd, bytes, 0, SIZE, offset)),
      },
      {
        name: "node:fs readvSync, two halves",
        run: loop((offset) => readvSync(fd, halves, offset)),
      },
    ],
    targets: [
      { name: "preadv2", of: "C pread", atLeast: 1 / 1.3 },
      // Not even C is three times as fast: most of the time is copying in the
      // kernel.
      { name: "preadv2", of: "Deno.FsFile.readSync" },
      { name: "C pread", of: "Deno.FsFile.readSync" },
      { name: "preadv2", of: "node:fs readSync", atLeast: 1 },
      {
        name: "preadv2, two halves",
        of: "node:fs readvSync, two halves",
        atLeast: 1,
      },
    ],
  };
}
