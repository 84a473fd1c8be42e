import { errno, linuxLibc } from "../ffi/libc.ts";
import { SyscallError } from "../ffi/syscall_error.ts";
import { toFlags, toInt, toOffsetPointer, toSize } from "./_arguments.ts";

/**
 * `copy_file_range(fd_in, off_in, fd_out, off_out, size, flags)`: copies between
 * files within the kernel, or shares the data where the file system can. See
 * copy_file_range(2). Linux only.
 *
 * @param fdIn The file to copy from.
 * @param offsetIn Where from, in bytes, or -1 for the file's own position,
 * which then moves.
 * @param fdOut The file to copy to.
 * @param offsetOut Where to, in bytes, or -1 for the file's own position,
 * which then moves.
 * @param length How many bytes to copy at most.
 * @param flags 0: none is known.
 * @returns The number of bytes copied, which may be fewer; `null` at the end of
 * the file to copy from, which a file of `/proc` and the like claims to be at.
 * @throws {SyscallError} `EXDEV` between file systems that cannot do this
 * together, which copying by reading can; `EINVAL` for ranges that overlap in
 * one file, and for what is no regular file; `EISDIR`; `EBADF`; `ENOSPC`;
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
