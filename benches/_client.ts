/**
 * Measures one workload on one target: a process of its own, so that it waits
 * for no server that it should run itself.
 *
 *     deno run --allow-ffi _client.ts WORKLOAD DIR SOURCE MILLISECONDS
 *
 * @module
 */

import { WORKLOADS } from "./_workloads.ts";

/** How long the source is used, to have this program compiled. */
const COMPILE_MS = 30;
/** How long the target is used before it counts. */
const WARM_UP_MS = 50;

function measure(
  operation: () => void,
  milliseconds: number,
  batch = 1,
): { operations: number; elapsed: number } {
  const start = performance.now();
  let operations = 0;
  let elapsed: number;
  do {
    for (let i = 0; i < batch; i++) operation();
    operations += batch;
    elapsed = performance.now() - start;
  } while (elapsed < milliseconds);
  return { operations, elapsed };
}

function main([name, dir, source, milliseconds]: string[]): void {
  const { prepare } = WORKLOADS[name!]!;
  measure(prepare(source!), COMPILE_MS);
  const operation = prepare(dir!);
  const warmUp = measure(operation, WARM_UP_MS);
  // The clock is asked once a millisecond: asking it costs 90 nanoseconds.
  const batch = Math.ceil(warmUp.operations / warmUp.elapsed);
  const { operations, elapsed } = measure(
    operation,
    Number(milliseconds),
    batch,
  );
  const nsPerOperation = elapsed * 1e6 / operations;
  // deno-lint-ignore no-console -- the answer to who started this process
  console.log(JSON.stringify({ nsPerOperation }));
}

if (import.meta.main) main(Deno.args);
