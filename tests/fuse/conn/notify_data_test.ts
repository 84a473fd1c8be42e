import { assertEquals, assertInstanceOf } from "@std/assert";
import {
  FOPEN_KEEP_CACHE,
  NotifyReply,
  NotifyRetrieval,
  OpenResponse,
  type Request,
} from "../../../fuse/mod.ts";
import { holdOpen, output } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { directory, fsOf } from "../../_support/nodes.ts";
import { ChangingFile, ENCODER, turns } from "../_notifying.ts";
import { FILE, RawServer } from "../_raw_server.ts";

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
);
