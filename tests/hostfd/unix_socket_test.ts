import { assertEquals, assertThrows } from "@std/assert";
import {
  accept,
  AF_INET,
  AF_INET6,
  AF_UNIX,
  connectUnix,
  type HostFd,
  listenUnix,
  recvFds,
  sendFds,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  socket,
  socketpair,
} from "../../hostfd/mod.ts";
import { F_GETFD, fcntl, FD_CLOEXEC, fstat } from "../../posix/mod.ts";
import { assertNoFdLeak } from "../_support/leaks.ts";
import { assertErrno, NOT_INT } from "../posix/throws.ts";

const ABSTRACT = `\0unix_socket_test-${Deno.pid}`;

/**
 * Runs `body` with an empty directory, and fails if a descriptor stays open.
 */
function test(name: string, body: (dir: string) => void): void {
  Deno.test({
    name,
    ignore: Deno.build.os !== "linux",
    fn() {
      const dir = Deno.makeTempDirSync();
      try {
        assertNoFdLeak(() => body(dir));
      } finally {
        Deno.removeSync(dir, { recursive: true });
      }
    },
  });
}

/** Fails unless a descriptor goes from one to the other. */
function checkConnected(a: HostFd, b: HostFd): void {
  sendFds(a.fd, [b.fd]);
  const [received] = recvFds(b.fd, 1);
  using _received = received!;
  assertEquals(fstat(received!.fd).ino, fstat(b.fd).ino);
}

for (const type of [SOCK_STREAM, SOCK_SEQPACKET, SOCK_DGRAM]) {
  test(`socketpair() connects two sockets of type ${type}`, () => {
    const [a, b] = socketpair(type);
    using _a = a;
    using _b = b;
    assertEquals(fcntl(a.fd, F_GETFD), FD_CLOEXEC);
    assertEquals(fcntl(b.fd, F_GETFD), FD_CLOEXEC);
    checkConnected(a, b);
    checkConnected(b, a);
  });
}

for (const type of [SOCK_STREAM, SOCK_SEQPACKET]) {
  test(`connectUnix() reaches listenUnix() by a path, type ${type}`, (dir) => {
    const path = `${dir}/ünix.sock`;
    using server = listenUnix(path, 1, type);
    using client = connectUnix(path, type);
    using accepted = accept(server.fd);
    assertEquals(Deno.statSync(path).isSocket, true);
    assertEquals(fcntl(accepted.fd, F_GETFD), FD_CLOEXEC);
    checkConnected(client, accepted);
    assertErrno(() => listenUnix(path), "EADDRINUSE", "bind");
  });
}

test("connectUnix() reaches a name without a file", () => {
  using server = listenUnix(ABSTRACT);
  using client = connectUnix(ABSTRACT);
  using accepted = accept(server.fd);
  checkConnected(accepted, client);
});

test("connectUnix() and listenUnix() throw what the system says", (dir) => {
  const path = `${dir}/socket`;
  assertErrno(() => connectUnix(path), "ENOENT", "connect");
  assertErrno(() => listenUnix(`${path}/x`), "ENOENT", "bind");
  listenUnix(path).close();
  assertErrno(() => connectUnix(path), "ECONNREFUSED", "connect");
  assertErrno(
    () => listenUnix(ABSTRACT, 1, SOCK_DGRAM),
    "EOPNOTSUPP",
    "listen",
  );
  assertErrno(() => connectUnix(path, 0), "ESOCKTNOSUPPORT", "socket");
  assertErrno(() => socketpair(0), "ESOCKTNOSUPPORT", "socketpair");
  assertErrno(() => accept(-1), "EBADF", "accept4");
});

test("connectUnix() and listenUnix() accept paths of up to 107 bytes", (dir) => {
  const path = `${dir}/`.padEnd(107, "x");
  using _server = listenUnix(path);
  using _client = connectUnix(path);
  assertErrno(() => connectUnix(`${path}x`), "ENAMETOOLONG", "connect");
  assertErrno(() => listenUnix(`${path}x`), "ENAMETOOLONG", "bind");
  for (const bad of ["", "a\0b", "\0a\0"]) {
    assertThrows(() => connectUnix(bad), TypeError);
    assertThrows(() => listenUnix(bad), TypeError);
  }
  for (const value of NOT_INT) {
    assertThrows(() => listenUnix(`${dir}/y`, value), RangeError);
    assertThrows(() => connectUnix(path, value), RangeError);
    assertThrows(() => socketpair(value), RangeError);
    assertThrows(() => accept(value), RangeError);
  }
});

test("socket() makes sockets that are not connected", () => {
  using stream = socket(AF_UNIX);
  using datagrams = socket(AF_INET, SOCK_DGRAM);
  for (const { fd } of [stream, datagrams]) {
    assertEquals(fcntl(fd, F_GETFD), FD_CLOEXEC);
  }
  assertErrno(() => recvFds(stream.fd, 1), "EINVAL", "recvmsg");
  assertErrno(() => socket(99), "EAFNOSUPPORT", "socket");
  assertErrno(() => socket(AF_INET6, 15), "EINVAL", "socket");
  assertErrno(() => socket(AF_UNIX, SOCK_STREAM, 9), "EPROTONOSUPPORT");
  for (const value of NOT_INT) {
    assertThrows(() => socket(value), RangeError);
    assertThrows(() => socket(AF_UNIX, value), RangeError);
    assertThrows(() => socket(AF_UNIX, SOCK_STREAM, value), RangeError);
  }
});
