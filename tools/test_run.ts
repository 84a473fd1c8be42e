/**
 * Runs groups of tests in parallel, and adds up their results.
 *
 * @module
 */

import { unshareMounts } from "../tests/_support/sys/mounts.ts";
import { ROOT } from "./command.ts";
import {
  printTotals,
  readCases,
  readSummary,
  sum,
  type Totals,
} from "./test_report.ts";
import type { TestGroup } from "./test_files.ts";
import { type Turn, Turns, writeOut } from "./turns.ts";

/** The number of groups that run at a time. */
const LANES = 2;

/** The options of a test run. */
export interface TestRun {
  /** The words of the command that runs Deno. */
  deno: readonly string[];
  /** The tests. */
  groups: readonly TestGroup[];
  /** A folder in the repository for the modules of the groups. */
  folder: string;
  /** Further options of `deno test`. */
  options?: readonly string[];
  /** The files for `deno check`; if empty, there is no type check. */
  check?: readonly string[];
  /** Additions to the environment. */
  env?: Record<string, string>;
}

/** Runs a process of the run: shows its output, and returns its totals. */
type Job = (turn: Turn, stop: AbortSignal) => Promise<Totals>;

/**
 * Calls `body` with a new folder in the repository, and then removes the
 * folder.
 */
export async function withFolder<T>(
  body: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir({
    dir: new URL("tests", ROOT).pathname,
    prefix: "generated-",
  });
  try {
    return await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Runs tests and shows their output, then prints the slow, skipped and failed
 * tests, and a line of counts.
 *
 * @returns The exit code: 0 if at least one test passed and none failed.
 */
export async function runTests(run: TestRun): Promise<number> {
  const jobs = run.groups.map((group) => testJob(run, group));
  if (run.check?.length) jobs.unshift(checkJob(run.check));
  const totals = sum(await runJobs(jobs));
  printTotals(totals);
  return totals.passed > 0 && totals.failed === 0 ? 0 : 1;
}

/**
 * Runs jobs in order, a few at a time, until all are done or a signal arrives.
 */
async function runJobs(jobs: Job[]): Promise<Totals[]> {
  const turns = new Turns(writeOut);
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  const results: Totals[] = [];
  const lane = async (): Promise<void> => {
    for (let job; (job = jobs.shift()) !== undefined;) {
      if (stop.signal.aborted) return;
      const turn = turns.add();
      results.push(await job(turn, stop.signal));
      turn.end();
    }
  };
  Deno.addSignalListener("SIGINT", onSignal);
  Deno.addSignalListener("SIGTERM", onSignal);
  try {
    await Promise.all(Array.from({ length: LANES }, lane));
  } finally {
    Deno.removeSignalListener("SIGINT", onSignal);
    Deno.removeSignalListener("SIGTERM", onSignal);
  }
  return results;
}

/**
 * Runs Deno to its end, if permitted in a separate mount namespace; returns its
 * output, and the reason if it failed.
 */
async function runDeno(
  words: readonly string[],
  env: Record<string, string>,
  turn: Turn,
  signal: AbortSignal,
): Promise<{ output: string; end?: string }> {
  const [program, ...args] = words;
  unshareMounts();
  await using child = new Deno.Command(program!, {
    args,
    cwd: ROOT,
    env,
    signal,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const decoder = new TextDecoder();
  let output = "";
  const show = async (
    stream: ReadableStream<Uint8Array>,
    note: (bytes: Uint8Array) => void,
  ): Promise<void> => {
    for await (const bytes of stream) {
      turn.write(bytes);
      note(bytes);
    }
  };
  await Promise.all([
    show(
      child.stdout,
      (bytes) => output += decoder.decode(bytes, { stream: true }),
    ),
    show(child.stderr, () => {}),
  ]);
  const { success, code, signal: killer } = await child.status;
  return success ? { output } : { output, end: killer ?? `exit code ${code}` };
}

function testJob(run: TestRun, { name, source }: TestGroup): Job {
  const path = `${run.folder}/${name.replaceAll(/\W+/g, "_")}`;
  const [entry, report, places] = [`${path}.ts`, `${path}.xml`, `${path}.json`];
  const words = [
    ...run.deno,
    "test",
    "--allow-all",
    "--no-check",
    `--preload=${new URL("tests/_support/preload.ts", ROOT)}`,
    "--lock=tests/deno.lock",
    "--frozen",
    `--junit-path=${report}`,
    ...run.options ?? [],
    entry,
  ];
  return async (turn, stop) => {
    await Deno.writeTextFile(entry, source);
    const env = { ...run.env, HOSTKIT_TEST_PLACES: places };
    const { output, end } = await runDeno(words, env, turn, stop);
    const counts = readSummary(output) ?? { passed: 0, failed: 0 };
    const cases = readCases(
      await readText(report) ?? "",
      JSON.parse(await readText(places) ?? "[]"),
    );
    if (end !== undefined && counts.failed === 0) {
      return {
        ...counts,
        failed: 1,
        cases,
        errors: [`${name} was aborted: ${end}`],
      };
    }
    const named = cases.filter((test) =>
      !test.isStep && test.state === "failed"
    );
    const others = counts.failed - named.length;
    const errors = others > 0
      ? [`${name}: ${others} more, by uncaught errors`]
      : [];
    return { ...counts, cases, errors };
  };
}

function checkJob(paths: readonly string[]): Job {
  const words = [Deno.execPath(), "check", "--quiet", ...paths];
  return async (turn, stop) => {
    const { end } = await runDeno(words, {}, turn, stop);
    const errors = end === undefined ? [] : ["The type check"];
    return { passed: 0, failed: errors.length, cases: [], errors };
  };
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
