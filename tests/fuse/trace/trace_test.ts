import { assertEquals, assertMatch } from "@std/assert";
import {
  type DebugMessage,
  NotificationMessage,
  ReplyMessage,
  RequestMessage,
} from "../../../fuse/mod.ts";
import { Strace } from "../../../fuse/trace/strace.ts";
import { serve } from "../../../fuse/fs/mod.ts";
import { output, run } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { directory, file, fsOf } from "../../_support/nodes.ts";
import { bytesOf } from "../_dump.ts";
import { FakeChannel } from "../_fake_channel.ts";

/** LOOKUP of a name of one letter by process 5. */
function lookup(unique: string, letter: string): Uint8Array<ArrayBuffer> {
  return bytesOf(`
    2a000000            len
    01000000            opcode
    ${unique}00000000   unique
    0100000000000000    nodeid
    00*8                uid, gid
    05000000            pid
    00000000            total_extlen, padding
    ${letter}00         name
  `);
}

const INIT = bytesOf(`
  68000000          len
  1a000000          opcode
  0200000000000000  unique
  00*24             nodeid, uid, gid, pid, total_extlen, padding
  07000000          major
  2d000000          minor
  00000200          max_readahead
  21000000          flags
  00*48             flags2, unused
`);

mountTest(
  "debug sees every message, readable and fit for JSON",
  async (scene) => {
    const seen: string[] = [];
    const asJson: Record<string, unknown>[] = [];
    const kinds = new Set<unknown>();
    const debug = (message: DebugMessage): void => {
      seen.push(`${message}`);
      asJson.push(JSON.parse(JSON.stringify(message)));
      kinds.add(message.constructor);
    };
    const root = directory({ hello: file("hello, world\n") });
    const session = await scene.mount(fsOf(root), {
      debug,
      readdirplus: "never",
    });
    await output("cat", `${scene.mnt}/hello`);
    await run("cat", `${scene.mnt}/missing`);
    await output("ls", scene.mnt);
    await session.conn.invalidateEntry(1n, "hello");
    await session.conn.invalidateEntry(1n, "unknown").catch(() => {});
    await session.unmount();

    const text = seen.join("\n");
    assertMatch(seen[0]!, /^<- INIT .*protocol="7\.\d+".*InitAsyncRead\+/);
    assertMatch(text, /^<- LOOKUP \[ID=0x\w+ Node=0x1 .*\] name="hello"$/m);
    assertMatch(text, /^-> LOOKUP .* 0 node=\d+ .* mode=0100644 .* size=13 /m);
    assertMatch(text, /^-> LOOKUP .* -1 ENOENT \(No such file.*\) </m);
    assertMatch(text, /^<- OPEN .* flags=OpenReadOnly/m);
    assertMatch(text, /^-> OPEN .* openFlags=OpenNoFlush/m);
    assertMatch(text, /^-> READ .* size=13 data="hello, world\\n" <\d/m);
    assertMatch(text, /^-> READDIR .*entries=\["\.","\.\.","hello"\]/m);
    assertMatch(
      text,
      /^-> NOTIFY_INVAL_ENTRY parent=1 name="hello" expireOnly=false 0$/m,
    );
    assertMatch(text, /^-> NOTIFY_INVAL_ENTRY .*"unknown".* -1 ENOENT/m);
    assertEquals(
      kinds,
      new Set([RequestMessage, ReplyMessage, NotificationMessage]),
    );

    const opened = asJson.find(({ kind, opname }) =>
      kind === "reply" && opname === "OPEN"
    )!;
    assertEquals([opened.errno, opened.delivered, opened.openFlags], [
      0,
      true,
      32,
    ]);
    const times = asJson.map(({ timeMs }) => timeMs as number);
    assertEquals(times, times.toSorted((a, b) => a - b));
    assertEquals(Math.abs(times[0]! - Date.now()) < 60_000, true);
  },
);

mountTest("A debug hook that throws ends nothing", async (scene) => {
  // deno-lint-ignore no-console -- it is replaced, not used
  const original = console.error;
  let said = 0;
  // deno-lint-ignore no-console -- it is replaced, not used
  console.error = () => void said++;
  try {
    const session = await scene.mount(fsOf(directory({ a: file("x") })), {
      debug: () => {
        throw new Error("a defect");
      },
    });
    assertEquals(await output("cat", `${scene.mnt}/a`), "x");
    await session.unmount();
  } finally {
    // deno-lint-ignore no-console -- it is put back, not used
    console.error = original;
  }
  assertEquals(said > 4, true);
});

