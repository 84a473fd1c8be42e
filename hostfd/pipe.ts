import { errno, linuxLibc } from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import { O_CLOEXEC } from "../posix/mod.ts";
import { toFlags } from "./_arguments.ts";
import { HostFd } from "./host_fd.ts";

/**
 * `pipe2(fds, flags)`: creates a pipe. See pipe(2). Linux only.
 *
 * @param flags Any of `O_NONBLOCK` and `O_DIRECT`; `O_CLOEXEC` is always set.
 * @returns The read end and the write end.
 * @throws {SyscallError} `EMFILE`; `ENFILE`; `EINVAL` for unknown flags.
 * @throws {RangeError} If `flags` is not a 32-bit integer.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { pipe } from "@hostkit/hostkit/hostfd";
 *
 * const [reader, writer] = pipe();
 * using _reader = reader;
 * writer.writeSync(new Uint8Array([1, 2, 3]));
 * writer.close();
 * assert.equal(reader.readSync(new Uint8Array(8)), 3);
 * assert.equal(reader.readSync(new Uint8Array(8)), null);
 * ```
 */
export function pipe(flags: number = 0): [reader: HostFd, writer: HostFd] {
  const fds = new Int32Array(2);
  if (linuxLibc().pipe2(fds, toFlags(flags) | O_CLOEXEC) < 0) {
    throw new SyscallError("pipe2", errno());
  }
  return [new HostFd(fds[0]!), new HostFd(fds[1]!)];
}
