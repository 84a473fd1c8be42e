import { assertEquals } from "@std/assert";
import { holdOpen, inClient, output, run } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { directory, file, fsOf, type SmallNode } from "../../_support/nodes.ts";
import {
  assertCode,
  assertNotCached,
  ChangingFile,
  ENCODER,
  NOBODY,
  ROOT,
  turns,
} from "../_notifying.ts";

mountTest(
  "Conn.invalidateNode() of size 0 drops the attributes alone",
  async (scene) => {
    const changing = new ChangingFile("old");
    await using session = await scene.mount(
      fsOf(directory({ changing: changing.node })),
      { explicitInvalidateData: true },
    );
    const path = `${scene.mnt}/changing`;
    const size = async () => Number(await output("stat", "-c", "%s", path));
    assertEquals(await output("cat", path), "old");
    changing.content = ENCODER.encode("newer");
    assertEquals(await size(), 3);
    await session.conn.invalidateNode(changing.id, 0, 0);
    assertEquals(await size(), 5);
    // Of the data what was there is still there.
    assertEquals((await output("cat", path)).slice(0, 3), "old");
  },
);

mountTest(
  "Conn.invalidateNode() drops the data of a range, or of all that follows",
  async (scene) => {
    const PAGE = 4096;
    const changing = new ChangingFile(new Uint8Array(3 * PAGE).fill(0x61));
    await using session = await scene.mount(
      fsOf(directory({ changing: changing.node })),
    );
    /** The first byte of each page, as another process sees it. */
    const seen = () =>
      inClient(
        scene.mnt,
        ({ content }, mnt, page) =>
          [0, 1, 2].map((i) => content(mnt + "/changing")[i * page]).join(""),
        PAGE,
      );
    assertEquals(await seen(), "aaa");
    changing.content = new Uint8Array(3 * PAGE).fill(0x62);
    assertEquals(await seen(), "aaa");
    await session.conn.invalidateNode(changing.id, PAGE, 1);
    assertEquals(await seen(), "aba");
    await session.conn.invalidateNode(changing.id, 2n * BigInt(PAGE), -1);
    assertEquals(await seen(), "abb");
    await session.conn.invalidateNode(changing.id, 0, -1);
    assertEquals(await seen(), "bbb");
  },
);

mountTest(
  "Conn.invalidateEntry() lets a name be looked up again",
  async (scene) => {
    let current = file("first");
    let lookups = 0;
    const root = directory({}, {
      lookup: () => {
        lookups++;
        return current;
      },
    });
    await using session = await scene.mount(fsOf(root));
    const path = `${scene.mnt}/name`;
    assertEquals(await output("cat", path), "first");
    current = file("second");
    assertEquals(await output("cat", path), "first");
    assertEquals(lookups, 1);
    await session.conn.invalidateEntry(ROOT, "name");
    assertEquals(await output("cat", path), "second");
    assertEquals(lookups, 2);
  },
);

mountTest(
  "Conn.expireEntry() lets a name be looked up again and unmounts nothing, invalidateEntry() does",
  async (scene) => {
    let lookups = 0;
    const child = directory();
    const root = directory({}, {
      lookup: (name) => {
        if (name !== "child") return undefined;
        lookups++;
        return child;
      },
    });
    await using session = await scene.mount(fsOf(root));
    const path = `${scene.mnt}/child`;
    await output("mount", "-t", "tmpfs", "none", path);
    assertEquals(lookups, 1);
    await output("stat", path);
    assertEquals(lookups, 1);
    await session.conn.expireEntry(ROOT, "child");
    assertEquals(await output("stat", "-f", "-c", "%T", path), "tmpfs\n");
    assertEquals(lookups, 2);
    await session.conn.invalidateEntry(ROOT, "child");
    assertEquals(scene.mounts(), [scene.mnt]);
  },
);

/** A node that knows its id once something was looked up in it, or opened. */
function knowing(node: SmallNode): { node: SmallNode; id: () => bigint } {
  let id = 0n;
  const { lookup } = node;
  const own: SmallNode = {
    ...node,
    open: (request) => {
      id = request.header.node;
      return own;
    },
    ...lookup && {
      lookup: (name, request, response) => {
        id = request.header.node;
        return lookup(name, request, response);
      },
    },
  };
  return { node: own, id: () => id };
}

