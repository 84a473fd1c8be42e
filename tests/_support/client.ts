/**
 * Programs that look into a mount: always other processes, and never without
 * a time limit.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { output } from "../../fuse/fs/testing/mod.ts";

export { inClient } from "./client_process.ts";
export {
  type Holder,
  holdOpen,
  type Outcome,
  output,
  run,
} from "../../fuse/fs/testing/mod.ts";

/** What every script has. `attempt` turns an error into its name. */
const PRELUDE = `
import errno, json, os, sys, threading

def say(value):
    print(json.dumps(value), flush=True)

def attempt(call, *args, **options):
    try:
        return call(*args, **options)
    except OSError as error:
        return errno.errorcode[error.errno]

def read(path):
    with open(path, "rb") as file:
        return file.read().decode("latin-1")

def stat(path):
    s = os.stat(path, follow_symlinks=False)
    return dict(ino=str(s.st_ino), mode=s.st_mode, nlink=s.st_nlink,
                uid=s.st_uid, gid=s.st_gid, size=s.st_size,
                mtime=str(s.st_mtime_ns), rdev=s.st_rdev, blocks=s.st_blocks)

mnt, args = sys.argv[1], json.loads(sys.argv[2])
`;

/**
 * Runs a Python script; returns the one value that it hands to `say`.
 *
 * The script knows the mount point as `mnt`, the other arguments as `args`, and
 * has `attempt`, `read` and `stat`. Like the library, Python writes a byte of a
 * name that is not UTF-8 as a lone surrogate.
 */
export async function python(
  mnt: string,
  script: string,
  ...args: unknown[]
  // deno-lint-ignore no-explicit-any -- it is whatever the script says
): Promise<any> {
  const words = ["-c", PRELUDE + script, mnt, JSON.stringify(args)];
  // deno-lint-ignore house/programs-asked -- whoever calls it asks
  return JSON.parse(await output("python3", ...words));
}

/**
 * Runs a program and interrupts it, as Ctrl-C does, once `started` is settled.
 * Fails unless that ends it.
 */
export async function runAndInterrupt(
  started: Promise<unknown>,
  program: string,
  ...args: string[]
): Promise<void> {
  const child = new Deno.Command(program, {
    args,
    stdout: "null",
    stderr: "null",
  }).spawn();
  await started;
  child.kill("SIGINT");
  assertEquals((await child.status).signal, "SIGINT");
}
