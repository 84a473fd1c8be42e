/**
 * `deno task bench`: hostkit's mirror of a directory against libfuse's
 * `passthrough_ll`, bindfs, and the directory itself.
 *
 * All are mounted together and take turns, so that whatever else the machine
 * does hits all alike. docs/benchmarks.md says how to read the figures.
 *
 * @module
 */

import { printUsage, say, warn } from "../cli/output.ts";
import { parse } from "../cli/parse.ts";
import { UsageError } from "../cli/usage_error.ts";
import { CACHED, UNCACHED } from "./_caching.ts";
import { makeSource } from "./_fixture.ts";
import { measure, type Plan } from "./_measure.ts";
import { describeMachine, findPrograms } from "./_programs.ts";
import { type Report, toText } from "./_report.ts";
import { WORKLOADS } from "./_workloads.ts";

const USAGE = `\
Usage: deno task bench [options]

Compares hostkit's mirror with libfuse's passthrough_ll and bindfs.

  --rounds N   how many rounds to take medians of (default 9)
  --quick      3 rounds, and short ones
  --cached     a second table, with the kernel's caches on
  --only NAME  one workload:
               ${Object.keys(WORKLOADS).join(", ")}
  --json       print the result of every round, as JSON
`;

/** What ends the run early; everything is then unmounted. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

async function main(args: string[]): Promise<number> {
  const { operands, flags, values } = parse(args, {
    boolean: ["cached", "json", "quick"],
    string: ["only", "rounds"],
  });
  if (flags.help) return printUsage(USAGE);
  if (operands.length > 0) throw new UsageError("bench takes only options");
  const plan: Plan = {
    rounds: count(values.rounds ?? (flags.quick ? "3" : "9")),
    milliseconds: flags.quick ? 50 : 250,
    workloads: workloadNames(values.only),
  };
  const { promise: interrupted, reject } = Promise.withResolvers<never>();
  interrupted.catch(() => {});
  for (const signal of SIGNALS) {
    Deno.addSignalListener(signal, () => reject(new Error(signal)));
  }

  await using cleanup = new AsyncDisposableStack();
  const work = await Deno.realPath(await Deno.makeTempDir());
  cleanup.defer(() => Deno.remove(work, { recursive: true }));
  await makeSource(`${work}/source`);
  const programs = await findPrograms(work);
  for (const what of programs.missing) warn(`left out ${what}`);
  const machine = await describeMachine(programs);
  const reports: Report[] = [];
  for (const caching of flags.cached ? [UNCACHED, CACHED] : [UNCACHED]) {
    const report = await measure(caching, programs, plan, work, interrupted);
    reports.push(report);
  }
  const { missing } = programs;
  say(
    flags.json
      ? JSON.stringify({ machine, plan, missing, reports }, null, 2)
      : [
        `${machine}; medians of ${plan.rounds} rounds`,
        ...reports.map(toText),
      ].join("\n\n"),
  );
  return 0;
}

function count(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new UsageError(`--rounds ${text} is not a number of rounds`);
}

function workloadNames(only: string | undefined): string[] {
  const names = Object.keys(WORKLOADS);
  if (only === undefined) return names;
  if (names.includes(only)) return [only];
  throw new UsageError(`--only ${only} is none of ${names.join(", ")}`);
}

if (import.meta.main) {
  main(Deno.args).catch((error: Error) => {
    warn(error.message);
    return error instanceof UsageError ? 2 : 1;
  }).then(Deno.exit);
}
