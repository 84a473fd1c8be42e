import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { cString } from "../../../ffi/c_string.ts";
import { linuxLibc } from "../../../ffi/libc.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { abort, mount, unmount } from "../../../fuse/mod.ts";
import { HelloFS, mountFS } from "../../../fuse/fs/mod.ts";
import { exitOf, spawn } from "../../../fuse/mount/spawn.ts";
import { HostFd, recvFds, sendFds, socketpair } from "../../../hostfd/mod.ts";
import { O_RDWR } from "../../../posix/mod.ts";
import { output, run } from "../../_support/client.ts";
import { assertNoFdLeak } from "../../_support/leaks.ts";
import { mountTest } from "../../_support/mount.ts";
import { denoCommand } from "../../_support/platform.ts";

/** Mounts as a privileged program does that serves nothing itself. */
function mountForOthers(dir: string): HostFd {
  const device = HostFd.open("/dev/fuse", O_RDWR);
  const data = `fd=${device.fd},rootmode=40000,user_id=0,group_id=0`;
  const words = ["theirs", dir, "fuse"].map(cString);
  const [source, path, type] = words as [Words, Words, Words];
  const result = linuxLibc().mount(source, path, type, 6n, cString(data));
  assertEquals(result, 0);
  return device;
}

type Words = Uint8Array<ArrayBuffer>;

/** The same descriptor, after a journey through a socket. */
function received(device: HostFd): string {
  const [a, b] = socketpair();
  using _a = a;
  using _b = b;
  sendFds(a.fd, [device.fd]);
  device.close();
  const [fd] = recvFds(b.fd, 1);
  return `/dev/fd/${fd!.release()}`;
}

mountTest(
  "mount() of /dev/fd/N serves what another program mounted, and leaves it mounted",
  async (scene) => {
    await assertNoFdLeak(async () => {
      const name = received(mountForOthers(scene.mnt));
      const session = await mountFS(name, new HelloFS(), { autoUnmount: true });
      assertEquals(await output("cat", `${scene.mnt}/hello`), "hello, world\n");
      await session.unmount();
      await session.unmount();
      assertEquals(scene.mounts(), [scene.mnt]);
    });
    await unmount(scene.mnt);
  },
);

mountTest(
  "mount() of /dev/fd/N ends when the other program unmounts or aborts",
  async (scene) => {
    for (const end of [unmount, abort]) {
      const name = received(mountForOthers(scene.mnt));
      const session = await mountFS(name, new HelloFS());
      await end(scene.mnt);
      await session.closed;
      await session.unmount();
    }
    await unmount(scene.mnt);
  },
);

mountTest(
  "A server of /dev/fd/N in another PID namespace gives up no read that waits",
  async (scene) => {
    const device = mountForOthers(scene.mnt);
    const script = new URL("_serve_slow.ts", import.meta.url).pathname;
    const server = spawn("unshare", [
      ...["--pid", "--fork", "--kill-child", ...denoCommand],
      ...["run", "--quiet", "--allow-all", "--no-check", script, "/dev/fd/3"],
    ], { env: Deno.env.toObject(), fds: [[device.fd, 3]] });
    device.close();
    assertEquals(await output("cat", `${scene.mnt}/slow`), "content");
    await unmount(scene.mnt);
    assertEquals(await exitOf(server), 0);
  },
);

mountTest(
  "mount() of /dev/fd/N throws EINVAL for another file, and leaves it open",
  async () => {
    using file = HostFd.open("/dev/null");
    const error = await assertRejects(
      () => mount(`/dev/fd/${file.fd}`),
      SyscallError,
    );
    assertEquals(error.code, "EINVAL");
    assertEquals(file.readSync(new Uint8Array(1)), null);
  },
);

mountTest("mount() of /dev/fd/N throws EBADF for no descriptor", async () => {
  for (const name of ["/dev/fd/1000000", "/dev/fd/999999999"]) {
    const error = await assertRejects(() => mount(name), SyscallError);
    assertEquals(error.code, "EBADF");
  }
});

mountTest(
  "mount() of /dev/fd/N throws EPERM for a device that nothing is mounted with",
  async () => {
    await assertNoFdLeak(async () => {
      const device = HostFd.open("/dev/fuse", O_RDWR);
      const name = `/dev/fd/${device.release()}`;
      const error = await assertRejects(() => mount(name), SyscallError);
      assertEquals([error.code, error.syscall], ["EPERM", "read"]);
      assertStringIncludes(error.message, "nothing is mounted with it");
    });
  },
);

mountTest(
  "mount() of /dev/fd/N throws EBUSY where INIT was answered, and answers EIO",
  async (scene) => {
    const device = mountForOthers(scene.mnt);
    const second = device.dup();
    const conn = await mount(received(device));
    const client = run("cat", `${scene.mnt}/hello`);
    const error = await assertRejects(
      () => mount(`/dev/fd/${second.release()}`),
      SyscallError,
    );
    assertEquals(error.code, "EBUSY");
    assertStringIncludes(error.message, "another program has begun");
    assertStringIncludes((await client).stderr, "Input/output error");
    await unmount(scene.mnt);
    await conn.close();
  },
);
