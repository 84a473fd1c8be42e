import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { SyscallError } from "../../../ffi/mod.ts";
import {
  mount,
  type MountOptions,
  MountpointDoesNotExistError,
  unmount,
} from "../../../fuse/mod.ts";
import { findMount } from "../../../fuse/mount/mount_info.ts";
import { HelloFS } from "../../../fuse/fs/mod.ts";
import { output, run } from "../../_support/client.ts";
import { assertNoFdLeak } from "../../_support/leaks.ts";
import { mountTest, type Scene } from "../../_support/mount.ts";
import { denoCommand } from "../../_support/platform.ts";

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
);

mountTest("mount() throws ENOTDIR for a file", async (scene) => {
  await Deno.writeTextFile(`${scene.dir}/file`, "x");
  await assertRefusedWith("ENOTDIR", scene, `${scene.dir}/file`);
  const error = await assertRefused(scene, `${scene.dir}/file`, {
    allowNonEmptyMount: true,
  });
  assertEquals(error.code, "ENOTDIR");
});

mountTest(
  "mount() throws ENOTEMPTY for a directory with entries, even hidden ones",
  async (scene) => {
    await Deno.writeTextFile(`${scene.mnt}/.hidden`, "x");
    await assertRefusedWith("ENOTEMPTY", scene);
  },
);

mountTest("mount() throws EBUSY for a mount of another kind", async (scene) => {
  await output("mount", "-t", "tmpfs", "none", scene.mnt);
  try {
    await assertRefusedWith("EBUSY", scene);
  } finally {
    await output("umount", scene.mnt);
  }
});

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
);

mountTest(
  "mount() throws EBUSY for a mount that this very process serves",
  async (scene) => {
    await using _session = await scene.mount(new HelloFS());
    await assertRefusedWith("EBUSY", scene);
    assertEquals(await output("cat", `${scene.mnt}/hello`), "hello, world\n");
  },
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
  [{ noAtime: true, strictAtime: true }, TypeError],
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
  );
}

mountTest(
  "mount() throws TypeError for a directory whose name has a NUL",
  async (scene) => {
    const error = await assertRefused(scene, `${scene.mnt}\0x`);
    assertInstanceOf(error, TypeError);
  },
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
);

mountTest(
  "mount() that runs out of descriptors at any point leaves no mount",
  async (scene) => {
    const outcomes: [string, string | null][] = JSON.parse(
      await output(
        "sh",
        "-c",
        'ulimit -n 128; exec "$0" "$@"',
        ...denoCommand,
        "run",
        "-A",
        `${import.meta.dirname}/_mount_at_limit.ts`,
        scene.mnt,
      ),
    );
    const codes = new Set(outcomes.map(([code]) => code));
    assertEquals([...codes], ["mounted", "EMFILE"]);
    assertEquals(outcomes.filter(([, type]) => type !== null), []);
  },
);
