/**
 * A counter that four processes share, and why they need `Atomics` for it: two
 * that add at the same time must not lose what the other added.
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
/** The counter has 32 bits. */
const MOST_TIMES = Math.floor((2 ** 31 - 1) / PROCESSES);

/** The words of the memory; the first two are for {@linkcode FutexWord}. */
const READY = 0;
const GO = 2;
const COUNTER = 4;
const CARELESS = 5;
const SIZE = 6 * Int32Array.BYTES_PER_ELEMENT;

/** What each of the processes does. */
function count(path: string, times: number): void {
  using memory = MMap.open(path, { mode: "readwrite" });
  const words = memory.as(Int32Array);
  new FutexWord(words, READY).add(1);
  new FutexWord(words, GO).waitWhile(0, PATIENCE_MS);
  for (let i = 0; i < times; i++) Atomics.add(words, COUNTER, 1);
  for (let i = 0; i < times; i++) words[CARELESS]!++;
}

/** Starts this program once more. */
function start(path: string, times: number): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-ffi", import.meta.filename!, `${times}`, path],
    signal: AbortSignal.timeout(2 * PATIENCE_MS),
  }).spawn();
}

async function main(times: number): Promise<void> {
  using memory = MMap.memfd("counter", SIZE);
  const words = memory.as(Int32Array);
  // Others find a file without a name in what this process has open.
  const path = `/proc/${Deno.pid}/fd/${memory.fd}`;
  const children = Array.from(
    { length: PROCESSES },
    () => start(path, times),
  );

  // All begin at once, or one might be done before the next is there.
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
