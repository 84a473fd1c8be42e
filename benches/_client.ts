/**
 * Measures one workload on one target: a process of its own, so that it waits
 * for no server that it should run itself.
 *
 *     deno run --allow-all _client.ts JOB
 *
 * @module
 */

import { measure, type Scene, type Timing } from "../cli/workload.ts";
import { cpuMs } from "./_process.ts";
import { measureThreads } from "./_thread_workloads.ts";
import { isLong, WORKLOADS } from "./_workloads.ts";

/** What to measure, and where. */
export interface Job extends Scene {
  /** The workload's name. */
  readonly workload: string;
  /** The process whose CPU time counts, if there is one. */
  readonly pid: number | undefined;
  /** For how long. */
  readonly milliseconds: number;
  /** The program of the workloads with threads. */
  readonly threads: string | undefined;
}

/** What came out. */
export interface Answer extends Timing {
  /** How many bytes one operation moves, where a throughput says more. */
  readonly bytes: number | undefined;
}

/** How long the source is used, to have this program compiled. */
const COMPILE_MS = 30;
/** How long the target is used before it counts. */
const WARM_UP_MS = 50;

function main(
  { workload: name, pid, milliseconds, threads, ...scene }: Job,
): Answer {
  const workload = WORKLOADS[name]!;
  const cpu = (): number => pid === undefined ? 0 : cpuMs(pid);
  if ("verb" in workload) {
    measureThreads(threads!, workload, scene.dir, WARM_UP_MS, cpu);
    const timing = measureThreads(
      threads!,
      workload,
      scene.dir,
      milliseconds,
      cpu,
    );
    return { ...timing, bytes: undefined };
  }
  const { dir, source } = scene;
  if (!isLong(name)) {
    measure(workload.prepare({ dir: source, source }), COMPILE_MS);
  }
  const operation = workload.prepare({ dir, source });
  if (!isLong(name)) measure(operation, WARM_UP_MS);
  return { ...measure(operation, milliseconds, cpu), bytes: operation.bytes };
}

if (import.meta.main) {
  // deno-lint-ignore no-console -- the answer to who started this process
  console.log(JSON.stringify(main(JSON.parse(Deno.args[0]!))));
}
