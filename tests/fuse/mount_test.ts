import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { cString } from "../../ffi/c_string.ts";
import { libc, linuxLibc } from "../../ffi/libc.ts";
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
import { Mountpoint } from "../../fuse/_mountpoint.ts";
import { findMount } from "../../fuse/mount_info.ts";
import { HelloFS, serve } from "../../fuse/fs/mod.ts";
import { output, python, run } from "../_support/client.ts";
import { assertNoFdLeak } from "../_support/leaks.ts";
import { mountTest, type Scene } from "../_support/mount.ts";
import { denoCommand } from "../_support/platform.ts";

/** Has a directory and a link to it trade places, again and again. */
const SWAP = `
import ctypes, sys
renameat2 = ctypes.CDLL(None).renameat2
a, b = (sys.argv[1] + name for name in ("/mnt", "/link"))
print(flush=True)
while True:
    renameat2(-100, a.encode(), -100, b.encode(), 2)
`;

/** The one descriptor of `/dev/fuse` that this process has. */
function deviceFd(): number {
  const { name } = [...Deno.readDirSync("/proc/self/fd")].find(({ name }) =>
    linkOf(`/proc/self/fd/${name}`) === "/dev/fuse"
  )!;
  return Number(name);
}

function linkOf(path: string): string | undefined {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return undefined;
  }
}

type Words = Uint8Array<ArrayBuffer>;

const OVER_REFUSING = `${import.meta.dirname}/_mount_over_refusing.ts`;

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
  "mount() and unmount() throw EDEADLK inside of what this thread serves",
  async (scene) => {
    await using _session = await scene.mount(new HelloFS());
    for (const call of [mount, unmount]) {
      const error = await call(`${scene.mnt}/hello`).then(
        () => undefined,
        (error) => error,
      );
      assertEquals(error?.code, "EDEADLK");
    }
  },
  { programs: [] },
);

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
        "5",
        ...denoCommand,
        "run",
        "--allow-ffi",
        OVER_REFUSING,
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
  [{ maxRead: 4095 }, RangeError],
  [{ maxRead: 2 ** 32 }, RangeError],
  [{ blksize: 256, blockDevice: "/dev/x" }, RangeError],
  [{ blksize: 1000, blockDevice: "/dev/x" }, RangeError],
  [{ blksize: 1024 }, TypeError],
  [{ blockDevice: "" }, TypeError],
  [{ blockDevice: "/dev/x", fsName: "x" }, TypeError],
  [{ context: "" }, TypeError],
  [{ context: 'a"b' }, TypeError],
  [{ context: "a\0b" }, TypeError],
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

mountTest(
  "mount() and unmount() see through every name of what this thread serves",
  async (scene) => {
    await Deno.symlink(scene.mnt, `${scene.dir}/link`);
    const { stdout } = await run(
      "timeout",
      "-s",
      "KILL",
      "10",
      ...denoCommand,
      "run",
      "--allow-ffi",
      `${import.meta.dirname}/_inside_own.ts`,
      scene.mnt,
      `${scene.mnt}//hello`,
      `${scene.mnt}/./hello`,
      `${scene.dir}//./mnt/hello`,
      `${scene.dir}/link/hello`,
    );
    if (findMount(scene.mnt)) await unmount(scene.mnt, { lazy: true });
    assertEquals(stdout, `${JSON.stringify(Array(8).fill("EDEADLK"))}\n`);
  },
  { programs: [] },
);

mountTest("mount() called twice at once mounts once", async (scene) => {
  const outcomes = await Promise.allSettled([
    mount(scene.mnt),
    mount(scene.mnt),
  ]);
  const mounts = scene.mounts();
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") {
      assertEquals(outcome.reason.code, "EBUSY");
      continue;
    }
    await unmount(outcome.value);
    await outcome.value.close();
  }
  assertEquals(mounts, [scene.mnt]);
  assertEquals(
    outcomes.map(({ status }) => status).sort(),
    ["fulfilled", "rejected"],
  );
}, { programs: [] });

Deno.test("Mountpoint looks at the directory it was made of, whatever its path means", async () => {
  const dir = await Deno.realPath(await Deno.makeTempDir());
  try {
    await Deno.mkdir(`${dir}/mnt`);
    using mountpoint = new Mountpoint(`${dir}/mnt`);
    await Deno.rename(`${dir}/mnt`, `${dir}/moved`);
    await Deno.symlink(dir, `${dir}/mnt`);
    mountpoint.refuseEntries();
    assertEquals(mountpoint.path, `${dir}/moved`);
    assertEquals(await Deno.realPath(mountpoint.name), `${dir}/moved`);
    assertThrows(() => new Mountpoint(`${dir}/mnt`), SyscallError);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

mountTest(
  "mount() leaves nothing while its directory and a link trade places",
  async (scene) => {
    await Deno.symlink("mnt", `${scene.dir}/link`);
    const swapper = new Deno.Command("timeout", {
      args: ["30", "python3", "-c", SWAP, scene.dir],
      stdout: "piped",
    }).spawn();
    const reader = swapper.stdout.getReader();
    await reader.read();
    try {
      for (let i = 0; i < 100; i++) {
        let conn: Conn;
        try {
          conn = await mount(scene.mnt);
        } catch {
          // There was no directory of that name at this moment.
          assertEquals(scene.mounts(), []);
          continue;
        }
        await unmount(conn, { lazy: true });
        await conn.close();
      }
    } finally {
      swapper.kill();
      while (!(await reader.read()).done);
      await swapper.status;
    }
    assertEquals(scene.mounts(), []);
  },
);

mountTest(
  "mount() throws what went wrong first, not what failed on the way back",
  async (scene) => {
    const words = ["none", scene.mnt, "tmpfs"].map(cString);
    const [source, path, type] = words as [Words, Words, Words];
    let isFirst = true;
    const debug = (): void => {
      if (!isFirst) return;
      isFirst = false;
      // Now INIT can not be answered, nor the file system unmounted.
      libc().close(deviceFd());
      linuxLibc().mount(source, path, type, 0n, null);
    };
    try {
      await assertRejects(() => mount(scene.mnt, { debug }), Error, "EBADF");
    } finally {
      await output("umount", scene.mnt);
      await unmount(scene.mnt);
    }
  },
  { programs: [] },
);
