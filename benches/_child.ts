/**
 * Child processes with a time limit.
 *
 * @module
 */

/** The time limit of a child process. */
const LIMIT_MS = 60_000;

/**
 * Runs a program to its end and returns its standard output.
 *
 * @param words The program and its arguments.
 * @param interrupted A promise that rejects when the whole run must end early.
 * @throws {Error} If the program fails, is interrupted or takes more than a
 * minute. It may then live on until the server that it waits for has ended.
 */
export async function run(
  words: readonly string[],
  interrupted?: Promise<never>,
): Promise<string> {
  const child = new Deno.Command(words[0]!, {
    args: words.slice(1),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`${words.join(" ")} takes too long`)),
    LIMIT_MS,
  );
  try {
    const { success, stdout, stderr } = await Promise.race([
      child.output(),
      late,
      ...interrupted ? [interrupted] : [],
    ]);
    const decoder = new TextDecoder();
    if (success) return decoder.decode(stdout);
    throw new Error(`${words.join(" ")}: ${decoder.decode(stderr)}`);
  } catch (error) {
    kill(child);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Does the same as {@linkcode run}, but blocks the event loop. */
export function runSync(
  words: readonly string[],
  options: Pick<Deno.CommandOptions, "cwd" | "env"> = {},
): string {
  const [program, ...args] = words;
  const { success, stdout, stderr } = new Deno.Command(program!, {
    ...options,
    args,
  }).outputSync();
  const decoder = new TextDecoder();
  if (success) return decoder.decode(stdout);
  throw new Error(`${words.join(" ")}: ${decoder.decode(stderr)}`);
}

/** Kills a child process unless it has ended. */
export function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}
