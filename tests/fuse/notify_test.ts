import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { setImmediate } from "node:timers";
import { SyscallError } from "../../ffi/mod.ts";
import {
  type Conn,
  ErrNotCached,
  FOPEN_DIRECT_IO,
  FOPEN_KEEP_CACHE,
  type LookupRequest,
  NotifyReply,
  NotifyRetrieval,
  OpenResponse,
  POLLIN,
  type PollRequest,
  PollResponse,
  type PollWakeup,
  type Request,
} from "../../fuse/mod.ts";
import { holdOpen, output, python, run } from "../_support/client.ts";
import { mountTest } from "../_support/mount.ts";
import { directory, file, fsOf, type SmallNode } from "../_support/nodes.ts";
import { FILE, RawServer } from "./_raw_server.ts";

const NO_PROGRAMS = { programs: [] };
const ROOT = 1n;
const ENCODER = new TextEncoder();
const NOBODY = 999n;

/** A file whose content changes behind the kernel's back. */
class ChangingFile {
  content: Uint8Array;
  reads = 0;
  id = 0n;
  readonly node: SmallNode;

  constructor(content: string | Uint8Array) {
    this.content = typeof content === "string"
      ? ENCODER.encode(content)
      : content;
    this.node = {
      attr: (attr) => {
        attr.mode = 0o100644;
        attr.size = this.content.length;
        attr.mtimeNs = 0n;
      },
      open: (request, response) => {
        this.id = request.header.node;
        response.flags |= FOPEN_KEEP_CACHE;
        return this.node;
      },
      read: ({ offset, size }, response) => {
        this.reads++;
        response.data = this.content.subarray(offset, offset + size);
      },
    };
  }
}

function assertNotCached(call: Promise<unknown>): Promise<Error> {
  return assertRejects(() => call, ErrNotCached, "ENOENT");
}

async function assertCode(call: Promise<unknown>, code: string): Promise<void> {
  const error = await assertRejects(() => call, SyscallError);
  assertEquals((error as SyscallError).code, code);
}

function turns(count: number): Promise<void> {
  return new Promise((resolve) => {
    const next = (): void => count-- > 0 ? void setImmediate(next) : resolve();
    next();
  });
}

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
  NO_PROGRAMS,
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
      python(
        scene.mnt,
        `say("".join(read(mnt + "/changing")[i * ${PAGE}] for i in range(3)))`,
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
  NO_PROGRAMS,
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
  NO_PROGRAMS,
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
  NO_PROGRAMS,
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
  NO_PROGRAMS,
);

mountTest(
  "Conn.notifyStore() puts data into the cache, where retrieve() finds it",
  async (scene) => {
    const changing = new ChangingFile("server");
    await using session = await scene.mount(
      fsOf(directory({ changing: changing.node })),
    );
    const { conn } = session;
    const path = `${scene.mnt}/changing`;
    // Open, but nothing of it has been read.
    await using holder = await holdOpen(path, "cat <&3");
    assertEquals((await conn.retrieve(changing.id, 0, 100)).length, 0);
    await conn.notifyStore(changing.id, 0, ENCODER.encode("stored"));
    assertEquals(await holder.end(), "stored");
    assertEquals(changing.reads, 0);
    const text = async (offset: number, size: number) =>
      new TextDecoder().decode(await conn.retrieve(changing.id, offset, size));
    assertEquals(await text(0, 100), "stored");
    assertEquals(await text(2, 3), "ore");
    assertEquals(await text(100, 3), "");
  },
  NO_PROGRAMS,
);

mountTest(
  "Conn.notifyStore() lets a file grow",
  async (scene) => {
    const changing = new ChangingFile("");
    await using session = await scene.mount(
      fsOf(directory({ changing: changing.node })),
    );
    const path = `${scene.mnt}/changing`;
    await using holder = await holdOpen(path, "cat <&3");
    const text = "more".repeat(5000);
    // What the server says must agree, or the kernel believes that.
    changing.content = new Uint8Array(text.length);
    await session.conn.notifyStore(changing.id, 0n, ENCODER.encode(text));
    assertEquals(await holder.end() === text, true);
    assertEquals(changing.reads, 0);
  },
  NO_PROGRAMS,
);

mountTest(
  "Conn.retrieve() finds what was read, and many at once get their own",
  async (scene) => {
    const content = new Uint8Array(10_000).map((_, i) => i % 251);
    const changing = new ChangingFile(content);
    await using session = await scene.mount(
      fsOf(directory({ changing: changing.node })),
    );
    await output("cat", `${scene.mnt}/changing`);
    const found = await Promise.all(
      Array.from(
        { length: 100 },
        (_, i) => session.conn.retrieve(changing.id, i * 90, i),
      ),
    );
    for (const [i, data] of found.entries()) {
      assertEquals(data, content.slice(i * 90, i * 91), `${i}`);
    }
  },
  NO_PROGRAMS,
);

