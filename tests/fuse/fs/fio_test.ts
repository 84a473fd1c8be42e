/**
 * fio(1) writes at random in four jobs, and reads back what it wrote.
 *
 * A thorough run does so several times, in larger files.
 *
 * @module
 */

import { assertEquals, assertGreaterOrEqual } from "@std/assert";
import { run } from "../../_support/client.ts";
import { rounds } from "../../_support/platform.ts";
import { testEachCompleteFS } from "./_complete_fs.ts";

/** How often each file is written and read back. */
const LOOPS = rounds(1, 5);
const JOBS = 4;
/** The second time, what was there must not be taken for what was written. */
const SEEDS = [1, 2];
/** Blocks that cross the borders of whatever content is kept in. */
const BLOCK = 12 << 10;
/** The size of each job's file. */
const SIZE = BLOCK * rounds(128, 1024);

/** How the jobs read and write. */
const WAYS: Readonly<Record<string, string[]>> = {
  "through the cache": ["--ioengine=psync"],
  "past the cache": ["--ioengine=psync", "--direct=1"],
  "in mapped memory": ["--ioengine=mmap"],
};

/** What fio says of a job. */
interface Job {
  readonly read: { readonly io_bytes: number };
}

for (const [way, args] of Object.entries(WAYS)) {
  testEachCompleteFS(
    `fio finds what it wrote ${way}`,
    async ({ mountpoint }) => {
      for (const seed of SEEDS) {
        // Each file is written in full, then read and checked.
        const { code, stdout, stderr } = await run(
          "fio",
          `--directory=${mountpoint}`,
          `--numjobs=${JOBS}`,
          `--size=${SIZE}`,
          `--bs=${BLOCK}`,
          `--randseed=${seed}`,
          `--loops=${LOOPS}`,
          "--rw=randwrite",
          "--fallocate=none",
          "--verify=crc32c",
          "--verify_fatal=1",
          "--verify_state_save=0",
          "--output-format=json",
          "--name=job",
          ...args,
        );
        assertEquals([code, stderr], [0, ""], stdout);
        const { jobs }: { jobs: Job[] } = JSON.parse(stdout);
        assertEquals(jobs.length, JOBS);
        for (const { read } of jobs) {
          assertGreaterOrEqual(read.io_bytes, LOOPS * SIZE);
        }
      }
    },
    { programs: ["fio"], limitMs: 300_000 },
  );
}