mountTest(
  "Conn.notifyDelete() removes a name, and who has it open sees that",
  async (scene) => {
    const known = knowing(file("content"));
    const entries: Record<string, SmallNode> = { name: known.node };
    const root = directory({}, { lookup: (name) => entries[name] });
    await using session = await scene.mount(fsOf(root));
    const path = `${scene.mnt}/name`;
    const links = "stat -L -c %h /proc/$$/fd/3; readlink /proc/$$/fd/3";
    await using before = await holdOpen(path, links);
    assertEquals(await before.end(), `1\n${path}\n`);
    await using after = await holdOpen(path, links);
    delete entries.name;
    await output("stat", path);
    await session.conn.notifyDelete(ROOT, known.id(), "name");
    assertEquals((await run("stat", path)).code, 1);
    assertEquals(await after.end(), `0\n${path} (deleted)\n`);
  },
);

mountTest(
  "Conn.notifyDelete() throws ENOENT, ENOTDIR or ENOTEMPTY",
  async (scene) => {
    const known = knowing(file("x"));
    const full = knowing(directory({ inner: file("x") }));
    const root = directory({ known: known.node, full: full.node });
    await using session = await scene.mount(fsOf(root));
    const { conn } = session;
    await output("cat", `${scene.mnt}/known`);
    await using _holder = await holdOpen(`${scene.mnt}/full/inner`);
    await assertCode(conn.notifyDelete(known.id(), 0n, "known"), "ENOTDIR");
    await assertCode(conn.invalidateEntry(known.id(), "known"), "ENOTDIR");
    await assertCode(conn.notifyDelete(ROOT, full.id(), "full"), "ENOTEMPTY");
    await assertNotCached(conn.notifyDelete(ROOT, 0n, "missing"));
    await assertNotCached(conn.notifyDelete(NOBODY, 0n, "known"));
    // It stands for another node.
    await assertNotCached(conn.notifyDelete(ROOT, NOBODY, "known"));
    assertEquals(await output("cat", `${scene.mnt}/known`), "x");
  },
);

mountTest(
  "Conn.notifyIncEpoch() lets every name be looked up again",
  async (scene) => {
    const looked: string[] = [];
    const child = file("x");
    const root = directory({}, {
      lookup: (name) => {
        looked.push(name);
        return child;
      },
    });
    await using session = await scene.mount(fsOf(root));
    const look = () => output("stat", `${scene.mnt}/a`, `${scene.mnt}/b`);
    await look();
    await look();
    assertEquals(looked, ["a", "b"]);
    await session.conn.notifyIncEpoch();
    await look();
    assertEquals(looked, ["a", "b", "a", "b"]);
  },
  { ignore: !hasKernel(6, 16) },
);

mountTest(
  "Conn.notifyPrune() lets nodes be forgotten that nobody uses",
  async (scene) => {
    const ids = new Map<string, bigint>();
    const remembering = (name: string): SmallNode => {
      const node: SmallNode = file(name, {
        open: (request) => {
          ids.set(name, request.header.node);
          return node;
        },
      });
      return node;
    };
    const root = directory({
      idle: remembering("idle"),
      used: remembering("used"),
    });
    await using session = await scene.mount(fsOf(root));
    await output("cat", `${scene.mnt}/idle`);
    await using _holder = await holdOpen(`${scene.mnt}/used`);
    assertEquals(session.server.nodeCount, 3);
    await session.conn.notifyPrune([...ids.values(), NOBODY]);
    while (session.server.nodeCount > 2) await turns(1);
    assertEquals(await output("cat", `${scene.mnt}/idle`), "idle");
    assertEquals(session.server.nodeCount, 3);
  },
  { ignore: !hasKernel(6, 18) },
);

/** Whether the kernel is that version or a later one. */
function hasKernel(major: number, minor: number): boolean {
  const [a, b] = Deno.osRelease().split(".").map(Number);
  return a! > major || a === major && b! >= minor;
}
