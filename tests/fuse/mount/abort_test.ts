import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { SyscallError } from "../../../ffi/mod.ts";
import { abort, mount, unmount } from "../../../fuse/mod.ts";
import { HelloFS } from "../../../fuse/fs/mod.ts";
import {
  connectionOf,
  deviceOf,
  findMount,
  parseMountInfo,
} from "../../../fuse/mount/mount_info.ts";
import { output, run } from "../../_support/client.ts";
import { hostkitCommand } from "../../_support/hostkit.ts";
import { mountTest, type Scene } from "../../_support/mount.ts";
import { directory, fsOf } from "../../_support/nodes.ts";
import {
  asUser,
  hasFusermount,
  USER_PROGRAMS,
} from "../../_support/ordinary_user.ts";

const CONTROL = "/sys/fs/fuse/connections";

/** Declares a test that leaves the control file system as it was. */
function abortTest(name: string, body: (scene: Scene) => Promise<void>): void {
  mountTest(name, async (scene) => {
    const before = findMount(CONTROL);
    try {
      await body(scene);
    } finally {
      if (!before && findMount(CONTROL)) await output("umount", CONTROL);
    }
  });
}

Deno.test("connectionOf() takes a device as the kernel numbers it", () => {
  for (
    const [device, connection] of [
      ["0:41", 41],
      ["0:1048575", 1048575],
      ["7:0", 7340032],
      ["4095:1048575", 4294967295],
    ] as const
  ) {
    const mount = parseMountInfo(`1 1 ${device} / /mnt rw - fuse x rw`);
    assertEquals(connectionOf(mount), connection);
    assertEquals(deviceOf(connection), device);
  }
});

abortTest(
  "abort() frees the client of a handler that never answers; unmounting works",
  async (scene) => {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const lookup = () => {
      resolve();
      return new Promise<never>(() => {});
    };
    const session = await scene.mount(fsOf(directory({}, { lookup })));
    const client = run("cat", `${scene.mnt}/file`);
    await asked;
    abort(scene.mnt);
    const { code, stderr } = await client;
    assertEquals(code, 1);
    assertStringIncludes(stderr, "abort");
    await session.closed;
    assertEquals([session.server.nodeCount, session.server.handleCount], [
      0,
      0,
    ]);
    assertStringIncludes((await run("ls", scene.mnt)).stderr, "not connected");
    assertEquals(scene.mounts(), [scene.mnt]);
    await session.unmount();
  },
);

abortTest("abort() of what is dead is harmless", async (scene) => {
  const conn = await mount(scene.mnt);
  abort(scene.mnt);
  assertEquals(await conn.readRequest(), null);
  abort(scene.mnt);
  await conn.close();
  abort(`${scene.mnt}/.`);
  await unmount(scene.mnt);
});

abortTest("abort() throws EINVAL where no FUSE is mounted", (scene) => {
  for (const dir of [scene.mnt, "/proc", "/"]) {
    const error = assertThrows(() => abort(dir), SyscallError);
    assertEquals([error.code, error.path], ["EINVAL", dir]);
  }
  const error = assertThrows(() => abort(`${scene.dir}/missing`), SyscallError);
  assertEquals(error.code, "ENOENT");
  return Promise.resolve();
});

mountTest(
  "abort() mounts the control file system where there is none",
  async (scene) => {
    await using session = await scene.mount(new HelloFS());
    const script = `
while umount ${CONTROL} 2> /dev/null; do :; done
"$@" && grep -c ' ${CONTROL} .* - fusectl ' /proc/self/mountinfo
`;
    const count = await output(
      "unshare",
      "--mount",
      "sh",
      "-c",
      script,
      "sh",
      ...hostkitCommand,
      "abort",
      scene.mnt,
    );
    assertEquals(count, "1\n");
    await session.closed;
  },
  { programs: ["unshare"] },
);

mountTest(
  "abort() throws EPERM with a hint where an ordinary user would have to mount",
  async (scene) => {
    const { aborted } = await asUser(scene, "tests/fuse/mount/_try_mount.ts");
    assertEquals(aborted, "EPERM");
  },
  { programs: USER_PROGRAMS, ignore: !hasFusermount },
);
