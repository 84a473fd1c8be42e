import { assert, assertEquals } from "@std/assert";
import { HelloFS, MirrorFS } from "../../../fuse/fs/mod.ts";
import { abort, mount, unmount } from "../../../fuse/mod.ts";
import {
  inClient,
  output,
  run,
  runAndInterrupt,
} from "../../_support/client.ts";
import { assertNoFdLeak } from "../../_support/leaks.ts";
import { mountTest, type Scene } from "../../_support/mount.ts";
import { directory, file, fsOf, later } from "../../_support/nodes.ts";
import { isOverUring } from "../../_support/over_uring.ts";
import { denoCommand } from "../../_support/platform.ts";
import {
  canUseUring,
  mountOverUring,
  uringTest,
  withSwitch,
} from "../../_support/uring.ts";

const HELLO = "hello, world\n";

for (const mode of ["async", "blocking"] as const) {
  uringTest(
    `Over io_uring a file system is read, idle or busy, in mode ${mode}`,
    async (scene) => {
      await using session = await mountOverUring(scene, new HelloFS(), {
        mode,
        entryValidMs: 0,
        attrValidMs: 0,
      });
      assertEquals(await output("cat", `${scene.mnt}/hello`), HELLO);
      // Once nobody has asked for a while the server waits.
      await new Promise((resolve) => setTimeout(resolve, 50));
      assertEquals(await output("cat", `${scene.mnt}/hello`), HELLO);
      const missing = await inClient(scene.mnt, ({ attempt, stat }, mnt) => {
        for (let i = 0; i < 2000; i++) stat(mnt + "/hello");
        return attempt(stat, mnt + "/missing");
      });
      assertEquals(missing, "ENOENT");
      assert(session.server.stats.operations > 2000);
    },
  );
}

mountTest(
  "overIoUring goes through the device where the administrator has not switched it on",
  async (scene) => {
    await using session = await withSwitch(
      false,
      () => scene.mount(new HelloFS(), { overIoUring: true }),
    );
    assertEquals(isOverUring(session), false);
    assertEquals(await output("cat", `${scene.mnt}/hello`), HELLO);
  },
  { ignore: !canUseUring },
);

