/**
 * Servers while they are measured.
 *
 * @module
 */

import { findMount } from "../fuse/mount_info.ts";
import { kill, run } from "./_child.ts";

const START_MS = 20_000;
const STOP_MS = 5_000;
const POLL_MS = 20;

/**
 * Starts a server and waits until it is mounted.
 *
 * @param words The words that start it.
 * @param dir Where it mounts.
 * @returns What unmounts it and waits for its end.
 */
export async function startServer(
  words: readonly string[],
  dir: string,
): Promise<AsyncDisposable> {
  const child = new Deno.Command(words[0]!, {
    args: words.slice(1),
    stdin: "null",
    stdout: "null",
  }).spawn();
  let running = true;
  child.status.then(() => running = false);
  const server: AsyncDisposable = {
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
    if (findMount(dir)) return server;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  await server[Symbol.asyncDispose]();
  throw new Error(`${words.join(" ")} does not mount`);
}
