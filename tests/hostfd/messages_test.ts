import { assert, assertEquals, assertThrows } from "@std/assert";
import { SyscallError } from "../../ffi/mod.ts";
import {
  HostFd,
  MAX_SEND_RECV_MSG_IOV,
  MSG_DONTWAIT,
  MSG_PEEK,
  MSG_TRUNC,
  pipe,
  recvFds,
  recvmsg,
  SCM_MAX_FD,
  sendFds,
  sendmsg,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  socketpair,
} from "../../hostfd/mod.ts";
import {
  F_GETFD,
  fcntl,
  FD_CLOEXEC,
  fstat,
  memfdCreate,
} from "../../posix/mod.ts";
import { Block, BlockSeq } from "../../usermem/safemem/mod.ts";
import { assertNoFdLeak, openFds } from "../_support/leaks.ts";
import { isQemu, rounds } from "../_support/platform.ts";
import { runScript } from "../_support/script.ts";
import { assertErrno, NOT_INT } from "../posix/throws.ts";
import { blocksOf, bytesOf, textOf } from "../usermem/_case.ts";
import { Pages } from "../usermem/_pages.ts";

const BYTE = new Uint8Array(1);

interface Options {
  type?: number;
  /** Emulation accepts too many descriptors, and sends no empty message. */
  ignore?: boolean;
}

/** Runs `body` with a pair of sockets, and fails if a descriptor stays open. */
function withSockets(
  name: string,
  body: (a: HostFd, b: HostFd) => void,
  { type = SOCK_STREAM, ignore = false }: Options = {},
): void {
  Deno.test({
    name,
    ignore: ignore || Deno.build.os !== "linux",
    fn: () =>
      assertNoFdLeak(() => {
        const [a, b] = socketpair(type);
        using _a = a;
        using _b = b;
        body(a, b);
      }),
  });
}

/** Opens a memfd whose size tells it from others. */
function sized(size: number): HostFd {
  const file = new HostFd(memfdCreate("test", 0));
  if (size > 0) file.writeSync(BYTE, size - 1);
  return file;
}

withSockets("sendmsg() gathers what recvmsg() scatters", (a, b) => {
  const srcs = blocksOf(["ab", "cde", "f"].map(bytesOf));
  assertEquals(sendmsg(a.fd, srcs), 6);
  const dsts = [1, 0, 2, 9].map((size) => new Uint8Array(size));
  const message = recvmsg(b.fd, blocksOf(dsts));
  assertEquals([message.length, message.fds, message.flags], [6, [], 0]);
  assertEquals(dsts.map((dst) => textOf(dst.subarray(0, 3))), [
    "a",
    "",
    "bc",
    "def",
  ]);
});

withSockets("sendmsg() and recvmsg() reach foreign memory", (a, b) => {
  using pages = new Pages(["rw-"]);
  const good = BlockSeq.of(Block.at(pages.at(0), 5));
  assertEquals(sendmsg(a.fd, good), 5);
  assertEquals(recvmsg(b.fd, good).length, 5);
  const bad = BlockSeq.of(Block.at(pages.at(-1), 5));
  assertErrno(() => sendmsg(a.fd, bad), "EFAULT", "sendmsg");
  sendmsg(a.fd, BYTE);
  assertErrno(() => recvmsg(b.fd, bad), "EFAULT", "recvmsg");
});

withSockets("recvmsg() tells the end of a stream by a length of 0", (a, b) => {
  a.close();
  const { length, fds } = recvmsg(b.fd, BYTE, { maxFds: 1 });
  assertEquals([length, fds], [0, []]);
});

withSockets("recvmsg() passes its flags on, and tells the kernel's", (a, b) => {
  const flags = MSG_DONTWAIT;
  assertErrno(() => recvmsg(b.fd, BYTE, { flags }), "EAGAIN", "recvmsg");
  sendmsg(a.fd, bytesOf("hello"));
  const peeked = recvmsg(b.fd, BYTE, { flags: MSG_PEEK });
  assertEquals(peeked.flags, MSG_TRUNC);
  const dst = new Uint8Array(9);
  assertEquals(recvmsg(b.fd, dst).length, 5);
}, { type: SOCK_SEQPACKET });

