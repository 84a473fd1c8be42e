/**
 * Scripts that run in a process of their own.
 *
 * @module
 */

import { denoCommand } from "./platform.ts";

const ROOT = new URL("../../", import.meta.url);
const LIMIT_MS = 60_000;

/** How to run a script. */
export interface ScriptOptions {
  /** What `deno run` is told; without a permission, it has none. */
  readonly options?: readonly string[];
  /** The script's arguments. */
  readonly args?: readonly string[];
  /** What starts Deno, if not this process itself: the words before it. */
  readonly before?: readonly string[];
  /** Where it runs; the configuration is found from there. */
  readonly cwd?: URL | string;
}

/** Runs a script and returns all that it prints, errors last. */
export async function runScript(
  script: string,
  { options = [], args = [], before = [], cwd = ROOT }: ScriptOptions = {},
): Promise<string> {
  const run = [...denoCommand, "run", "--no-prompt", ...options, "-", ...args];
  const [program, ...words] = [...before, ...run];
  await using child = new Deno.Command(program!, {
    args: words,
    cwd,
    env: { NO_COLOR: "1" },
    signal: AbortSignal.timeout(LIMIT_MS),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(script));
  await writer.close();
  const { stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return decoder.decode(stdout) + decoder.decode(stderr);
}
