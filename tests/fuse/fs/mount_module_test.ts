import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { MirrorFS } from "../../../fuse/fs/mod.ts";
import { holdOpen, output, python } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import {
  leftSince,
  openAfterWorkers,
  runningWorkers,
} from "./_worker_leaks.ts";

const COUNTING = import.meta.resolve("./_counting_module.ts");
const CRASHING = import.meta.resolve("./_crashing_module.ts");
const MIRROR = import.meta.resolve("../../../fuse/fs/mirror_module.ts");

/** A module that exports what an expression says. */
function moduleOf(expression: string): string {
  const from = import.meta.resolve("../../../fuse/fs/mod.ts");
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
      const seen = await python(
        scene.mnt,
        `
names = os.listdir(mnt)
found = []
def look(part):
    for i in range(part, 400, 8):
        with open("%s/%d" % (mnt, i)) as f:
            found.append(f.read() == "%d\\n" % i and os.fstat(f.fileno()).st_mode)
threads = [threading.Thread(target=look, args=(part,)) for part in range(8)]
for t in threads: t.start()
for t in threads: t.join()
say([sorted(map(int, names)) == list(range(3000)), len(found), sorted(set(found))])
`,
      );
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
    const seen = await python(
      scene.mnt,
      `
import signal, subprocess, time
script = "import os,sys; fd = os.open(sys.argv[1], os.O_RDONLY); print(flush=True); os.read(fd, 10)"
all = [subprocess.Popen([sys.executable, "-c", script, mnt + "/slow"], stdout=subprocess.PIPE) for _ in range(6)]
for p in all: p.stdout.readline()
for p in all: p.send_signal(signal.SIGKILL)
say([p.wait() for p in all])
`,
    );
    assertEquals(seen, Array(6).fill(-9));
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
    ["what is no file system", "42", "no file system"],
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
    { programs: [] },
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
}, { programs: [] });

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
  }, { programs: [] });
}

mountTest("One Worker serves any file system", async (scene) => {
  const module = moduleOf("() => new hostkit.MemFS()");
  await using _session = await scene.mountModule(module, { workers: 1 });
  const script = 'open(mnt + "/f", "w").write("text"); say(read(mnt + "/f"))';
  assertEquals(await python(scene.mnt, script), "text");
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
  }, { programs: [] });
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
  { programs: [] },
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
          const crashed = await python(
            scene.mnt,
            "say(attempt(read, mnt + args[0]))",
            `/${path}`,
          );
          assertEquals(crashed, "ECONNABORTED");
          // Whoever asks before its end waits for that.
          if (workers === 1) await session.closed;
          const others = await python(
            scene.mnt,
            'say([attempt(read, mnt + "/fine") for _ in range(20)])',
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
        JSON.stringify(import.meta.resolve("../../../fuse/fs/mod.ts"))
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
  { programs: [] },
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
    const seen = await python(
      scene.mnt,
      `
count = 0
for entry in os.scandir(mnt + "/many"):
    os.unlink(entry.path); count += 1
os.rmdir(mnt + "/many")
say(count)
`,
    );
    assertEquals(seen, 2000);
  },
);