withSockets("sendmsg() sends messages, empty ones too", (a, b) => {
  sendmsg(a.fd, bytesOf("one"));
  sendmsg(a.fd, new Uint8Array(0));
  sendmsg(a.fd, bytesOf("two!"));
  const lengths = [1, 2, 3].map(() => recvmsg(b.fd, new Uint8Array(9)).length);
  assertEquals(lengths, [3, 0, 4]);
}, { type: SOCK_DGRAM, ignore: isQemu });

withSockets(
  "sendmsg() throws EMSGSIZE for more Blocks than UIO_MAXIOV",
  (a, b) => {
    const many = (count: number) =>
      blocksOf(Array.from({ length: count }, () => new Uint8Array(1)));
    const most = many(MAX_SEND_RECV_MSG_IOV);
    assertEquals(sendmsg(a.fd, most), 1024);
    assertEquals(recvmsg(b.fd, most).length, 1024);
    const tooMany = many(MAX_SEND_RECV_MSG_IOV + 1);
    assertErrno(() => sendmsg(a.fd, tooMany), "EMSGSIZE");
    assertErrno(() => recvmsg(b.fd, tooMany), "EMSGSIZE");
  },
);

withSockets("sendmsg() throws EPIPE when the peer is gone", (a, b) => {
  b.close();
  assertErrno(() => sendmsg(a.fd, BYTE), "EPIPE", "sendmsg");
});

withSockets("sendmsg() and recvmsg() throw ENOTSOCK and EBADF", () => {
  using file = sized(0);
  assertErrno(() => sendmsg(file.fd, BYTE), "ENOTSOCK");
  assertErrno(() => recvmsg(file.fd, BYTE), "ENOTSOCK");
  assertErrno(() => sendmsg(-1, BYTE), "EBADF");
  assertErrno(() => recvmsg(-1, BYTE), "EBADF");
});

for (const count of [1, 2, 3, SCM_MAX_FD]) {
  withSockets(`recvmsg() receives ${count} descriptors in order`, (a, b) => {
    {
      using stack = new DisposableStack();
      const sizes = Array.from({ length: count }, (_, i) => i);
      const files = sizes.map((size) => stack.use(sized(size)));
      sendmsg(a.fd, bytesOf("x"), { fds: files.map(({ fd }) => fd) });
    }
    const dst = new Uint8Array(1);
    using message = recvmsg(b.fd, dst, { maxFds: SCM_MAX_FD });
    assertEquals([message.length, textOf(dst)], [1, "x"]);
    assertEquals(message.fds.length, count);
    for (const [i, { fd }] of message.fds.entries()) {
      assertEquals(fstat(fd).size, i);
      assertEquals(fcntl(fd, F_GETFD), FD_CLOEXEC);
    }
  });
}

for (const [sent, maxFds] of [[1, 0], [2, 1], [3, 2], [253, 252]] as const) {
  withSockets(
    `recvmsg() throws EMSGSIZE for ${sent} descriptors where ${maxFds} are accepted`,
    (a, b) => {
      using file = sized(0);
      const fds = Array<number>(sent).fill(file.fd);
      sendmsg(a.fd, new Uint8Array(3), { fds });
      const before = openFds();
      const dst = new Uint8Array(9);
      const error = assertThrows(
        () => recvmsg(b.fd, dst, { maxFds }),
        SyscallError,
      );
      assertEquals([error.code, error.transferred], ["EMSGSIZE", 3]);
      assertEquals(openFds(), before);
    },
    { ignore: isQemu },
  );
}

