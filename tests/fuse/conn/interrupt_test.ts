import { assertEquals, assertInstanceOf } from "@std/assert";
import { SyscallError } from "../../../ffi/mod.ts";
import {
  abort,
  InterruptRequest,
  type LookupRequest,
  type Request,
} from "../../../fuse/mod.ts";
import { serve } from "../../../fuse/fs/mod.ts";
import { run, runAndInterrupt } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { directory, fsOf, type SmallNode } from "../../_support/nodes.ts";
import { assertBytes, bytesOf } from "../_dump.ts";
import { FakeChannel } from "../_fake_channel.ts";
import { RawServer } from "../_raw_server.ts";

const EAGAIN = new SyscallError("interrupt", 11);

/** Fulfilled when a request is aborted. */
function aborted({ signal }: Request): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** LOOKUP of the name `a`, with an id in hexadecimal as it lies in memory. */
function lookup(unique: string): Uint8Array<ArrayBuffer> {
  return bytesOf(`
    2a000000          len
    01000000          opcode
    ${unique}         unique
    0100000000000000  nodeid
    00*16             uid, gid, pid, total_extlen, padding
    6100              name
  `);
}

/** INTERRUPT of a request. */
function interrupt(unique: string, target: string): Uint8Array<ArrayBuffer> {
  return bytesOf(`
    30000000          len
    24000000          opcode
    ${unique}         unique
    00*24             nodeid, uid, gid, pid, total_extlen, padding
    ${target}         unique
  `);
}

/** A reply without a body. */
const reply = (unique: string, error: string): string => `
  10000000   len
  ${error}   error
  ${unique}  unique
`;

for (const id of ["0400000000000000", "0400000000000080"]) {
  Deno.test(`A server aborts the signal of request ${id}, whose reason answers EINTR`, async () => {
    const channel = new FakeChannel();
    const started = Promise.withResolvers<void>();
    const waiting: SmallNode = directory({}, {
      lookup: async (_name, request) => {
        started.resolve();
        await aborted(request);
        throw request.signal.reason;
      },
    });
    const server = serve(channel.connect(), fsOf(waiting));
    channel.push(lookup(id));
    await started.promise;
    assertEquals(server.inFlightCount, 1);
    channel.push(interrupt(id.replace("04", "05"), id));
    channel.end();
    await server.closed;
    assertEquals(channel.replies.length, 1);
    assertBytes(channel.replies[0]!, reply(id, "fcffffff"));
  });
}

Deno.test("A server answers EAGAIN to an INTERRUPT of what it does not have", async () => {
  const channel = new FakeChannel();
  const server = serve(channel.connect(), fsOf(directory()));
  channel.push(
    lookup("0400000000000000"),
    // It has been answered by now.
    interrupt("0500000000000000", "0400000000000000"),
    interrupt("0700000000000000", "0600000000000000"),
  );
  channel.end();
  await server.closed;
  const [, ...toInterrupts] = channel.replies;
  assertEquals(toInterrupts.length, 2);
  assertBytes(toInterrupts[0]!, reply("0500000000000000", "f5ffffff"));
  assertBytes(toInterrupts[1]!, reply("0700000000000000", "f5ffffff"));
});

Deno.test("Conn aborts the signal of a request it read, and returns the INTERRUPT", async () => {
  const channel = new FakeChannel();
  const conn = channel.connect();
  channel.push(
    lookup("0400000000000000"),
    lookup("0600000000000000"),
    interrupt("0700000000000000", "0600000000000000"),
    interrupt("0500000000000000", "0400000000000000"),
  );
  const first = await conn.readRequest();
  const second = await conn.readRequest();
  second!.respondError(EAGAIN);
  assertInstanceOf(await conn.readRequest(), InterruptRequest);
  assertEquals([first!.signal.aborted, second!.signal.aborted], [false, false]);
  assertInstanceOf(await conn.readRequest(), InterruptRequest);
  assertEquals([first!.signal.aborted, second!.signal.aborted], [true, false]);
  await conn.close();
});

Deno.test("An INTERRUPT of a request that was sent again aborts that one alone", async () => {
  const channel = new FakeChannel();
  const conn = channel.connect();
  channel.push(
    lookup("0400000000000080"),
    lookup("0600000000000080"),
    lookup("0600000000000000"),
    interrupt("0500000000000080", "0400000000000080"),
  );
  const requests = [
    await conn.readRequest(),
    await conn.readRequest(),
    await conn.readRequest(),
  ];
  await conn.readRequest();
  assertEquals(requests.map((request) => request!.signal.aborted), [
    true,
    false,
    false,
  ]);
  await conn.close();
});

Deno.test("Conn aborts the signals of all requests at the end of the session", async () => {
  const channel = new FakeChannel();
  const conn = channel.connect();
  channel.push(lookup("0400000000000000"));
  const request = await conn.readRequest();
  assertEquals(request!.signal.aborted, false);
  channel.end();
  assertEquals(await conn.readRequest(), null);
  assertEquals(request!.signal.aborted, true);
  await conn.close();
});

mountTest(
  "A raw server that waits for its signal ends the call of a program on SIGINT",
  async (scene) => {
    const started = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    await using _server = await RawServer.start(scene, {
      LOOKUP: async (request: LookupRequest) => {
        started.resolve();
        await aborted(request);
        request.respondError(request.signal.reason);
        answered.resolve();
      },
    });
    await runAndInterrupt(started.promise, "stat", `${scene.mnt}/name`);
    await answered.promise;
  },
);

mountTest(
  "The kernel repeats an INTERRUPT that is answered EAGAIN, until the request is answered",
  async (scene) => {
    const started = Promise.withResolvers<void>();
    const targets: bigint[] = [];
    let waiting: LookupRequest | undefined;
    await using _server = await RawServer.start(scene, {
      LOOKUP: (request: LookupRequest) => {
        waiting = request;
        started.resolve();
      },
      INTERRUPT: (request: InterruptRequest) => {
        targets.push(request.intrId);
        if (targets.length < 3) request.respondError(EAGAIN);
        else waiting!.respondError(waiting!.signal.reason);
      },
    });
    await runAndInterrupt(started.promise, "stat", `${scene.mnt}/name`);
    assertEquals(targets, Array(3).fill(waiting!.header.id));
  },
);

mountTest(
  "A handler that ignores its signal for ever: abort() frees the caller, and nothing is left",
  async (scene) => {
    const started = Promise.withResolvers<Request>();
    const stubborn = directory({}, {
      lookup: (_name, request) => {
        started.resolve(request);
        return new Promise(() => {});
      },
    });
    const session = await scene.mount(fsOf(stubborn), { drainMs: 10 });
    const looking = run("stat", `${scene.mnt}/name`);
    const request = await started.promise;
    abort(scene.mnt);
    const { code, stderr } = await looking;
    assertEquals(code, 1);
    assertEquals(/connection abort/.test(stderr), true, stderr);
    await session.unmount();
    assertEquals(request.signal.aborted, true);
    const { inFlightCount, nodeCount } = session.server;
    assertEquals([inFlightCount, nodeCount], [0, 0]);
  },
);
