import { assertEquals, assertRejects } from "@std/assert";
import { type LinuxLibc, linuxLibc } from "../../../ffi/libc.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import {
  clearDeadMount,
  DestroyRequest,
  mount,
  MountpointDoesNotExistError,
  unmount,
  type UnmountOptions,
} from "../../../fuse/mod.ts";
import { HelloFS } from "../../../fuse/fs/mod.ts";
import { findMount } from "../../../fuse/mount/mount_info.ts";
import { holdOpen, output, run } from "../../_support/client.ts";
import { hasLoopDevices, withLoopDevice } from "../../_support/loop_device.ts";
import { mountTest } from "../../_support/mount.ts";
import { mountRefusing } from "../_refusing.ts";

/** Fails unless unmount() is refused with that code. */
async function assertRefusedWith(
  code: string,
  dir: string,
  options?: UnmountOptions,
): Promise<void> {
  const error = await assertRejects(() => unmount(dir, options), SyscallError);
  assertEquals([error.code, error.path], [code, dir], error.message);
}

// sys/mount.h
const MNT_DETACH = 2;

/** A test may put a function of its own in the place of another. */
type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

mountTest(
  "unmount() unmounts, and the directory is itself again",
  async (scene) => {
    const session = await scene.mount(new HelloFS());
    await unmount(scene.mnt);
    await session.closed;
    assertEquals(await output("ls", "-A", scene.mnt), "");
  },
);

mountTest("unmount() throws EINVAL where nothing is mounted", async (scene) => {
  await assertRefusedWith("EINVAL", scene.mnt);
  await assertRefusedWith("EINVAL", scene.mnt, { lazy: true });
});

mountTest("unmount() throws ENOENT for a missing directory", async (scene) => {
  await assertRejects(
    () => unmount(`${scene.dir}/missing`),
    MountpointDoesNotExistError,
  );
});

mountTest(
  "unmount() throws EINVAL for what is not FUSE, and leaves it alone",
  async (scene) => {
    await output("mount", "-t", "tmpfs", "none", scene.mnt);
    try {
      await assertRefusedWith("EINVAL", scene.mnt);
      await assertRefusedWith("EINVAL", scene.mnt, { lazy: true });
      assertEquals(scene.mounts(), [scene.mnt]);
    } finally {
      await output("umount", scene.mnt);
    }
  },
);

mountTest(
  "unmount() throws EINVAL for a directory inside of a mount",
  async (scene) => {
    await using _session = await scene.mount(new HelloFS());
    await assertRefusedWith("EINVAL", scene.dir);
  },
);

mountTest(
  "unmount() throws EBUSY while a program uses it, and changes nothing",
  async (scene) => {
    await using _session = await scene.mount(new HelloFS());
    {
      await using _holder = await holdOpen(`${scene.mnt}/hello`);
      await assertRefusedWith("EBUSY", scene.mnt);
      assertEquals(await output("cat", `${scene.mnt}/hello`), "hello, world\n");
    }
  },
);

mountTest(
  "unmount() bears with a program that uses it for a moment only",
  async (scene) => {
    const session = await scene.mount(new HelloFS());
    await using holder = await holdOpen(`${scene.mnt}/hello`);
    await Promise.all([unmount(scene.mnt), holder.end()]);
    await session.closed;
  },
);

mountTest(
  "unmount() with lazy takes a mount in use out of the tree; its users keep it",
  async (scene) => {
    const session = await scene.mount(new HelloFS());
    const holder = await holdOpen(scene.mnt, "cat /dev/fd/3/hello");
    await unmount(scene.mnt, { lazy: true });
    assertEquals(scene.mounts(), []);
    assertEquals(await output("ls", "-A", scene.mnt), "");
    assertEquals(await holder.end(), "hello, world\n");
    await session.closed;
  },
);

