import { toOffset } from "../posix/internal.ts";
import type { BlockSeq } from "../usermem/safemem/mod.ts";
import { toFlags, toInt } from "./_arguments.ts";
import { readCalls, writeCalls } from "./_calls.ts";
import { transfer } from "./_transfer.ts";

const READ = readCalls();
const WRITE = writeCalls();

/**
 * `preadv2(fd, iov, iovcnt, offset, flags)`: reads from an offset of a file
 * into one view, or into one Block after another. See preadv2(2).
 *
 * One view or Block without flags uses the cheaper read(2) or pread(2). More
 * than {@linkcode MAX_READ_WRITE_IOV} Blocks take several calls, until one
 * moves fewer bytes than requested. The kernel fills Blocks of foreign memory
 * directly, and stops where they are not accessible. The function does not
 * retry after `EINTR` or `EAGAIN`. No system call moves more than 2,147,479,552
 * bytes.
 *
 * A libc without preadv2, such as that of macOS, reads with preadv(2), which
 * takes no flags.
 *
 * @param fd The descriptor.
 * @param dsts The memory to read into. If empty, no system call is made.
 * @param offset The offset to read at, in bytes, or -1 for the descriptor's own
 * position, which then moves.
 * @param flags Any of the `RWF_*` constants.
 * @returns The number of bytes read: fewer than there is room for near the end
 * of the file, or if a pipe or socket holds fewer; `null` at the end.
 * @throws {SyscallError} `EFAULT` if the first byte of `dsts` cannot be
 * written; `ESPIPE` for an offset into a pipe or socket; `EINVAL` for an offset
 * below -1; `EOPNOTSUPP` for flags that the kernel does not know; `EAGAIN`;
 * `EBADF`; `ENOSYS` for flags if libc has no preadv2. Bytes read by earlier
 * calls are in `transferred`.
 * @throws {RangeError} If a number is not an integer of its size.
 * @throws {TypeError} If the view's buffer is detached.
 *
 * @example One view
 * ```ts
 * import assert from "node:assert/strict";
 * import { HostFd, preadv2 } from "@hostkit/hostkit/hostfd";
 *
 * using zeroes = HostFd.open("/dev/zero");
 * const bytes = new Uint8Array([1, 2, 3]);
 * assert.equal(preadv2(zeroes.fd, bytes, -1, 0), 3);
 * assert.deepEqual(bytes, new Uint8Array(3));
 * ```
 *
 * @example A header and a body in one call
 * ```ts
 * import assert from "node:assert/strict";
 * import { preadv2, pwritev2 } from "@hostkit/hostkit/hostfd";
 * import { close, memfdCreate } from "@hostkit/hostkit/posix";
 * import { Block, BlockSeq } from "@hostkit/hostkit/safemem";
 *
 * const fd = memfdCreate("message", 0);
 * pwritev2(fd, new Uint8Array([1, 2, 3, 4, 5, 6]), 0, 0);
 * const header = new Uint8Array(2);
 * const body = new Uint8Array(8);
 * const dsts = BlockSeq.from([header, body].map(Block.of));
 * assert.equal(preadv2(fd, dsts, 1, 0), 5);
 * assert.deepEqual(header, new Uint8Array([2, 3]));
 * assert.equal(preadv2(fd, dsts, 6, 0), null);
 * close(fd);
 * ```
 */
export function preadv2(
  fd: number,
  dsts: BlockSeq | Uint8Array,
  offset: number | bigint,
  flags: number,
): number | null {
  const n = transfer(
    READ,
    toInt("fd", fd),
    dsts,
    toOffset(offset),
    toFlags(flags),
  );
  return n > 0 || isEmpty(dsts) ? n : null;
}

function isEmpty(blocks: BlockSeq | Uint8Array): boolean {
  return blocks instanceof Uint8Array ? blocks.length === 0 : blocks.isEmpty;
}

/**
 * `pwritev2(fd, iov, iovcnt, offset, flags)`: writes one view, or one Block
 * after another, at an offset of a file. See pwritev2(2).
 *
 * The choice of the system call is that of {@linkcode preadv2}.
 *
 * @param fd The descriptor.
 * @param srcs The bytes to write. If empty, no system call is made.
 * @param offset The offset to write at, in bytes, or -1 for the descriptor's
 * own position, which then moves. With `O_APPEND` or `RWF_APPEND` the bytes go
 * to the end of the file regardless.
 * @param flags Any of the `RWF_*` constants.
 * @returns The number of bytes written, which may be fewer than there are.
 * @throws {SyscallError} `EFAULT` if the first byte of `srcs` cannot be read;
 * `ESPIPE` for an offset into a pipe or socket; `EINVAL` for an offset below
 * -1; `EOPNOTSUPP` for flags that the kernel does not know; `EPIPE`; `ENOSPC`;
 * `EFBIG`; `EAGAIN`; `EBADF`; `ENOSYS` for flags if libc has no preadv2. Bytes
 * written by earlier calls are in `transferred`.
 * @throws {RangeError} If a number is not an integer of its size.
 * @throws {TypeError} If the view's buffer is detached.
 *
 * @example Append to a file, and wait for the device
 * ```ts
 * import assert from "node:assert/strict";
 * import { pwritev2, RWF_APPEND, RWF_DSYNC } from "@hostkit/hostkit/hostfd";
 * import { close, fstat, memfdCreate } from "@hostkit/hostkit/posix";
 *
 * const fd = memfdCreate("log", 0);
 * for (const line of ["one\n", "two\n"]) {
 *   pwritev2(fd, new TextEncoder().encode(line), 0, RWF_APPEND | RWF_DSYNC);
 * }
 * assert.equal(fstat(fd).size, 8);
 * close(fd);
 * ```
 */
export function pwritev2(
  fd: number,
  srcs: BlockSeq | Uint8Array,
  offset: number | bigint,
  flags: number,
): number {
  return transfer(
    WRITE,
    toInt("fd", fd),
    srcs,
    toOffset(offset),
    toFlags(flags),
  );
}
