import { assertEquals, assertRejects } from "@std/assert";
import type { Server } from "../../../../fuse/fs/mod.ts";
import { ErrNotCached, FOPEN_KEEP_CACHE } from "../../../../fuse/mod.ts";
import { holdOpen, inClient, output } from "../../../_support/client.ts";
import { mountTest, type Scene } from "../../../_support/mount.ts";
import {
  directory,
  file,
  fsOf,
  type SmallNode,
} from "../../../_support/nodes.ts";

const PAGE = 4096;
const FOREVER = { entryValidMs: 3_600_000, attrValidMs: 3_600_000 };

/** A file of two pages that the kernel keeps, whose letters can be changed. */
class Kept {
  letter = "a";
  attrs = 0;
  reads: number[] = [];
  readonly node: SmallNode = file("", {
    readAll: undefined!,
    attr: (attr) => {
      this.attrs++;
      attr.mode = 0o100644;
      attr.size = 2 * PAGE;
      // Unless this changes the kernel believes in what it has.
      attr.mtimeNs = 1n;
    },
    open: (_request, response) => {
      response.flags |= FOPEN_KEEP_CACHE;
      return this.node;
    },
    read: ({ offset, size }, response) => {
      this.reads.push(offset);
      const length = Math.max(0, Math.min(size, 2 * PAGE - offset));
      response.data = new TextEncoder().encode(this.letter.repeat(length));
    },
  });
}

/** Declares a test of such a file, mounted as `f`. */
function keptTest(
  name: string,
  body: (scene: Scene, f: Kept, server: Server) => Promise<void>,
): void {
  mountTest(name, async (scene) => {
    const f = new Kept();
    const fs = fsOf(directory({ f: f.node }));
    await using session = await scene.mount(fs, FOREVER);
    // Others, who drop all caches, shall not drop this file.
    await using _holder = await holdOpen(`${scene.mnt}/f`);
    await body(scene, f, session.server);
  });
}

/** Reads one letter of each page. */
async function letters(mnt: string): Promise<string> {
  return await inClient(mnt, ({ latin1, open, pread }, mnt, page) => {
    const fd = open(mnt + "/f", 0);
    return [0, page].map((at) => latin1(pread(fd, 1, at))).join("");
  }, PAGE);
}

keptTest(
  "Server.invalidateNodeAttr() has attributes asked for again, and keeps data",
  async (scene, f, server) => {
    const stat = () => output("stat", `${scene.mnt}/f`);
    assertEquals(await letters(scene.mnt), "aa");
    // Reading changes the time of access: that is asked for once.
    await stat();
    const { attrs } = f;
    await stat();
    assertEquals(f.attrs, attrs);
    f.letter = "b";
    await server.invalidateNodeAttr(f.node);
    await stat();
    await stat();
    assertEquals(f.attrs, attrs + 1);
    assertEquals(await letters(scene.mnt), "aa");
  },
);

keptTest(
  "Server.invalidateNodeData() has attributes asked for and data read again",
  async (scene, f, server) => {
    assertEquals(await letters(scene.mnt), "aa");
    f.letter = "b";
    assertEquals(await letters(scene.mnt), "aa");
    assertEquals(f.attrs, 1);
    await server.invalidateNodeData(f.node);
    assertEquals(await letters(scene.mnt), "bb");
    assertEquals(f.attrs, 2);
  },
);

keptTest(
  "Server.invalidateNodeData() of a range leaves the data outside of it",
  async (scene, f, server) => {
    assertEquals(await letters(scene.mnt), "aa");
    f.letter = "b";
    // Past all that is read.
    await server.invalidateNodeData(f.node, 2 * PAGE, PAGE);
    assertEquals(await letters(scene.mnt), "aa");
    await server.invalidateNodeData(f.node, PAGE, 1);
    assertEquals(await letters(scene.mnt), "ab");
    await server.invalidateNodeData(f.node, 0, PAGE);
    f.letter = "c";
    assertEquals(await letters(scene.mnt), "cb");
  },
);