mountTest(
  "unmount() of a connection is harmless once it is unmounted, whatever is there now",
  async (scene) => {
    const first = await mountRefusing(scene.mnt);
    await Promise.all([unmount(first), unmount(first), unmount(first)]);
    assertEquals(scene.mounts(), []);
    // With luck it gets the id and the device number of the first.
    await using second = await mountRefusing(scene.mnt);
    await unmount(first);
    await first.close();
    await unmount(first, { lazy: true });
    assertEquals(scene.mounts(), [scene.mnt]);
    await unmount(second);
  },
);

mountTest(
  "unmount() of a connection finds it where its directory was moved",
  async (scene) => {
    await using conn = await mountRefusing(scene.mnt);
    const moved = `${scene.dir} moved`;
    await Deno.rename(scene.dir, moved);
    try {
      await unmount(conn);
      assertEquals(findMount(`${moved}/mnt`), undefined);
    } finally {
      await Deno.rename(moved, scene.dir);
    }
  },
);

mountTest(
  "unmount() of a connection throws EBUSY under another mount, and leaves both",
  async (scene) => {
    await using conn = await mountRefusing(scene.mnt);
    await output("mount", "-t", "tmpfs", "none", scene.mnt);
    try {
      const error = await assertRejects(() => unmount(conn), SyscallError);
      assertEquals(error.code, "EBUSY");
      assertEquals(scene.mounts(), [scene.mnt, scene.mnt]);
    } finally {
      await output("umount", scene.mnt);
      await unmount(conn);
    }
  },
);

mountTest(
  "unmount() with timeoutMs waits for programs to end, but not longer",
  async (scene) => {
    await using session = await scene.mount(new HelloFS());
    const holder = await holdOpen(`${scene.mnt}/hello`);
    await assertRefusedWith("EBUSY", scene.mnt, { timeoutMs: 50 });
    const unmounting = unmount(scene.mnt, { timeoutMs: 50_000 });
    await holder.end();
    await unmounting;
    await session.closed;
  },
);

mountTest(
  "unmount() throws RangeError for a time that is none",
  async (scene) => {
    await using conn = await mountRefusing(scene.mnt);
    for (const timeoutMs of [-1, NaN]) {
      await assertRejects(() => unmount(conn, { timeoutMs }), RangeError);
    }
    await unmount(conn, { timeoutMs: Infinity });
  },
);

mountTest(
  "unmount() with timeoutMs throws ETIMEDOUT while the server does not answer DESTROY",
  async (scene) => {
    await withLoopDevice(scene.dir, async (blockDevice) => {
      const conn = await mount(scene.mnt, { blockDevice });
      const { promise: asked, resolve } = Promise
        .withResolvers<DestroyRequest>();
      const serving = (async () => {
        for await (const request of conn) {
          if (request instanceof DestroyRequest) resolve(request);
          else request.respondUnsupported();
        }
      })();
      const error = await assertRejects(
        () => unmount(conn, { timeoutMs: 100 }),
        SyscallError,
      );
      assertEquals([error.code, error.path], ["ETIMEDOUT", scene.mnt]);
      // The kernel has taken it out of the tree, and waits for us.
      assertEquals(scene.mounts(), []);
      (await asked).respond();
      await serving;
      await conn.close();
    });
  },
  { programs: ["losetup"], ignore: !hasLoopDevices },
);

for (const end of ["", "/", "//", "/."]) {
  mountTest(
    `unmount() works on a dead mount named DIR${end}`,
    async (scene) => {
      const conn = await mount(scene.mnt);
      await conn.close();
      assertEquals((await run("ls", scene.mnt)).code, 2);
      await unmount(scene.mnt + end);
    },
  );

  mountTest(
    `clearDeadMount() finds a dead mount named DIR${end}`,
    async (scene) => {
      const conn = await mount(scene.mnt);
      await conn.close();
      assertEquals(
        (await clearDeadMount(scene.mnt + end))?.mountpoint,
        scene.mnt,
      );
    },
  );
}

mountTest(
  "unmount() works on a mount that nobody serves yet",
  async (scene) => {
    const conn = await mount(scene.mnt);
    await unmount(scene.mnt);
    assertEquals(await conn.readRequest(), null);
    await conn.close();
  },
);

