/**
 * Servers while they are measured.
 *
 * @module
 */

import { findMount } from "../fuse/mount_info.ts";
import { kill, run } from "./_child.ts";

/** What our own servers print once they serve as they were told. */
export const READY = "ready\n";

const START_MS = 20_000;
const STOP_MS = 5_000;
const POLL_MS = 20;

/** A server that is mounted: the end of its scope unmounts it. */
export interface RunningServer extends AsyncDisposable {
  /** Its process. */
  readonly pid: number;
  /** What it wrote to standard output, once it has ended. */
  readonly stdout: Promise<string>;
  /** What it wrote to standard error, once it has ended. */
  readonly stderr: Promise<string>;
}

/**
 * Starts a server and waits until it is mounted.
 *
 * @param words The words that start it.
 * @param dir Where it mounts.
 * @param ready What it prints once it serves as it was told, if anything.
 * @throws {Error} With what it said if it does not mount.
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
      // A client may be stuck in it: then it ends with the server.
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
