/**
 * `deno task demo`: mounts two file systems in temporary directories and uses
 * them with ordinary programs, each in a separate process.
 *
 * @module
 */

import { SyscallError } from "../ffi/mod.ts";
import { type FS, HelloFS, MirrorFS, mountFS } from "../fuse/fs/mod.ts";

const TIMEOUT_MS = 30_000;
const HELP: Readonly<Record<string, string>> = {
  ENODEV: "The kernel has no FUSE. Load its module: modprobe fuse",
  ENOENT: "The kernel has no FUSE. Load its module: modprobe fuse",
  EACCES: "This user may not open /dev/fuse. Run the demo as root.",
  EPERM:
    "Mounting needs CAP_SYS_ADMIN. Run the demo as root; in a container, " +
    "start it with --cap-add SYS_ADMIN --device /dev/fuse",
};

function print(line = ""): void {
  // deno-lint-ignore no-console -- printing is what a demonstration does
  console.log(line);
}

/** Runs a shell command; prints the command and its output. */
async function run(command: string): Promise<string> {
  print(`  $ ${command}`);
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", command],
    stdin: "null",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).output();
  const decoder = new TextDecoder();
  const text = decoder.decode(stdout) + decoder.decode(stderr);
  for (const line of text.split("\n").slice(0, -1)) print(`    ${line}`);
  if (code !== 0) throw new Error(`"${command}" ended with status ${code}`);
  return text;
}

/** Mounts a file system while `use` runs. */
async function withMount(
  title: string,
  fs: FS,
  use: (dir: string) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "hostkit-demo-" });
  try {
    print(title);
    await using session = await mountFS(dir, fs, { readOnly: true });
    print(`  mounted on ${session.mountpoint}`);
    await use(session.mountpoint);
    await session.unmount();
    print("  unmounted\n");
  } finally {
    await Deno.remove(dir);
  }
}

async function makeSource(): Promise<string> {
  const source = await Deno.makeTempDir({ prefix: "hostkit-source-" });
  await Deno.mkdir(`${source}/letters/greek`, { recursive: true });
  await Deno.writeTextFile(`${source}/letters/latin.txt`, "a b c\n");
  await Deno.writeTextFile(`${source}/letters/greek/small.txt`, "α β γ\n");
  await Deno.symlink("letters/latin.txt", `${source}/link`);
  const megabytes = new Uint8Array(8 << 20);
  for (let at = 0; at < megabytes.length; at += 65536) {
    crypto.getRandomValues(megabytes.subarray(at, at + 65536));
  }
  await Deno.writeFile(`${source}/random.bin`, megabytes);
  return source;
}

async function demo(): Promise<void> {
  await withMount(
    "A file system of one file, written in TypeScript:",
    new HelloFS(),
    async (dir) => {
      await run(`ls -l ${dir}`);
      await run(`cat ${dir}/hello`);
    },
  );
  const source = await makeSource();
  try {
    await withMount(
      "A directory of this machine, served through the kernel:",
      new MirrorFS(source),
      async (dir) => {
        await run(`ls -lR ${dir}`);
        await run(`cat ${dir}/link ${dir}/letters/greek/small.txt`);
        await run(`diff -r --no-dereference ${source} ${dir} && echo same`);
        const [original, mirrored] = [
          await run(`sha256sum < ${source}/random.bin`),
          await run(`sha256sum < ${dir}/random.bin`),
        ];
        if (original !== mirrored) throw new Error("The checksums differ");
      },
    );
  } finally {
    await Deno.remove(source, { recursive: true });
  }
  print("Done. Mount a directory of your own:");
  print("  deno task hostkit mount mirror SOURCE DIR --read-only");
}

function fail(error: unknown): never {
  const hint = error instanceof SyscallError && /fuse|mount/.test(error.message)
    ? `\n${HELP[error.code] ?? ""}`
    : "";
  const message = error instanceof Error ? error.message : error;
  // deno-lint-ignore no-console -- errors go to standard error
  console.error(`\ndemo: ${message}${hint}`);
  Deno.exit(1);
}

if (import.meta.main) demo().catch(fail);
