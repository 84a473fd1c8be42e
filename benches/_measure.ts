/**
 * Lets the targets take turns.
 *
 * @module
 */

import type { Caching } from "./_caching.ts";
import { run } from "./_child.ts";
import type { Programs } from "./_programs.ts";
import type { Report } from "./_report.ts";
import { startServer } from "./_server.ts";

const CLIENT = new URL("_client.ts", import.meta.url).pathname;

/** How much to measure. */
export interface Plan {
  /** How often each target has its turn. */
  readonly rounds: number;
  /** How long each turn is, roughly. */
  readonly milliseconds: number;
  /** The names of the workloads. */
  readonly workloads: readonly string[];
}

interface Target {
  readonly name: string;
  readonly dir: string;
}

/**
 * Measures the source and every server that this machine has.
 *
 * @param caching How the servers are told to cache.
 * @param programs The servers.
 * @param plan How much to measure.
 * @param work A directory with the source in it, for the mount points.
 * @param interrupted Rejects when the run is to end early.
 */
export async function measure(
  { title, servers }: Caching,
  { words }: Programs,
  plan: Plan,
  work: string,
  interrupted: Promise<never>,
): Promise<Report> {
  const source = `${work}/source`;
  const targets: Target[] = [{ name: "source", dir: source }];
  const commands: string[] = [];
  await using running = new AsyncDisposableStack();
  for (const [name, argumentsOf] of Object.entries(servers)) {
    const program = words.get(name);
    if (program === undefined) continue;
    const dir = `${work}/mnt/${name}`;
    await Deno.mkdir(dir, { recursive: true });
    running.use(
      await startServer([...program, ...argumentsOf(source, dir)], dir),
    );
    targets.push({ name, dir });
    commands.push([name, ...argumentsOf("SOURCE", "DIR")].join(" "));
  }
  const rounds: Record<string, Record<string, number[]>> = {};
  for (const workload of plan.workloads) {
    const turn = async ({ dir }: Target): Promise<number> => {
      const args = [workload, dir, source, `${plan.milliseconds}`];
      const answer = await run(
        [Deno.execPath(), "run", "--allow-ffi", CLIENT, ...args],
        interrupted,
      );
      return JSON.parse(answer).nsPerOperation;
    };
    rounds[workload] = await takeTurns(targets, plan.rounds, turn);
  }
  return { caching: title, commands, rounds };
}

/** Returns the results of each target's turns, another one first each round. */
async function takeTurns(
  targets: readonly Target[],
  rounds: number,
  turn: (target: Target) => Promise<number>,
): Promise<Record<string, number[]>> {
  const results = targets.map((): number[] => []);
  for (let i = 0; i < rounds * targets.length; i++) {
    const round = Math.floor(i / targets.length);
    const at = (i + round) % targets.length;
    results[at]!.push(await turn(targets[at]!));
  }
  return Object.fromEntries(
    targets.map(({ name }, at) => [name, results[at]!]),
  );
}
