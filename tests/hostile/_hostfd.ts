import * as hostfd from "../../hostfd/mod.ts";
import type { Own } from "./_own.ts";
import { type Row, row, type Rule, type Table } from "./_table.ts";

const BYTES = "bytes";

function socket(own: Own): number {
  const [one, other] = hostfd.socketpair();
  own.use(other).writeSync(new Uint8Array(16));
  return own.use(one).fd;
}

function event(own: Own): number {
  return own.use(hostfd.eventfd(1)).fd;
}

function hostFd(own: Own): hostfd.HostFd {
  return own.use(hostfd.HostFd.from(own.fd()));
}

function pair(own: Own): readonly [number, number] {
  const [reader, writer] = hostfd.pipe();
  own.use(writer).writeSync(new Uint8Array(8));
  return [own.use(reader).fd, own.fd()];
}

function listener(own: Own): string {
  const path = `${own.dir()}/socket`;
  own.use(hostfd.listenUnix(path));
  return path;
}

function accepting(own: Own): number {
  const path = `${own.dir()}/socket`;
  const server = own.use(hostfd.listenUnix(path));
  own.use(hostfd.connectUnix(path));
  return server.fd;
}

const transfer = (): Row =>
  row(
    { fd: "fd", blocks: BYTES, offset: "offset", flags: "int" },
    (own) => [own.fd(), new Uint8Array(8), 0, 0],
  );

const move = (
  from: (own: Own) => readonly [number, number],
  at = 0,
  rule: Rule = {},
): Row =>
  row(
    {
      fdIn: "fd",
      offsetIn: "offset",
      fdOut: "fd",
      offsetOut: "offset",
      length: "count",
      flags: "int",
    },
    (own) => {
      const [fdIn, fdOut] = from(own);
      return [fdIn, at, fdOut, 0, 8, 0];
    },
    rule,
  );

const ofHostFd = (): Row =>
  row(
    { blocks: BYTES, offset: "offset", flags: "int" },
    (own) => [hostFd(own), new Uint8Array(8), 0, 0],
  );

const cursor = (own: Own) => own.use(hostfd.getReadWriterAt(own.fd(), 0, 0));

export const HOSTFD: Table = {
  constants: /^((AF|EFD|MAX|MSG|RWF|SOCK|SPLICE|SCM)_\w+|POLL[A-Z]+)$/,
  types: "Block BlockSeq Reader Writer FdSource PollOptions PollRequest " +
    "ReceiveOptions SendOptions",
  ends: {
    HostFd: (target: hostfd.HostFd) => target.close(),
    ReadWriterAt: hostfd.putReadWriterAt,
  },
  rows: {
    accept: row({ fd: "fd" }, (own) => [accepting(own)], {
      once: "nobody else connects",
    }),
    connectUnix: row(
      { path: "text", type: "int" },
      (own) => [listener(own), hostfd.SOCK_STREAM],
    ),
    copyFileRange: move((own) => [own.fd(), own.fd()]),
    eventfd: row({ initval: "count", flags: "int" }, () => [0, 0]),
    eventfdRead: row({ fd: "fd" }, (own) => [event(own)], {
      once: "it has been read",
    }),
    eventfdWrite: row({ fd: "fd", value: "offset" }, (own) => [event(own), 1]),
    getReadWriterAt: row(
      { fd: "fd", offset: "offset", flags: "int" },
      (own) => [own.fd(), 0, 0],
    ),
    listenUnix: row(
      { path: "text", backlog: "int", type: "int" },
      (own) => [`${own.dir()}/socket`, 1, hostfd.SOCK_STREAM],
    ),
    pipe: row({ flags: "int" }, () => [0]),
    poll: row(
      { requests: "list", timeoutMs: "int" },
      (own) => [[{ fd: own.fd(), events: hostfd.POLLIN }], 0],
      { words: { requests: "fd|events" } },
    ),
    pollAsync: row(
      { requests: "list", options: "options" },
      (own) => [[{ fd: own.fd(), events: hostfd.POLLIN }], { timeoutMs: 0 }],
      {
        words: { requests: "fd|events" },
        fields: { timeoutMs: "int", signal: "object" },
      },
    ),
    preadv2: transfer(),
    putReadWriterAt: row({ rw: "object" }, (own) => [cursor(own)]),
    pwritev2: transfer(),
    recvFds: row({ socket: "fd", count: "count" }, (own) => [
      socket(own),
      1,
    ], { fails: "nothing but bytes was sent", once: "nothing more comes" }),
    recvmsg: row(
      { fd: "fd", dsts: BYTES, options: "options" },
      (own) => [socket(own), new Uint8Array(8), { flags: hostfd.MSG_DONTWAIT }],
      {
        fields: { maxFds: "count", flags: "int" },
        words: { maxFds: "descriptors" },
      },
    ),
    sendFds: row(
      { socket: "fd", fds: "list" },
      (own) => [socket(own), [own.fd()]],
      { words: { fds: "descriptors|fd" } },
    ),
    sendmsg: row(
      { fd: "fd", srcs: BYTES, options: "options" },
      (own) => [socket(own), new Uint8Array(8), {}],
      { fields: { fds: "list", flags: "int" }, words: { fds: "fd" } },
    ),
    socket: row(
      { domain: "int", type: "int", protocol: "int" },
      () => [hostfd.AF_UNIX, hostfd.SOCK_STREAM, 0],
    ),
    socketpair: row({ type: "int" }, () => [hostfd.SOCK_STREAM]),
    splice: move(pair, -1, { once: "the pipe is empty" }),
    HostFd: row({ fd: "fd" }, (own) => [own.fd()]),
    "HostFd.open": row(
      { path: "text", flags: "int", mode: "int" },
      (own) => [own.file(), 0, 0o600],
    ),
    "HostFd.openat": row(
      { path: "text", flags: "int", mode: "int" },
      (own) => [hostFd(own), own.file(), 0, 0o600],
    ),
    "HostFd.from": row({ source: "fd" }, (own) => [own.fd()], {
      words: { source: "fd|descriptor" },
    }),
    "HostFd.dup": row({}, (own) => [hostFd(own)]),
    "HostFd.readSync": ofHostFd(),
    "HostFd.writeSync": ofHostFd(),
    "HostFd.release": row({}, (own) => [hostFd(own)]),
    "HostFd.close": row({}, (own) => [hostFd(own)]),
    ReadWriterAt: row({}, () => []),
    "ReadWriterAt.readToBlocks": row(
      { dsts: BYTES },
      (own) => [cursor(own), new Uint8Array(8)],
    ),
    "ReadWriterAt.writeFromBlocks": row(
      { srcs: BYTES },
      (own) => [cursor(own), new Uint8Array(8)],
    ),
    ReceivedMessage: "recvmsg() makes one; it only holds what it is given",
  },
};
