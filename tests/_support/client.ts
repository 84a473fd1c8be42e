/**
 * Programs that look into a mount: always other processes, and never without
 * a time limit, since a lost answer would leave them waiting for ever.
 *
 * @module
 */

import { assertEquals } from "@std/assert";

/** How long a program may take, in seconds. */
const LIMIT_S = "100";
const DECODER = new TextDecoder();

/** How a program ended. */
export interface Outcome {
  /** Its exit status. */
  readonly code: number;
  /** What it wrote to standard output. */
  readonly stdout: string;
  /** What it wrote to standard error. */
  readonly stderr: string;
}

/** Runs a program to its end. */
export async function run(
  program: string,
  ...args: string[]
): Promise<Outcome> {
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

/** Runs a program that must succeed; returns its standard output. */
export async function output(
  program: string,
  ...args: string[]
): Promise<string> {
  const { code, stdout, stderr } = await run(program, ...args);
  assertEquals(code, 0, `${program} ${args.join(" ")}: ${stderr}`);
  return stdout;
}

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
  return JSON.parse(await output("python3", ...words));
}

/** A program that has a file open. */
export interface Holder extends AsyncDisposable {
  /** Lets it go on to its end; returns what it wrote to standard output. */
  end(): Promise<string>;
}

/**
 * Starts a program that opens a file and keeps it until its scope ends.
 *
 * @param path The file or directory.
 * @param script What it does then, in the shell's words; the file is `<&3`.
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
