import { closeSync, openSync } from "node:fs";
import { assertEquals } from "@std/assert";
import type { FS, ServeOptions } from "../../../../fuse/fs/mod.ts";
import { HelloFS, MirrorFS, mountFS } from "../../../../fuse/fs/mod.ts";
import { holdOpen, inClient, output } from "../../../_support/client.ts";
import type { Sys } from "../../../_support/client_process.ts";
import { mountTest } from "../../../_support/mount.ts";
import { hasPassthrough } from "../../../_support/platform.ts";
import { directory, file, fsOf, WAYS } from "../../../_support/nodes.ts";

const MODES = ["async", "blocking"] as const;

/** Many small requests, one by one. */
for (const mode of MODES) {
  const options: ServeOptions = { mode, entryValidMs: 0, attrValidMs: 0 };

  for (const [way, wrap] of WAYS) {
    mountTest(
      `In ${mode} mode a server answers ${way}, and timers tick meanwhile`,
      async (scene) => {
        const fs: FS = wrap(new HelloFS());
        await using session = await scene.mount(fs, options);
        let ticks = 0;
        const timer = setInterval(() => ticks++, 1);
        const seen = await inClient(scene.mnt, ({ content }, mnt) => {
          for (let i = 0; i < 2000; i++) content(mnt + "/hello");
          return content(mnt + "/hello");
        });
        clearInterval(timer);
        assertEquals(seen, "hello, world\n");
        assertEquals(ticks > 5, true, `${ticks} ticks`);
        const { byOperation } = session.server.stats;
        const opens = byOperation.find(({ opname }) => opname === "OPEN");
        assertEquals(opens?.count, 2001);
      },
    );
  }

  mountTest(
    `In ${mode} mode a handler that waits for others holds up nobody`,
    async (scene) => {
      const both = Promise.withResolvers<void>();
      const names: string[] = [];
      const root = directory({ quick: file("quick") }, {
        lookup: async (name) => {
          if (name === "quick") return file("quick");
          names.push(name);
          if (names.length === 3) both.resolve();
          await both.promise;
          return file(name);
        },
      });
      await using _session = await scene.mount(fsOf(root), options);
      const paths = ["a", "b", "c"].map((name) => `${scene.mnt}/${name}`);
      const all = Promise.all(paths.map((path) => output("cat", path)));
      assertEquals(await output("cat", `${scene.mnt}/quick`), "quick");
      assertEquals(await all, ["a", "b", "c"]);
    },
  );

  mountTest(
    `In ${mode} mode a server wakes up after a rest`,
    async (scene) => {
      await using _session = await scene.mount(new HelloFS(), options);
      for (let i = 0; i < 3; i++) {
        assertEquals(
          await output("cat", `${scene.mnt}/hello`),
          "hello, world\n",
        );
        // By then the server waits, whose thread this is.
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  );
}

mountTest(
  "FS.noOpen and noOpendir spare every OPEN and RELEASE but the first",
  async (scene) => {
    const root = directory({ hello: file("hello") });
    await using session = await scene.mount(
      fsOf(root, { noOpen: true, noOpendir: true }),
    );
    const seen = await inClient(
      scene.mnt,
      ({ content, listdir }, mnt) =>
        [1, 2, 3, 4, 5].map(() => [content(mnt + "/hello"), listdir(mnt)]),
    );
    assertEquals(seen, Array(5).fill(["hello", ["hello"]]));
    const counts = Object.fromEntries(
      session.server.stats.byOperation.map(({ opname, count }) => [
        opname,
        count,
      ]),
    );
    assertEquals([counts.OPEN, counts.OPENDIR], [1, 1]);
    assertEquals([counts.RELEASE, counts.RELEASEDIR], [undefined, undefined]);
    assertEquals(session.server.handleCount, 0);
  },
);

for (const keeps of [false, true]) {
  mountTest(
    `ServeOptions.keepCache and cacheDirectories of ${keeps} ask for data and listings ${
      keeps ? "once" : "each time"
    }`,
    async (scene) => {
      const root = directory({ hello: file("hello") }, {
        attr(attr) {
          attr.mode = 0o40755;
        },
      });
      await using session = await scene.mount(fsOf(root), {
        keepCache: keeps,
        cacheDirectories: keeps,
        readdirplus: "never",
      });
      await inClient(scene.mnt, ({ content, listdir }, mnt) => {
        for (let i = 0; i < 5; i++) {
          content(mnt + "/hello");
          listdir(mnt);
        }
      });
      const { byOperation } = session.server.stats;
      const count = (name: string) =>
        byOperation.find(({ opname }) => opname === name)!.count;
      assertEquals(count("OPEN"), 5);
      assertEquals(count("READ"), keeps ? 1 : 5);
      // A listing takes two requests: the second one finds its end.
      assertEquals(count("READDIR"), keeps ? 2 : 10);
    },
  );
}

/** Reads and writes through a mirror, of which the server hears nothing. */
/** Writes and reads what the kernel may pass by the server. */
function passTheServer(sys: Sys, mnt: string): unknown[] {
  const path = `${mnt}/f`;
  const text = "x".repeat(300_000);
  const fd = sys.open(path, sys.O_CREAT | sys.O_RDWR | sys.O_TRUNC);
  sys.writeAll(fd, text);
  const size = sys.lseek(fd, 0, sys.SEEK_END);
  sys.lseek(fd, 0, sys.SEEK_SET);
  const reader = sys.open(path, sys.O_RDONLY);
  const same = [fd, reader].map((fd) => sys.latin1(sys.readAll(fd)) === text);
  sys.close(fd);
  sys.close(reader);
  const last = sys.open(path, sys.O_WRONLY | sys.O_APPEND);
  sys.write(last, "end");
  sys.close(last);
  sys.truncate(path, 300_001);
  return [same, size, sys.stat(path).size, sys.content(path).length];
}

mountTest(
  "With passthrough the kernel reads and writes a mirror's files itself",
  async (scene) => {
    const source = `${scene.dir}/source`;
    await Deno.mkdir(source);
    const fs = new MirrorFS(source);
    await using session = await scene.mount(fs, {
      ...fs.mountOptions,
      passthrough: true,
    });
    const seen = await inClient(scene.mnt, passTheServer);
    assertEquals(seen, [[true, true], 300000, 300001, 300001]);
    const { passthrough, bytesRead, bytesWritten } = session.server.stats;
    assertEquals(passthrough, { opened: 4, refused: 0, error: undefined });
    assertEquals([bytesRead, bytesWritten], [0, 0]);
    const { size } = await Deno.stat(`${source}/f`);
    assertEquals(size, 300001);
  },
  { ignore: !hasPassthrough },
);

mountTest(
  "A mirror of what cannot be a backing file is served as without passthrough",
  async (scene) => {
    // A FUSE file system that lets files pass stands on another one itself.
    const [below, source] = [`${scene.dir}/below`, `${scene.dir}/source`];
    await Deno.mkdir(source);
    await Deno.mkdir(below);
    const lower = new MirrorFS(source);
    await using _lower = await mountFS(below, lower, {
      ...lower.mountOptions,
      passthrough: true,
    });
    // The upper one must not wait for the lower one on the same thread.
    await using session = await scene.mountModule(
      import.meta.resolve("../../../../fuse/fs/mirror/module.ts"),
      {
        ...lower.mountOptions,
        passthrough: true,
        maxStackDepth: 1,
        data: { source: below },
      },
    );
    const seen = await inClient(scene.mnt, passTheServer);
    assertEquals(seen, [[true, true], 300000, 300001, 300001]);
    const { passthrough, bytesWritten } = await session.stats();
    assertEquals(passthrough, { opened: 0, refused: 4, error: "ELOOP" });
    assertEquals(bytesWritten, 300003);
  },
  { ignore: !hasPassthrough },
);

mountTest(
  "Open files of one node share a backing file, or have none",
  async (scene) => {
    const backing = await Deno.makeTempFile({ dir: scene.dir });
    await Deno.writeTextFile(backing, "kernel");
    const fd = openSync(backing, "r");
    using cleanup = new DisposableStack();
    cleanup.defer(() => closeSync(fd));
    let withBacking = true;
    const node = file("server", {
      open: (_request, response) => {
        if (withBacking) response.backing = fd;
        return { readAll: () => new TextEncoder().encode("server") };
      },
    });
    await using session = await scene.mount(fsOf(directory({ node })), {
      passthrough: true,
    });
    const path = `${scene.mnt}/node`;
    {
      await using first = await holdOpen(path, "cat <&3");
      withBacking = false;
      // The kernel would refuse to open it in another way.
      assertEquals(await output("cat", path), "kernel");
      assertEquals(await first.end(), "kernel");
    }
    assertEquals(session.server.stats.passthrough.opened, 2);
    {
      await using first = await holdOpen(path, "cat <&3");
      withBacking = true;
      assertEquals(await output("cat", path), "server");
      assertEquals(await first.end(), "server");
    }
    const { opened: count, refused } = session.server.stats.passthrough;
    assertEquals([count, refused], [2, 1]);
    assertEquals(await output("cat", path), "kernel");
  },
  { ignore: !hasPassthrough },
);
