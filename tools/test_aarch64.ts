/**
 * `deno task test:aarch64`: runs the tests on aarch64, emulated by QEMU if this
 * machine has another CPU.
 *
 * The arguments are those of `deno task test`. Without a path it runs all tests
 * except `tests/docs` and `tests/tools`, which do not depend on the CPU. There
 * is no type check, since it is slow under emulation and its result is the
 * same.
 *
 * @module
 */

import { ROOT } from "./command.ts";
import { parseArgs, type Request, runRequest } from "./test_plan.ts";

/** The newest version of Deno with a build for aarch64 in the npm registry. */
const VERSION = "2.9.5";

const QEMU = "qemu-aarch64-static";

/** The Debian packages, each with a file that shows that it is installed. */
const PACKAGES: Readonly<Record<string, string>> = {
  "qemu-user-static": `/usr/bin/${QEMU}`,
  "libc6:arm64": "/lib/aarch64-linux-gnu/libc.so.6",
  "libgcc-s1:arm64": "/lib/aarch64-linux-gnu/libgcc_s.so.1",
};

/** The folders of `tests/` that do not depend on the CPU, or hold no tests. */
const LEFT_OUT = ["_support", "data", "docs", "tools"];

/** The time limit of each program of the set-up. */
const LIMIT_MS = 5 * 60_000;

/** A missing requirement, described for the user. */
class SetupError extends Error {}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Runs a program; its output is shown only if it fails. */
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
    throw new SetupError(`Missing: ${names} (can be installed on Debian only)`);
  }
  if (Deno.uid() !== 0) {
    throw new SetupError(`Missing: ${names} (can be installed by root only)`);
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

/** Returns the path of Deno for aarch64, which is downloaded once. */
async function fetchDeno(cache: string): Promise<string> {
  const path = `${cache}/deno-${VERSION}-aarch64`;
  if (exists(path)) return path;
  await Deno.mkdir(cache, { recursive: true });
  const directory = await Deno.makeTempDir({ dir: cache });
  try {
    // npm refuses to install a package for another CPU, but packs it.
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

/** Parses the arguments of `deno task test:aarch64`. */
function request(): Request {
  const asked = parseArgs(Deno.args);
  if (asked.paths.length > 0) return asked;
  const tests = new URL("tests/", ROOT);
  const folders = Array.from(Deno.readDirSync(tests), ({ name }) => name)
    .filter((name) => !LEFT_OUT.includes(name)).sort();
  return { ...asked, paths: folders.map((name) => new URL(name, tests)) };
}

async function runEmulated(): Promise<number> {
  if (Deno.build.os !== "linux") {
    throw new SetupError("only Linux can run them");
  }
  await installPackages();
  const cache = cacheDirectory();
  return await runRequest({
    deno: [QEMU, await fetchDeno(cache)],
    // A separate cache: two versions of Deno would delete each other's files.
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
