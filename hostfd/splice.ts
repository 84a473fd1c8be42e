import { errno, linuxLibc } from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import { toFlags, toInt, toOffsetPointer, toSize } from "./_arguments.ts";

/**
 * `splice(fd_in, off_in, fd_out, off_out, size, flags)`: moves bytes between a
 * pipe and a file, socket or other pipe, without copying them through this
 * process. See splice(2). Linux only.
 *
 * The call blocks the program until there are bytes and room; `pollAsync` waits
 * on another thread.
 *
 * @param fdIn The source.
 * @param offsetIn The source offset in bytes, or -1 for the file's own
 * position; -1 for a pipe.
 * @param fdOut The destination. At least one of the two files is a pipe.
 * @param offsetOut The destination offset in bytes, or -1 for the file's own
 * position; -1 for a pipe.
 * @param length The most bytes to move.
 * @param flags Any of the `SPLICE_F_*` constants.
 * @returns The number of bytes moved, which may be fewer; `null` at the end of
 * the file, or once all writers of the pipe are gone.
 * @throws {SyscallError} `EINVAL` if neither file is a pipe, or one does not
 * support splice; `ESPIPE` for an offset into a pipe; `EAGAIN` with
 * `SPLICE_F_NONBLOCK`; `EPIPE`; `EBADF`.
 * @throws {RangeError} If a number is not an integer of its size.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { HostFd, pipe, splice } from "@hostkit/hostkit/hostfd";
 * import { memfdCreate } from "@hostkit/hostkit/posix";
 *
 * const [reader, writer] = pipe();
 * using _reader = reader;
 * using _writer = writer;
 * using file = new HostFd(memfdCreate("file", 0));
 * file.writeSync(new Uint8Array(1000));
 * assert.equal(splice(file.fd, 0, writer.fd, -1, 600), 600);
 * assert.equal(splice(reader.fd, -1, file.fd, 1000, 4096), 600);
 * ```
 */
export function splice(
  fdIn: number,
  offsetIn: number | bigint,
  fdOut: number,
  offsetOut: number | bigint,
  length: number,
  flags: number = 0,
): number | null {
  const n = linuxLibc().splice(
    toInt("fdIn", fdIn),
    toOffsetPointer(offsetIn),
    toInt("fdOut", fdOut),
    toOffsetPointer(offsetOut),
    toSize(length),
    toFlags(flags) >>> 0,
  );
  if (n < 0) throw new SyscallError("splice", errno());
  return n > 0 || length === 0 ? n : null;
}