mountTest(
  "Notifications of what the kernel does not know throw ErrNotCached",
  async (scene) => {
    await using session = await scene.mount(fsOf(directory()));
    const { conn } = session;
    await assertNotCached(conn.invalidateNode(NOBODY, 0, -1));
    await assertNotCached(conn.invalidateEntry(ROOT, "missing"));
    await assertNotCached(conn.invalidateEntry(NOBODY, "missing"));
    await assertNotCached(conn.expireEntry(ROOT, "missing"));
    await assertNotCached(conn.notifyStore(NOBODY, 0, ENCODER.encode("x")));
    await assertNotCached(conn.retrieve(NOBODY, 0, 1));
    const error = await assertNotCached(
      conn.notifyRetrieve(1n, NOBODY, 0, 1),
    );
    assertInstanceOf(error, SyscallError);
    assertEquals(error.name, "ErrNotCached");
  },
  NO_PROGRAMS,
);

mountTest(
  "Notifications that make no sense to the kernel throw its errno",
  async (scene) => {
    const child = file("x");
    await using session = await scene.mount(fsOf(directory({ child })));
    const { conn } = session;
    await assertCode(
      conn.notifyStore(ROOT, 0, ENCODER.encode("x")),
      "EINVAL",
    );
    await assertCode(
      conn.invalidateEntry(ROOT, "x".repeat(5000)),
      "ENAMETOOLONG",
    );
  },
  NO_PROGRAMS,
);

mountTest(
  "Notifications with a field out of range throw before anything is sent",
  async (scene) => {
    const session = await scene.mount(fsOf(directory()));
    const { conn } = session;
    const wrong: [
      () => Promise<unknown>,
      typeof RangeError | typeof TypeError,
    ][] = [
      [() => conn.invalidateNode(-1n, 0, 0), RangeError],
      [() => conn.invalidateNode(1n << 64n, 0, 0), RangeError],
      [() => conn.invalidateNode(ROOT, -1, 0), RangeError],
      [() => conn.invalidateNode(ROOT, 0.5, 0), RangeError],
      [() => conn.invalidateNode(ROOT, 1n << 63n, 0), RangeError],
      [() => conn.invalidateNode(ROOT, 2n ** 63n - 1n, 1), RangeError],
      [() => conn.invalidateEntry(ROOT, ""), TypeError],
      [() => conn.invalidateEntry(ROOT, "a\0b"), TypeError],
      [() => conn.expireEntry(ROOT, ""), TypeError],
      [() => conn.notifyDelete(ROOT, 0n, "a\0"), TypeError],
      [() => conn.notifyDelete(ROOT, -1n, "a"), RangeError],
      [() => conn.notifyStore(ROOT, NaN, new Uint8Array(1)), RangeError],
      [() => conn.notifyRetrieve(-1n, ROOT, 0, 1), RangeError],
      [() => conn.notifyRetrieve(1n, ROOT, 0, 2 ** 32), RangeError],
      [() => conn.notifyPrune([-1n]), RangeError],
    ];
    for (const [call, Class] of wrong) {
      assertInstanceOf(await assertRejects(call), Class, `${call}`);
    }
    await session.unmount();
    await assertCode(conn.invalidateNode(ROOT, 0, 0), "ENODEV");
    await assertCode(conn.retrieve(ROOT, 0, 1), "ENODEV");
  },
  NO_PROGRAMS,
);

mountTest(
  "Conn.notifyRetrieve() is answered by a NotifyReply, which finish() takes",
  async (scene) => {
    const replies: NotifyReply[] = [];
    await using server = await RawServer.start(scene, {
      OPEN: (request: Request & { respond(response: OpenResponse): void }) => {
        const response = new OpenResponse();
        response.flags = FOPEN_KEEP_CACHE;
        request.respond(response);
      },
      NOTIFY_REPLY: (reply: NotifyReply) => void replies.push(reply),
    });
    const { conn } = server;
    await using _holder = await holdOpen(`${scene.mnt}/file`);
    await conn.notifyStore(FILE, 0, ENCODER.encode("content"));
    const retrieval = await conn.notifyRetrieve(7n, FILE, 3, 100);
    assertInstanceOf(retrieval, NotifyRetrieval);
    while (replies.length === 0) await turns(1);
    const reply = replies[0]!;
    assertInstanceOf(reply, NotifyReply);
    assertEquals([reply.header.id, reply.header.node, reply.offset], [
      7n,
      FILE,
      3,
    ]);
    assertEquals(retrieval.finish(reply), ENCODER.encode("tent"));
  },
  NO_PROGRAMS,
);

