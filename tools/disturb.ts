/**
 * `deno run --allow-all tools/disturb.ts COMMAND…`: runs a command on a busy
 * machine, and ends with its exit code. Beside it
 *
 * - df(1) and find(1) look at all that is mounted, again and again;
 * - two file systems come and go;
 * - two threads keep two CPUs busy.
 *
 * Where it can, it does so in a mount namespace of its own, with the command.
 *
 * @module
 */

import { MemFS, mountFS } from "../fuse/fs/mod.ts";
import { unshareMounts } from "../tests/_support/sys/mounts.ts";

/** How many file systems come and go, and how many CPUs are busy. */
const EACH = 2;

/** What this program calls itself with. */
const INSIDE = "--inside";

/** Looks at all mounts until told to stop. */
async function lookAround(stop: AbortSignal): Promise<void> {
  const look = async (program: string, ...args: string[]): Promise<void> => {
    // df(1) may wait for a file system that a test has hanging.
    await new Deno.Command(program, {
      args,
      stdin: "null",
      stdout: "null",
      stderr: "null",
      signal: stop,
    }).output();
  };
  while (!stop.aborted) {
    await look("df");
    await look("find", "/proc/self/mountinfo");
  }
}

/** Mounts and unmounts until told to stop. */
async function comeAndGo(stop: AbortSignal): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "disturb-" });
  while (!stop.aborted) {
    await using _session = await mountFS(dir, new MemFS());
  }
  await Deno.remove(dir);
}

/** Starts a thread that never rests. */
function keepBusy(): Worker {
  const code = URL.createObjectURL(new Blob(["for (;;);"]));
  return new Worker(code, { type: "module" });
}

/** Runs a command among the disturbances; returns its exit code. */
async function disturb(program: string, args: string[]): Promise<number> {
  const stop = new AbortController();
  const command = new Deno.Command(program, { args, stdin: "null" }).spawn();
  const workers = Array.from({ length: EACH }, keepBusy);
  const disturbances = Promise.all([
    lookAround(stop.signal),
    ...Array.from({ length: EACH }, () => comeAndGo(stop.signal)),
  ]);
  // They last as long as the command, unless one of them fails.
  const ended = disturbances.then(() => command.status);
  const { code } = await Promise.race([command.status, ended]);
  for (const worker of workers) worker.terminate();
  stop.abort();
  await disturbances;
  return code;
}

/** Starts this program again, where others do not see what it mounts. */
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
