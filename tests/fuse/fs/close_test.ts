import { assertEquals, assertRejects } from "@std/assert";
import { type FS, serve } from "../../../fuse/fs/mod.ts";
import { python, run } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { directory, file, fsOf, type SmallNode } from "../../_support/nodes.ts";
import { FakeChannel } from "../_fake_channel.ts";

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

const READ_ONCE = `
fd = os.open(mnt + "/slow", os.O_RDONLY)
say(attempt(lambda: os.read(fd, 100).decode()))
`;

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
    const reading = python(scene.mnt, READ_ONCE);
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
    const reading = python(
      scene.mnt,
      `
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
fd = os.open(mnt + "/slow", os.O_RDONLY)
n = libc.read(fd, ctypes.create_string_buffer(10), 10)
say([n, errno.errorcode[ctypes.get_errno()]])
`,
    );
    await started;
    await session.server.close();
    assertEquals(await reading, [-1, "EINTR"]);
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
    const reading = python(scene.mnt, READ_ONCE);
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
  { programs: ["flock"], limitMs: 30_000 },
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
    const seen = python(
      scene.mnt,
      `
fds = [os.open(mnt + "/" + name, os.O_RDWR) for name in ("f", "slow")]
answers = []
thread = threading.Thread(target=lambda: answers.append(os.read(fds[1], 100).decode()))
thread.start()
while attempt(os.stat, mnt + "/missing") == "ENOENT": pass
answers.append([attempt(os.write, fds[0], b"written"), attempt(os.fsync, fds[0]), attempt(os.close, fds[0])])
thread.join()
say(answers)
`,
    );
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
      reading = python(scene.mnt, READ_ONCE);
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
