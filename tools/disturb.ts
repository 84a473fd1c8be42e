/**
 * `deno run --allow-all tools/disturb.ts COMMAND…`: runs a command on a busy
 * machine, and exits with its exit code. Meanwhile
 *
 * - df(1) asks all mounts for their free space, and their list is read;
 * - two file systems are mounted and unmounted in loops;
 * - two threads keep two CPUs busy.
 *
 * If permitted, all of this runs in a separate mount namespace.
 *
 * @module
 */

import { MemFS, mountFS } from "../fuse/fs/mod.ts";
import { unshareMounts } from "../tests/_support/sys/mounts.ts";

/** The number of file systems in loops, and of busy CPUs. */
const EACH = 2;

/** The option of this program when it starts itself. */
const INSIDE = "--inside";

/** Inspects all mounts until `stop` is aborted. */
async function inspectMounts(stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    // df(1) may block on a file system that hangs in a test.
    await new Deno.Command("df", {
      stdin: "null",
      stdout: "null",
      stderr: "null",
      signal: stop,
    }).output();
    await Deno.readTextFile("/proc/self/mountinfo");
  }
}

/** Mounts and unmounts a file system until `stop` is aborted. */
async function mountInLoop(stop: AbortSignal): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "disturb-" });
  while (!stop.aborted) {
    await using _session = await mountFS(dir, new MemFS());
  }
  await Deno.remove(dir);
}

/** Starts a thread in a busy loop. */
function keepBusy(): Worker {
  const code = URL.createObjectURL(new Blob(["for (;;);"]));
  return new Worker(code, { type: "module" });
}

/** Runs a command with all disturbances; returns its exit code. */
async function disturb(program: string, args: string[]): Promise<number> {
  const stop = new AbortController();
  const command = new Deno.Command(program, { args, stdin: "null" }).spawn();
  const workers = Array.from({ length: EACH }, keepBusy);
  const disturbances = Promise.all([
    inspectMounts(stop.signal),
    ...Array.from({ length: EACH }, () => mountInLoop(stop.signal)),
  ]);
  // The disturbances last as long as the command, unless one of them fails.
  const ended = disturbances.then(() => command.status);
  const { code } = await Promise.race([command.status, ended]);
  for (const worker of workers) worker.terminate();
  stop.abort();
  await disturbances;
  return code;
}

/**
 * Starts this program again in a new mount namespace, which hides its mounts.
 */
async function startInside(args: string[]): Promise<number> {
  unshareMounts();
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", import.meta.url, INSIDE, ...args],
    stdin: "null",
  }).spawn().status;
  return code;
}

async function main(args: string[]): Promise<number> {
  const [program, ...words] = args;
  if (program === undefined) {
    // deno-lint-ignore no-console -- a command's output
    console.error("Usage: disturb COMMAND…");
    return 2;
  }
  if (program !== INSIDE) return await startInside(args);
  const [inner, ...rest] = words;
  return await disturb(inner!, rest);
}

if (import.meta.main) main(Deno.args).then(Deno.exit);
