import { assertEquals, assertRejects } from "@std/assert";
import { SyscallError } from "../../../ffi/mod.ts";
import {
  AF_INET,
  AF_UNIX,
  HostFd,
  listenUnix,
  pipe,
  POLLIN,
  POLLOUT,
  RWF_APPEND,
  SOCK_SEQPACKET,
  socket,
  socketpair,
} from "../../../hostfd/mod.ts";
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_SYMLINK_NOFOLLOW,
  Ring,
} from "../../../hostfd/uring/mod.ts";
import {
  close,
  F_DUPFD_CLOEXEC,
  F_GETFD,
  fcntl,
  FD_CLOEXEC,
  fstat,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_RDWR,
} from "../../../posix/mod.ts";
import { Block, BlockSeq } from "../../../usermem/safemem/mod.ts";
import { NOT_INT } from "../../posix/throws.ts";
import { blocksOf, bytesOf, textOf } from "../../usermem/_case.ts";
import { Pages } from "../../usermem/_pages.ts";
import { TestFile } from "../_files.ts";
import { collectGarbage, hasRing, ringMappings, withRing } from "./_ring.ts";

/** Fails unless the promise rejects with this code and call. */
async function assertCode(
  promise: Promise<unknown>,
  code: string,
  syscall?: string,
): Promise<void> {
  const error = await assertRejects(() => promise, SyscallError);
  assertEquals([error.code, error.syscall], [code, syscall ?? error.syscall]);
}

withRing(
  "Ring.read() and write() take offsets, and null is the end",
  async (ring) => {
    using file = TestFile.of(bytesOf("hello world"), 3);
    const dst = new Uint8Array(5);
    assertEquals(await ring.read(file.fd, dst, 6), 5);
    assertEquals(textOf(dst), "world");
    assertEquals(await ring.read(file.fd, dst), 5);
    assertEquals([textOf(dst), file.position], ["lo wo", 8]);
    assertEquals(await ring.read(file.fd, dst, 2n ** 40n), null);
    assertEquals(await ring.read(file.fd, new Uint8Array(0), 0), 0);
    assertEquals(await ring.write(file.fd, bytesOf("far"), 2 ** 40), 3);
    assertEquals(await ring.read(file.fd, dst, 2 ** 40), 3);
    assertEquals(textOf(dst), "farwo");
  },
);

withRing("Ring.write() passes RWF_* on", async (ring) => {
  using file = TestFile.of(bytesOf("hello"));
  const options = { flags: RWF_APPEND };
  assertEquals(await ring.write(file.fd, bytesOf("!"), 0, options), 1);
  assertEquals(textOf(file.content), "hello!");
});

withRing(
  "Ring.read() fills small memory, which the garbage collector moves",
  async (ring) => {
    const [reader, writer] = socketpair(SOCK_SEQPACKET);
    using _reader = reader;
    using _writer = writer;
    const views = Array.from({ length: 64 }, (_, i) => new Uint8Array(i + 1));
    const reading = views.map((view) => ring.read(reader.fd, view));
    await collectGarbage();
    const bytes = Uint8Array.from(views, (_, i) => i + 1);
    for (const _ of views) writer.writeSync(bytes);
    const lengths = await Promise.all(reading);
    assertEquals(lengths, [...bytes]);
    for (const view of views) assertEquals(view, bytes.slice(0, view.length));
  },
);

withRing(
  "Ring.readv() and writev() move Blocks, foreign memory too",
  async (ring) => {
    using file = TestFile.of(new Uint8Array(0));
    using pages = new Pages(["rw-"]);
    const foreign = Block.at(pages.at(0), 4);
    const srcs = ["ab", "cdef", "g"].map(bytesOf);
    assertEquals(await ring.writev(file.fd, blocksOf(srcs), 0), 7);
    const [first, last] = [new Uint8Array(2), new Uint8Array(9)];
    const dsts = BlockSeq.from([Block.of(first), foreign, Block.of(last)]);
    assertEquals(await ring.readv(file.fd, dsts, 0), 7);
    assertEquals([first, last.subarray(0, 1)].map(textOf), ["ab", "g"]);
    assertEquals(await ring.writev(file.fd, BlockSeq.of(foreign), 7), 4);
    assertEquals(textOf(file.content), "abcdefgcdef");
    assertEquals(await ring.readv(file.fd, dsts, 99), null);
    assertEquals(await ring.readv(file.fd, new Uint8Array(3), 0), 3);
    const nowhere = BlockSeq.of(Block.at(pages.at(-1), 4));
    await assertCode(ring.readv(file.fd, nowhere, 0), "EFAULT", "readv");
    await assertCode(ring.writev(file.fd, nowhere, 0), "EFAULT", "writev");
  },
);

