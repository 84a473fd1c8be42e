import { badNumber, toUnsigned } from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import { toOffset } from "../posix/internal.ts";
import { EINVAL, ENOMEM, fstat } from "../posix/mod.ts";
import { Pages } from "./_pages.ts";
import type { MapFlags, ProtFlags } from "./flags.ts";
import { createMMap, type MMap } from "./mmap.ts";

/**
 * Maps all of an open file. See mmap(2).
 *
 * @param fd The file descriptor; it may be closed afterwards.
 * @param prot A combination of `PROT_*`. An access that it does not allow kills
 * the process.
 * @param flags `MAP_SHARED` or `MAP_PRIVATE`, combined with any other `MAP_*`.
 * @throws {SyscallError} `EBADF`; `EINVAL` if the file is empty, or the flags
 * are incompatible; `EACCES` if the mode of `fd` forbids the protection;
 * `ENODEV` if the file cannot be mapped; `ENOMEM`.
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
 * Maps a region of an open file, or anonymous memory. See mmap(2).
 *
 * @param fd The file descriptor; -1 with `MAP_ANONYMOUS`.
 * @param offset The offset in the file, in bytes: a multiple of the page size.
 * @param length The length in bytes; -1 means to the end of the file. The
 * region may extend beyond the end of the file, but access to a page there
 * kills the process.
 * @param prot As for {@linkcode map}.
 * @param flags As for {@linkcode map}.
 * @throws {SyscallError} As {@linkcode map}; `EINVAL` if `offset` is not
 * aligned; `EOVERFLOW` if `offset` is too large for any file; `ENOMEM` for a
 * negative length.
 * @throws {RangeError} If a number is not an integer of its width.
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
 * Maps like {@linkcode mapRegion}, but at an address.
 *
 * With `MAP_FIXED`, the pages of other MMaps at the address are unmapped first,
 * even if the call then fails, and their views are detached. `MAP_FIXED` over
 * other memory, such as JavaScript's heap, crashes the process;
 * `MAP_FIXED_NOREPLACE` fails instead.
 *
 * @param address The address: a hint, unless `flags` has `MAP_FIXED` or
 * `MAP_FIXED_NOREPLACE`. With `null` the kernel chooses.
 * @param fd As for {@linkcode mapRegion}.
 * @param offset As for {@linkcode mapRegion}.
 * @param length As for {@linkcode mapRegion}.
 * @param prot As for {@linkcode map}.
 * @param flags As for {@linkcode map}.
 * @throws {SyscallError} As {@linkcode mapRegion}; `EINVAL` for a fixed address
 * that is not page aligned; `EEXIST` if `MAP_FIXED_NOREPLACE` finds a mapping
 * at the address.
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
  toUnsigned("flags", flags);
  if (!Number.isSafeInteger(length)) {
    throw badNumber("length", length, "a safe integer");
  }
  const size = length === -1 ? lengthFrom(fd, at) : length;
  // The kernel's error for a length close to 2^64, as C would pass it.
  if (size < -1) throw new SyscallError("mmap", ENOMEM);
  if (size === 0) throw new SyscallError("mmap", EINVAL, { hint: "no bytes" });
  const request = { address, fd, ownsFd: false, offset: at, prot, flags };
  return createMMap(Pages.map(request, 0, size));
}

/** Returns the number of bytes in a file after an offset. */
function lengthFrom(fd: number, offset: bigint): number {
  const { size } = fstat(fd);
  return size - Math.min(Number(offset), size);
}
