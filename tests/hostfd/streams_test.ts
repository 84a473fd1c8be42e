import { assert, assertEquals, assertRejects } from "@std/assert";
import { HostFd, pipe, socketpair } from "../../hostfd/mod.ts";
import { memfdCreate, O_NONBLOCK, O_RDWR } from "../../posix/mod.ts";
import { assertNoFdLeak } from "../_support/leaks.ts";
import { isQemu } from "../_support/platform.ts";
import { assertErrno } from "../posix/throws.ts";

const ignore = Deno.build.os !== "linux";

/** More than a pipe or socket holds; emulation takes its time. */
const LARGE = isQemu ? 300_000 : 1_000_000;

/** Bytes that differ from their neighbours. */
function sample(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => i * 7 + (i >> 8));
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Lets a stream get to where it waits. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

function test(name: string, body: () => Promise<void>): void {
  Deno.test({ name, ignore, fn: () => assertNoFdLeak(body) });
}

test("HostFd.readable gives a file's bytes from its position on", async () => {
  const bytes = sample(200_000);
  using file = new HostFd(memfdCreate("test", 0));
  file.writeSync(bytes, 0);
  file.readSync(new Uint8Array(1000));
  const read = await new Response(file.readable).bytes();
  assert(same(read, bytes.subarray(1000)));
  assert(file.fd >= 0);
});

test("HostFd.writable writes all chunks to a file", async () => {
  const bytes = sample(200_000);
  using file = new HostFd(memfdCreate("test", 0));
  await ReadableStream.from([
    bytes.subarray(0, 100_000),
    bytes.subarray(100_000),
  ])
    .pipeTo(file.writable);
  const back = new Uint8Array(200_000);
  assertEquals(file.readSync(back, 0), 200_000);
  assert(same(back, bytes));
});

for (
  const [what, flags] of [["waits", 0], ["does not wait", O_NONBLOCK]] as const
) {
  test(`HostFd's streams move more than fits in a pipe that ${what}`, async () => {
    const [reader, writer] = pipe(flags);
    using _reader = reader;
    const bytes = sample(LARGE);
    const reading = new Response(reader.readable).bytes();
    await new Response(bytes).body!.pipeTo(writer.writable);
    writer.close();
    assert(same(await reading, bytes));
  });
}

test("HostFd's streams move more than fits in a socket, both ways", async () => {
  const [a, b] = socketpair();
  using _a = a;
  using _b = b;
  const bytes = sample(LARGE);
  const echoing = b.readable.pipeTo(b.writable);
  const writing = new Response(bytes).body!.pipeTo(a.writable);
  const chunks = a.readable.getReader();
  const back = new Uint8Array(bytes.length);
  for (let length = 0; length < back.length;) {
    const { value } = await chunks.read();
    back.set(value!, length);
    length += value!.length;
  }
  assert(same(back, bytes));
  await writing;
  a.close();
  await echoing;
});

test("HostFd.readable reads nothing before it is asked", async () => {
  const [reader, writer] = pipe();
  using _reader = reader;
  using _writer = writer;
  writer.writeSync(new Uint8Array(3));
  const stream = reader.readable;
  await turn();
  assertEquals(reader.readSync(new Uint8Array(9)), 3);
  await stream.cancel();
});

test("HostFd.readable stops waiting when it is cancelled", async () => {
  const [reader, writer] = pipe();
  using _reader = reader;
  using _writer = writer;
  const chunks = reader.readable.getReader();
  const reading = chunks.read();
  await turn();
  await chunks.cancel();
  assertEquals((await reading).done, true);
  // What is written now is still there for another reader.
  writer.writeSync(new Uint8Array(3));
  assertEquals(reader.readSync(new Uint8Array(9)), 3);
});

test("HostFd.close() fails the streams that wait", async () => {
  const [reader, feeder] = pipe();
  using _feeder = feeder;
  const [drain, writer] = pipe();
  using _drain = drain;
  const reading = new Response(reader.readable).bytes();
  const writing = new Response(sample(LARGE)).body!.pipeTo(writer.writable);
  const ends = Promise.allSettled([reading, writing]);
  await turn();
  reader.close();
  writer.close();
  for (const end of await ends) {
    assertEquals(end.status === "rejected" && end.reason.code, "EBADF");
  }
  assertErrno(() => reader.readable, "EBADF");
  assertErrno(() => writer.writable, "EBADF");
});

test("HostFd.writable stops waiting when it is aborted", async () => {
  const [reader, writer] = pipe();
  using _reader = reader;
  using _writer = writer;
  const chunks = writer.writable.getWriter();
  const writing = chunks.write(new Uint8Array(LARGE));
  const reason = new Error("enough");
  chunks.closed.catch(() => {});
  await turn();
  const aborting = chunks.abort(reason);
  assertEquals(await assertRejects(() => writing), reason);
  await aborting;
});

test("HostFd.writable fails with EPIPE when nobody reads", async () => {
  const [reader, writer] = pipe();
  using _writer = writer;
  reader.close();
  const piping = new Response("x").body!.pipeTo(writer.writable);
  assertEquals((await assertRejects(() => piping)).code, "EPIPE");
});

test("HostFd.readable fails with what read(2) says", async () => {
  using dir = HostFd.open("/");
  const reading = new Response(dir.readable).bytes();
  assertEquals((await assertRejects(() => reading)).code, "EISDIR");
});

test("HostFd.writable fails with what write(2) says", async () => {
  using full = HostFd.open("/dev/full", O_RDWR);
  const piping = new Response("x").body!.pipeTo(full.writable);
  assertEquals((await assertRejects(() => piping)).code, "ENOSPC");
});
