import { assertEquals, assertThrows } from "@std/assert";
import { setImmediate } from "node:timers";
import { SyscallError } from "../../../ffi/mod.ts";
import {
  abort,
  type LookupRequest,
  mount,
  type Request,
  unmount,
} from "../../../fuse/mod.ts";
import { serve } from "../../../fuse/fs/mod.ts";
import { output, run } from "../../_support/client.ts";
import { RunningHostkit } from "../../_support/hostkit.ts";
import { mountTest } from "../../_support/mount.ts";
import { directory, fsOf } from "../../_support/nodes.ts";
import { FakeChannel } from "../_fake_channel.ts";
import { RawServer } from "../_raw_server.ts";
import { refuseAll } from "../_refusing.ts";

function turns(count: number): Promise<void> {
  return new Promise((resolve) => {
    const next = (): void => count-- > 0 ? void setImmediate(next) : resolve();
    next();
  });
}

Deno.test("A server without requests waits, it does not spin", async () => {
  const channel = new FakeChannel();
  const server = serve(channel.connect(), fsOf(directory()));
  await turns(500);
  const { reads } = channel;
  await turns(500);
  assertEquals([channel.reads, channel.waits], [reads, 1]);
  channel.end();
  await server.closed;
  const atTheEnd = channel.reads;
  await turns(500);
  assertEquals(channel.reads, atTheEnd);
});

mountTest(
  "EAGAIN: Conn.readRequestSync() returns undefined when no request waits",
  async (scene) => {
    await using conn = await mount(scene.mnt);
    // The kernel may ask at once what the root is like.
    let request;
    while ((request = conn.readRequestSync())) request.respondUnsupported();
    assertEquals(request, undefined);
    await unmount(scene.mnt, { lazy: true });
  },
);

mountTest(
  "ENODEV: the session is over for good once it is unmounted",
  async (scene) => {
    await using conn = await mount(scene.mnt);
    await unmount(scene.mnt, { lazy: true });
    // It is not over before those who were in it have left.
    await refuseAll(conn);
    for (let i = 0; i < 3; i++) {
      assertEquals(conn.readRequestSync(), null);
      assertEquals(await conn.readRequest(), null);
    }
  },
);

mountTest(
  "ECONNABORTED: the session is over for good once it is aborted",
  async (scene) => {
    await using conn = await mount(scene.mnt);
    abort(scene.mnt);
    for (let i = 0; i < 3; i++) {
      assertEquals(conn.readRequestSync(), null);
      assertEquals(await conn.readRequest(), null);
    }
    await unmount(scene.mnt, { lazy: true });
  },
);

mountTest(
  "ENOENT: an answer that nobody waits for any more is dropped",
  async (scene) => {
    const asked = Promise.withResolvers<LookupRequest>();
    const server = await RawServer.start(scene, {
      LOOKUP: (request: LookupRequest) => asked.resolve(request),
    });
    const looking = run("stat", `${scene.mnt}/name`);
    const request = await asked.promise;
    abort(scene.mnt);
    assertEquals((await looking).code, 1);
    request.respondError(new SyscallError("open", 2));
    await server[Symbol.asyncDispose]();
  },
);

mountTest(
  "EINVAL: a malformed answer throws, its caller gets EIO, and the session goes on",
  async (scene) => {
    let error: unknown;
    await using _server = await RawServer.start(scene, {
      LOOKUP: (request: Request) => {
        // Three bytes are no entry.
        error = assertThrows(() =>
          request._respond({
            _encode: (reply) => reply.setBody(new Uint8Array(3)),
          }), SyscallError);
      },
    });
    const { code, stderr } = await run("stat", `${scene.mnt}/name`);
    assertEquals(code, 1);
    assertEquals(/Input\/output error/.test(stderr), true, stderr);
    assertEquals((error as SyscallError).code, "EINVAL");
    assertEquals(await output("stat", "-c", "%F", scene.mnt), "directory\n");
  },
);

/** What strace(1) makes system calls on the device fail with, and how often. */
const INJECTIONS: readonly string[] = [
  "read:error=EINTR:when=2+2",
  "read:error=ENOENT:when=2+2",
  "read:error=ENOMEM:when=2+2",
  "write:error=EINTR:when=1+2",
];

for (const injection of INJECTIONS) {
  mountTest(
    `A server goes on after ${injection.replace(/:when.*/, "")}`,
    async (scene) => {
      const log = `${scene.dir}/strace`;
      const words = ["-f", "-qq", "-o", log, "-P", "/dev/fuse"];
      const inject = ["-e", "trace=read,write", "-e", `inject=${injection}`];
      await using command = await RunningHostkit.startUnder(
        ["strace", ...words, ...inject],
        "mount",
        "hello",
        scene.mnt,
        "--no-cache",
      );
      for (let i = 0; i < 5; i++) {
        assertEquals(
          await output("cat", `${scene.mnt}/hello`),
          "hello, world\n",
        );
      }
      await output("umount", scene.mnt);
      const { code, stderr } = await command.end();
      assertEquals([code, stderr], [0, ""]);
      const text = await Deno.readTextFile(log);
      assertEquals(text.match(/\(INJECTED\)/g)!.length > 5, true, text);
    },
    { programs: ["strace"], ignore: !canTrace() },
  );
}

/** Whether strace(1) may trace, which a container may forbid. */
function canTrace(): boolean {
  try {
    return new Deno.Command("strace", {
      args: ["-qq", "-o", "/dev/null", "true"],
      stdout: "null",
      stderr: "null",
    }).outputSync().success;
  } catch {
    return false;
  }
}
