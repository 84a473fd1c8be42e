/**
 * The parts of a test run.
 *
 * @module
 */

import { pathToFileURL } from "node:url";
import { ROOT } from "./command.ts";
import { findExamples, groupExamples, writeExamples } from "./doc_examples.ts";
import { filesUnder, groupTests, isTest } from "./test_files.ts";
import { runTests, type TestRun, withFolder } from "./test_run.ts";

/** Options of `deno test` whose value may be the next word. */
const WITH_VALUE = ["--filter", "--repeats", "--retry", "--seed"];

/** The tests that a user wants to run. */
export interface Request {
  /** Test files, sources with examples, and folders with either. */
  readonly paths: readonly URL[];
  /** Options of `deno test`. */
  readonly options: readonly string[];
}

/** The command and environment of Deno. */
export type Runtime = Pick<TestRun, "deno" | "env">;

/** Parses the arguments of `deno task test`. */
export function parseArgs(args: readonly string[]): Request {
  const isOption = (word: string, index: number): boolean =>
    word.startsWith("-") || WITH_VALUE.includes(args[index - 1] ?? "");
  return {
    options: args.filter(isOption),
    paths: args.filter((word, index) => !isOption(word, index))
      .map((path) => pathToFileURL(path)),
  };
}

/**
 * Runs the requested tests; without a path, all tests and the type check.
 *
 * @returns The exit code.
 */
export async function runRequest(
  runtime: Runtime,
  { paths, options }: Request,
): Promise<number> {
  const all = paths.length === 0;
  const from = all ? [ROOT] : paths;
  const files = from.flatMap(filesUnder);
  const examples = findExamples(files);
  const sources = files.map(({ pathname }) => decodeURIComponent(pathname))
    .filter((path) => path.endsWith(".ts"));
  return await withFolder(async (folder) => {
    const modules = await writeExamples(examples, folder);
    return await runTests({
      ...runtime,
      options,
      folder,
      groups: [...groupTests(files.filter(isTest)), ...groupExamples(examples)],
      check: all ? [...sources, ...modules] : [],
    });
  });
}
