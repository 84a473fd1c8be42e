/**
 * Programs that access a mount: always as other processes and with a time
 * limit, since a lost answer would make them wait forever.
 *
 * @module
 */

import { checkText } from "../../../ffi/internal.ts";

/** The time limit of a program, in seconds. */
const LIMIT_S = "100";
const DECODER = new TextDecoder();

/** The outcome of a program. */
export interface Outcome {
  /** The exit status; 124 or 137 if the program exceeded the time limit. */
  readonly code: number;
  /** The program's standard output. */
  readonly stdout: string;
  /** The program's standard error. */
  readonly stderr: string;
}

/**
 * Runs a program to its end, for 100 seconds at most, in the locale `C.UTF-8`.
 *
 * @param program The program's name or path.
 * @param args The program's arguments.
 *
 * @example Usage
 * ```ts
 * import { run } from "@hostkit/hostkit/fuse/fs/testing";
 *
 * const { code, stderr } = await run("cat", "/nowhere");
 * console.assert(code === 1 && stderr.includes("No such file"));
 * ```
 */
export async function run(
  program: string,
  ...args: string[]
): Promise<Outcome> {
  if (checkText("program", program).includes("\0")) {
    throw new TypeError("program must have no NUL");
  }
  const { code, stdout, stderr } = await new Deno.Command("timeout", {
    args: ["-k", "1", LIMIT_S, program, ...args],
    env: { LC_ALL: "C.UTF-8" },
    stdin: "null",
  }).output();
  return {
    code,
    stdout: DECODER.decode(stdout),
    stderr: DECODER.decode(stderr),
  };
}

/**
 * Runs a program as {@linkcode run} does; throws if it fails.
 *
 * @param program The program's name or path.
 * @param args The program's arguments.
 * @returns The program's standard output.
 * @throws {Error} If the program fails, with its standard error.
 *
 * @example Usage
 * ```ts
 * import { output } from "@hostkit/hostkit/fuse/fs/testing";
 *
 * console.assert(await output("echo", "hello") === "hello\n");
 * ```
 */
export async function output(
  program: string,
  ...args: string[]
): Promise<string> {
  const { code, stdout, stderr } = await run(program, ...args);
  if (code === 0) return stdout;
  throw new Error(`${program} ${args.join(" ")}: exit ${code}: ${stderr}`);
}

/**
 * Calls a function of a module in another Deno process, as {@linkcode run}.
 *
 * @param module The module's URL, such as `import.meta.resolve("./client.ts")`.
 * @param name The name of the exported function.
 * @param args The function's arguments, which must be representable as JSON.
 * @returns The function's result, awaited and passed as JSON.
 * @throws {Error} If the function throws, with its message.
 *
 * @example Usage
 * ```ts ignore
 * import { callInProcess } from "@hostkit/hostkit/fuse/fs/testing";
 *
 * // client.ts: export const read = (path: string) => Deno.readTextFileSync(path);
 * const client = import.meta.resolve("./client.ts");
 * const text = await callInProcess<string>(client, "read", "/mnt/hello/hello");
 * ```
 */
export async function callInProcess<T>(
  module: string | URL,
  name: string,
  ...args: unknown[]
): Promise<T> {
  const words = [
    ...["run", "--quiet", "--no-prompt", "--allow-all"],
    import.meta.resolve("./_call.ts"),
    ...[new URL(module).href, name, JSON.stringify(args)],
  ];
  return JSON.parse(await output(Deno.execPath(), ...words)).result;
}

/** A program that has a file open. */
export interface Holder extends AsyncDisposable {
  /** Lets the program finish; returns its standard output. */
  end(): Promise<string>;
}

/**
 * Starts a program that opens a file and keeps it open until the scope of the
 * returned object ends.
 *
 * @param path The file or directory.
 * @param script A shell script to run at the end; the file is descriptor 3
 * (`<&3`).
 * @throws {Error} If the program cannot open it.
 *
 * @example Usage
 * ```ts
 * import { holdOpen } from "@hostkit/hostkit/fuse/fs/testing";
 *
 * const path = await Deno.makeTempFile();
 * await using holder = await holdOpen(path, "cat <&3");
 * await Deno.writeTextFile(path, "written while it is open");
 * console.assert(await holder.end() === "written while it is open");
 * await Deno.remove(path);
 * ```
 */
export async function holdOpen(path: string, script = ""): Promise<Holder> {
  const hold = 'exec 3< "$1" && echo && read line; ';
  const child = new Deno.Command("timeout", {
    args: ["-k", "1", LIMIT_S, "sh", "-c", hold + script, "sh", path],
    env: { LC_ALL: "C" },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const { done } = await reader.read();
  const end = async (): Promise<string> => {
    await child.stdin.close().catch(() => {});
    let said = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      said += DECODER.decode(value);
    }
    await child.status;
    return said;
  };
  if (!done) return { end, [Symbol.asyncDispose]: () => end().then(() => {}) };
  await end();
  throw new Error(`Cannot open ${path} in another process`);
}
