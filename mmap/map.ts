import { SyscallError } from "../ffi/syscall_error.ts";
import { EINVAL, ENOMEM } from "../posix/constants_errno.ts";
import { fstat } from "../posix/stat.ts";
import { Pages } from "./_pages.ts";
import type { MapFlags, ProtFlags } from "./flags.ts";
import { type MMap, wrap } from "./mmap.ts";

/**
 * Maps all of an open file. See mmap(2).
 *
 * @param fd The file; it may be closed afterwards.
 * @param prot Any of `PROT_*`. A touch that it does not allow ends the process.
 * @param flags `MAP_SHARED` or `MAP_PRIVATE`, and any other `MAP_*`.
 * @throws {SyscallError} `EBADF`; `EINVAL` if the file is empty, or for flags
 * that do not go together; `EACCES` if the file is not open for that;
 * `ENODEV` if it cannot be mapped; `ENOMEM`.
 *
 * @example Usage
 * ```ts
 * import { map, MAP_SHARED, PROT_READ, PROT_WRITE } from "@hostkit/hostkit/mmap";
 * import { close, ftruncate, memfdCreate } from "@hostkit/hostkit/posix";
 *
 * const fd = memfdCreate("example", 0);
 * ftruncate(fd, 5000);
 * using m = map(fd, PROT_READ | PROT_WRITE, MAP_SHARED);
 * close(fd);
 * m.bytes[4999] = 42;
 * console.assert(m.length === 5000);
 * ```
 */
export function map(fd: number, prot: ProtFlags, flags: MapFlags): MMap {
  return mapAt(null, fd, 0, -1, prot, flags);
}

/**
 * Maps a region of an open file, or memory without one. See mmap(2).
 *
 * @param fd The file; -1 with `MAP_ANONYMOUS`.
 * @param offset Where in the file, in bytes: a multiple of the page size.
 * @param length The length in bytes; -1 means to the end of the file. More than
 * the file has is allowed, but a touch of a page beyond its end ends the
 * process.
 * @param prot As in {@linkcode map}.
 * @param flags As in {@linkcode map}.
 * @throws {SyscallError} As {@linkcode map}; `EINVAL` for an offset that is not
 * aligned; `EOVERFLOW` for one that no file has; `ENOMEM` for a negative length.
 * @throws {RangeError} If a number is not a whole one of its width.
 *
 * @example Usage
 * ```ts
 * import * as mmap from "@hostkit/hostkit/mmap";
 *
 * const prot = mmap.PROT_READ | mmap.PROT_WRITE;
 * const flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS;
 * using m = mmap.mapRegion(-1, 0, 8192, prot, flags);
 * console.assert(m.bytes.every((byte) => byte === 0));
 * ```
 */
export function mapRegion(
  fd: number,
  offset: number | bigint,
  length: number,
  prot: ProtFlags,
  flags: MapFlags,
): MMap {
  return mapAt(null, fd, offset, length, prot, flags);
}

/**
 * {@linkcode mapRegion} at an address.
 *
 * With `MAP_FIXED`, pages of other MMaps that are in the way are unmapped
 * first, even if the call fails then, and their views detached. Over memory that is no MMap, such as
 * JavaScript's heap, it destroys the process: `MAP_FIXED_NOREPLACE` does not.
 *
 * @param address Where to map: a hint, unless `flags` has `MAP_FIXED` or
 * `MAP_FIXED_NOREPLACE`. `null` leaves it to the kernel.
 * @param fd As in {@linkcode mapRegion}, and so the others.
 * @throws {SyscallError} As {@linkcode mapRegion}; `EINVAL` for a fixed address
 * that is not page aligned; `EEXIST` with `MAP_FIXED_NOREPLACE` if something is
 * there.
 * @throws {RangeError} As {@linkcode mapRegion}.
 *
 * @example Usage
 * ```ts
 * import * as mmap from "@hostkit/hostkit/mmap";
 *
 * const address = 0x2b0000000000n;
 * const flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS |
 *   mmap.MAP_FIXED_NOREPLACE;
 * using m = mmap.mapAt(address, -1, 0, 4096, mmap.PROT_READ, flags);
 * console.assert(m.address === address);
 * ```
 */
export function mapAt(
  address: bigint | null,
  fd: number,
  offset: number | bigint,
  length: number,
  prot: ProtFlags,
  flags: MapFlags,
): MMap {
  const at = toOffset(offset);
  const size = length === -1 ? lengthFrom(fd, at) : length;
  // What the kernel says of a length that is all but 2^64.
  if (size < -1) throw new SyscallError("mmap", ENOMEM);
  if (size === 0) throw new SyscallError("mmap", EINVAL, { hint: "no bytes" });
  const request = { address, fd, ownsFd: false, offset: at, prot, flags };
  return wrap(Pages.map(request, 0, size));
}

/** Returns an offset, 64 bits and signed. */
function toOffset(offset: number | bigint): bigint {
  if (typeof offset === "number" && !Number.isSafeInteger(offset)) {
    throw new RangeError(
      `Cannot use ${offset} as an offset: not a safe integer`,
    );
  }
  return BigInt(offset);
}

/** Returns how much of a file there is from an offset on. */
function lengthFrom(fd: number, offset: bigint): number {
  const { size } = fstat(fd);
  return size - Math.min(Number(offset), size);
}
