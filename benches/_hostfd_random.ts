/**
 * Random reads of 4 KiB, 32 of them in flight at once.
 *
 * @module
 */

import { open } from "node:fs/promises";
import { HostFd } from "@hostkit/hostkit/hostfd";
import {
  IORING_OP_READ_FIXED,
  RawRing,
  type RegisteredBuffer,
  Ring,
} from "@hostkit/hostkit/hostfd/uring";
import { run } from "./_child.ts";
import type { Contest, Way } from "./_contest.ts";

const SIZE = 4096;
const DEPTH = 32;
const TURN_MS = 400;

/**
 * The options of both runs of fio, which reads the existing file from the page
 * cache.
 */
const FIO = [
  "fio",
  "--name=read",
  "--rw=randread",
  "--ioengine=io_uring",
  `--bs=${SIZE}`,
  `--iodepth=${DEPTH}`,
  "--direct=0",
  "--invalidate=0",
  "--norandommap",
  "--time_based",
  `--runtime=${TURN_MS}ms`,
  "--gtod_reduce=1",
  "--output-format=json",
];

/** The options that make fio submit in batches, as a ring does. */
const BATCHES = [
  `--iodepth_batch_submit=${DEPTH}`,
  "--iodepth_batch_complete_min=1",
  `--iodepth_batch_complete_max=${DEPTH}`,
];

/** Compares random reads of a file that is in the page cache. */
export async function randomReads(
  path: string,
  hasFio: boolean,
  stack: AsyncDisposableStack,
): Promise<Contest> {
  const { size } = await Deno.stat(path);
  const offset = (): number => Math.floor(Math.random() * (size / SIZE)) * SIZE;
  const views = Array.from({ length: DEPTH }, () => new Uint8Array(SIZE));

  /** Keeps `DEPTH` reads in flight. */
  const keep =
    (read: (i: number) => Promise<unknown>): Way["run"] => async () => {
      let count = 0;
      const start = performance.now();
      await Promise.all(views.map(async (_, i) => {
        while (performance.now() - start < TURN_MS) {
          for (let j = 0; j < 64; j++, count++) await read(i);
        }
      }));
      return (performance.now() - start) / count;
    };

  const files = await Promise.all(views.map(() => Deno.open(path)));
  for (const file of files) stack.use(file);
  const handle = await open(path);
  stack.defer(() => handle.close());
  const { fd } = stack.use(HostFd.open(path));
  const ring = stack.use(new Ring());
  const registered = partsOf(ring.registerBuffers([memory()]));
  const fio = (name: string, options: string[]): Way[] =>
    hasFio
      ? [{
        name,
        run: async () => {
          const words = [...FIO, `--filename=${path}`, ...options];
          const report = JSON.parse(await run(words));
          return 1e3 / report.jobs[0].read.iops;
        },
      }]
      : [];
  const targets = ["Ring.read", "Ring.read, registered", "RawRing"].flatMap(
    (name) => [
      { name, of: "Deno.FsFile.read", atLeast: 5 },
      { name, of: "node:fs/promises", atLeast: 5 },
      { name, of: "fio", atLeast: 0.7 },
      { name, of: "fio in batches", atLeast: 0.7 },
    ],
  );
  return {
    title: `Read 4 KiB at random, ${DEPTH} at once, from the page cache`,
    ways: [
      ...fio("fio", []),
      ...fio("fio in batches", BATCHES),
      {
        name: "Ring.read",
        run: keep((i) => ring.read(fd, views[i]!, offset())),
      },
      {
        name: "Ring.read, registered",
        run: keep((i) => ring.read(fd, registered[i]!, offset())),
      },
      { name: "RawRing", run: rawReads(fd, offset, stack) },
      {
        name: "Deno.FsFile.read",
        run: keep(async (i) => {
          await files[i]!.seek(offset(), Deno.SeekMode.Start);
          await files[i]!.read(views[i]!);
        }),
      },
      {
        name: "node:fs/promises",
        run: keep((i) => handle.read(views[i]!, 0, SIZE, offset())),
      },
    ],
    targets,
  };
}

function memory(): Uint8Array {
  return new Uint8Array(DEPTH * SIZE);
}

function partsOf([all]: readonly RegisteredBuffer[]): RegisteredBuffer[] {
  return Array.from(
    { length: DEPTH },
    (_, i) => all!.subarray(i * SIZE, (i + 1) * SIZE),
  );
}

/** Reads like a server that owns its thread. */
function rawReads(
  fd: number,
  offset: () => number,
  stack: AsyncDisposableStack,
): Way["run"] {
  let [count, isOver] = [0, false];
  const ring = stack.use(
    new RawRing({
      onCompletion(token) {
        count++;
        if (!isOver) start(token);
      },
    }),
  );
  const parts = partsOf(ring.registerBuffers([memory()]));
  const start = (token: number): void => {
    const part = parts[token]!;
    const entry = ring.prepare(IORING_OP_READ_FIXED, fd, token, part);
    entry.address = part.address;
    entry.length = SIZE;
    entry.bufferIndex = part.index;
    entry.offset = offset();
  };
  return () => {
    [count, isOver] = [0, false];
    const begin = performance.now();
    for (let i = 0; i < DEPTH; i++) start(i);
    while (ring.inFlight > 0) {
      ring.submitAndWait();
      isOver = performance.now() - begin > TURN_MS;
    }
    return (performance.now() - begin) / count;
  };
}
