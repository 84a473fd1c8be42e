/**
 * The programs of `examples/`, each in a process of its own.
 *
 * @module
 */

import { denoCommand } from "./platform.ts";

/** How an example ended. */
export interface ExampleOutcome {
  /** Its exit status. */
  readonly code: number;
  /** What it wrote to standard output. */
  readonly out: string;
  /** What it wrote to standard error. */
  readonly err: string;
}

/** Prepares to run an example with `--allow-ffi` alone, for a minute at most. */
export function exampleCommand(
  words: readonly string[],
  options: Omit<Deno.CommandOptions, "args"> = {},
  permissions: readonly string[] = ["--allow-ffi"],
): Deno.Command {
  const [command, ...args] = denoCommand;
  const [name, ...operands] = words;
  const program = ["run", "--no-prompt", ...permissions, `examples/${name}.ts`];
  return new Deno.Command(command, {
    ...options,
    args: [...args, ...program, ...operands],
    cwd: new URL("../..", import.meta.url),
    env: { NO_COLOR: "1" },
    signal: AbortSignal.timeout(60_000),
  });
}

/** Runs an example to its end, with `--allow-ffi` alone. */
export function runExample(...words: string[]): Promise<ExampleOutcome> {
  return outcomeOf(exampleCommand(words, { stdin: "null" }));
}

/** Runs a prepared example to its end. */
export async function outcomeOf(
  command: Deno.Command,
): Promise<ExampleOutcome> {
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}
