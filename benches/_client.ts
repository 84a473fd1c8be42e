/**
 * Measures a workload on a target. It is a separate process, so that it never
 * waits for a server in its own thread.
 *
 *     deno run --allow-all _client.ts JOB
 *
 * @module
 */

import { measure, type Scene, type Timing } from "../cli/internal.ts";
import { cpuMs } from "./_process.ts";
import { measureThreads } from "./_thread_workloads.ts";
import { isLong, WORKLOADS } from "./_workloads.ts";

/** A workload and its target. */
export interface Job extends Scene {
  /** The workload's name. */
  readonly workload: string;
  /** The server's process, whose CPU time is measured, if there is a server. */
  readonly pid: number | undefined;
  /** The duration of the measurement. */
  readonly milliseconds: number;
  /** The path of the program for workloads with threads. */
  readonly threads: string | undefined;
}

/** The result of a job. */
export interface Answer extends Timing {
  /**
   * The number of bytes that one operation moves, if the result is a
   * throughput.
   */
  readonly bytes: number | undefined;
}

/**
 * The time for which the workload runs on the source first, so that this
 * program is compiled.
 */
const COMPILE_MS = 30;
/**
 * The time for which the workload runs on the target before the measurement.
 */
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
  // deno-lint-ignore no-console -- the result for the parent process
  console.log(JSON.stringify(main(JSON.parse(Deno.args[0]!))));
}