mountTest(
  "Conn.notifyPollWakeup() wakes a program that polls",
  async (scene) => {
    const wakeup = Promise.withResolvers<PollWakeup>();
    let revents = 0;
    let polls = 0;
    await using server = await RawServer.start(scene, {
      OPEN: (request: Request & { respond(response: OpenResponse): void }) => {
        const response = new OpenResponse();
        response.flags = FOPEN_DIRECT_IO;
        request.respond(response);
      },
      POLL: (request: PollRequest) => {
        polls++;
        const response = new PollResponse();
        response.revents = revents;
        const it = request.wakeup();
        if (it !== undefined) wakeup.resolve(it);
        request.respond(response);
      },
    });
    const polling = python(
      scene.mnt,
      `
import select
fd = os.open(mnt + "/file", os.O_RDONLY)
poll = select.poll()
poll.register(fd, select.POLLIN)
say([event for _, event in poll.poll()])
`,
    );
    const before = await wakeup.promise;
    assertEquals(polls, 1);
    revents = POLLIN;
    await server.conn.notifyPollWakeup(before);
    assertEquals(await polling, [POLLIN]);
    assertEquals(polls > 1, true);
    // The file is closed by now.
    await server.conn.notifyPollWakeup(before);
  },
);

mountTest(
  "Conn.notifyResend() brings an unanswered request again, under another id",
  async (scene) => {
    const seen: LookupRequest[] = [];
    const first = Promise.withResolvers<void>();
    const second = Promise.withResolvers<void>();
    await using server = await RawServer.start(scene, {
      LOOKUP: (request: LookupRequest) => {
        seen.push(request);
        (seen.length === 1 ? first : second).resolve();
      },
    });
    const looking = run("stat", `${scene.mnt}/name`);
    await first.promise;
    await server.conn.notifyResend();
    await second.promise;
    const [old, again] = seen;
    assertEquals(again!.name, "name");
    assertEquals(again!.header.id, old!.header.id | 1n << 63n);
    // The old id means nothing any more.
    old!.respondError(new SyscallError("open", 13));
    again!.respondError(new SyscallError("open", 2));
    const { code, stderr } = await looking;
    assertEquals(code, 1);
    assertEquals(/No such file/.test(stderr), true, stderr);
  },
  NO_PROGRAMS,
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
  { ...NO_PROGRAMS, ignore: !hasKernel(6, 16) },
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
  { ...NO_PROGRAMS, ignore: !hasKernel(6, 18) },
);

/** Whether the kernel is that version or a later one. */
function hasKernel(major: number, minor: number): boolean {
  const [a, b] = Deno.osRelease().split(".").map(Number);
  return a! > major || a === major && b! >= minor;
}

/** How a lookup is answered after it has invalidated its own directory. */
const ENDINGS: readonly [how: string, wait: () => void | Promise<void>][] = [
  ["at once", () => {}],
  ["while the kernel waits for it", () => turns(2000)],
];

for (const [how, wait] of ENDINGS) {
  mountTest(
    `A lookup invalidates the directory that it is in, and answers ${how}`,
    async (scene) => {
      const sent: Promise<PromiseSettledResult<void>[]>[] = [];
      const answers = file("x");
      const root = directory({}, {
        lookup: (name, request) => {
          const conn = request.header.conn as Conn;
          const { node } = request.header;
          sent.push(Promise.allSettled([
            conn.invalidateEntry(node, name),
            conn.invalidateNode(node, 0, -1),
            conn.notifyDelete(node, 0n, name),
          ]));
          const waiting = wait();
          return waiting === undefined ? answers : waiting.then(() => answers);
        },
      });
      await using _session = await scene.mount(fsOf(root));
      for (const name of ["a", "b", "c"]) {
        await run("stat", `${scene.mnt}/${name}`);
      }
      assertEquals(sent.length >= 3, true);
      for (const results of await Promise.all(sent)) {
        for (const result of results) {
          if (result.status === "fulfilled") continue;
          assertInstanceOf(result.reason, ErrNotCached);
        }
      }
    },
    { ...NO_PROGRAMS, limitMs: 20_000 },
  );
}

mountTest(
  "A lookup that waits for the notification it holds up hangs alone, and close() frees it",
  async (scene) => {
    const outcome = Promise.withResolvers<unknown>();
    const started = Promise.withResolvers<void>();
    const root = directory({ other: directory() }, {
      lookup: async (name, request) => {
        if (name === "other") return directory({ file: file("x") });
        const conn = request.header.conn as Conn;
        const sending = conn.invalidateEntry(request.header.node, name);
        started.resolve();
        outcome.resolve(await sending.catch((error) => error));
        return undefined;
      },
    });
    const session = await scene.mount(fsOf(root));
    await output("stat", `${scene.mnt}/other`);
    const looking = run("stat", `${scene.mnt}/name`);
    await started.promise;
    await turns(1000);
    // The notification holds this directory's lock, but no other's.
    assertEquals(await output("cat", `${scene.mnt}/other/file`), "x");
    assertEquals(session.server.inFlightCount, 1);
    await session.conn.close();
    assertInstanceOf(await outcome.promise, ErrNotCached);
    assertEquals((await looking).code, 1);
    await session.unmount({ lazy: true });
  },
  { ...NO_PROGRAMS, limitMs: 20_000 },
);
