/**
 * Runs `deno test` and counts.
 *
 * @module
 */

import { stripVTControlCharacters } from "node:util";

/** The repository. */
export const ROOT = new URL("../", import.meta.url);

/** What a test run came to. */
export interface Totals {
  /** Tests that passed. */
  passed: number;
  /** Tests that failed, cancelled ones and uncaught errors included. */
  failed: number;
  /** File and name of each ignored test or step. */
  skipped: string[];
}

/**
 * Reads what a run came to.
 *
 * @param output What `deno test` printed; its last summary line counts, since
 * a test may print a line like it.
 * @param junit Its JUnit report, which names the ignored tests.
 * @returns The totals, or `undefined` when the run never reached its summary.
 */
export function readTotals(output: string, junit: string): Totals | undefined {
  const summary = stripVTControlCharacters(output).matchAll(
    /^(?:ok|FAILED) \| (\d+) passed(?: \([^)]*\))? \| (\d+) failed/gm,
  );
  const [, passed, failed] = [...summary].at(-1) ?? [];
  if (passed === undefined) return undefined;
  const skipped = junit.matchAll(
    /<testcase name="([^"]*)" classname="([^"]*)"[^>]*>\s*<skipped\/>/g,
  );
  return {
    passed: Number(passed),
    failed: Number(failed),
    skipped: Array.from(
      skipped,
      ([, name, file]) => `${unescapeXml(file!)}: ${unescapeXml(name!)}`,
    ),
  };
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

/** How to run the tests. */
export interface TestRun {
  /** The command that is Deno, in words. */
  deno: readonly string[];
  /** What follows `deno test`: options and paths. */
  args: readonly string[];
  /** Additions to the environment. */
  env?: Record<string, string>;
}

/**
 * Runs tests, showing their output, and ends with the names of those skipped
 * and a line of counts.
 *
 * @returns The exit code: 0 when a test passed and none failed.
 */
export async function runTests(
  { deno, args, env = {} }: TestRun,
): Promise<number> {
  const [program, ...words] = deno;
  const report = await Deno.makeTempFile({ suffix: ".xml" });
  try {
    await using child = new Deno.Command(program!, {
      args: [
        ...words,
        "test",
        "--allow-all",
        `--preload=${new URL("tests/_support/preload.ts", ROOT)}`,
        `--junit-path=${report}`,
        ...args,
      ],
      cwd: ROOT,
      env,
      stdin: "null",
      stdout: "piped",
    }).spawn();
    const [shown, read] = child.stdout.tee();
    const [output] = await Promise.all([
      new Response(read).text(),
      shown.pipeTo(Deno.stdout.writable, { preventClose: true }),
    ]);
    const { success, code, signal } = await child.status;
    const totals = readTotals(output, await Deno.readTextFile(report)) ??
      { passed: 0, failed: 0, skipped: [] };
    if (!success && totals.failed === 0) {
      print(`\nThe run broke off: ${signal ?? `exit code ${code}`}`);
      totals.failed = 1;
    }
    const { passed, failed, skipped } = totals;
    if (passed + failed === 0) print("No test ran");
    if (skipped.length > 0) print(["Skipped:", ...skipped].join("\n  "));
    print(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
    return success && passed > 0 ? 0 : 1;
  } finally {
    await Deno.remove(report);
  }
}

/** Prints a line to standard output. */
export function print(line: string): void {
  // deno-lint-ignore no-console -- a command's output
  console.log(line);
}
