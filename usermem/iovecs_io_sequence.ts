import { SyscallError } from "../ffi/mod.ts";
import { EINVAL } from "../posix/mod.ts";
import { fault, UIO_MAXIOV } from "../posix/process_memory/internal.ts";
import { accessOk } from "./access_ok.ts";
import { type Addr, SSIZE_MAX } from "./addr.ts";
import { AddrRange } from "./addr_range.ts";
import { AddrRangeSeq } from "./addr_range_seq.ts";
import { copyObjectIn } from "./copy_object.ts";
import type { IO, IOOpts } from "./io.ts";
import { IOSequence } from "./io_sequence.ts";
import { MAX_RW_COUNT } from "./safemem/internal.ts";

/**
 * Returns the sequence that an array of `struct iovec` in memory describes. As
 * with readv(2), the total length is limited to 2^31 - 4096 bytes.
 *
 * @param io The address space of the array and of the ranges.
 * @param addr The array's address.
 * @param count The number of elements.
 * @param opts The options for every access.
 * @throws {SyscallError} `EINVAL` if there are more than 1024 elements, or a
 * length is more than 2^63 - 1; `EFAULT` if the array cannot be read, or a
 * range is not in user space.
 * @see {@link https://man7.org/linux/man-pages/man2/readv.2.html | readv(2)}
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { BytesIO, copyObjectOut, iovecsIOSequence } from "@hostkit/hostkit/usermem";
 *
 * const io = new BytesIO(new Uint8Array(64));
 * const layout = [{ base: "u64", len: "u64" }, 2] as const;
 * copyObjectOut(io, 0n, layout, [{ base: 40n, len: 4n }, { base: 60n, len: 2n }]);
 *
 * const sequence = iovecsIOSequence(io, 0n, 2);
 * assert.equal(`${sequence.addrs}`, "[[0x28, 0x2c) [0x3c, 0x3e)]");
 * ```
 */
export function iovecsIOSequence(
  io: IO,
  addr: Addr,
  count: number,
  opts?: IOOpts,
): IOSequence {
  if (!Number.isInteger(count) || count < 0 || count > UIO_MAXIOV) {
    throw new SyscallError("iovecsIOSequence", EINVAL);
  }
  const layout = [{ base: "u64", length: "u64" }, count] as const;
  const iovecs = copyObjectIn(io, addr, layout, opts);
  if (iovecs.some(({ length }) => length > SSIZE_MAX)) {
    throw new SyscallError("iovecsIOSequence", EINVAL);
  }
  let room = BigInt(MAX_RW_COUNT);
  const ars = iovecs.map(({ base, length }) => {
    if (!accessOk(base, length)) throw fault("iovecsIOSequence", base);
    const kept = length < room ? length : room;
    room -= kept;
    return new AddrRange(base, base + kept);
  });
  return new IOSequence(io, AddrRangeSeq.from(ars), opts);
}
