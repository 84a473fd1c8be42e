import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { SyscallError } from "../../ffi/mod.ts";
import {
  type Conn,
  GetattrRequest,
  GetattrResponse,
  LookupRequest,
  mount,
  type MountOptions,
  MountpointDoesNotExistError,
  unmount,
} from "../../fuse/mod.ts";
import { findMount } from "../../fuse/mount_info.ts";
import { HelloFS, serve } from "../../fuse/fs/mod.ts";
import { output, python, run } from "../_support/client.ts";
import { assertNoFdLeak } from "../_support/leaks.ts";
import { mountTest, type Scene } from "../_support/mount.ts";
import { directory, file, fsOf } from "../_support/nodes.ts";
import { denoCommand } from "../_support/platform.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const TRY_MOUNT = "tests/fuse/_try_mount.ts";

/** Fails unless mount() is refused without a trace; returns the error. */
async function assertRefused(
  scene: Scene,
  dir: string,
  options: MountOptions = {},
): Promise<Error & { code?: string; path?: string }> {
  const before = scene.mounts();
  let refusal: Error | undefined;
  await assertNoFdLeak(async () => {
    refusal = await assertRejects(() => mount(dir, options), Error);
  });
  assertEquals(scene.mounts(), before);
  return refusal!;
}

async function assertRefusedWith(
  code: string,
  scene: Scene,
  dir = scene.mnt,
): Promise<void> {
  const error = await assertRefused(scene, dir);
  assertInstanceOf(error, SyscallError);
  assertEquals(error.code, code, error.message);
  assertEquals(error.path, dir);
}

mountTest(
  "mount() throws MountpointDoesNotExistError for a missing directory",
  async (scene) => {
    const error = await assertRefused(scene, `${scene.dir}/missing`);
    assertInstanceOf(error, MountpointDoesNotExistError);
    assertEquals(error.code, "ENOENT");
    assertEquals(error.path, `${scene.dir}/missing`);
  },
  { programs: [] },
);

mountTest("mount() throws ENOTDIR for a file", async (scene) => {
  await Deno.writeTextFile(`${scene.dir}/file`, "x");
  await assertRefusedWith("ENOTDIR", scene, `${scene.dir}/file`);
  const error = await assertRefused(scene, `${scene.dir}/file`, {
    allowNonEmptyMount: true,
  });
  assertEquals(error.code, "ENOTDIR");
}, { programs: [] });

mountTest(
  "mount() throws ENOTEMPTY for a directory with entries, even hidden ones",
  async (scene) => {
    await Deno.writeTextFile(`${scene.mnt}/.hidden`, "x");
    await assertRefusedWith("ENOTEMPTY", scene);
  },
  { programs: [] },
);

mountTest(
  "mount() hides the entries of a directory with allowNonEmptyMount",
  async (scene) => {
    await Deno.writeTextFile(`${scene.mnt}/covered`, "x");
    {
      await using _session = await scene.mount(new HelloFS(), {
        allowNonEmptyMount: true,
      });
      assertEquals(await output("ls", "-A", scene.mnt), "hello\n");
    }
    assertEquals(await output("ls", "-A", scene.mnt), "covered\n");
  },
  { programs: [] },
);

mountTest("mount() throws EBUSY for a mount of another kind", async (scene) => {
  await output("mount", "-t", "tmpfs", "none", scene.mnt);
  try {
    await assertRefusedWith("EBUSY", scene);
  } finally {
    await output("umount", scene.mnt);
  }
}, { programs: [] });

mountTest(
  "mount() throws EBUSY for a mount that this very process serves",
  async (scene) => {
    await using _session = await scene.mount(new HelloFS());
    await assertRefusedWith("EBUSY", scene);
    assertEquals(await output("cat", `${scene.mnt}/hello`), "hello, world\n");
  },
  { programs: [] },
);

