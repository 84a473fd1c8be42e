import { assertEquals, assertRejects } from "@std/assert";
import { type FS, serve } from "../../../../fuse/fs/mod.ts";
import { abort } from "../../../../fuse/mod.ts";
import { inClient, run } from "../../../_support/client.ts";
import type { Sys } from "../../../_support/client_process.ts";
import { mountTest } from "../../../_support/mount.ts";
import {
  directory,
  file,
  fsOf,
  type SmallNode,
} from "../../../_support/nodes.ts";
import { FakeChannel } from "../../_fake_channel.ts";

/** A file whose one read waits. */
function waiting(
  wait: (signal: AbortSignal) => Promise<void>,
): [node: SmallNode, started: Promise<void>] {
  const { promise, resolve } = Promise.withResolvers<void>();
  const node = file("", {
    readAll: undefined!,
    read: async ({ signal }, response) => {
      resolve();
      await wait(signal);
      response.data = new TextEncoder().encode("answered");
    },
  });
  return [node, promise];
}

function readOnce(
  { attempt, latin1, ...sys }: Sys,
  mnt: string,
): string | null {
  const fd = sys.open(`${mnt}/slow`, sys.O_RDONLY);
  return attempt(() => latin1(sys.read(fd, 100)));
}

/** Fulfilled when a signal is aborted. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve())
  );
}

mountTest(
  "Server.close() lets a handler finish, and its caller have the answer",
  async (scene) => {
    const go = Promise.withResolvers<void>();
    let destroyed = 0;
    const [slow, started] = waiting(async (signal) => {
      await go.promise;
      signal.throwIfAborted();
    });
    const fs = fsOf(directory({ slow }), { destroy: () => void destroyed++ });
    const session = await scene.mount(fs, { directIO: true });
    const reading = inClient(scene.mnt, readOnce);
    await started;
    const closed = session.server.close();
    // Others are sent away meanwhile.
    const { code, stderr } = await run("stat", `${scene.mnt}/missing`);
    assertEquals([code, /not connected/.test(stderr)], [1, true], stderr);
    assertEquals([session.server.inFlightCount, destroyed], [1, 0]);
    go.resolve();
    assertEquals(await reading, "answered");
    await closed;
    assertEquals(destroyed, 1);
    assertEquals(session.server.handleCount, 0);
    await session.unmount();
  },
);

mountTest(
  "Server.close() ends with its last handler if the mount is aborted meanwhile",
  async (scene) => {
    const [slow, started] = waiting(async (signal) => {
      await aborted(signal);
      throw signal.reason;
    });
    const session = await scene.mount(fsOf(directory({ slow })), {
      directIO: true,
      drainMs: 3_600_000,
    });
    const reading = inClient(scene.mnt, readOnce);
    await started;
    const closed = session.server.close();
    abort(scene.mnt);
    await closed;
    assertEquals(await reading, "ECONNABORTED");
    await session.unmount();
  },
);

mountTest(
  "Server.close() aborts what takes longer than drainMs, whose caller gets EINTR",
  async (scene) => {
    const [slow, started] = waiting(async (signal) => {
      await aborted(signal);
      throw signal.reason;
    });
    const session = await scene.mount(fsOf(directory({ slow })), {
      directIO: true,
      drainMs: 20,
    });
    const reading = inClient(scene.mnt, ({ attempt, open, read }, mnt) => {
      const fd = open(mnt + "/slow", 0);
      return attempt(read, fd, 10);
    });
    await started;
    await session.server.close();
    assertEquals(await reading, "EINTR");
    await session.unmount();
  },
);

mountTest(
  "Server.close() does not wait for ever for a handler that hears no signal",
  async (scene) => {
    const go = Promise.withResolvers<void>();
    const [slow, started] = waiting(() => go.promise);
    const session = await scene.mount(fsOf(directory({ slow })), {
      directIO: true,
      drainMs: 10,
    });
    const reading = inClient(scene.mnt, readOnce);
    await started;
    await session.server.close();
    await session.server.close();
    assertEquals(await reading, "ECONNABORTED");
    assertEquals(session.server.inFlightCount, 0);
    go.resolve();
    await session.unmount();
  },
);

mountTest(
  "Server.close() aborts a wait for a lock at once",
  async (scene) => {
    const started = Promise.withResolvers<void>();
    const f = file("", {
      lockWait: async ({ signal }) => {
        started.resolve();
        await aborted(signal);
        throw signal.reason;
      },
    });
    const session = await scene.mount(fsOf(directory({ f })), {
      lockingFlock: true,
      drainMs: 600_000,
    });
    const locking = run("flock", `${scene.mnt}/f`, "true");
    await started.promise;
    await session.server.close();
    await locking;
    await session.unmount();
  },
  { programs: ["flock"] },
);

mountTest(
  "What is open can be written, synced and closed while the server waits",
  async (scene) => {
    const calls: string[] = [];
    const go = Promise.withResolvers<void>();
    const [slow, started] = waiting(() => go.promise);
    const f = file("", {
      write: ({ data }) => void calls.push(new TextDecoder().decode(data)),
      fsync: () => void calls.push("fsync"),
      flush: () => void calls.push("flush"),
      release: () => {
        calls.push("release");
        go.resolve();
      },
    });
    const session = await scene.mount(fsOf(directory({ slow, f })), {
      directIO: true,
    });
    const seen = inClient(scene.mnt, async ({ attempt, ...sys }, mnt) => {
      const [f, slow] = ["f", "slow"].map((name) =>
        sys.open(`${mnt}/${name}`, sys.O_RDWR)
      );
      const reading = sys.readLater(slow!, 100);
      while (attempt(sys.stat, mnt + "/missing") === "ENOENT");
      const answers = [
        attempt(sys.write, f!, "written"),
        attempt(sys.fsync, f!),
        attempt(sys.close, f!),
      ];
      return [answers, sys.latin1(await reading)];
    });
    await started;
    await session.server.close();
    assertEquals(await seen, [[7, null, null], "answered"]);
    assertEquals(calls, ["written", "fsync", "flush", "release"]);
    await session.unmount();
  },
);

mountTest(
  "await using lets a handler finish before it unmounts by force",
  async (scene) => {
    const go = Promise.withResolvers<void>();
    const [slow, started] = waiting(() => go.promise);
    let reading: Promise<unknown>;
    {
      await using _session = await scene.mount(fsOf(directory({ slow })), {
        directIO: true,
      });
      reading = inClient(scene.mnt, readOnce);
      await started;
      setTimeout(() => go.resolve(), 10);
    }
    assertEquals(await reading, "answered");
  },
);

Deno.test("Server.closed releases everything even if the connection cannot be closed", async () => {
  const channel = new FakeChannel();
  channel.close = () => Promise.reject(new Error("cannot close"));
  channel.end();
  let destroyed = 0;
  const fs: FS = { ...fsOf(directory()), destroy: () => void destroyed++ };
  const server = serve(channel.connect(), fs);
  await assertRejects(() => server.closed, Error, "cannot close");
  assertEquals(destroyed, 1);
});