withSockets("sendmsg() refuses what cannot carry descriptors", (a, b) => {
  using file = sized(0);
  const fds = [file.fd];
  assertThrows(() => sendmsg(a.fd, new Uint8Array(0), { fds }), RangeError);
  const many = Array<number>(SCM_MAX_FD + 1).fill(file.fd);
  assertThrows(() => sendmsg(a.fd, BYTE, { fds: many }), RangeError);
  assertErrno(() => sendmsg(a.fd, BYTE, { fds: [-1] }), "EBADF", "sendmsg");
  for (const value of NOT_INT) {
    assertThrows(() => sendmsg(a.fd, BYTE, { fds: [value] }), RangeError);
    assertThrows(() => sendmsg(value, BYTE), RangeError);
    assertThrows(() => recvmsg(value, BYTE), RangeError);
  }
  for (const maxFds of [-1, 0.5, NaN, SCM_MAX_FD + 1]) {
    assertThrows(() => recvmsg(b.fd, BYTE, { maxFds }), RangeError);
  }
});

withSockets("recvFds() says what a peer did instead of sending", (a, b) => {
  using file = sized(0);
  const before = openFds();
  sendmsg(a.fd, BYTE);
  assertErrno(() => recvFds(b.fd, 1), "EBADMSG", "recvmsg");
  sendFds(a.fd, [file.fd, file.fd]);
  assertErrno(() => recvFds(b.fd, 3), "EBADMSG", "recvmsg");
  sendFds(a.fd, [file.fd, file.fd, file.fd]);
  assertErrno(() => recvFds(b.fd, 2), "EMSGSIZE", "recvmsg");
  assertEquals(openFds(), before);
  sendFds(a.fd, [file.fd]);
  a.close();
  recvFds(b.fd, 1)[0]!.close();
  assertErrno(() => recvFds(b.fd, 1), "ECONNRESET", "recvmsg");
  for (const count of [0, -1, 0.5, NaN, SCM_MAX_FD + 1]) {
    assertThrows(() => recvFds(b.fd, count), RangeError);
  }
  assertThrows(() => sendFds(b.fd, []), RangeError);
}, { ignore: isQemu });

withSockets(
  "A socket that is closed with descriptors under way closes them",
  (a, b) => {
    const [reader, writer] = pipe();
    using _reader = reader;
    sendFds(a.fd, [writer.fd]);
    writer.close();
    b.close();
    // Were the writer still open somewhere, this would wait for ever.
    assertEquals(reader.readSync(BYTE), null);
  },
);

withSockets("recvFds() leaks nothing in many rounds", (a, b) => {
  using file = sized(7);
  for (let round = 0; round < rounds(2000); round++) {
    sendFds(a.fd, [file.fd, a.fd]);
    const fds = recvFds(b.fd, 2);
    if (round % 1000 === 0) assertEquals(fstat(fds[0]!.fd).size, 7);
    for (const fd of fds) fd.close();
  }
});

/** What runs where few descriptors are allowed. */
const AT_THE_LIMIT = `
import { HostFd, recvmsg, sendmsg, socketpair } from "@hostkit/hostkit/hostfd";
const [a, b] = socketpair();
sendmsg(a.fd, new Uint8Array(1), { fds: Array(20).fill(0) });
const taken = [];
try {
  for (;;) taken.push(a.dup());
} catch {
  for (let i = 0; i < 5; i++) taken.pop().close();
}
try {
  recvmsg(b.fd, new Uint8Array(1), { maxFds: 20 });
} catch (error) {
  // The five are free again.
  for (let i = 0; i < 5; i++) a.dup();
  console.log(error.code);
}
`;

Deno.test({
  name: "recvmsg() throws EMFILE where no more may be open, and closes all",
  ignore: Deno.build.os !== "linux" || isQemu,
  fn: async () => {
    const printed = await runScript(AT_THE_LIMIT, {
      options: ["--allow-ffi", "--ext=ts"],
      before: ["sh", "-c", 'ulimit -n 200; exec "$0" "$@"'],
    });
    assertEquals(printed, "EMFILE\n");
  },
});

withSockets("ReceivedMessage leaves alone what was released", (a, b) => {
  using file = sized(3);
  sendFds(a.fd, [file.fd]);
  let fd: number;
  {
    using message = recvmsg(b.fd, BYTE, { maxFds: 1 });
    fd = message.fds[0]!.release();
  }
  using mine = new HostFd(fd);
  assert(fstat(mine.fd).size === 3);
});
