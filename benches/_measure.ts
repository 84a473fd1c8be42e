/**
 * Measures the targets in turns.
 *
 * @module
 */

import { run } from "./_child.ts";
import type { Answer, Job } from "./_client.ts";
import { type Caching, CONTENDERS, SOURCE } from "./_contenders.ts";
import { residentMiB } from "./_process.ts";
import type { Programs } from "./_programs.ts";
import { READY, startServer } from "./_server.ts";
import { isLong, WORKLOADS } from "./_workloads.ts";

const CLIENT = new URL("_client.ts", import.meta.url).pathname;

/** The extent of a run. */
export interface Plan {
  /** The number of turns of each target. */
  readonly rounds: number;
  /** The approximate length of a turn in milliseconds. */
  readonly milliseconds: number;
  /** The names of the workloads. */
  readonly workloads: readonly string[];
  /** The names of the contenders. */
  readonly contenders: readonly string[];
}

/** The results with one way of caching. */
export interface Report {
  /** A description of what the kernel cached. */
  readonly caching: string;
  /** The servers' command lines. */
  readonly commands: readonly string[];
  /** The results of each round, by workload and target. */
  readonly rounds: Readonly<
    Record<string, Readonly<Record<string, readonly Answer[]>>>
  >;
  /** The memory of each server at the end, in MiB. */
  readonly residentMiB: Readonly<Record<string, number>>;
  /** The missing contenders, each with a reason. */
  readonly missing: readonly string[];
}

interface Target {
  readonly name: string;
  readonly dir: string;
  readonly pid: number | undefined;
}

/**
 * Measures the source and every contender that this machine has.
 *
 * @param caching The way to cache.
 * @param programs The servers.
 * @param plan The extent of the run.
 * @param work A directory with the source in it, for the mount points.
 * @param interrupted A promise that rejects when the run must end early.
 */
export async function measureAll(
  caching: Caching,
  { words, threads }: Programs,
  plan: Plan,
  work: string,
  interrupted: Promise<never>,
): Promise<Report> {
  const source = `${work}/source`;
  const targets: Target[] = [{ name: SOURCE, dir: source, pid: undefined }];
  const commands: string[] = [];
  const missing: string[] = [];
  await using running = new AsyncDisposableStack();
  for (const [i, name] of plan.contenders.entries()) {
    const { program, argumentsOf } = CONTENDERS[name]!;
    const start = words.get(program);
    if (start === undefined) continue;
    const dir = `${work}/mnt/${i}`;
    await Deno.mkdir(dir, { recursive: true });
    try {
      const server = await startServer(
        [...start, ...argumentsOf(caching, source, dir)],
        dir,
        program === "hostkit" ? READY : undefined,
      );
      running.use(server);
      targets.push({ name, dir, pid: server.pid });
      const args = argumentsOf(caching, "SOURCE", "DIR").join(" ");
      commands.push(`${program} ${args}`);
    } catch (error) {
      missing.push(`${name}: ${(error as Error).message}`);
    }
  }
  const rounds: Record<string, Record<string, Answer[]>> = {};
  for (const workload of plan.workloads) {
    if ("verb" in WORKLOADS[workload]! && threads === undefined) continue;
    const turn = async ({ dir, pid }: Target): Promise<Answer> => {
      const { milliseconds } = plan;
      const job: Job = { workload, dir, source, pid, milliseconds, threads };
      const client = [Deno.execPath(), "run", "--allow-all", CLIENT];
      return JSON.parse(
        await run([...client, JSON.stringify(job)], interrupted),
      );
    };
    const count = isLong(workload) ? Math.ceil(plan.rounds / 3) : plan.rounds;
    rounds[workload] = await takeTurns(targets, count, turn);
  }
  const resident = Object.fromEntries(
    targets.flatMap(({ name, pid }) =>
      pid === undefined ? [] : [[name, residentMiB(pid)]]
    ),
  );
  const { title } = caching;
  return { caching: title, commands, rounds, residentMiB: resident, missing };
}

/**
 * Returns the results of each target's turns, in an order that rotates each
 * round.
 */
async function takeTurns(
  targets: readonly Target[],
  rounds: number,
  turn: (target: Target) => Promise<Answer>,
): Promise<Record<string, Answer[]>> {
  const results = targets.map((): Answer[] => []);
  for (let i = 0; i < rounds * targets.length; i++) {
    const round = Math.floor(i / targets.length);
    const at = (i + round) % targets.length;
    results[at]!.push(await turn(targets[at]!));
  }
  return Object.fromEntries(
    targets.map(({ name }, at) => [name, results[at]!]),
  );
}
