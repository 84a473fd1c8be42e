/**
 * Programs of an ordinary user, who has neither privilege nor files.
 *
 * @module
 */

import { output } from "./client.ts";
import type { Scene } from "./mount.ts";
import { canMount, hasProgram } from "./platform.ts";

const ROOT = `${import.meta.dirname}/../..`;

/** What has to be there. */
export const USER_PROGRAMS = ["unshare", "setpriv"];

/** The words that make a program nobody's, without any privilege. */
const AS_NOBODY = [
  "setpriv",
  "--reuid=65534",
  "--regid=65534",
  "--clear-groups",
  "--inh-caps=-all",
] as const;

/** The words that start a program as root of a user namespace of its own. */
export const IN_NAMESPACE = [
  "unshare",
  "--user",
  "--map-root-user",
  "--mount",
] as const;

/** Whether this machine gives everybody such a namespace. */
export const hasUserNamespaces = canMount && USER_PROGRAMS.every(hasProgram) &&
  new Deno.Command(AS_NOBODY[0], {
    args: [...AS_NOBODY.slice(1), ...IN_NAMESPACE, "true"],
    stderr: "null",
  }).outputSync().success;

/** Whether an ordinary user may mount with the help of fusermount3. */
export const hasFusermount = hasProgram("fusermount3") &&
  USER_PROGRAMS.every(hasProgram);

/** The world of an ordinary user. */
export interface UserOptions {
  /** The mode of `/dev/fuse`. Default: everybody may open it. */
  fuseMode?: "600" | "666";
  /** What `/etc/fuse.conf` says, where there is one. */
  fuseConf?: string;
  /** Variables of the environment. */
  env?: Readonly<Record<string, string>>;
  /** The words that start the program. */
  wrapper?: readonly string[];
}

let home: string | undefined;

/**
 * Returns a directory for what the user runs, and for Deno's cache. It is the
 * same until this process ends, so that the repository is compiled once.
 */
async function userHome(): Promise<string> {
  if (home !== undefined) return home;
  const dir = home = await Deno.makeTempDir();
  addEventListener("unload", () => Deno.removeSync(dir, { recursive: true }));
  await Deno.chmod(dir, 0o755);
  await Deno.mkdir(`${dir}/cache`);
  await Deno.chown(`${dir}/cache`, 65534, 65534);
  await Deno.mkdir(`${dir}/repository`);
  await Deno.writeFile(`${dir}/deno`, new Uint8Array());
  return dir;
}

/**
 * Runs a program of this repository as an ordinary user, in a mount namespace
 * of its own; its first argument is the path of an empty directory that the
 * user owns.
 *
 * @returns The JSON that it prints.
 */
export async function asUser(
  scene: Scene,
  program: string,
  args: readonly unknown[] = [],
  { fuseMode = "666", fuseConf = "", env = {}, wrapper = [] }: UserOptions = {},
  // deno-lint-ignore no-explicit-any -- it is whatever the program says
): Promise<any> {
  // The user may read neither this repository nor Deno's directory, so both
  // get another name.
  const script = `
set -e
umask 022
mkdir -p "$1/private"
mount -t tmpfs -o mode=755 none "$1/private"
cd "$1/private"
mkdir mnt
mount --bind "$2" "$6/repository"
mount --bind "$3" "$6/deno"
chown 65534:65534 mnt
mknod -m "$4" fuse c 10 229
chown 0:0 fuse
mount --bind fuse /dev/fuse
printf %s "$5" > fuse.conf
[ ! -e /etc/fuse.conf ] || mount --bind fuse.conf /etc/fuse.conf
umount /sys/fs/fuse/connections 2> /dev/null || :
export DENO_DIR="$6/cache" HOME=/
shift 6
exec ${AS_NOBODY.join(" ")} "$@"
`;
  const home = await userHome();
  const text = await output(
    "unshare",
    "--mount",
    "sh",
    "-c",
    script,
    "sh",
    scene.dir,
    ROOT,
    Deno.execPath(),
    fuseMode,
    fuseConf,
    home,
    "env",
    ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
    ...wrapper,
    `${home}/deno`,
    "run",
    "--no-prompt",
    "--no-config",
    "--no-lock",
    "--allow-all",
    `${home}/repository/${program}`,
    `${scene.dir}/private/mnt`,
    ...args.map((arg) => JSON.stringify(arg)),
  );
  return JSON.parse(text);
}