withRing(
  "Ring.openat(), statx(), fsync() and closeFd() work on files",
  async (ring) => {
    const dir = await Deno.makeTempDir();
    try {
      using directory = await ring.openat(AT_FDCWD, dir, O_DIRECTORY);
      const flags = O_RDWR | O_CREAT | O_EXCL;
      const file = await ring.openat(directory.fd, "file", flags, 0o640);
      assertEquals(fcntl(file.fd, F_GETFD), FD_CLOEXEC);
      await ring.write(file.fd, new Uint8Array(5000), 0);
      await ring.fsync(file.fd);
      await ring.fsync(file.fd, { dataOnly: true });
      await Deno.symlink("file", `${dir}/link`);

      const stat = await ring.statx(directory.fd, "file");
      assertEquals(stat, fstat(file.fd));
      assertEquals([stat.size, stat.mode & 0o777], [5000, 0o640]);
      assertEquals(await ring.statx(AT_FDCWD, `${dir}/link`), stat);
      assertEquals(await ring.statx(file.fd, "", AT_EMPTY_PATH), stat);
      const link = await ring.statx(directory.fd, "link", AT_SYMLINK_NOFOLLOW);
      assertEquals(link.size, 4);
      const device = await ring.statx(AT_FDCWD, "/dev/null");
      using open = HostFd.open("/dev/null");
      assertEquals(device.rdev, fstat(open.fd).rdev);

      const error = await assertRejects(
        () => ring.openat(directory.fd, "file", flags),
        SyscallError,
      );
      assertEquals([error.code, error.path], ["EEXIST", "file"]);
      await assertCode(ring.statx(AT_FDCWD, `${dir}/none`), "ENOENT", "statx");
      // A number that nothing else in this process gets meanwhile.
      const fd = fcntl(file.fd, F_DUPFD_CLOEXEC, 900);
      file.close();
      await ring.closeFd(fd);
      await assertCode(ring.closeFd(fd), "EBADF", "close");
      await assertCode(ring.fsync(fd), "EBADF", "fsync");
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
);

withRing(
  "Ring.accept(), connect(), send() and recv() work on sockets",
  async (ring) => {
    const path = `\0uring-test-${Deno.pid}`;
    using server = listenUnix(path);
    const accepting = ring.accept(server.fd);
    using client = socket(AF_UNIX);
    await ring.connect(client.fd, path);
    using accepted = await accepting;
    assertEquals(fcntl(accepted.fd, F_GETFD), FD_CLOEXEC);
    const dst = new Uint8Array(9);
    const receiving = ring.recv(accepted.fd, dst);
    assertEquals(await ring.send(client.fd, bytesOf("hello")), 5);
    assertEquals([await receiving, textOf(dst.subarray(0, 5))], [5, "hello"]);
    client.close();
    assertEquals(await ring.recv(accepted.fd, dst), 0);
    await assertCode(ring.send(accepted.fd, dst), "EPIPE", "send");
    using another = socket(AF_UNIX);
    await assertCode(ring.connect(another.fd, `${path}?`), "ECONNREFUSED");
  },
);

withRing("Ring.connect() takes a struct sockaddr", async (ring) => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const address = new Uint8Array(16);
  address.set([AF_INET, 0, port >> 8, port & 0xff, 127, 0, 0, 1]);
  using client = socket(AF_INET);
  const accepting = listener.accept();
  await ring.connect(client.fd, address);
  using peer = await accepting;
  assertEquals(await ring.send(client.fd, bytesOf("tcp")), 3);
  const dst = new Uint8Array(3);
  await peer.read(dst);
  assertEquals(textOf(dst), "tcp");
});

withRing("Ring.poll() tells the events, timeout() waits", async (ring) => {
  const [reader, writer] = pipe();
  using _reader = reader;
  using _writer = writer;
  assertEquals(await ring.poll(writer.fd, POLLIN | POLLOUT), POLLOUT);
  const polling = ring.poll(reader.fd, POLLIN);
  await ring.timeout(0.5);
  writer.writeSync(new Uint8Array(1));
  assertEquals(await polling, POLLIN);
});

withRing("A signal cancels one operation, and no other", async (ring) => {
  const [reader, writer] = pipe();
  using _reader = reader;
  using _writer = writer;
  const controller = new AbortController();
  const { signal } = controller;
  const reason = new Error("enough");
  const dst = new Uint8Array(3);
  const operations = [
    ring.read(reader.fd, dst, -1, { signal }),
    ring.poll(reader.fd, POLLIN, { signal }),
    ring.timeout(1e6, { signal }),
  ];
  const spared = ring.read(reader.fd, new Uint8Array(3));
  controller.abort(reason);
  for (const operation of operations) {
    assertEquals(await assertRejects(() => operation), reason);
  }
  assertEquals(
    await assertRejects(() => ring.read(reader.fd, dst, -1, { signal })),
    reason,
  );
  writer.writeSync(new Uint8Array(2));
  assertEquals(await spared, 2);
  assertEquals(ring.inFlight, 0);
});

withRing("A signal that comes too late changes nothing", async (ring) => {
  using file = TestFile.of(bytesOf("hello"));
  const controller = new AbortController();
  const { signal } = controller;
  const dst = new Uint8Array(5);
  assertEquals(await ring.read(file.fd, dst, 0, { signal }), 5);
  controller.abort();
  assertEquals(await ring.read(file.fd, dst, 0), 5);
});

withRing("Ring.cancelFile() cancels what uses a file", async (ring) => {
  const [a, b] = socketpair();
  using _a = a;
  using _b = b;
  const dsts = [1, 2, 3].map((size) => new Uint8Array(size));
  const receiving = dsts.map((dst) => ring.recv(a.fd, dst));
  const spared = ring.recv(b.fd, new Uint8Array(1));
  assertEquals(await ring.cancelFile(a.fd), 3);
  for (const one of receiving) await assertCode(one, "ECANCELED", "recv");
  assertEquals(await ring.cancelFile(a.fd), 0);
  a.writeSync(new Uint8Array(1));
  assertEquals(await spared, 1);
});

withRing("Errors are those of the system calls", async (ring) => {
  const dst = new Uint8Array(1);
  using dir = HostFd.open("/", O_DIRECTORY);
  await assertCode(ring.read(-1, dst, 0), "EBADF", "read");
  await assertCode(ring.read(dir.fd, dst, 0), "EISDIR", "read");
  await assertCode(ring.write(dir.fd, dst, 0), "EBADF", "write");
  await assertCode(ring.accept(dir.fd), "ENOTSOCK", "accept4");
  await assertCode(ring.recv(dir.fd, dst), "ENOTSOCK", "recv");
  await assertCode(ring.poll(-1, POLLIN), "EBADF", "poll");
  await assertCode(ring.uringCmd(dir.fd, { op: 0 }), "EOPNOTSUPP", "uring_cmd");
});

withRing("Wrong arguments never reach the kernel", async (ring) => {
  const dst = new Uint8Array(8);
  for (const value of NOT_INT) {
    await assertRejects(() => ring.read(value, dst, 0), RangeError);
    await assertRejects(() => ring.fsync(value), RangeError);
    await assertRejects(() => ring.poll(0, value), RangeError);
  }
  for (const value of [NaN, 0.5, Infinity, 2 ** 53, 2n ** 63n]) {
    await assertRejects(() => ring.read(0, dst, value), RangeError);
    await assertRejects(() => ring.writev(0, dst, value), RangeError);
  }
  for (const value of [NaN, -1, Infinity]) {
    await assertRejects(() => ring.timeout(value), RangeError);
  }
  const options = { flags: 0.5 };
  await assertRejects(() => ring.write(0, dst, 0, options), RangeError);
  await assertRejects(() => ring.openat(AT_FDCWD, "a\0b"), TypeError);
  await assertRejects(
    () => ring.uringCmd(0, { op: 0, bytes: new Uint8Array(17) }),
    RangeError,
  );
  await assertRejects(
    () => ring.uringCmd(0, { op: 0, memory: new Uint8Array(2 ** 32) }),
    RangeError,
  );
  dst.buffer.transfer();
  await assertRejects(() => ring.read(0, dst, 0), TypeError);
  assertEquals(ring.inFlight, 0);
});

withRing(
  "The event loop turns while transfers follow one another",
  async (ring) => {
    using zeroes = HostFd.open("/dev/zero");
    let isOver = false;
    const timer = setTimeout(() => isOver = true, 1);
    const dst = new Uint8Array(1);
    // Would the timer never come, this would never end.
    while (!isOver) await ring.read(zeroes.fd, dst, 0);
    clearTimeout(timer);
  },
);

Deno.test({
  name: "A ring is not closed while the event loop waits for it alone",
  ignore: !hasRing,
  fn: async () => {
    const [reader, writer] = pipe();
    using _reader = reader;
    using _writer = writer;
    const reading = new Ring().read(reader.fd, new Uint8Array(1));
    await collectGarbage();
    writer.writeSync(new Uint8Array(1));
    assertEquals(await reading, 1);
    await collectGarbage();
    assertEquals(ringMappings(), []);
  },
});

Deno.test({
  name: "A ring whose descriptor somebody closed rejects what it is asked",
  ignore: !hasRing,
  fn: async () => {
    const ring = new Ring();
    using file = TestFile.of(bytesOf("hello"));
    close(ring.fd);
    await assertCode(ring.read(file.fd, new Uint8Array(1), 0), "EBADF");
    assertEquals(ring.inFlight, 0);
    try {
      ring.close();
    } catch (error) {
      assertEquals((error as SyscallError).code, "EBADF");
    }
  },
});
