import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { MirrorFS } from "../../../../fuse/fs/mod.ts";
import { holdOpen, inClient, output } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import {
  leftSince,
  openAfterWorkers,
  runningWorkers,
} from "./_worker_leaks.ts";

const COUNTING = import.meta.resolve("./_counting_module.ts");
const CRASHING = import.meta.resolve("./_crashing_module.ts");
const MIRROR = import.meta.resolve("../../../../fuse/fs/mirror/module.ts");

/** A module that exports what an expression says. */
function moduleOf(expression: string): string {
  const from = import.meta.resolve("../../../../fuse/fs/mod.ts");
  const text = `import * as hostkit from ${JSON.stringify(from)};\n` +
    `export default ${expression};`;
  return `data:text/javascript,${encodeURIComponent(text)}`;
}

for (const workers of [1, 2, 3]) {
  mountTest(
    `mountModule() serves by ${workers} Workers what any of them was asked for`,
    async (scene) => {
      const counts = new SharedArrayBuffer(8);
      await using session = await scene.mountModule(COUNTING, {
        workers,
        data: { counts },
        entryValidMs: 0,
        attrValidMs: 0,
        directIO: true,
      });
      const seen = await inClient(scene.mnt, async (sys, mnt) => {
        const names = sys.listdir(mnt).map(Number).sort((a, b) => a - b);
        const modes = new Set<unknown>();
        let found = 0;
        const look = async (part: number) => {
          for (let i = part; i < 400; i += 8) {
            const fd = await sys.openLater(`${mnt}/${i}`, sys.O_RDONLY);
            const text = sys.latin1(await sys.readLater(fd, 100));
            modes.add(text === `${i}\n` && sys.fstat(fd).mode);
            sys.close(fd);
            found++;
          }
        };
        await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(look));
        return [names.every((name, i) => name === i), found, [...modes]];
      });
      assertEquals(seen, [true, 400, [0o100644]]);
      const { handles, byOperation } = await session.stats();
      const count = (name: string) =>
        byOperation.find(({ opname }) => opname === name)?.count;
      assertEquals([count("OPEN"), handles], [400, 0]);
    },
  );
}

mountTest(
  "A reader that gives up is heard of by the Worker that has its request",
  async (scene) => {
    const counts = new SharedArrayBuffer(8);
    await using _session = await scene.mountModule(COUNTING, {
      workers: 2,
      data: { counts },
      directIO: true,
    });
    const readers = Array.from({ length: 6 }, () =>
      new Deno.Command("sh", {
        args: ["-c", 'exec 3< "$0"; echo; read -r x <&3', `${scene.mnt}/slow`],
        stdout: "piped",
      }).spawn());
    for (const { stdout } of readers) {
      // It has said that it reads.
      for await (const _ of stdout) break;
    }
    for (const reader of readers) reader.kill("SIGKILL");
    for (const { status } of readers) {
      assertEquals((await status).signal, "SIGKILL");
    }
    const [started, aborted] = new Int32Array(counts);
    assertEquals(aborted, started);
  },
);

for (
  const [what, expression, message] of [
    [
      "a file system without ids",
      "new hostkit.MemFS()",
      "no idOf and nodeById",
    ],
    [
      "a MirrorFS that shares nothing",
      'new hostkit.MirrorFS("/")',
      "no idOf and nodeById",
    ],
    ["what is no file system", "42", "neither a file system"],
    ["a function that throws", '() => { throw new Error("no"); }', "no"],
  ] as const
) {
  mountTest(
    `mountModule() refuses ${what}, and mounts nothing`,
    async (scene) => {
      const error = await assertRejects(() =>
        scene.mountModule(moduleOf(expression), { workers: 2 })
      );
      assertStringIncludes((error as Error).message, message);
      assertEquals(scene.mounts(), []);
    },
  );
}

mountTest("mountModule() refuses what Workers cannot do", async (scene) => {
  const module = moduleOf("new hostkit.HelloFS()");
  for (const workers of [0, -1, 1.5, NaN]) {
    await assertRejects(
      () => scene.mountModule(module, { workers }),
      RangeError,
    );
  }
  const refused = [
    { debug: () => {} },
    { record: "x" },
    { overIoUring: true },
    {
      passthrough: true,
      workers: 2,
    },
  ];
  for (const options of refused) {
    await assertRejects(() => scene.mountModule(module, options), TypeError);
  }
  await assertRejects(() => scene.mountModule("no url"), TypeError);
});

for (
  const [what, expression, options] of [
    ["options that cannot be cloned", "new hostkit.HelloFS()", {
      drainMs: (() => 100) as unknown as number,
    }],
    [
      "a module that throws what nobody catches once it is loaded",
      `() => {
        setTimeout(() => { throw new Error("early"); }, 0);
        return new hostkit.HelloFS();
      }`,
      {},
    ],
  ] as const
) {
  mountTest(`mountModule() with ${what} leaves nothing`, async (scene) => {
    const round = async (): Promise<void> => {
      const module = moduleOf(expression);
      try {
        const session = await scene.mountModule(module, {
          workers: 2,
          ...options,
        });
        await session.closed;
        await session[Symbol.asyncDispose]();
      } catch {
        // It may be known before anything is mounted.
      }
      scene.takeErrors();
      assertEquals(scene.mounts(), []);
    };
    await round();
    const before = await openAfterWorkers();
    await round();
    assertEquals(await leftSince(before), { fds: [], eventLoops: 0 });
  });
}

mountTest("One Worker serves any file system", async (scene) => {
  const module = moduleOf("() => new hostkit.MemFS()");
  await using _session = await scene.mountModule(module, { workers: 1 });
  assertEquals(
    await inClient(scene.mnt, ({ content, put }, mnt) => {
      put(mnt + "/f", "text");
      return content(mnt + "/f");
    }),
    "text",
  );
});