mountTest(
  "Server.invalidateEntry() and expireEntry() have a name looked up again",
  async (scene) => {
    const looked: string[] = [];
    const f = file("f");
    const root = directory({}, {
      lookup: (name) => {
        looked.push(name);
        return name === "f" ? f : undefined;
      },
    });
    await using session = await scene.mount(fsOf(root), {
      ...FOREVER,
      negativeValidMs: 3_600_000,
    });
    const { server } = session;
    for (let i = 0; i < 3; i++) {
      assertEquals(
        await inClient(scene.mnt, ({ attempt, content, stat }, mnt) => [
          attempt(stat, mnt + "/none"),
          content(mnt + "/f"),
        ]),
        ["ENOENT", "f"],
      );
      if (i === 0) {
        await server.invalidateEntry(root, "f");
        await server.invalidateEntry(root, "none");
      }
    }
    assertEquals(looked, ["none", "f", "none", "f"]);
    await server.expireEntry(root, "f");
    assertEquals(
      await inClient(scene.mnt, ({ attempt, content, stat }, mnt) => [
        attempt(stat, mnt + "/none"),
        content(mnt + "/f"),
      ]),
      ["ENOENT", "f"],
    );
    assertEquals(looked.length, 5);
  },
);

mountTest(
  "Server.notifyDelete() takes a name away, and those who watch the file hear of it",
  async (scene) => {
    const f = file("f");
    let isThere = true;
    let notified: Promise<void> | undefined;
    const root = directory({}, {
      lookup: (name) => {
        if (name === "f") return isThere ? f : undefined;
        isThere = false;
        notified = session.server.notifyDelete(root, f, "f");
        return undefined;
      },
    });
    await using session = await scene.mount(fsOf(root), FOREVER);
    const seen = await inClient(
      scene.mnt,
      ({ attempt, content, read, stat, watch }, mnt) => {
        const IN_DELETE_SELF = 0x400;
        const before = content(mnt + "/f");
        const fd = watch(mnt + "/f", IN_DELETE_SELF);
        attempt(stat, mnt + "/go");
        // struct inotify_event: wd, mask, cookie, length.
        const [, mask] = new Uint32Array(read(fd, 4096).slice().buffer);
        return [before, mask === IN_DELETE_SELF, attempt(stat, mnt + "/f")];
      },
    );
    await notified;
    assertEquals(seen, ["f", true, "ENOENT"]);
  },
);

keptTest(
  "Server.notifyStore() puts data into the cache, and retrieve() gets it out",
  async (scene, f, server) => {
    await output("stat", `${scene.mnt}/f`);
    const stored = new TextEncoder().encode("s".repeat(PAGE));
    await server.notifyStore(f.node, 0, stored);
    assertEquals(await server.retrieve(f.node, 0, 10 * PAGE), stored);
    assertEquals(await letters(scene.mnt), "sa");
    assertEquals(f.reads.includes(0), false);
    const all = await server.retrieve(f.node, PAGE - 2, 4);
    assertEquals(new TextDecoder().decode(all), "ssaa");
  },
);

mountTest(
  "What the kernel does not know cannot be invalidated: ErrNotCached",
  async (scene) => {
    const f = file("f");
    const root = directory({ f });
    await using session = await scene.mount(fsOf(root), FOREVER);
    const { server } = session;
    const attempts: (() => Promise<unknown>)[] = [
      () => server.invalidateNodeAttr(f),
      () => server.invalidateNodeData(f),
      () => server.invalidateEntry(f, "x"),
      () => server.invalidateEntry(root, "f"),
      () => server.expireEntry(root, "f"),
      () => server.notifyDelete(root, f, "f"),
      () => server.notifyStore(f, 0, new Uint8Array(1)),
      () => server.retrieve(f, 0, 1),
    ];
    for (const attempt of attempts) await assertRejects(attempt, ErrNotCached);
    await server.invalidateNodeAttr(root);
    // Pruning what is not there is no error.
    await server.prune([f]).catch(({ code }) => assertEquals(code, "EINVAL"));
    await session.unmount();
    for (const attempt of attempts) await assertRejects(attempt, ErrNotCached);
  },
);

mountTest(
  "A handler may start an invalidation of its own file, and answer",
  async (scene) => {
    const notified: Promise<unknown>[] = [];
    const f: SmallNode = file("f", {
      open: () => {
        const { server } = session;
        notified.push(server.invalidateNodeData(f));
        notified.push(server.invalidateEntry(root, "f"));
        return f;
      },
    });
    const root = directory({ f });
    await using session = await scene.mount(fsOf(root), FOREVER);
    for (let i = 0; i < 20; i++) {
      assertEquals(await output("cat", `${scene.mnt}/f`), "f");
    }
    await Promise.all(notified);
    assertEquals(notified.length, 40);
  },
);