mountTest(
  "clearDeadMount() unmounts a dead mount and says what it was",
  async (scene) => {
    const conn = await mount(scene.mnt, { fsName: "late", subtype: "x" });
    await conn.close();
    const cleared = await clearDeadMount(scene.mnt);
    assertEquals([cleared?.source, cleared?.type], ["late", "fuse.x"]);
    assertEquals(scene.mounts(), []);
  },
);

mountTest(
  "clearDeadMount() knows a dead mount whose attributes the kernel has cached",
  async (scene) => {
    const session = await scene.mount(new HelloFS(), { attrValidMs: 60_000 });
    await output("stat", scene.mnt);
    await session.conn.close();
    await session.closed;
    assertEquals((await clearDeadMount(scene.mnt))?.mountpoint, scene.mnt);
    assertEquals(scene.mounts(), []);
  },
);

mountTest(
  "clearDeadMount() unmounts a dead mount that programs still use",
  async (scene) => {
    await using conn = await mount(scene.mnt);
    // A working directory needs no answer of the server to be kept.
    const holder = holdOpen(scene.mnt);
    for await (const request of conn) {
      request.respondError(new SyscallError(request.opname, 38));
      if (request.opname === "OPENDIR") break;
    }
    await using _holder = await holder;
    await conn.close();
    assertEquals((await clearDeadMount(scene.mnt))?.mountpoint, scene.mnt);
    assertEquals(scene.mounts(), []);
  },
);

mountTest(
  "clearDeadMount() leaves a live mount alone, and a directory without one",
  async (scene) => {
    assertEquals(await clearDeadMount(scene.mnt), undefined);
    await using _session = await scene.mount(new HelloFS());
    assertEquals(await clearDeadMount(scene.mnt), undefined);
    assertEquals(scene.mounts(), [scene.mnt]);
  },
);

mountTest(
  "unmount() that waits takes nothing else once another program has unmounted it",
  async (scene) => {
    await output("mount", "-t", "tmpfs", "underneath", scene.mnt);
    const session = await scene.mount(new HelloFS(), {
      allowNonEmptyMount: true,
    });
    const holder = await holdOpen(`${scene.mnt}/hello`);
    const unmounting = unmount(session.conn, { timeoutMs: 50_000 });
    await output("umount", "-l", scene.mnt);
    await unmounting;
    const left = findMount(scene.mnt)?.source;
    await holder.end();
    await session.closed;
    assertEquals(left, "underneath");
    await output("umount", scene.mnt);
  },
);

mountTest(
  "unmount() whose thread runs late leaves what another program has uncovered",
  async (scene) => {
    await output("mount", "-t", "tmpfs", "underneath", scene.mnt);
    await using conn = await mountRefusing(scene.mnt, {
      allowNonEmptyMount: true,
    });
    const libc: Writable<LinuxLibc> = linuxLibc();
    const { umount2Async } = libc;
    libc.umount2Async = (path, flags) => {
      libc.umount2Async = umount2Async;
      libc.umount2(path, MNT_DETACH);
      return umount2Async(path, flags);
    };
    try {
      await unmount(conn);
      assertEquals(findMount(scene.mnt)?.source, "underneath");
    } finally {
      libc.umount2Async = umount2Async;
      await run("umount", "-l", scene.mnt);
    }
  },
);

mountTest(
  "unmount() and clearDeadMount(), called twice at once, leave what is underneath",
  async (scene) => {
    await output("mount", "-t", "tmpfs", "underneath", scene.mnt);
    try {
      for (const call of [unmount, clearDeadMount]) {
        const conn = await mount(scene.mnt, { allowNonEmptyMount: true });
        await conn.close();
        await Promise.allSettled([call(scene.mnt), call(scene.mnt)]);
        assertEquals(findMount(scene.mnt)?.source, "underneath", call.name);
      }
    } finally {
      await output("umount", scene.mnt);
    }
  },
);
