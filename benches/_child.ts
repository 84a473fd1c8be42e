/**
 * Child processes that end in time.
 *
 * @module
 */

/** How long one may take. */
const LIMIT_MS = 60_000;

/**
 * Runs a program to its end and returns its standard output.
 *
 * @param words The program and its arguments.
 * @param interrupted Rejects when the whole run is to end early.
 * @throws {Error} If it fails, is interrupted or takes more than a minute. It
 * may then live on until the server it waits for is gone.
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

/** The same for the moment that the event loop stands still. */
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

/** Kills a child unless it has ended by itself. */
export function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}
