import { errno, libc } from "../ffi/internal.ts";
import { SyscallError, viewAt } from "../ffi/mod.ts";
import { toAddress, toFlags, toInt, toSize } from "./_arguments.ts";
import { EINVAL } from "./constants_errno.ts";
import { MAP_FIXED } from "./constants_mman.ts";
import type { MapFlags, ProtFlags } from "./flags.ts";
import { toOffset } from "./offset.ts";
import { claim, claimOver, giveUp, type Hold } from "./registry.ts";
import { MAP_FAILED, reclaim } from "./retired.ts";

/** A mapping that {@linkcode mmap} made. */
export interface Mapping {
  /** The mapped bytes themselves, not a copy; as many as requested. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** The address of the first byte, page aligned, for use in C functions. */
  readonly address: bigint;
}

/**
 * `mmap(address, length, prot, flags, fd, offset)`: maps a file, a shared
 * memory object or anonymous memory into this process. See mmap(2).
 *
 * JavaScript cannot catch an access that the memory does not allow: any access
 * to a `PROT_NONE` mapping, a write without `PROT_WRITE`, or access to a page
 * beyond the end of the file. The kernel kills the process (SIGSEGV, SIGBUS).
 *
 * The mapping stays until {@linkcode munmap}. Dropping `data` does not remove
 * it, since its address may be in use elsewhere. Mappings that `MAP_FIXED`
 * placed over each other count as one: unmapping either of them unmaps both.
 * `MAP_FIXED` over memory that this function did not map, such as the heap,
 * crashes the process; `MAP_FIXED_NOREPLACE` is the safe way to map at an
 * address.
 *
 * @param address The address: a hint, unless `flags` has `MAP_FIXED` or
 * `MAP_FIXED_NOREPLACE`; then a multiple of the page size. With `null` the
 * kernel chooses.
 * @param length The length in bytes, above 0. The kernel maps whole pages; for
 * huge pages it must be a multiple of their size.
 * @param prot `PROT_NONE`, or a combination of `PROT_READ`, `PROT_WRITE` and
 * `PROT_EXEC`.
 * @param flags `MAP_SHARED` or `MAP_PRIVATE`, combined with any other `MAP_*`.
 * @param fd The file descriptor, which may be closed afterwards; -1 with
 * `MAP_ANONYMOUS`.
 * @param offset The offset in the file, a multiple of the page size.
 * @returns The bytes and their address.
 * @throws {SyscallError} `EINVAL` if `length` is zero or negative, `flags` has
 * neither `MAP_SHARED` nor `MAP_PRIVATE`, or an argument is not aligned;
 * `EACCES` if the mode of `fd` forbids the protection; `EPERM` if a seal
 * forbids it; `EBADF`; `ENODEV` for a file that cannot be mapped; `EEXIST` if
 * `MAP_FIXED_NOREPLACE` finds a mapping at the address; `ENOMEM`; `EOVERFLOW`.
 * @throws {RangeError} If an argument is not an integer of its width, or the
 * mapping is longer than an `ArrayBuffer` can be.
 *
 * @example At a chosen address
 * ```ts
 * import * as posix from "@hostkit/hostkit/posix";
 *
 * const { data, address } = posix.mmap(
 *   0x20000000000n,
 *   4096,
 *   posix.PROT_READ | posix.PROT_WRITE,
 *   posix.MAP_SHARED | posix.MAP_ANONYMOUS,
 *   -1,
 *   0,
 * );
 * data.set([1, 2, 3]);
 * console.log(`mapped at 0x${address.toString(16)}`);
 * posix.munmap(data);
 * console.assert(data.length === 0);
 * ```
 */
export function mmap(
  address: bigint | null,
  length: number,
  prot: ProtFlags,
  flags: MapFlags,
  fd: number,
  offset: number | bigint,
): Mapping {
  return mapPages(address, length, prot, flags, fd, offset, (buffer) => buffer);
}

/**
 * Maps like {@linkcode mmap}; `holdOf` decides whether the registry refers to
 * the buffer strongly or weakly.
 */
export function mapPages(
  address: bigint | null,
  length: number,
  prot: ProtFlags,
  flags: MapFlags,
  fd: number,
  offset: number | bigint,
  holdOf: (buffer: ArrayBuffer) => Hold,
): Mapping {
  const size = toSize("mmap", length);
  const mapFlags = toFlags("mmap", flags);
  const wanted = toAddress(address);
  if (wanted !== 0n) reclaim(wanted, wanted + size);
  const mapped = libc().mmap(
    wanted,
    size,
    toInt("prot", prot),
    mapFlags,
    toInt("fd", fd),
    toOffset(offset),
  );
  if (mapped === MAP_FAILED) throw new SyscallError("mmap", errno());
  let buffer;
  try {
    buffer = viewAt(mapped, length);
  } catch (error) {
    libc().munmap(mapped, size);
    throw error;
  }
  const register = (mapFlags & MAP_FIXED) !== 0 ? claimOver : claim;
  register(mapped, buffer, holdOf(buffer));
  return { data: new Uint8Array(buffer), address: mapped };
}

/**
 * `munmap(data)`: removes a mapping. See munmap(2).
 *
 * All views of the mapping are detached first: their length becomes 0, so that
 * they cannot crash the process. A native call that still uses the memory can
 * crash it (SIGSEGV), or access whatever is mapped there next: await the call
 * first. `MMap` of `@hostkit/hostkit/mmap` keeps the address reserved for a
 * while.
 *
 * @param data The bytes that {@linkcode mmap} returned, or another view of all
 * of them.
 * @throws {SyscallError} `EINVAL` if `data` is not a whole live mapping: it is
 * a part of a mapping, was not mapped by {@linkcode mmap}, is unmapped already,
 * or its buffer was transferred (`transfer`, `postMessage`). A transferred
 * mapping stays mapped.
 *
 * @example Usage
 * ```ts
 * import {
 *   MAP_ANONYMOUS,
 *   MAP_PRIVATE,
 *   mmap,
 *   munmap,
 *   PROT_RDWR,
 * } from "@hostkit/hostkit/posix";
 *
 * const flags = MAP_PRIVATE | MAP_ANONYMOUS;
 * const { data } = mmap(null, 4096, PROT_RDWR, flags, -1, 0);
 * const stale = data.subarray(10, 20);
 * munmap(data);
 * console.assert(stale.length === 0);
 * ```
 */
export function munmap(data: Uint8Array): void {
  const region = giveUp(data);
  if (region === undefined) {
    throw new SyscallError("munmap", EINVAL, { hint: "not a live mapping" });
  }
  if (libc().munmap(region.start, region.end - region.start) < 0) {
    throw new SyscallError("munmap", errno());
  }
}
