import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { SyscallError } from "../../../ffi/mod.ts";
import {
  FOPEN_DIRECT_IO,
  type LookupRequest,
  OpenResponse,
  POLLIN,
  type PollRequest,
  PollResponse,
  type PollWakeup,
  type Request,
} from "../../../fuse/mod.ts";
import { inClient, run } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { directory, file, fsOf } from "../../_support/nodes.ts";
import {
  assertCode,
  assertNotCached,
  ENCODER,
  NOBODY,
  ROOT,
} from "../_notifying.ts";
import { RawServer } from "../_raw_server.ts";

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
    const polling = inClient(
      scene.mnt,
      ({ open, poll }, mnt) => poll(open(mnt + "/file", 0), 1, 60_000),
    );
    const before = await wakeup.promise;
    assertEquals(polls, 1);
    revents = POLLIN;
    await server.conn.notifyPollWakeup(before);
    assertEquals(await polling, POLLIN);
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
);
