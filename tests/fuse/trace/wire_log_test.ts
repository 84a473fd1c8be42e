import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { SyscallError } from "../../../ffi/mod.ts";
import {
  decodeRequest,
  mount,
  parseWireLog,
  unmount,
  type WireLog,
} from "../../../fuse/mod.ts";
import { HelloFS } from "../../../fuse/fs/mod.ts";
import { HostFd } from "../../../hostfd/mod.ts";
import { O_RDONLY, O_RDWR } from "../../../posix/mod.ts";
import { output, run } from "../../_support/client.ts";
import { assertNoFdLeak } from "../../_support/leaks.ts";
import { mountTest, type Scene } from "../../_support/mount.ts";
import { denoCommand } from "../../_support/platform.ts";
import { directory, file, fsOf, type SmallNode } from "../../_support/nodes.ts";
import { bytesOf } from "../_dump.ts";

/** A log of three messages, byte by byte. */
const LOG = `
  89484b460d0a1a0a  magic
  01000000          version
  00000000          reserved
  15cd5b0700000000  start

  2a000000          length
  0100              kind: request
  0000              status
  e803000000000000  time
  2a000000
  01000000
  0400000000000000
  0100000000000000
  00*16
  6100              LOOKUP "a"
  000000000000      padding

  10000000          length
  0200              kind: reply
  0100              status: nobody waited
  d007000000000000  time
  10000000
  feffffff          ENOENT
  0400000000000000

  10000000          length
  0300              kind: notification
  1600              status: EINVAL
  b80b000000000000  time
  10000000
  08000000          FUSE_NOTIFY_INC_EPOCH
  00*8
`;

const lines = (dump: string): string =>
  dump.split("\n").map((line) => line.trim()).filter(Boolean).join("\n");
const BYTES = bytesOf(lines(LOG));

Deno.test("parseWireLog() reads every kind of record", () => {
  const log = parseWireLog(BYTES);
  assertEquals([log.startNs, log.truncated], [123456789n, false]);
  const [request, reply, notification] = log.records;
  assertEquals(log.records.length, 3);
  assertEquals(`${decodeRequest(request!.bytes)}`.slice(0, 6), "LOOKUP");
  const rest = log.records.map(({ bytes, ...rest }) => ({
    ...rest,
    length: bytes.length,
  }));
  assertEquals(rest, [
    {
      kind: "request",
      timeNs: 1000n,
      delivered: true,
      errno: 0,
      length: 42,
    },
    { kind: "reply", timeNs: 2000n, delivered: false, errno: 0, length: 16 },
    {
      kind: "notification",
      timeNs: 3000n,
      delivered: true,
      errno: 22,
      length: 16,
    },
  ]);
  assertEquals(reply!.bytes[4], 0xfe);
  assertEquals(notification!.bytes[4], 8);
});

Deno.test("parseWireLog() reads a log cut off anywhere, up to the last whole record", () => {
  for (let length = 0; length < BYTES.length; length++) {
    const cut = BYTES.slice(0, length);
    if (length < 24) {
      assertThrows(() => parseWireLog(cut), TypeError, "not a wire log");
      continue;
    }
    const { records, truncated } = parseWireLog(cut);
    const ends = [24, 88, 120];
    assertEquals(
      records.length,
      ends.filter((end) => length >= end).length - 1,
    );
    assertEquals(truncated, !ends.includes(length), `${length}`);
  }
});

Deno.test("parseWireLog() refuses other files, versions and kinds", () => {
  const wrong = (at: number): Uint8Array<ArrayBuffer> => {
    const bytes = BYTES.slice();
    bytes[at] = 9;
    return bytes;
  };
  assertThrows(() => parseWireLog(wrong(0)), TypeError, "not a wire log");
  assertThrows(() => parseWireLog(wrong(7)), TypeError, "not a wire log");
  assertThrows(() => parseWireLog(wrong(8)), TypeError, "version 9");
  assertThrows(() => parseWireLog(wrong(28)), TypeError, "byte 24");
});

async function recorded(scene: Scene, path: string): Promise<WireLog> {
  const session = await scene.mount(new HelloFS(), { record: path });
  await output("cat", `${scene.mnt}/hello`);
  await run("cat", `${scene.mnt}/missing`);
  await session.conn.invalidateNode(1n, 0, 0);
  await session.unmount();
  return parseWireLog(await Deno.readFile(path));
}

mountTest(
  "A mount with record writes every message, from INIT on, with its time",
  async (scene) => {
    const path = `${scene.dir}/log`;
    const before = BigInt(Date.now() - 1) * 1_000_000n;
    const { startNs, records, truncated } = await recorded(scene, path);
    assertEquals(truncated, false);
    assertEquals(startNs >= before, true);
    const requests = records.filter(({ kind }) => kind === "request").map((
      { bytes },
    ) => decodeRequest(bytes));
    assertEquals(requests[0]!.opname, "INIT");
    const names = new Set<string>(requests.map(({ opname }) => opname));
    for (const name of ["LOOKUP", "OPEN", "READ"]) {
      assertEquals(names.has(name), true, `${[...names]}`);
    }
    const replies = records.filter(({ kind }) => kind === "reply");
    assertEquals(replies.length, requests.length);
    const data = replies.map(({ bytes }) => new TextDecoder().decode(bytes));
    assertEquals(data.some((text) => text.endsWith("hello, world\n")), true);
    const [notification, ...others] = records.filter(({ kind }) =>
      kind === "notification"
    );
    assertEquals([notification!.errno, others.length], [0, 0]);
    const times = records.map(({ timeNs }) => timeNs);
    assertEquals(times, times.toSorted((a, b) => Number(a - b)));
    // It holds what was read, and is nobody else's business.
    const { mode } = await Deno.stat(path);
    assertEquals(mode! & 0o777, 0o600);
  },
);

