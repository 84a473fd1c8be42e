import { assertEquals, assertRejects } from "@std/assert";
import {
  ClosedWithoutInitError,
  type MountOptions,
  parseWireLog,
  type WireLog,
} from "../../../../fuse/mod.ts";
import { isServedHere } from "../../../../fuse/conn/served_mounts.ts";
import { NOWHERE } from "../../../../fuse/fs/replay/replay.ts";
import {
  type FS,
  HelloFS,
  MemFS,
  replay,
  type ServeOptions,
} from "../../../../fuse/fs/mod.ts";
import { inClient, output, run } from "../../../_support/client.ts";
import { assertNoFdLeak } from "../../../_support/leaks.ts";
import { mountTest, type Scene } from "../../../_support/mount.ts";
import {
  directory,
  file,
  fsOf,
  later,
  type SmallNode,
  WAYS,
} from "../../../_support/nodes.ts";

/** What was said about each difference, without the request. */
type Told = [field: string, recorded: string, replayed: string][];

async function differences(
  log: WireLog,
  fs: FS,
  options: Parameters<typeof replay>[2] = {},
): Promise<Told> {
  const report = await replay(log, fs, options);
  return report.differences.map((
    { field, recorded, replayed },
  ) => [field, recorded, replayed]);
}

/** Records what a client does to a file system. */
async function record(
  scene: Scene,
  fs: FS,
  client: () => Promise<unknown>,
  options: MountOptions & ServeOptions = {},
): Promise<WireLog> {
  const path = `${scene.dir}/log`;
  const session = await scene.mount(fs, { ...options, record: path });
  await client();
  await session.unmount();
  return parseWireLog(await Deno.readFile(path));
}

/** A tree with some of everything. */
function tree(content = "content"): FS {
  return fsOf(directory({
    file: file(content),
    sub: directory({ inner: file("inner content"), other: file("other") }),
    link: {
      attr: (attr) => void (attr.mode = 0o120777),
      readlink: () => "file",
    } as SmallNode,
  }));
}

const walk = (scene: Scene) => () =>
  inClient(scene.mnt, ({ attempt, content, readlink, stat, walk }, mnt) => {
    const paths = walk(mnt).sort();
    for (const path of paths) {
      attempt(stat, path);
      attempt(readlink, path);
      attempt(content, path);
    }
    attempt(stat, mnt + "/missing");
    return paths.length;
  });

for (const [recordedWay, recorded] of WAYS) {
  for (const [way, replayed] of WAYS) {
    mountTest(
      `A session answered ${recordedWay} has no differences when it is replayed ${way}`,
      async (scene) => {
        const log = await record(scene, recorded(tree()), walk(scene));
        await assertNoFdLeak(async () => {
          const report = await replay(log, replayed(tree()));
          assertEquals(report.differences, []);
          assertEquals(report.requests > 20, true);
          const replies = log.records.filter(({ kind }) => kind === "reply");
          assertEquals(report.answers, replies.length);
        });
      },
    );
  }
}

mountTest("replay() tells which fields differ", async (scene) => {
  const log = await record(scene, tree(), walk(scene));
  const told = await differences(log, tree("another content"));
  const fields = new Set(told.map(([field]) => field));
  assertEquals(
    [...fields].sort(),
    ["data", "file.size", "size"],
    Deno.inspect(told),
  );
  const data = told.find(([field]) => field === "data")!;
  assertEquals(data, ["data", '"content"', '"another content"']);
});

mountTest("replay() tells of an error instead of an answer", async (scene) => {
  const log = await record(
    scene,
    tree(),
    () => output("cat", `${scene.mnt}/file`),
  );
  const empty = fsOf(directory());
  const told = await differences(log, empty);
  const [first] = told;
  assertEquals(first![0], "");
  assertEquals(first![1].startsWith("0 node=2 "), true, first![1]);
  assertEquals(first![2], "-1 ENOENT (No such file or directory)");
  // What was opened there cannot be asked for anything either.
  for (const [, , replayed] of told.slice(1)) {
    assertEquals(replayed, "-1 ESTALE (Stale file handle)");
  }
});

