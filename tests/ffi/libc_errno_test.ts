/**
 * `errno()` is right: in very many failing calls, under garbage collection
 * and in several threads.
 *
 * @module
 */

import { assertEquals, assertThrows } from "@std/assert";
import { errno, libc } from "../../ffi/libc.ts";
import { denoCommand, rounds } from "../_support/platform.ts";
import type { Outcome, Task } from "./_errno_worker.ts";
import { wrongErrnos } from "./_failing_calls.ts";

const COUNT = rounds(300_000);

/** Under stress the collector takes most of the time. */
const STRESSED = COUNT / 10;

const WORKERS = 4;

function words(count: number): string {
  return `${count.toLocaleString("en")} failing calls`;
}

Deno.test(`errno() is right after each of ${words(COUNT)}`, () => {
  assertEquals(wrongErrnos(COUNT), {});
});

for (const flag of ["--stress-compaction", "--stress-scavenge=50"]) {
  Deno.test(`errno() is right after each of ${words(STRESSED)} under ${flag}`, async () => {
    const [program, ...args] = denoCommand;
    const script = new URL("_failing_calls.ts", import.meta.url).href;
    const { stdout, stderr } = await new Deno.Command(program, {
      args: [
        ...args,
        "run",
        "--allow-ffi",
        "--no-prompt",
        `--v8-flags=${flag}`,
        script,
        `${STRESSED}`,
      ],
      signal: AbortSignal.timeout(300_000),
    }).output();
    const decoder = new TextDecoder();
    assertEquals(decoder.decode(stdout), "{}\n", decoder.decode(stderr));
  });
}

// Between the call and the read the runtime may do anything, and here it does.
Deno.test("errno() outlives the calls that the runtime makes itself", () => {
  const { close } = libc();
  for (let i = 0; i < 1000; i++) {
    assertEquals(close(-1), -1);
    assertThrows(() => Deno.statSync("/no/such/file"), Deno.errors.NotFound);
    assertEquals(errno(), 9);
  }
});

function runWorker(task: Task): Promise<Outcome> {
  const url = new URL("_errno_worker.ts", import.meta.url);
  const worker = new Worker(url, { type: "module" });
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new Error(event.message));
  };
  worker.postMessage(task);
  return promise.finally(() => worker.terminate());
}

Deno.test(`errno() is right in ${WORKERS} Workers at once, in ${words(COUNT)}`, async () => {
  const ready = new Int32Array(new SharedArrayBuffer(4));
  const outcomes = await Promise.all(
    Array.from(
      { length: WORKERS },
      (_, first) =>
        runWorker({ count: COUNT / WORKERS, first, workers: WORKERS, ready }),
    ),
  );
  assertEquals(outcomes.map(({ wrong }) => wrong), Array(WORKERS).fill({}));
  const locations = outcomes.map(({ location }) => location);
  locations.push(libc().hErrnoLocation());
  assertEquals(new Set(locations).size, WORKERS + 1, "threads share an errno");
});
