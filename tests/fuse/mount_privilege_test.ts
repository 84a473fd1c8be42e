import { assertEquals, assertStringIncludes } from "@std/assert";
import { output } from "../_support/client.ts";
import { mountTest, type Scene } from "../_support/mount.ts";
import { canMount, hasProgram } from "../_support/platform.ts";

const ROOT = `${import.meta.dirname}/../..`;
const TRY_MOUNT = "tests/fuse/_try_mount.ts";

const PROGRAMS = ["unshare", "setpriv"];

/** The words that make a program nobody's, without any privilege. */
const AS_NOBODY = [
  "setpriv",
  "--reuid=65534",
  "--regid=65534",
  "--clear-groups",
  "--inh-caps=-all",
] as const;

/** The words that start a program as root of a user namespace of its own. */
const IN_NAMESPACE = [
  "unshare",
  "--user",
  "--map-root-user",
  "--mount",
] as const;

/** Whether this machine gives everybody such a namespace. */
const hasUserNamespaces = canMount && PROGRAMS.every(hasProgram) &&
  new Deno.Command(AS_NOBODY[0], {
    args: [...AS_NOBODY.slice(1), ...IN_NAMESPACE, "true"],
    stderr: "null",
  }).outputSync().success;

/** What `_try_mount.ts` says where nobody has a privilege. */
async function tryMountAsNobody(
  scene: Scene,
  fuseMode: string,
  ...wrapper: string[]
): Promise<Record<string, unknown>> {
  // The user may read neither this repository nor Deno's directory, so both
  // get another name in a mount namespace of their own.
  const script = `
set -e
umask 022
mkdir "$1/private"
mount -t tmpfs -o mode=755 none "$1/private"
cd "$1/private"
mkdir repository cache mnt
touch deno
mount --bind "$2" repository
mount --bind "$3" deno
chown 65534:65534 cache mnt
mknod -m "$4" fuse c 10 229
chown 0:0 fuse
mount --bind fuse /dev/fuse
export DENO_DIR="$1/private/cache" HOME=/
shift 4
exec ${AS_NOBODY.join(" ")} "$@"
`;
  const private_ = `${scene.dir}/private`;
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
    ...wrapper,
    `${private_}/deno`,
    "run",
    "--no-prompt",
    "--no-config",
    "--no-lock",
    "--allow-all",
    `${private_}/repository/${TRY_MOUNT}`,
    `${private_}/mnt`,
  );
  return JSON.parse(text);
}

mountTest(
  "mount() throws EACCES where the device may not be opened",
  async (scene) => {
    const { code, syscall, message, left, mounted } = await tryMountAsNobody(
      scene,
      "600",
    );
    assertEquals({ code, syscall, left, mounted }, {
      code: "EACCES",
      syscall: "open",
      left: 0,
      mounted: [],
    });
    assertStringIncludes(String(message), '"/dev/fuse"');
    assertStringIncludes(String(message), "run as root");
  },
  { programs: PROGRAMS },
);

mountTest(
  "mount() throws EPERM with a hint without the privilege to mount",
  async (scene) => {
    const { code, syscall, message, left, mounted } = await tryMountAsNobody(
      scene,
      "666",
    );
    assertEquals({ code, syscall, left, mounted }, {
      code: "EPERM",
      syscall: "mount",
      left: 0,
      mounted: [],
    });
    assertStringIncludes(String(message), "CAP_SYS_ADMIN");
  },
  { programs: PROGRAMS },
);

mountTest(
  "mount() needs no privilege in a user namespace of one's own",
  async (scene) => {
    const { code, message, left, mounted } = await tryMountAsNobody(
      scene,
      "666",
      ...IN_NAMESPACE,
    );
    assertEquals({ code, left, mounted }, {
      code: "mounted",
      left: 0,
      mounted: [],
    }, String(message));
  },
  { programs: PROGRAMS, ignore: !hasUserNamespaces },
);
