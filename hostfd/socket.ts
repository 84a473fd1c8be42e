import { errno, linuxLibc } from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import { O_CLOEXEC } from "../posix/mod.ts";
import { toInt } from "./_arguments.ts";
import { SOCK_STREAM } from "./constants_socket.ts";
import { HostFd } from "./host_fd.ts";

/** Close the socket at execve(2); has the value of `O_CLOEXEC`. */
export const SOCK_CLOEXEC: number = O_CLOEXEC;

/**
 * `socket(domain, type, protocol)`: creates a socket that is not connected yet.
 * See socket(2). Linux only.
 *
 * @param domain `AF_UNIX`, `AF_INET` or `AF_INET6`.
 * @param type `SOCK_STREAM`, `SOCK_SEQPACKET` or `SOCK_DGRAM`.
 * @param protocol The protocol; 0 for the default of the type.
 * @throws {SyscallError} `EAFNOSUPPORT`, `ESOCKTNOSUPPORT` and
 * `EPROTONOSUPPORT` for an argument that the kernel does not support; `EMFILE`;
 * `EACCES`.
 * @throws {RangeError} If a number is not a 32-bit integer.
 *
 * @example Usage
 * ```ts
 * import { AF_UNIX, SOCK_DGRAM, socket } from "@hostkit/hostkit/hostfd";
 *
 * using datagrams = socket(AF_UNIX, SOCK_DGRAM);
 * console.assert(datagrams.fd >= 0);
 * ```
 */
export function socket(
  domain: number,
  type: number = SOCK_STREAM,
  protocol: number = 0,
): HostFd {
  const fd = linuxLibc().socket(
    toInt("domain", domain),
    toInt("type", type) | SOCK_CLOEXEC,
    toInt("protocol", protocol),
  );
  if (fd < 0) throw new SyscallError("socket", errno());
  return new HostFd(fd);
}
