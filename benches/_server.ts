/**
 * Running servers.
 *
 * @module
 */

import { findMount } from "../fuse/mount/internal.ts";
import { kill, run } from "./_child.ts";

/**
 * The line that hostkit's servers print when they are ready, with all options
 * granted.
 */
export const READY = "ready\n";

const START_MS = 20_000;
const STOP_MS = 5_000;
const POLL_MS = 20;

/** A running server; the end of its scope unmounts it. */
export interface RunningServer extends AsyncDisposable {
  /** The server's process. */
  readonly pid: number;
  /** Its standard output, once it has ended. */
  readonly stdout: Promise<string>;
  /** Its standard error, once it has ended. */
  readonly stderr: Promise<string>;
}

/**
 * Starts a server and waits until it is mounted.
 *
 * @param words The words that start it.
 * @param dir The mount point.
 * @param ready The line that it prints when it is ready, if any.
 * @throws {Error} If it does not mount; the message has its output.
 */
export async function startServer(
  words: readonly string[],
  dir: string,
  ready = "",
): Promise<RunningServer> {
  const child = new Deno.Command(words[0]!, {
    args: words.slice(1),
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let said = "";
  const stdout = (async () => {
    const text = child.stdout.pipeThrough(new TextDecoderStream());
    for await (const part of text) said += part;
    return said;
  })();
  const stderr = new Response(child.stderr).text();
  let running = true;
  child.status.then(() => running = false);
  const server: RunningServer = {
    pid: child.pid,
    stdout,
    stderr,
    async [Symbol.asyncDispose](): Promise<void> {
      // A client may be blocked in the mount, and ends with the server.
      const timer = setTimeout(() => kill(child), STOP_MS);
      try {
        if (findMount(dir)) await run(["umount", "-l", dir]);
      } finally {
        await child.status;
        clearTimeout(timer);
      }
    },
  };
  const end = performance.now() + START_MS;
  while (running && performance.now() < end) {
    if (findMount(dir) && said.startsWith(ready)) return server;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  await server[Symbol.asyncDispose]();
  const [reason] = (await stderr).trim().split("\n");
  throw new Error(reason || "it does not mount");
}