mountTest(
  "mount() throws EBUSY for a mount of its own that refuses to answer",
  async (scene) => {
    for (const code of ["EIO", "EACCES", "ENOTCONN"]) {
      const { stdout } = await run(
        "timeout",
        "-s",
        "KILL",
        "10",
        ...denoCommand,
        "run",
        "--allow-ffi",
        `${ROOT}tests/fuse/_mount_over_refusing.ts`,
        scene.mnt,
        code,
      );
      const { mountpoint } = findMount(scene.mnt) ?? {};
      if (mountpoint !== undefined) await unmount(mountpoint, { lazy: true });
      assertEquals(stdout, "EBUSY\n", code);
    }
  },
  { programs: [] },
);

mountTest(
  "mount() throws ENOTCONN for a dead mount, and says whose",
  async (scene) => {
    const conn = await mount(scene.mnt, { fsName: "late" });
    await conn.close();
    const error = await assertRefused(scene, scene.mnt);
    assertInstanceOf(error, SyscallError);
    assertEquals(error.code, "ENOTCONN");
    assertStringIncludes(error.message, "late");
    await unmount(scene.mnt);
  },
  { programs: [] },
);

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
exec setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "$@"
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

const UNSHARE = { programs: ["unshare", "setpriv"] };

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
  UNSHARE,
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
  UNSHARE,
);

mountTest(
  "mount() needs no privilege in a user namespace of one's own",
  async (scene) => {
    const { code, message, left, mounted } = await tryMountAsNobody(
      scene,
      "666",
      "unshare",
      "--user",
      "--map-root-user",
      "--mount",
    );
    assertEquals({ code, left, mounted }, {
      code: "mounted",
      left: 0,
      mounted: [],
    }, String(message));
  },
  UNSHARE,
);

// deno-lint-ignore no-explicit-any -- wrong on purpose
const BAD_OPTIONS: [any, typeof RangeError | typeof TypeError][] = [
  [{ maxWrite: 4095 }, RangeError],
  [{ maxWrite: NaN }, RangeError],
  [{ maxWrite: 4096.5 }, RangeError],
  [{ maxWrite: Infinity }, RangeError],
  [{ maxWrite: "131072" }, RangeError],
  [{ maxReadahead: -1 }, RangeError],
  [{ maxReadahead: 2 ** 32 }, RangeError],
  [{ maxBackground: 0 }, RangeError],
  [{ maxBackground: 65536 }, RangeError],
  [{ congestionThreshold: 0 }, RangeError],
  [{ congestionThreshold: 1.5 }, RangeError],
  [{ fsName: "" }, TypeError],
  [{ fsName: "a\0b" }, TypeError],
  [{ subtype: "" }, TypeError],
  [{ subtype: "a\0b" }, TypeError],
  [{ readdirplus: "sometimes" }, TypeError],
];

for (const [options, Class] of BAD_OPTIONS) {
  mountTest(
    `mount() throws ${Class.name} for ${
      Deno.inspect(options)
    }, before anything else`,
    async (scene) => {
      // The directory does not exist, and the options are refused first.
      const error = await assertRefused(scene, `${scene.dir}/missing`, options);
      assertInstanceOf(error, Class, `${error}`);
    },
    { programs: [] },
  );
}

mountTest(
  "mount() throws TypeError for a directory whose name has a NUL",
  async (scene) => {
    const error = await assertRefused(scene, `${scene.mnt}\0x`);
    assertInstanceOf(error, TypeError);
  },
  { programs: [] },
);

mountTest("mount() shows its options in the table of mounts", async (scene) => {
  await using session = await scene.mount(new HelloFS(), {
    fsName: "a name, with \\ and \n",
    subtype: "sub",
    readOnly: true,
    allowOther: true,
    defaultPermissions: true,
  });
  const info = findMount(session.mountpoint)!;
  assertEquals([info.source, info.type], [
    "a name, with \\ and \n",
    "fuse.sub",
  ]);
  assertEquals(info.options.split(",").slice(0, 3), ["ro", "nosuid", "nodev"]);
  const line = (await Deno.readTextFile("/proc/self/mountinfo")).split("\n")
    .find((line) => line.includes(` ${scene.mnt} `))!;
  assertStringIncludes(line, "default_permissions");
  assertStringIncludes(line, "allow_other");
}, { programs: [] });

