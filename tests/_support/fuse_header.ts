/**
 * The newest `<linux/fuse.h>` there is: that of Debian's newest package
 * linux-libc-dev, or the one that is installed.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { evaluate } from "./c_compiler.ts";
import { hasProgram } from "./platform.ts";

/** Where Debian has kernels that are newer than its release. */
const SUITES = ["trixie-backports", "experimental"];
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
const PACKAGE = "linux-libc-dev";
/** How long one program may take to fetch something. */
const LIMIT_MS = 30_000;

/** A `<linux/fuse.h>` that the C compiler can read. */
export interface FuseHeader {
  /** What to include, without brackets. */
  readonly include: string;
  /** Its text. */
  readonly text: string;
  /** Where it comes from, e.g. `"linux-libc-dev 7.3.4-1"`. */
  readonly origin: string;
  /** The minor version of the protocol it declares. */
  readonly minor: number;
}

/**
 * Returns the newest header, which lies in a directory of its own from now on;
 * `undefined` if there is none that the compiler can read.
 *
 * Debian's archive is asked through apt and the mirror that is configured, in
 * lists and caches of that directory; nothing is installed.
 *
 * @param directory An empty directory for it.
 */
export function newestFuseHeader(directory: string): FuseHeader | undefined {
  const installed = attempt(() =>
    headerOf("linux/fuse.h", "installed", directory)
  );
  const downloaded = attempt(() => {
    const { version, path } = download(directory);
    return headerOf(path, `${PACKAGE} ${version}`, directory);
  });
  if (downloaded === undefined) return installed;
  if (installed === undefined) return downloaded;
  return downloaded.minor > installed.minor ? downloaded : installed;
}

/** Returns what a function does, `undefined` if it fails, and says why. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    // deno-lint-ignore no-console -- the test goes on with less
    console.log(`no header of this kind: ${(error as Error).message}`);
    return undefined;
  }
}

/** `_IOR`, which the header uses without including it, comes from sys/ioctl.h. */
function headerOf(
  path: string,
  origin: string,
  directory: string,
): FuseHeader {
  const include = `${directory}/${origin.replaceAll(/\W/g, "_")}.h`;
  Deno.writeTextFileSync(
    include,
    `#include <sys/ioctl.h>\n#include <${path}>\n`,
  );
  const [minor = 0] = evaluate(include, ["FUSE_KERNEL_MINOR_VERSION"]);
  const file = path.startsWith("/") ? path : `/usr/include/${path}`;
  return { include, text: Deno.readTextFileSync(file), origin, minor };
}

function download(directory: string): { version: string; path: string } {
  if (!hasProgram("apt-get")) throw new Error("there is no apt-get");
  Deno.mkdirSync(`${directory}/lists/partial`, { recursive: true });
  Deno.mkdirSync(`${directory}/cache/archives/partial`, { recursive: true });
  const sources = SUITES.map((suite) =>
    `deb [signed-by=${KEYRING}] ${mirror()} ${suite} main\n`
  );
  Deno.writeTextFileSync(`${directory}/sources.list`, sources.join(""));
  const options = [
    `Dir::Etc::sourcelist=${directory}/sources.list`,
    "Dir::Etc::sourceparts=-",
    `Dir::State::lists=${directory}/lists`,
    "Dir::State::status=/dev/null",
    `Dir::Cache=${directory}/cache`,
    "Acquire::Languages=none",
    "Acquire::Retries=0",
    "Acquire::http::Timeout=10",
    "APT::Sandbox::User=root",
  ].flatMap((option) => ["-o", option]);
  run("apt-get", [...options, "-qq", "update"], directory);
  const table = run("apt-cache", [...options, "madison", PACKAGE], directory);
  const versions = table.matchAll(/\| +(\S+) \|/g);
  const version = versions.map(([, version]) => version!).reduce(newer, "0");
  run(
    "apt-get",
    [...options, "-qq", "download", `${PACKAGE}=${version}`],
    directory,
  );
  const file = Array.from(Deno.readDirSync(directory), ({ name }) => name)
    .find((name) => name.endsWith(".deb"))!;
  run("dpkg-deb", ["--extract", file, "package"], directory);
  return { version, path: `${directory}/package/usr/include/linux/fuse.h` };
}

/** Returns the mirror that apt has for Debian itself. */
function mirror(): string {
  const format = "$(SITE)";
  const sites = run("apt-get", [
    ...["indextargets", "--format", format],
    ...["Label: Debian", "Created-By: Packages"],
  ]).split("\n");
  if (!sites[0]) throw new Error("apt has no mirror of Debian");
  return sites[0];
}

function newer(one: string, other: string): string {
  const { status } = spawnSync("dpkg", [
    ...["--compare-versions", one, "gt", other],
  ]);
  return status === 0 ? one : other;
}

function run(
  program: string,
  args: readonly string[],
  cwd?: string,
): string {
  const { error, status, stdout, stderr } = spawnSync(program, args, {
    ...(cwd === undefined ? {} : { cwd }),
    encoding: "utf8",
    env: { ...Deno.env.toObject(), LC_ALL: "C" },
    timeout: LIMIT_MS,
  });
  if (error) throw error;
  if (status === 0) return stdout;
  throw new Error(`${program}: ${stderr.trim().split("\n")[0]}`);
}
