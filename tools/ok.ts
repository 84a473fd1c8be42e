/**
 * `deno task ok`: all checks that a change must pass.
 *
 * A step prints its output only if it fails, and the first failure ends the
 * run. The tests come last, so the last line is their count.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };
import { print, ROOT } from "./command.ts";
import { parseArgs, runRequest } from "./test_plan.ts";

/** The title of each step, and the arguments of Deno. */
const STEPS: readonly (readonly [title: string, ...args: string[]])[] = [
  ["Format", "fmt", "--check"],
  ["Lint", "lint"],
  ["Documentation", "doc", "--lint", ...Object.values(config.exports)],
  ["Package", "publish", "--dry-run", "--allow-dirty"],
];

/** Runs Deno, and prints its output if it fails. */
async function passes(args: readonly string[]): Promise<boolean> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    stdin: "null",
  }).output();
  if (!success) {
    const decoder = new TextDecoder();
    print(decoder.decode(stdout) + decoder.decode(stderr));
    print(`deno ${args.join(" ")} failed`);
  }
  return success;
}

async function main(): Promise<number> {
  for (const [title, ...args] of STEPS) {
    print(title);
    if (!await passes(args)) return 1;
  }
  print("Types and tests");
  return await runRequest({ deno: [Deno.execPath()] }, parseArgs([]));
}

if (import.meta.main) main().then(Deno.exit);