mountTest(
  "mount() without options is nosuid, nodev and writable; allowSuid and allowDev change that",
  async (scene) => {
    for (
      const [options, expected] of [
        [{}, ["rw", "nosuid", "nodev"]],
        [{ allowSuid: true, allowDev: true }, ["rw"]],
      ] as const
    ) {
      await using session = await scene.mount(new HelloFS(), options);
      const shown = findMount(session.mountpoint)!.options.split(",");
      const flags = shown.filter((flag) =>
        ["rw", "ro", "nosuid", "nodev"].includes(flag)
      );
      assertEquals(flags, [...expected]);
    }
  },
  { programs: [] },
);

mountTest(
  "mount() takes any name of a directory: spaces, newlines, bytes that are not UTF-8",
  async (scene) => {
    const name = "a b\tc\nd\\e\\040#\udcff\u00fc";
    const dir = `${scene.dir}/${name}`;
    await python(scene.dir, "say(os.mkdir(mnt + '/' + args[0]))", name);
    const conn = await mount(dir);
    assertEquals(conn.mountInfo.mountpoint, dir);
    const server = serve(conn, new HelloFS());
    try {
      const script = `say(read(mnt + "/" + args[0] + "/hello"))`;
      assertEquals(await python(scene.dir, script, name), "hello, world\n");
    } finally {
      await unmount(dir);
      await server.closed;
    }
  },
);

mountTest(
  "mount() follows links and understands relative names",
  async (scene) => {
    await Deno.symlink("mnt", `${scene.dir}/link`);
    const conn = await mount(`${scene.dir}/./link/`);
    assertEquals(conn.mountInfo.mountpoint, scene.mnt);
    await unmount(`${scene.dir}/./link`);
    await conn.close();
  },
  { programs: [] },
);

mountTest(
  "Conn hands requests out one by one, and ends when it is unmounted",
  async (scene) => {
    await using conn: Conn = await mount(scene.mnt);
    const names: string[] = [];
    const serving = (async () => {
      for await (const request of conn) {
        if (request instanceof GetattrRequest) {
          const response = new GetattrResponse();
          response.attr.mode = 0o40755;
          response.attr.nlink = 2;
          request.respond(response);
        } else {
          if (request instanceof LookupRequest) names.push(request.name);
          request.respondError(new Deno.errors.NotFound());
        }
      }
    })();
    assertEquals((await run("cat", `${scene.mnt}/some-file`)).code, 1);
    assertEquals(new Set(names), new Set(["some-file"]));
    assertEquals(
      (await output("stat", "-c", "%A", scene.mnt)).trim(),
      "drwxr-xr-x",
    );
    await unmount(scene.mnt);
    await serving;
    assertEquals(await conn.readRequest(), null);
  },
  { programs: [] },
);

mountTest("maxWrite is the size of the largest read", async (scene) => {
  for (
    const [maxWrite, expected] of [
      [4096, 4096],
      [65536, 65536],
      [1 << 20, 1 << 20],
      // The kernel has a limit of its own, fs.fuse.max_pages_limit.
      [1 << 28, 1 << 20],
    ] as const
  ) {
    let largest = 0;
    const big = file(new Uint8Array(1 << 21), {
      readAll: undefined!,
      read: ({ size }, response) => {
        largest = Math.max(largest, size);
        response.length = size;
      },
    });
    await using _session = await scene.mount(fsOf(directory({ big })), {
      directIO: true,
      maxWrite,
    });
    await output(
      "dd",
      `if=${scene.mnt}/big`,
      "of=/dev/null",
      "bs=1M",
      "count=1",
    );
    assertEquals(largest, expected, `maxWrite ${maxWrite}`);
  }
}, { programs: [] });
