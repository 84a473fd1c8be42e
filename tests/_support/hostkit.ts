/**
 * The `hostkit` command as a program of its own.
 *
 * @module
 */

import { type Outcome, run } from "./client.ts";
import { denoCommand } from "./platform.ts";

const ARGS = [
  "run",
  "--no-prompt",
  "--allow-all",
  `${import.meta.dirname}/../../cli/mod.ts`,
];

/** How long a mount may last: as long as a test that mounts. */
const LIMIT_MS = 180_000;

/** The words that start it. */
export const hostkitCommand: readonly [string, ...string[]] = [
  ...denoCommand,
  ...ARGS,
];

/** Runs it to its end. */
export function hostkit(...args: string[]): Promise<Outcome> {
  return run(...hostkitCommand, ...args);
}

/** A `hostkit mount` that has mounted; killed if it outlives its scope. */
export class RunningHostkit implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #stderr: Promise<string>;
  readonly #timer: ReturnType<typeof setTimeout>;
  /** What it wrote to standard output so far. */
  stdout = "";

  constructor(command: readonly string[]) {
    const [program, ...args] = command;
    this.#child = new Deno.Command(program!, {
      args,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#reader = this.#child.stdout.getReader();
    this.#stderr = new Response(this.#child.stderr).text();
    this.#timer = setTimeout(() => this.#killIfRunning(), LIMIT_MS);
  }

  /** Starts it; returns once it has printed something, or has ended. */
  static start(...args: string[]): Promise<RunningHostkit> {
    return RunningHostkit.startUnder([], ...args);
  }

  /** The same, started by another program such as strace(1). */
  static async startUnder(
    starter: readonly string[],
    ...args: string[]
  ): Promise<RunningHostkit> {
    const command = [...starter, ...hostkitCommand, ...args];
    const running = new RunningHostkit(command);
    await running.#read();
    return running;
  }

  /** Sends it a signal. */
  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Waits for its end, which a signal may bring about. */
  async end(signal?: Deno.Signal): Promise<Outcome> {
    if (signal !== undefined) this.kill(signal);
    while (await this.#read());
    const { code } = await this.#child.status;
    clearTimeout(this.#timer);
    return { code, stdout: this.stdout, stderr: await this.#stderr };
  }

  /** Kills it if it still runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#killIfRunning();
    await this.end();
  }

  #killIfRunning(): void {
    try {
      this.kill("SIGKILL");
    } catch {
      // It has ended.
    }
  }

  async #read(): Promise<boolean> {
    const { value, done } = await this.#reader.read();
    if (!done) this.stdout += new TextDecoder().decode(value);
    return !done;
  }
}
