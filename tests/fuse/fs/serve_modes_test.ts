import { closeSync, openSync } from "node:fs";
import { assertEquals } from "@std/assert";
import type { FS, ServeOptions } from "../../../fuse/fs/mod.ts";
import { HelloFS, MirrorFS, mountFS } from "../../../fuse/fs/mod.ts";
import { holdOpen, output, python } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { hasPassthrough } from "../../_support/platform.ts";
import { directory, file, fsOf, WAYS } from "../../_support/nodes.ts";

const MODES = ["async", "blocking"] as const;

/** Many small requests, one by one. */
const READ_OFTEN = `
for i in range(2000): read(mnt + "/hello")
say(read(mnt + "/hello"))
`;

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
        const seen = await python(scene.mnt, READ_OFTEN);
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
    { programs: [] },
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
    { programs: [] },
  );
}

mountTest(
  "FS.noOpen and noOpendir spare every OPEN and RELEASE but the first",
  async (scene) => {
    const root = directory({ hello: file("hello") });
    await using session = await scene.mount(
      fsOf(root, { noOpen: true, noOpendir: true }),
    );
    const script = `
say([[read(mnt + "/hello"), os.listdir(mnt)] for i in range(5)])
`;
    const seen = await python(scene.mnt, script);
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
      const script = `
for i in range(5): read(mnt + "/hello"); os.listdir(mnt)
say(0)
`;
      await python(scene.mnt, script);
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
const PAST_THE_SERVER = `
with open(mnt + "/f", "w+b") as f:
    f.write(b"x" * 300000); f.flush(); f.seek(0)
    with open(mnt + "/f", "rb") as g:
        same = f.read() == g.read() == b"x" * 300000
    size = os.fstat(f.fileno()).st_size
with open(mnt + "/f", "ab") as f: f.write(b"end")
os.truncate(mnt + "/f", 300001)
say([same, size, os.stat(mnt + "/f").st_size, len(read(mnt + "/f"))])
`;

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
    const seen = await python(scene.mnt, PAST_THE_SERVER);
    assertEquals(seen, [true, 300000, 300001, 300001]);
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
      import.meta.resolve("../../../fuse/fs/mirror_module.ts"),
      {
        ...lower.mountOptions,
        passthrough: true,
        maxStackDepth: 1,
        data: { source: below },
      },
    );
    const seen = await python(scene.mnt, PAST_THE_SERVER);
    assertEquals(seen, [true, 300000, 300001, 300001]);
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