/** How many times of files are put into words while a session runs. */
async function formatted(
  debug: (message: DebugMessage) => void,
): Promise<number> {
  const channel = new FakeChannel();
  const conn = channel.connect();
  channel.push(INIT, lookup("04000000", "61"));
  channel.end();
  const original = Date.prototype.toISOString;
  let count = 0;
  Date.prototype.toISOString = function () {
    count++;
    return original.call(this);
  };
  try {
    await conn._handshake({ debug });
    await serve(conn, fsOf(directory({ a: file("x") }))).closed;
  } finally {
    Date.prototype.toISOString = original;
  }
  assertEquals(channel.replies.length, 2);
  return count;
}

Deno.test("A message is put into words only when it is asked", async () => {
  assertEquals(await formatted(() => {}), 0);
  assertEquals(await formatted((message) => void `${message}`), 3);
});

/** What Strace writes of a session, times replaced. */
async function straced(
  body: (channel: FakeChannel) => Promise<void>,
  lookup: (name: string) => Promise<void> | void,
): Promise<string> {
  let text = "";
  const strace = new Strace((part) => text += part);
  const channel = new FakeChannel();
  const conn = channel.connect();
  channel.push(INIT);
  await conn._handshake({ debug: (message) => strace.add(message) });
  const root = directory({}, {
    lookup: async (name) => {
      await lookup(name);
      return undefined;
    },
  });
  const { closed } = serve(conn, fsOf(root));
  await body(channel);
  channel.end();
  await closed;
  return text.replaceAll(/^\d\d:\d\d:\d\d\.\d{6}/gm, "TIME")
    .replaceAll(/<\d+\.\d{6}>/g, "<SECONDS>");
}

const INIT_LINE = 'TIME INIT(node=0, protocol="7.45", maxReadahead=131072, ' +
  'flags=InitAsyncRead+InitBigWrites) = 0 {protocol="7.45", ' +
  "maxReadahead=131072, flags=InitAsyncRead+InitBigWrites, " +
  "maxBackground=0, congestionThreshold=0, maxWrite=1048576, timeGranNs=1, " +
  "maxPages=256, maxStackDepth=0, requestTimeoutS=0} <SECONDS>\n";
const ENOENT = "-1 ENOENT (No such file or directory) <SECONDS>\n";

Deno.test("Strace writes a request and its answer on one line", async () => {
  const done = Promise.withResolvers<void>();
  const text = await straced(async (channel) => {
    channel.push(lookup("04000000", "61"));
    await done.promise;
  }, () => done.resolve());
  assertEquals(
    text,
    `${INIT_LINE}TIME [pid 5] LOOKUP(node=1, name="a") = ${ENOENT}`,
  );
});

Deno.test("Strace leaves a line unfinished and resumes it", async () => {
  const first = Promise.withResolvers<void>();
  const text = await straced(async (channel) => {
    channel.push(lookup("04000000", "61"), lookup("06000000", "62"));
    await first.promise;
  }, (name) => name === "a" ? first.promise : first.resolve());
  assertEquals(
    text,
    `${INIT_LINE}TIME [pid 5] LOOKUP(node=1, name="a") <unfinished 0x4 ...>\n` +
      `TIME [pid 5] LOOKUP(node=1, name="b")` +
      text.slice(text.indexOf('"b")') + 4),
  );
  const resumed = `TIME <... LOOKUP 0x4 resumed> = ${ENOENT}`;
  assertEquals(text.includes(resumed), true, text);
});

Deno.test("Strace shows a request that has no answer yet", async () => {
  let before = "";
  const started = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  let text = "";
  const strace = new Strace((part) => text += part);
  const channel = new FakeChannel();
  const conn = channel.connect();
  channel.push(INIT);
  await conn._handshake({ debug: (message) => strace.add(message) });
  const root = directory({}, {
    lookup: async () => {
      started.resolve();
      await go.promise;
      return undefined;
    },
  });
  const { closed } = serve(conn, fsOf(root));
  channel.push(lookup("04000000", "61"));
  await started.promise;
  before = text;
  go.resolve();
  channel.end();
  await closed;
  assertEquals(before.endsWith('[pid 5] LOOKUP(node=1, name="a")'), true);
});
