import { errno, linuxLibc } from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import { toInt } from "./_arguments.ts";
import { unixAddress } from "./_unix_address.ts";
import { AF_UNIX, SOCK_STREAM } from "./constants_socket.ts";
import { HostFd } from "./host_fd.ts";
import { SOCK_CLOEXEC, socket } from "./socket.ts";

/**
 * `socketpair(AF_UNIX, type, 0, sv)`: creates two Unix sockets connected to
 * each other. See socketpair(2). Linux only.
 *
 * To let a child process inherit an end, remove its `FD_CLOEXEC`; the child has
 * it under the same number.
 *
 * @param type `SOCK_STREAM`, `SOCK_SEQPACKET` or `SOCK_DGRAM`.
 * @throws {SyscallError} `EMFILE`; `ENFILE`; `ESOCKTNOSUPPORT` for another
 * type.
 * @throws {RangeError} If `type` is not a 32-bit integer.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { socketpair } from "@hostkit/hostkit/hostfd";
 *
 * const [a, b] = socketpair();
 * using _a = a;
 * using _b = b;
 * a.writeSync(new Uint8Array(3));
 * assert.equal(b.readSync(new Uint8Array(8)), 3);
 * ```
 */
export function socketpair(
  type: number = SOCK_STREAM,
): [first: HostFd, second: HostFd] {
  const fds = new Int32Array(2);
  const bits = toInt("type", type) | SOCK_CLOEXEC;
  if (linuxLibc().socketpair(AF_UNIX, bits, 0, fds) < 0) {
    throw new SyscallError("socketpair", errno());
  }
  return [new HostFd(fds[0]!), new HostFd(fds[1]!)];
}

/**
 * Connects to a Unix socket: `socket` and `connect(fd, addr, addrlen)`. See
 * unix(7). Linux only.
 *
 * @param path The socket's path, up to 107 bytes. A path that starts with a NUL
 * names a socket of the abstract namespace, which has no file.
 * @param type The type of the listening socket.
 * @throws {SyscallError} `ENOENT`; `ECONNREFUSED` if no process listens;
 * `EACCES`; `EPROTOTYPE` if the listening socket has another type;
 * `ENAMETOOLONG`.
 * @throws {RangeError} If `type` is not a 32-bit integer.
 *
 * @example Usage
 * ```ts
 * import { accept, connectUnix, listenUnix } from "@hostkit/hostkit/hostfd";
 *
 * const path = `\0example-connect-${Deno.pid}`;
 * using server = listenUnix(path);
 * using client = connectUnix(path);
 * using accepted = accept(server.fd);
 * client.writeSync(new Uint8Array(3));
 * console.assert(accepted.readSync(new Uint8Array(8)) === 3);
 * ```
 */
export function connectUnix(path: string, type: number = SOCK_STREAM): HostFd {
  const address = unixAddress("connect", path);
  return preparedSocket(type, ({ fd }) => {
    if (linuxLibc().connect(fd, address, address.length) < 0) {
      throw new SyscallError("connect", errno(), { path });
    }
  });
}

/**
 * Listens on a new Unix socket: `socket`, `bind` and `listen(fd, backlog)`. See
 * unix(7). Linux only.
 *
 * The socket's file stays when the descriptor is closed.
 *
 * @param path The path of the file to create, or an abstract name as in
 * {@linkcode connectUnix}.
 * @param backlog The most connections that may wait to be accepted.
 * @param type `SOCK_STREAM` or `SOCK_SEQPACKET`.
 * @throws {SyscallError} `EADDRINUSE` if the path exists; `ENOENT` and `EACCES`
 * for its directory; `ENAMETOOLONG`; `EOPNOTSUPP` for another type.
 * @throws {RangeError} If a number is not a 32-bit integer.
 *
 * @example Usage
 * ```ts
 * import { listenUnix, pollAsync, POLLIN } from "@hostkit/hostkit/hostfd";
 *
 * using server = listenUnix(`\0example-listen-${Deno.pid}`);
 * const request = { fd: server.fd, events: POLLIN };
 * const [events] = await pollAsync([request], { timeoutMs: 1 });
 * console.assert(events === 0); // no client connected
 * ```
 */
export function listenUnix(
  path: string,
  backlog: number = 128,
  type: number = SOCK_STREAM,
): HostFd {
  const address = unixAddress("bind", path);
  toInt("backlog", backlog);
  return preparedSocket(type, ({ fd }) => {
    if (linuxLibc().bind(fd, address, address.length) < 0) {
      throw new SyscallError("bind", errno(), { path });
    }
    if (linuxLibc().listen(fd, backlog) < 0) {
      throw new SyscallError("listen", errno(), { path });
    }
  });
}

/**
 * `accept4(fd, addr, addrlen, flags)`: accepts the next connection to a socket.
 * See accept(2). Linux only.
 *
 * The call blocks the program until a client connects; `pollAsync` with
 * `POLLIN` waits on another thread.
 *
 * @param fd The listening socket.
 * @returns The connection.
 * @throws {SyscallError} `EAGAIN` if the socket is non-blocking and no
 * connection waits; `EINVAL` if it does not listen; `ENOTSOCK`; `EMFILE`;
 * `EBADF`; `EINTR`.
 * @throws {RangeError} If `fd` is not a 32-bit integer.
 *
 * @example Usage
 * ```ts
 * import { accept, connectUnix, listenUnix } from "@hostkit/hostkit/hostfd";
 *
 * const path = `\0example-accept-${Deno.pid}`;
 * using server = listenUnix(path);
 * using client = connectUnix(path);
 * using accepted = accept(server.fd);
 * accepted.writeSync(new Uint8Array(3));
 * console.assert(client.readSync(new Uint8Array(8)) === 3);
 * ```
 */
export function accept(fd: number): HostFd {
  const accepted = linuxLibc()
    .accept4(toInt("fd", fd), null, null, SOCK_CLOEXEC);
  if (accepted < 0) throw new SyscallError("accept4", errno());
  return new HostFd(accepted);
}

/** Creates a socket and calls `prepare`; closes the socket if that throws. */
function preparedSocket(
  type: number,
  prepare: (socket: HostFd) => void,
): HostFd {
  const made = socket(AF_UNIX, type);
  try {
    prepare(made);
    return made;
  } catch (error) {
    made.close();
    throw error;
  }
}