mountTest("replay() compares times on request", async (scene) => {
  const log = await record(
    scene,
    new HelloFS(),
    () => output("stat", `${scene.mnt}/hello`),
  );
  assertEquals(await differences(log, new HelloFS()), []);
  const told = await differences(log, new HelloFS(), { times: true });
  const fields = new Set(told.map(([field]) => field.replace(/^.*\./, "")));
  assertEquals(fields, new Set(["atime", "mtime", "ctime"]));
});

mountTest(
  "replay() translates nodes and handles that are others now",
  async (scene) => {
    const log = await record(
      scene,
      tree(),
      () => run("cat", `${scene.mnt}/sub/inner`),
    );
    // The nodes 2 and 3 shall have been 102 and 103: the field is in the same
    // place of a request's header and of a reply with an entry.
    const records = log.records.map((record) => {
      const bytes = record.bytes.slice();
      const view = new DataView(bytes.buffer);
      const isEntry = bytes.length === 16 + 128;
      const hasNode = record.kind === "request" || isEntry;
      const node = hasNode ? view.getBigUint64(16, true) : 0n;
      if (node > 1n) view.setBigUint64(16, node + 100n, true);
      return { ...record, bytes };
    });
    assertEquals(await differences({ ...log, records }, tree()), []);
    // Without a lookup nothing has that number.
    const rest = records.filter(({ bytes }) => bytes[4] !== 1);
    const told = await differences({ ...log, records: rest }, tree());
    assertEquals(told[0]![2], "-1 ESTALE (Stale file handle)");
  },
);

mountTest(
  "replay() tells of an answer that does not come",
  async (scene) => {
    const log = await record(
      scene,
      tree(),
      () => output("cat", `${scene.mnt}/file`),
    );
    const stuck = directory({}, {
      lookup: (_name, request) =>
        new Promise((_resolve, reject) =>
          request.signal.addEventListener(
            "abort",
            () => reject(request.signal.reason),
          )
        ),
    });
    const told = await differences(log, fsOf(stuck), {
      timeoutMs: 20,
      drainMs: 20,
    });
    assertEquals(told[0]![2], "no answer");
  },
);

mountTest(
  "replay() keeps the order of what overlapped",
  async (scene) => {
    const go = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    const slow = (): FS =>
      fsOf(directory({ quick: file("quick") }, {
        lookup: async (name) => {
          if (name === "quick") return file("quick");
          started.resolve();
          await go.promise;
          return file("slow");
        },
      }));
    const log = await record(scene, slow(), async () => {
      const reading = output("cat", `${scene.mnt}/slow`);
      await started.promise;
      assertEquals(await output("cat", `${scene.mnt}/quick`), "quick");
      go.resolve();
      assertEquals(await reading, "slow");
    });
    assertEquals(await differences(log, slow()), []);
    assertEquals(await differences(log, later(slow())), []);
  },
);

mountTest(
  "replay() answers as a mount with strictAtime, if the session had it",
  async (scene) => {
    const fs = new MemFS();
    const options = { ...fs.mountOptions, strictAtime: true };
    const log = await record(
      scene,
      fs,
      () =>
        inClient(scene.mnt, ({ content, put }, mnt) => {
          put(`${mnt}/file`, "content");
          content(`${mnt}/file`);
        }),
      options,
    );
    assertEquals(await differences(log, new MemFS(), options), []);
  },
);

Deno.test("replay() of nothing throws ClosedWithoutInitError, and destroys the file system", async () => {
  let destroyed = 0;
  const fs = fsOf(directory(), { destroy: () => void destroyed++ });
  const empty: WireLog = { startNs: 0n, records: [], truncated: false };
  await assertRejects(() => replay(empty, fs), ClosedWithoutInitError);
  assertEquals(destroyed, 1);
});

Deno.test("replay() leaves nothing behind when the root cannot be had", async () => {
  const log: WireLog = { startNs: 0n, records: [], truncated: false };
  const fs = {
    root: () => {
      throw new Error("no root");
    },
  };
  await assertRejects(() => replay(log, fs), Error, "no root");
  assertEquals(isServedHere(NOWHERE), false);
});