mountTest(
  "A recording has the data of replies that would have been spliced",
  async (scene) => {
    const source = `${scene.dir}/source`;
    await Deno.writeTextFile(source, "spliced ".repeat(1000));
    using opened = HostFd.open(source, O_RDONLY);
    const spliced: SmallNode = file(new Uint8Array(8000), {
      readAll: undefined!,
      read: ({ offset }, response) => response.fromFd(opened.fd, offset),
    });
    const session = await scene.mount(fsOf(directory({ spliced })), {
      record: `${scene.dir}/log`,
    });
    const seen = await output("cat", `${scene.mnt}/spliced`);
    assertEquals(seen, "spliced ".repeat(1000));
    await session.unmount();
    const { records } = parseWireLog(await Deno.readFile(`${scene.dir}/log`));
    const texts = records.map(({ bytes }) =>
      new TextDecoder().decode(bytes.subarray(16))
    );
    assertEquals(texts.includes(seen), true);
  },
);

mountTest(
  "A mount with a record that cannot be made fails, and leaves nothing",
  async (scene) => {
    const record = `${scene.dir}/missing/log`;
    await assertNoFdLeak(async () => {
      const error = await assertRejects(
        () => mount(scene.mnt, { record }),
        SyscallError,
        "ENOENT",
      );
      assertEquals((error as SyscallError).path, record);
    });
    assertEquals(scene.mounts(), []);
  },
);

mountTest(
  "A disk that is full ends the recording, not the session",
  async (scene) => {
    const small = `${scene.dir}/small`;
    await Deno.mkdir(small);
    await output("mount", "-t", "tmpfs", "-o", "size=4k", "none", small);
    try {
      // deno-lint-ignore no-console -- it is replaced, not used
      const original = console.error;
      const said: unknown[] = [];
      // deno-lint-ignore no-console -- it is replaced, not used
      console.error = (...words) => void said.push(words.join(" "));
      try {
        const session = await scene.mount(new HelloFS(), {
          record: `${small}/log`,
          directIO: true,
        });
        for (let i = 0; i < 30; i++) {
          assertEquals(
            await output("cat", `${scene.mnt}/hello`),
            "hello, world\n",
          );
        }
        await session.unmount();
      } finally {
        // deno-lint-ignore no-console -- it is put back, not used
        console.error = original;
      }
      assertEquals(said.length, 1);
      assertEquals(/recording ends.*ENOSPC/.test(`${said}`), true, `${said}`);
      const log = parseWireLog(await Deno.readFile(`${small}/log`));
      assertEquals(log.records.length > 2, true);
    } finally {
      await output("umount", small);
    }
  },
);

mountTest(
  "A mount with record makes the file anew, for its owner alone",
  async (scene) => {
    const path = `${scene.dir}/log`;
    await Deno.writeTextFile(path, "old", { mode: 0o644 });
    await Deno.link(path, `${scene.dir}/other name`);
    await recorded(scene, path);
    assertEquals((await Deno.stat(path)).mode! & 0o7777, 0o600);
    assertEquals(await Deno.readTextFile(`${scene.dir}/other name`), "old");
  },
);

mountTest(
  "A mount with record throws EEXIST for a link and a FIFO",
  async (scene) => {
    const [link, fifo] = [`${scene.dir}/link`, `${scene.dir}/fifo`];
    await Deno.writeTextFile(`${scene.dir}/target`, "old");
    await Deno.symlink("target", link);
    await output("mkfifo", fifo);
    using _reader = HostFd.open(fifo, O_RDWR);
    for (const record of [link, fifo]) {
      const error = await assertRejects(
        () => mount(scene.mnt, { record }),
        SyscallError,
      );
      assertEquals([error.code, error.path], ["EEXIST", record]);
    }
    assertEquals(await Deno.readTextFile(`${scene.dir}/target`), "old");
    assertEquals(scene.mounts(), []);
  },
);

mountTest(
  "A mount with record in its own directory records underneath",
  async (scene) => {
    const record = `${scene.mnt}/log`;
    const { stdout, stderr } = await run(
      "timeout",
      "-s",
      "KILL",
      "10",
      ...denoCommand,
      "run",
      "--allow-ffi",
      `${import.meta.dirname}/../mount/_mount_once.ts`,
      scene.mnt,
      JSON.stringify({ record }),
    );
    if (scene.mounts().length > 0) await unmount(scene.mnt, { lazy: true });
    assertEquals(stdout, '"done"\n', stderr);
    const [first] = parseWireLog(await Deno.readFile(record)).records;
    assertEquals(decodeRequest(first!.bytes).opname, "INIT");
  },
);

Deno.test("parseWireLog() refuses a message that is shorter than its header, or tells another length", () => {
  const withLength = (at: number, length: number): Uint8Array<ArrayBuffer> => {
    const bytes = BYTES.slice();
    const view = new DataView(bytes.buffer);
    view.setUint32(at, length, true);
    view.setUint32(at + 16, length, true);
    return bytes;
  };
  for (const [at, shortest] of [[24, 40], [88, 16], [120, 16]] as const) {
    for (const length of [0, 1, shortest - 1]) {
      assertThrows(
        () => parseWireLog(withLength(at, length)),
        TypeError,
        `byte ${at}`,
      );
    }
    const other = BYTES.slice();
    other[at + 16]!++;
    assertThrows(() => parseWireLog(other), TypeError, `byte ${at}`);
  }
});
