/**
 * `deno task test:aarch64`: the tests on the second CPU, emulated by QEMU where
 * this machine is another one.
 *
 * Arguments are those of `deno task test`. Without a path it takes all tests but those of
 * `tests/docs` and `tests/tools`, which read files and call nothing. Types are
 * not checked again, since that is slow under emulation and the same on both.
 *
 * @module
 */

import { ROOT } from "./command.ts";
import { parseArgs, type Request, runRequest } from "./test_plan.ts";

/** The newest one with a build for aarch64 in the npm registry. */
const VERSION = "2.9.5";

const QEMU = "qemu-aarch64-static";

/** The Debian packages, and the file by which to know that one is there. */
const PACKAGES: Readonly<Record<string, string>> = {
  "qemu-user-static": `/usr/bin/${QEMU}`,
  "libc6:arm64": "/lib/aarch64-linux-gnu/libc.so.6",
  "libgcc-s1:arm64": "/lib/aarch64-linux-gnu/libgcc_s.so.1",
};

/** What of `tests/` does not differ from CPU to CPU, or holds no tests. */
const LEFT_OUT = ["_support", "data", "docs", "tools"];

/** How long one program of the set-up may take. */
const LIMIT_MS = 5 * 60_000;

/** What stands in the way of running the tests, for the user to read. */
class SetupError extends Error {}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Runs a program, silent unless it fails. */
async function run(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<void> {
  const command = [program, ...args].join(" ");
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(program, {
      args: [...args],
      env,
      signal: AbortSignal.timeout(LIMIT_MS),
    }).output();
  } catch (cause) {
    throw new SetupError(`Cannot run ${command}: ${cause}`, { cause });
  }
  if (output.success) return;
  const decoder = new TextDecoder();
  throw new SetupError(
    `${command} failed with ${output.signal ?? output.code}:\n` +
      decoder.decode(output.stdout) + decoder.decode(output.stderr),
  );
}

async function installPackages(): Promise<void> {
  const missing = Object.keys(PACKAGES).filter((name) =>
    !exists(PACKAGES[name]!)
  );
  if (missing.length === 0) return;
  const names = missing.join(" ");
  if (!exists("/usr/bin/apt-get")) {
    throw new SetupError(`Missing: ${names} (only Debian can install them)`);
  }
  if (Deno.uid() !== 0) {
    throw new SetupError(`Missing: ${names} (only root can install them)`);
  }
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const apt = ["-qq", "-o", "DPkg::Lock::Timeout=60"];
  await run("dpkg", ["--add-architecture", "arm64"]);
  await run("apt-get", [...apt, "update"], env);
  await run("apt-get", [
    ...apt,
    "install",
    "--yes",
    "--no-install-recommends",
    ...missing,
  ], env);
}

function cacheDirectory(): string {
  const caches = Deno.env.get("XDG_CACHE_HOME") ||
    `${Deno.env.get("HOME")}/.cache`;
  return `${caches}/hostkit`;
}

/** Returns the path of a Deno for aarch64, fetched at the first time. */
async function fetchDeno(cache: string): Promise<string> {
  const path = `${cache}/deno-${VERSION}-aarch64`;
  if (exists(path)) return path;
  await Deno.mkdir(cache, { recursive: true });
  const directory = await Deno.makeTempDir({ dir: cache });
  try {
    // npm refuses to install for another CPU, but packs for any.
    await run("npm", [
      "pack",
      "--silent",
      `--pack-destination=${directory}`,
      `@deno/linux-arm64-glibc@${VERSION}`,
    ]);
    const archive = `${directory}/deno-linux-arm64-glibc-${VERSION}.tgz`;
    await run("tar", ["-xzf", archive, "-C", directory, "package/deno"]);
    await Deno.rename(`${directory}/package/deno`, path);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
  return path;
}

/** Reads the words after `deno task test:aarch64`. */
function request(): Request {
  const asked = parseArgs(Deno.args);
  if (asked.paths.length > 0) return asked;
  const tests = new URL("tests/", ROOT);
  const folders = Array.from(Deno.readDirSync(tests), ({ name }) => name)
    .filter((name) => !LEFT_OUT.includes(name)).sort();
  return { ...asked, paths: folders.map((name) => new URL(name, tests)) };
}

async function runEmulated(): Promise<number> {
  if (Deno.build.os !== "linux") throw new SetupError("Only Linux can do this");
  await installPackages();
  const cache = cacheDirectory();
  return await runRequest({
    deno: [QEMU, await fetchDeno(cache)],
    // A cache of its own: two versions would wipe each other's.
    env: { HOSTKIT_QEMU: "1", DENO_DIR: `${cache}/deno-dir-aarch64` },
  }, request());
}

async function main(): Promise<number> {
  if (Deno.build.arch === "aarch64") {
    return await runRequest({ deno: [Deno.execPath()] }, request());
  }
  try {
    return await runEmulated();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    // deno-lint-ignore no-console -- a command's output
    console.error(`Cannot run the tests on aarch64. ${error.message}`);
    return 1;
  }
}

if (import.meta.main) main().then(Deno.exit);
