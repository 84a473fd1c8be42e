/**
 * A counter that four processes share, and a demonstration of why they need
 * `Atomics`: plain additions at the same time lose counts.
 *
 * ```sh
 * deno run --allow-ffi --allow-run=deno examples/shared_counter.ts 1000000
 * ```
 *
 * @module
 */

// deno-lint-ignore-file no-console -- an example prints

import { MMap } from "@hostkit/hostkit/mmap";
import { FutexWord } from "@hostkit/hostkit/posix";

const PROCESSES = 4;
const PATIENCE_MS = 30_000;
/** The most additions of each process: the counter has 32 bits. */
const MOST_TIMES = Math.floor((2 ** 31 - 1) / PROCESSES);

/** The words of the memory; the first two are for {@linkcode FutexWord}. */
const READY = 0;
const GO = 2;
const COUNTER = 4;
const CARELESS = 5;
const SIZE = 6 * Int32Array.BYTES_PER_ELEMENT;

/** Counts in a child process. */
function count(path: string, times: number): void {
  using memory = MMap.open(path, { mode: "readwrite" });
  const words = memory.as(Int32Array);
  new FutexWord(words, READY).add(1);
  new FutexWord(words, GO).waitWhile(0, PATIENCE_MS);
  for (let i = 0; i < times; i++) Atomics.add(words, COUNTER, 1);
  for (let i = 0; i < times; i++) words[CARELESS]!++;
}

/** Starts this program as a child process. */
function start(path: string, times: number): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-ffi", import.meta.filename!, `${times}`, path],
    signal: AbortSignal.timeout(2 * PATIENCE_MS),
  }).spawn();
}

async function main(times: number): Promise<void> {
  using memory = MMap.memfd("counter", SIZE);
  const words = memory.as(Int32Array);
  // Other processes open a file without a name through this process's
  // descriptor.
  const path = `/proc/${Deno.pid}/fd/${memory.fd}`;
  const children = Array.from(
    { length: PROCESSES },
    () => start(path, times),
  );

  // All processes begin at once; otherwise one might end before the next
  // starts.
  const ready = new FutexWord(words, READY);
  for (let seen = 0; seen < PROCESSES;) {
    const now = await ready.waitWhileAsync(seen, PATIENCE_MS);
    if (now === seen) throw new Error("A process did not start");
    seen = now;
  }
  new FutexWord(words, GO).store(1);

  for (const child of children) {
    if (!(await child.status).success) throw new Error("A process failed");
  }
  console.log(`${PROCESSES} processes counted to ${times}`);
  console.log(`Atomics.add(): ${words[COUNTER]}`);
  console.log(`++           : ${words[CARELESS]}`);
}

if (import.meta.main) {
  const [number = "100000", path] = Deno.args;
  const times = Number(number);
  if (!Number.isInteger(times) || times < 0 || times > MOST_TIMES) {
    console.error("Usage: shared_counter.ts [TIMES]");
    Deno.exit(2);
  }
  if (path === undefined) main(times);
  else count(path, times);
}
