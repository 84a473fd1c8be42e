import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { SyscallError } from "../../../../ffi/mod.ts";
import { mount, unmount } from "../../../../fuse/mod.ts";
import {
  type FS,
  HelloFS,
  MirrorFS,
  mountFS,
  serve,
} from "../../../../fuse/fs/mod.ts";
import {
  type Holder,
  holdOpen,
  output,
  run,
} from "../../../_support/client.ts";
import { assertNoFdLeak } from "../../../_support/leaks.ts";
import { mountTest, type Scene } from "../../../_support/mount.ts";
import { directory, file, fsOf } from "../../../_support/nodes.ts";

async function assertBusy(promise: Promise<void>): Promise<void> {
  const error = await assertRejects(() => promise, SyscallError);
  assertEquals(error.code, "EBUSY");
}

mountTest("mountFS() mounts nothing when FS.root() fails", async (scene) => {
  const failing: FS[] = [
    fsOf(directory(), {
      root: () => {
        throw new Error("no root");
      },
    }),
    fsOf(directory(), { root: () => Promise.reject(new Error("no root")) }),
  ];
  for (const fs of failing) {
    await assertNoFdLeak(async () => {
      await assertRejects(() => mountFS(scene.mnt, fs), Error, "no root");
    });
    assertEquals(scene.mounts(), []);
  }
});

mountTest("mountFS() leaves nothing open when mount() fails", async (scene) => {
  let destroyed = 0;
  const fs = fsOf(directory(), { destroy: () => void destroyed++ });
  await assertRejects(() => mountFS(`${scene.dir}/missing`, fs), SyscallError);
  assertEquals(destroyed, 1);
  await assertNoFdLeak(async () => {
    await assertRejects(
      () => mountFS(`${scene.dir}/missing`, new MirrorFS(scene.dir)),
      SyscallError,
    );
  });
});

mountTest("serve() serves a connection that mount() made", async (scene) => {
  const conn = await mount(scene.mnt);
  const server = serve(conn, new HelloFS());
  assertEquals(await output("cat", `${scene.mnt}/hello`), "hello, world\n");
  await unmount(scene.mnt);
  await server.closed;
});

mountTest(
  "serve() with a root that comes later answers once it has come",
  async (scene) => {
    const hello = new HelloFS();
    const { promise: root, resolve } = Promise.withResolvers<
      ReturnType<typeof hello.root>
    >();
    const conn = await mount(scene.mnt);
    const server = serve(conn, { root: () => root });
    const reading = output("cat", `${scene.mnt}/hello`);
    resolve(hello.root());
    assertEquals(await reading, "hello, world\n");
    await unmount(scene.mnt);
    await server.closed;
  },
);

mountTest(
  "Session.unmount() can be called again and again, also at the same time",
  async (scene) => {
    const session = await scene.mount(new HelloFS());
    await Promise.all(Array.from({ length: 8 }, () => session.unmount()));
    await session.unmount();
    await session.unmount({ lazy: true });
    await session[Symbol.asyncDispose]();
  },
);

mountTest(
  "Session.unmount() throws EBUSY while a program uses it, then works",
  async (scene) => {
    const session = await scene.mount(new HelloFS());
    {
      await using _holder = await holdOpen(`${scene.mnt}/hello`);
      await assertBusy(session.unmount());
      assertEquals(await output("cat", `${scene.mnt}/hello`), "hello, world\n");
    }
    await session.unmount();
  },
);

mountTest(
  "Session.unmount() with lazy waits for the last program to finish",
  async (scene) => {
    const session = await scene.mount(new HelloFS());
    const done: string[] = [];
    let ended: Promise<void>;
    {
      await using _holder = await holdOpen(`${scene.mnt}/hello`);
      ended = session.unmount({ lazy: true }).then(() =>
        void done.push("ended")
      );
      // A new mount in its place is none of its business.
      while (scene.mounts().length > 0) {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      const second = await mountFS(scene.mnt, new HelloFS());
      await second.unmount();
      done.push("holder ends");
    }
    await ended;
    assertEquals(done, ["holder ends", "ended"]);
  },
);

mountTest(
  "Session.unmount() leaves alone what is mounted there meanwhile",
  async (scene) => {
    const first = await scene.mount(new HelloFS());
    await output("umount", scene.mnt);
    await using _second = await scene.mount(fsOf(directory({ x: file("x") })));
    await first.unmount();
    await first[Symbol.asyncDispose]();
    assertEquals(await output("cat", `${scene.mnt}/x`), "x");
  },
);

mountTest(
  "Session.unmount() throws instead of waiting for ever when something is mounted on top",
  async (scene) => {
    const session = await scene.mount(new HelloFS());
    await output("mount", "-t", "tmpfs", "none", scene.mnt);
    await assertBusy(session.unmount());
    await output("umount", scene.mnt);
    await session.unmount();
  },
);

mountTest(
  "Session.unmount() finds its mount when a directory above it has been renamed",
  async (scene) => {
    await Deno.mkdir(`${scene.mnt}/sub`);
    const session = await mountFS(`${scene.mnt}/sub`, new HelloFS());
    await Deno.rename(scene.mnt, `${scene.dir}/renamed`);
    await session.unmount();
    assertEquals(scene.mounts(), []);
  },
);

mountTest("umount(8) from outside ends the session", async (scene) => {
  const session = await scene.mount(new HelloFS());
  await output("umount", scene.mnt);
  await session.closed;
  assertEquals(session.server.nodeCount, 0);
});

mountTest(
  "umount -l from outside ends the session when the last program finishes",
  async (scene) => {
    const session = await scene.mount(new HelloFS());
    {
      await using _holder = await holdOpen(`${scene.mnt}/hello`);
      await output("umount", "-l", scene.mnt);
      assertEquals(session.server.handleCount, 1);
    }
    await session.closed;
  },
);

mountTest(
  "await using unmounts by force: who has it open gets ENOTCONN",
  async (scene) => {
    let reader: Holder;
    {
      await using _session = await scene.mount(new HelloFS(), {
        directIO: true,
      });
      reader = await holdOpen(`${scene.mnt}/hello`, "cat <&3 2>&1");
    }
    assertEquals(scene.mounts(), []);
    const said = await reader.end();
    assertStringIncludes(said, "Transport endpoint is not connected");
  },
);

mountTest(
  "A session does not end while programs come and go",
  async (scene) => {
    await using session = await scene.mount(new HelloFS());
    let ended = false;
    session.closed.then(() => ended = true);
    for (let i = 0; i < 5; i++) {
      assertEquals((await run("ls", scene.mnt)).stdout, "hello\n");
    }
    assertEquals(ended, false);
  },
);

/** Mounts, uses and unmounts some times. */
async function rounds(scene: Scene, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const session = await scene.mount(new HelloFS());
    assertEquals(await output("cat", `${scene.mnt}/hello`), "hello, world\n");
    await session.unmount();
  }
}

function countThreads(): number {
  return [...Deno.readDirSync("/proc/self/task")].length;
}

mountTest(
  "50 mounts and unmounts leave no descriptor, mount or thread",
  async (scene) => {
    await rounds(scene, 5);
    const threads = countThreads();
    await assertNoFdLeak(() => rounds(scene, 50));
    assertEquals(scene.mounts(), []);
    // The runtime's pool may keep a few threads, but not one for each round.
    assertEquals(countThreads() < threads + 10, true);
  },
);