/** Starts a server of its own; returns it, and whether it has a ring. */
async function serve(
  scene: Scene,
  ...args: string[]
): Promise<[child: Deno.ChildProcess, hasRing: boolean]> {
  const [program, ...words] = denoCommand;
  const script = `${import.meta.dirname}/_serve_uring.ts`;
  const child = new Deno.Command(program, {
    args: [...words, "run", "--allow-ffi", script, scene.mnt, ...args],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await withSwitch(true, () => reader.read());
  const said = new TextDecoder().decode(value).trim();
  reader.releaseLock();
  return [child, JSON.parse(said)];
}

uringTest(
  "overIoUring goes through the device where this process may make no ring",
  async (scene) => {
    const [child, hasRing] = await serve(scene, "1");
    assertEquals(hasRing, false);
    assertEquals(await output("cat", `${scene.mnt}/hello`), HELLO);
    await unmount(scene.mnt);
    await child.output();
  },
);

uringTest(
  "A server over io_uring that is killed leaves its callers an error",
  async (scene) => {
    const [child, hasRing] = await serve(scene);
    assertEquals(hasRing, true);
    assertEquals(await output("cat", `${scene.mnt}/hello`), HELLO);
    child.kill("SIGKILL");
    await child.output();
    const { code, stderr } = await run("cat", `${scene.mnt}/hello`);
    assertEquals(code, 1);
    // ECANCELED for a request that the kernel was handing to the dead process.
    assert(/not connected|abort|canceled/.test(stderr), stderr);
    await unmount(scene.mnt, { lazy: true });
  },
);

for (const directIO of [false, true]) {
  uringTest(
    `Over io_uring a mirror reads and writes ${
      directIO ? "directly" : "through the cache"
    }`,
    async (scene) => {
      const source = `${scene.dir}/source`;
      await Deno.mkdir(source);
      await using _session = await mountOverUring(
        scene,
        new MirrorFS(source),
        { directIO },
      );
      const ok = await inClient(
        scene.mnt,
        ({ latin1, listdir, pread, ...sys }, mnt, source) => {
          const size = 5 * 1024 * 1024 + 77;
          const data = new Uint8Array(size);
          for (let at = 0; at < size; at += 65_536) {
            crypto.getRandomValues(data.subarray(at, at + 65_536));
          }
          const fd = sys.open(mnt + "/file", sys.O_CREAT | sys.O_WRONLY);
          sys.writeAll(fd, data);
          sys.pwrite(fd, data.subarray(0, 5000), 3 * 1024 * 1024 - 1);
          sys.close(fd);
          data.copyWithin(3 * 1024 * 1024 - 1, 0, 5000);
          const isPart = (bytes: Uint8Array, at: number, end: number) =>
            latin1(bytes) === latin1(data.subarray(at, end));
          const same: boolean[] = [];
          for (const dir of [mnt, source]) {
            const fd = sys.open(dir + "/file", 0);
            same.push(
              isPart(sys.readAll(fd), 0, size),
              isPart(pread(fd, 100, 7000), 7000, 7100),
              isPart(pread(fd, 1 << 20, size - 9), size - 9, size),
              pread(fd, 10, size).length === 0,
            );
          }
          sys.mkdir(mnt + "/dir");
          sys.rename(mnt + "/file", mnt + "/dir/other");
          const names = Array.from({ length: 500 }, (_, i) => `name-${i}`);
          for (const name of names) sys.create(`${mnt}/dir/${name}`);
          const listed = listdir(mnt + "/dir").sort().join();
          return [...same, listed === [...names, "other"].sort().join()];
        },
        source,
      );
      assertEquals(ok, Array(9).fill(true));
    },
  );
}

uringTest(
  "Over io_uring more requests wait for their answers than a queue begins with",
  async (scene) => {
    const COUNT = 40;
    const all = Promise.withResolvers<void>();
    let asked = Promise.withResolvers<void>();
    await using session = await mountOverUring(
      scene,
      fsOf(directory({}, {
        lookup: async (name) => {
          asked.resolve();
          await all.promise;
          return file(name);
        },
      })),
    );
    const reading: Promise<string>[] = [];
    for (let i = 0; i < COUNT; i++) {
      asked = Promise.withResolvers();
      reading.push(output("cat", `${scene.mnt}/n${i}`));
      await asked.promise;
    }
    assertEquals(session.server.inFlightCount, COUNT);
    all.resolve();
    assertEquals(
      await Promise.all(reading),
      Array.from({ length: COUNT }, (_, i) => `n${i}`),
    );
    assertEquals(session.server.inFlightCount, 0);
  },
);

uringTest(
  "Over io_uring many threads are served by handlers that answer later",
  async (scene) => {
    await using _session = await mountOverUring(
      scene,
      later(fsOf(directory({ file: file("x".repeat(300_000)) }))),
      { directIO: true, entryValidMs: 0 },
    );
    const isRight = await inClient(scene.mnt, async ({ contentLater }, mnt) => {
      const work = async () => {
        const sizes: number[] = [];
        for (let i = 0; i < 20; i++) {
          sizes.push((await contentLater(mnt + "/file")).length);
        }
        return sizes;
      };
      const all = await Promise.all(Array.from({ length: 32 }, work));
      const sizes = all.flat();
      return [sizes.length, sizes.every((size) => size === 300_000)];
    });
    assertEquals(isRight, [640, true]);
  },
);

uringTest(
  "Over io_uring the data of a write stays as it is until it is answered",
  async (scene) => {
    const COUNT = 20;
    const all = Promise.withResolvers<void>();
    const written: boolean[] = [];
    const names = Array.from({ length: COUNT }, (_, i) => `${i}`);
    let asked = Promise.withResolvers<void>();
    const nodes = names.map((name) => [
      name,
      file("", {
        write: async ({ data }) => {
          asked.resolve();
          await all.promise;
          const [first] = data;
          const digit = name.charCodeAt(0);
          written.push(
            data.length === 20_000 && first === digit &&
              data.every((byte) => byte === first),
          );
        },
      }),
    ]);
    await using _session = await mountOverUring(
      scene,
      fsOf(directory(Object.fromEntries(nodes))),
      { directIO: true },
    );
    const script =
      'head -c 20000 /dev/zero | tr "\\0" "$2" | dd of="$1" bs=20000 ' +
      "conv=notrunc iflag=fullblock status=none";
    const writing: Promise<string>[] = [];
    for (const name of names) {
      asked = Promise.withResolvers();
      const path = `${scene.mnt}/${name}`;
      writing.push(output("sh", "-c", script, "sh", path, name[0]!));
      await asked.promise;
    }
    all.resolve();
    await Promise.all(writing);
    assertEquals(written, Array(COUNT).fill(true));
  },
);

uringTest(
  "Over io_uring a signal interrupts the request of its caller",
  async (scene) => {
    const started = Promise.withResolvers<void>();
    const root = directory({}, {
      lookup: (_name, { signal }) => {
        started.resolve();
        return new Promise((_, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason))
        );
      },
    });
    await using _session = await mountOverUring(scene, fsOf(root));
    await runAndInterrupt(started.promise, "stat", `${scene.mnt}/name`);
  },
);

uringTest(
  "Over io_uring notifications are sent, and data that they ask for comes",
  async (scene) => {
    const node = file("x".repeat(10_000));
    await using session = await mountOverUring(
      scene,
      fsOf(directory({ file: node })),
    );
    await output("cat", `${scene.mnt}/file`);
    const { server, conn } = session;
    await server.notifyStore(node, 0, new TextEncoder().encode("stored"));
    // Nobody answers what comes, however often: it must not fill the queues.
    for (let i = 0; i < 2500; i++) {
      const data = await server.retrieve(node, i % 5, 3);
      const expected = "storedx".slice(i % 5, i % 5 + 3);
      if (new TextDecoder().decode(data) !== expected) {
        throw new Error(`Retrieved ${data} at ${i}`);
      }
    }
    await conn.invalidateEntry(1n, "file");
    await output("cat", `${scene.mnt}/file`);
  },
);

uringTest(
  "Over io_uring nodes are forgotten, whether the server is idle or not",
  async (scene) => {
    const names = Array.from({ length: 300 }, (_, i) => `f${i}`);
    const forgotten = Promise.withResolvers<void>();
    let rest = names.length;
    const nodes = names.map((name) => [
      name,
      file(name, {
        forget: () => {
          if (--rest === 0) forgotten.resolve();
        },
      }),
    ]);
    await using session = await mountOverUring(
      scene,
      fsOf(directory(Object.fromEntries(nodes))),
    );
    await output("ls", "-l", scene.mnt);
    assert(session.server.nodeCount > 300);
    await output("sh", "-c", "sync; echo 2 > /proc/sys/vm/drop_caches");
    await forgotten.promise;
    assertEquals(session.server.nodeCount, 1);
  },
  { dropsCaches: true },
);

uringTest(
  "Over io_uring abort() frees the caller, and the session ends",
  async (scene) => {
    const started = Promise.withResolvers<void>();
    const root = directory({}, {
      lookup: () => {
        started.resolve();
        return new Promise(() => {});
      },
    });
    const session = await mountOverUring(scene, fsOf(root), { drainMs: 10 });
    const looking = run("stat", `${scene.mnt}/name`);
    await started.promise;
    abort(scene.mnt);
    const { code, stderr } = await looking;
    assertEquals(code, 1);
    assert(/abort/.test(stderr), stderr);
    await session.closed;
    await session.unmount();
  },
);

uringTest(
  "Over io_uring debug sees every request and answer",
  async (scene) => {
    const seen: string[] = [];
    await using session = await mountOverUring(scene, new HelloFS(), {
      debug: (event) => void seen.push(`${event}`),
    });
    assertEquals(await output("cat", `${scene.mnt}/hello`), HELLO);
    await session.unmount();
    assert(seen.some((line) => /LOOKUP.*hello/.test(line)), seen.join("\n"));
    assert(seen.some((line) => /READ/.test(line)), seen.join("\n"));
  },
);

uringTest(
  "Over io_uring nothing stays open after unmounting, nor after a close that leaves the mount",
  async (scene) => {
    const round = async (): Promise<void> => {
      const session = await mountOverUring(scene, new HelloFS());
      await output("cat", `${scene.mnt}/hello`);
      await session.unmount();
      const conn = await withSwitch(
        true,
        () => mount(scene.mnt, { overIoUring: true }),
      );
      assert(isOverUring({ conn }));
      const looking = run("stat", scene.mnt);
      await conn.close();
      const { stderr } = await looking;
      // The last one if the request came just when the ring was closed.
      assert(/not connected|abort|cancel/.test(stderr), stderr);
      await unmount(scene.mnt, { lazy: true });
    };
    await round();
    await assertNoFdLeak(round);
  },
);