const TREE = `new hostkit.Tree({ "a/hello": {
  attr: (attr) => { attr.mode = 0o100444; },
  readAll: () => new TextEncoder().encode("hello, world\\n"),
} })`;

for (
  const [name, expression, path] of [
    ["HelloFS", "new hostkit.HelloFS()", "hello"],
    ["Tree", TREE, "a/hello"],
  ] as const
) {
  mountTest(`Two Workers serve a ${name}`, async (scene) => {
    await using session = await scene.mountModule(moduleOf(expression), {
      workers: 2,
      entryValidMs: 0,
      attrValidMs: 0,
      directIO: true,
    });
    const file = `${scene.mnt}/${path}`;
    const all = await Promise.all(
      Array.from({ length: 10 }, () => output("cat", file)),
    );
    assertEquals(all, Array(10).fill("hello, world\n"));
    assertEquals((await session.stats()).handles, 0);
  });
}

mountTest(
  "Workers that end by force leave no descriptor, whoever has files open",
  async (scene) => {
    const source = `${scene.dir}/source`;
    await Deno.mkdir(`${source}/sub`, { recursive: true });
    await Deno.writeTextFile(`${source}/sub/file`, "content");
    const round = async (): Promise<void> => {
      const data = { source, shared: MirrorFS.share(100) };
      const session = await scene.mountModule(MIRROR, {
        ...new MirrorFS(source, data).mountOptions,
        workers: 2,
        data,
      });
      await using _file = await holdOpen(`${scene.mnt}/sub/file`);
      await using _directory = await holdOpen(`${scene.mnt}/sub`);
      assertEquals((await session.stats()).handles, 2);
      await session[Symbol.asyncDispose]();
    };
    // What the runtime opens for its first Worker and child stays open.
    await round();
    const before = await openAfterWorkers();
    await round();
    assertEquals(await leftSince(before), { fds: [], eventLoops: 0 });
  },
);

for (const workers of [1, 2]) {
  for (
    const [path, message] of [
      ["throws", "thrown"],
      ["throws-on", "thrown on and on"],
      ["rejects", "rejected"],
      ["closes", undefined],
      ["exits", undefined],
    ] as const
  ) {
    mountTest(
      `One of ${workers} Workers that ${path} what nobody catches ends, and leaves nothing`,
      async (scene) => {
        const round = async (): Promise<void> => {
          const session = await scene.mountModule(CRASHING, {
            workers,
            entryValidMs: 0,
            attrValidMs: 0,
            directIO: true,
            // The reader's handler never ends.
            drainMs: 100,
          });
          const crashed = await inClient(
            scene.mnt,
            ({ attempt, content }, mnt, path) => attempt(content, mnt + path),
            `/${path}`,
          );
          assertEquals(crashed, "ECONNABORTED");
          // Whoever asks before its end waits for that.
          if (workers === 1) await session.closed;
          const others = await inClient(
            scene.mnt,
            ({ attempt, content }, mnt) =>
              Array.from({ length: 20 }, () => attempt(content, mnt + "/fine")),
          );
          const expected = workers === 1 ? "ENOTCONN" : "fine\n";
          assertEquals(others, Array(20).fill(expected));
          assertEquals(await runningWorkers(workers - 1), workers - 1);
          await session[Symbol.asyncDispose]();
          const [error, ...more] = scene.errors as Error[];
          assertEquals((error!.cause as Error | undefined)?.message, message);
          assertEquals(more, []);
          scene.takeErrors();
        };
        await round();
        const before = await openAfterWorkers();
        await round();
        assertEquals(await leftSince(before), { fds: [], eventLoops: 0 });
      },
    );
  }
}

mountTest(
  "A module that takes care of its own errors goes on serving",
  async (scene) => {
    const module = `data:text/javascript,${
      encodeURIComponent(`
        import { HelloFS } from ${
        JSON.stringify(import.meta.resolve("../../../../fuse/fs/mod.ts"))
      };
        for (const type of ["error", "unhandledrejection"]) {
          addEventListener(type, (event) => event.preventDefault());
        }
        export default () => {
          setTimeout(() => { throw new Error("taken care of"); });
          Promise.reject(new Error("taken care of"));
          return new HelloFS();
        };
      `)
    }`;
    await using _session = await scene.mountModule(module, { directIO: true });
    for (let i = 0; i < 3; i++) {
      assertEquals(await output("cat", `${scene.mnt}/hello`), "hello, world\n");
    }
  },
);

mountTest(
  "A directory is emptied while two Workers list it",
  async (scene) => {
    const source = `${scene.dir}/source`;
    await Deno.mkdir(`${source}/many`, { recursive: true });
    for (let i = 0; i < 2000; i++) {
      await Deno.writeTextFile(`${source}/many/file-${i}`, "");
    }
    const data = { source, shared: MirrorFS.share(3000) };
    await using _session = await scene.mountModule(MIRROR, {
      ...new MirrorFS(source, data).mountOptions,
      workers: 2,
      data,
    });
    const seen = await inClient(scene.mnt, (sys, mnt) => {
      const fd = sys.open(mnt + "/many", sys.O_DIRECTORY);
      let count = 0;
      for (;;) {
        const some = sys.getdents(fd);
        if (some.length === 0) break;
        for (const { name } of some) {
          if (name === "." || name === "..") continue;
          sys.unlink(`${mnt}/many/${name}`);
          count++;
        }
      }
      sys.rmdir(mnt + "/many");
      return count;
    });
    assertEquals(seen, 2000);
  },
);
