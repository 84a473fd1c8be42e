/**
 * The results of a test run.
 *
 * @module
 */

import { stripVTControlCharacters } from "node:util";
import { print } from "./command.ts";
import { nameOf } from "./test_files.ts";

/** The number of slowest tests and files to show. */
const SLOWEST = 10;

/** The time in seconds from which a test counts as slow. */
const SLOW = 0.1;

/** A test, or a step of one. */
export interface TestCase {
  /** The name; `test > step` for a step. */
  readonly name: string;
  /** The path of the test file in the repository. */
  readonly file: string;
  /** The duration. */
  readonly seconds: number;
  /** The result. */
  readonly state: "passed" | "failed" | "skipped";
  /** Whether it is a step. */
  readonly isStep: boolean;
}

/** The totals of a run. */
export interface Totals {
  /** The number of tests that passed. */
  passed: number;
  /**
   * The number of tests that failed, including cancelled tests and uncaught
   * errors.
   */
  failed: number;
  /** All tests that ran. */
  cases: TestCase[];
  /** Failures outside tests. */
  errors: string[];
}

/**
 * Parses the numbers of passed and failed tests.
 *
 * @param output The output of `deno test`. The last summary line counts, since
 * a test may print such a line.
 * @returns The numbers, or `undefined` if there is no summary.
 */
export function readSummary(
  output: string,
): Pick<Totals, "passed" | "failed"> | undefined {
  const summary = stripVTControlCharacters(output).matchAll(
    /^(?:ok|FAILED) \| (\d+) passed(?: \([^)]*\))? \| (\d+) failed/gm,
  );
  const [, passed, failed] = [...summary].at(-1) ?? [];
  if (passed === undefined) return undefined;
  return { passed: Number(passed), failed: Number(failed) };
}

/**
 * Parses a JUnit report.
 *
 * @param junit The report.
 * @param places The call that registered each test, and its test file, as
 * written by `tests/_support/places.ts`.
 * @param folder The folder to which the report's paths are relative.
 */
export function readCases(
  junit: string,
  places: readonly (readonly [call: string, file: string])[] = [],
  folder = new URL(`file://${Deno.cwd()}/`),
): TestCase[] {
  const entries = Array.from(
    junit.matchAll(
      /<testcase name="([^"]*)" classname="([^"]*)" time="([^"]*)" line="(\d+)" col="(\d+)">\s*(?:<(skipped|failure))?/g,
    ),
    ([, name, path, seconds, line, column, mark]) => {
      const called = new URL(unescapeXml(path!), folder);
      const call = `${called}:${line}:${column}`;
      return { name: unescapeXml(name!), called, call, seconds, mark };
    },
  );
  const calls = Map.groupBy(entries, ({ call }) => call);
  const files = new Map(
    Array.from(
      Map.groupBy(places, ([call]) => call),
      ([call, places]) => {
        const files = places.map(([, file]) => file);
        // If a filter left out some tests, the file of each is unknown.
        const known = files.length === calls.get(call)?.length ||
          new Set(files).size === 1;
        return [call, known ? files : []];
      },
    ),
  );
  const fileOfTest = new Map<string, string>();
  return entries.map(({ name, called, call, seconds, mark }) => {
    const parent = fileOfTest.get(name.slice(0, name.indexOf(" > ")));
    const place = files.get(call)?.shift();
    const file = place !== undefined
      ? nameOf(new URL(place))
      : parent ?? nameOf(called);
    if (parent === undefined) fileOfTest.set(name, file);
    return {
      name,
      file,
      seconds: Number(seconds),
      state: mark === undefined
        ? "passed"
        : mark === "failure"
        ? "failed"
        : "skipped",
      isStep: parent !== undefined,
    };
  });
}

function unescapeXml(text: string): string {
  const names: Record<string, string> = {
    amp: "&",
    apos: "'",
    gt: ">",
    lt: "<",
    quot: '"',
  };
  return text.replace(/&(\w+);/g, (entity, name) => names[name] ?? entity);
}

/** Returns the sum of the totals of several runs. */
export function sum(runs: readonly Totals[]): Totals {
  return {
    passed: runs.reduce((sum, { passed }) => sum + passed, 0),
    failed: runs.reduce((sum, { failed }) => sum + failed, 0),
    cases: runs.flatMap(({ cases }) => cases),
    errors: runs.flatMap(({ errors }) => errors),
  };
}

/**
 * Prints the slowest tests and files, the skipped and failed tests, and a line
 * of counts.
 */
export function printTotals({ passed, failed, cases, errors }: Totals): void {
  const labelled = (wanted: TestCase["state"]): string[] =>
    cases.filter(({ state }) => state === wanted).map(labelOf);
  const tests = cases.filter(({ isStep }) => !isStep);
  printList("Slowest tests:", slowest(tests, labelOf));
  printList("Slowest files:", slowest(tests, ({ file }) => file));
  const skipped = labelled("skipped");
  printList("Skipped:", skipped);
  printList("Failed:", [...labelled("failed"), ...errors]);
  if (passed + failed === 0) print("No test ran");
  print(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
}

function labelOf({ file, name }: TestCase): string {
  return `${file}: ${name}`;
}

function printList(heading: string, lines: readonly string[]): void {
  if (lines.length > 0) print([heading, ...lines].join("\n  "));
}

function slowest(
  cases: readonly TestCase[],
  label: (test: TestCase) => string,
): string[] {
  const times = new Map<string, number>();
  for (const test of cases) {
    const key = label(test);
    times.set(key, (times.get(key) ?? 0) + test.seconds);
  }
  return [...times].filter(([, seconds]) => seconds >= SLOW)
    .sort(([, a], [, b]) => b - a).slice(0, SLOWEST)
    .map(([key, seconds]) => `${seconds.toFixed(1).padStart(5)} s  ${key}`);
}
