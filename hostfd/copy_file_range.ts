import { errno, linuxLibc } from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import { toFlags, toInt, toOffsetPointer, toSize } from "./_arguments.ts";

/**
 * `copy_file_range(fd_in, off_in, fd_out, off_out, size, flags)`: copies
 * between files inside the kernel, or shares the data where the file system
 * supports it. See copy_file_range(2). Linux only.
 *
 * @param fdIn The file to copy from.
 * @param offsetIn The source offset in bytes, or -1 for the file's own
 * position, which then moves.
 * @param fdOut The file to copy to.
 * @param offsetOut The destination offset in bytes, or -1 for the file's own
 * position, which then moves.
 * @param length The most bytes to copy.
 * @param flags Must be 0; the kernel defines no flags yet.
 * @returns The number of bytes copied, which may be fewer; `null` at the end of
 * the source. Files of `/proc` and the like always report the end.
 * @throws {SyscallError} `EXDEV` between file systems that do not support it,
 * where only read(2) and write(2) work; `EINVAL` if the ranges overlap in one
 * file, or a file is not a regular file; `EISDIR`; `EBADF`; `ENOSPC`;
 * `ETXTBSY`.
 * @throws {RangeError} If a number is not an integer of its size.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { copyFileRange, HostFd } from "@hostkit/hostkit/hostfd";
 * import { memfdCreate } from "@hostkit/hostkit/posix";
 *
 * using from = new HostFd(memfdCreate("from", 0));
 * using to = new HostFd(memfdCreate("to", 0));
 * from.writeSync(new Uint8Array(1000));
 * assert.equal(copyFileRange(from.fd, 0, to.fd, 0, 600), 600);
 * assert.equal(copyFileRange(from.fd, 600, to.fd, 600, 600), 400);
 * assert.equal(copyFileRange(from.fd, 1000, to.fd, 1000, 600), null);
 * ```
 */
export function copyFileRange(
  fdIn: number,
  offsetIn: number | bigint,
  fdOut: number,
  offsetOut: number | bigint,
  length: number,
  flags: number = 0,
): number | null {
  const n = linuxLibc().copy_file_range(
    toInt("fdIn", fdIn),
    toOffsetPointer(offsetIn),
    toInt("fdOut", fdOut),
    toOffsetPointer(offsetOut),
    toSize(length),
    toFlags(flags) >>> 0,
  );
  if (n < 0) throw new SyscallError("copy_file_range", errno());
  return n > 0 || length === 0 ? n : null;
}
