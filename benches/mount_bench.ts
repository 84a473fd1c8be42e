/**
 * `deno task bench`: compares hostkit's mirror of a directory with libfuse's
 * `passthrough_ll`, bindfs, and the directory itself.
 *
 * All are mounted together and take turns, so that other work on the machine
 * affects all alike. docs/benchmarks.md explains the results.
 *
 * @module
 */

import { parse, printUsage, say, UsageError, warn } from "../cli/internal.ts";
import { canUseUring, withSwitch } from "../tests/_support/uring.ts";
import { type Alone, measureAlone } from "./_alone.ts";
import { CACHED, CONTENDERS, UNCACHED, URING } from "./_contenders.ts";
import { makeSource } from "./_fixture.ts";
import { measureAll, type Plan, type Report } from "./_measure.ts";
import { describeMachine, findPrograms } from "./_programs.ts";
import { toText } from "./_report.ts";
import { targetsText } from "./_targets.ts";
import { WORKLOADS } from "./_workloads.ts";

const USAGE = `\
Usage: deno task bench [options]

Compares hostkit's mirror with libfuse's passthrough_ll and bindfs.

  --rounds N       the number of rounds (default 9)
  --quick          3 short rounds
  --cached         also measure with the kernel's caches on
  --only A,B       these workloads:
                   ${wrap(Object.keys(WORKLOADS))}
                   and alone: hostkit's server alone
  --contenders A,B these servers:
                   ${wrap(Object.keys(CONTENDERS))}
  --json           print the result of every round, as JSON
`;

/** The name of the measurements of hostkit's server alone. */
const ALONE = "alone";

/** The signals that end the run early, after unmounting everything. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

async function main(args: string[]): Promise<number> {
  const { operands, flags, values } = await parse(args, {
    boolean: ["cached", "json", "quick"],
    string: ["contenders", "only", "rounds"],
  });
  if (flags.help) return printUsage(USAGE);
  if (operands.length > 0) throw new UsageError("bench takes only options");
  const names = [...Object.keys(WORKLOADS), ALONE];
  const workloads = choose("only", values.only, names);
  const plan: Plan = {
    rounds: count(values.rounds ?? (flags.quick ? "3" : "9")),
    milliseconds: flags.quick ? 50 : 250,
    workloads: workloads.filter((name) => name !== ALONE),
    contenders: choose(
      "contenders",
      values.contenders,
      Object.keys(CONTENDERS),
    ).filter((name) => name !== URING || canUseUring),
  };
  const { promise: interrupted, reject } = Promise.withResolvers<never>();
  interrupted.catch(() => {});
  for (const signal of SIGNALS) {
    Deno.addSignalListener(signal, () => reject(new Error(signal)));
  }

  await using cleanup = new AsyncDisposableStack();
  const work = await makeWork();
  cleanup.defer(() => Deno.remove(work, { recursive: true }));
  await makeSource(`${work}/source`);
  const programs = await findPrograms(work);
  const machine = await describeMachine(programs);
  const missing = [...programs.missing];
  if (!canUseUring) {
    missing.push(
      `${URING}, which needs Linux 6.14 and permission to enable it`,
    );
  }
  const reports: Report[] = [];
  if (plan.workloads.length > 0) {
    const cachings = flags.cached ? [UNCACHED, CACHED] : [UNCACHED];
    await withUring(plan.contenders.includes(URING), async () => {
      for (const caching of cachings) {
        reports.push(
          await measureAll(caching, programs, plan, work, interrupted),
        );
      }
    });
  }
  missing.push(...new Set(reports.flatMap((report) => report.missing)));
  const operations = flags.quick ? 50_000 : 1_000_000;
  const alone: Alone | undefined = workloads.includes(ALONE)
    ? await measureAlone(programs, work, plan.rounds, operations)
    : undefined;
  if (flags.json) {
    say(JSON.stringify({ machine, plan, missing, reports, alone }, null, 2));
    return 0;
  }
  for (const what of missing) warn(`left out ${what}`);
  say([
    `${machine}; medians of ${plan.rounds} rounds`,
    ...reports.map(toText),
    targetsText(reports[0], alone),
  ].join("\n\n"));
  return 0;
}

/** Runs `body`, if `isWanted` with FUSE over io_uring enabled. */
function withUring<T>(isWanted: boolean, body: () => Promise<T>): Promise<T> {
  return isWanted ? withSwitch(true, body) : body();
}

/** Creates a directory in memory, or else among the temporary files. */
async function makeWork(): Promise<string> {
  try {
    return await Deno.makeTempDir({ dir: "/dev/shm" });
  } catch {
    return await Deno.realPath(await Deno.makeTempDir());
  }
}

function count(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new UsageError(`--rounds ${text} is not a positive integer`);
}

/** Returns the names in the value of an option, or all names. */
function choose(
  option: string,
  list: string | undefined,
  names: string[],
): string[] {
  if (list === undefined) return names;
  const chosen = list.split(",");
  for (const name of chosen) {
    if (!names.includes(name)) {
      throw new UsageError(
        `--${option} ${name} is none of ${names.join(", ")}`,
      );
    }
  }
  return names.filter((name) => chosen.includes(name));
}

/** Wraps a list of names for the help text. */
function wrap(names: readonly string[]): string {
  const lines = [""];
  for (const name of names) {
    const line = `${lines.at(-1)}${name}, `;
    if (line.length <= 60) lines[lines.length - 1] = line;
    else lines.push(`${name}, `);
  }
  return lines.join("\n                   ").replace(/, $/, "");
}

if (import.meta.main) {
  main(Deno.args).catch((error: Error) => {
    warn(error.message);
    return error instanceof UsageError ? 2 : 1;
  }).then(Deno.exit);
}
