import type { MapFlags, ProtFlags } from "./flags.ts";
import { errno, libc } from "../ffi/libc.ts";
import { viewAt } from "../ffi/runtime.ts";
import { SyscallError } from "../ffi/syscall_error.ts";
import { toAddress, toFlags, toInt, toSize } from "./_arguments.ts";
import { EINVAL } from "./constants_errno.ts";
import { MAP_FIXED } from "./constants_mman.ts";
import { toOffset } from "./offset.ts";
import { claim, giveUp, type Hold } from "./registry.ts";
import { reclaim } from "./retired.ts";

/** `MAP_FAILED` of sys/mman.h, as the unsigned number that it is. */
const MAP_FAILED = 2n ** 64n - 1n;

/** What {@linkcode mmap} returns. */
export interface Mapping {
  /** The mapped bytes themselves, not a copy; exactly as many as asked for. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** Where they are, for another process or a C function; page aligned. */
  readonly address: bigint;
}

/**
 * `mmap(address, length, prot, flags, fd, offset)`: maps a file, a shared
 * memory object or fresh memory into this process. See mmap(2).
 *
 * Nothing in JavaScript can catch a touch that the memory does not allow: a
 * byte of a `PROT_NONE` mapping, a write without `PROT_WRITE`, a page past the
 * end of the file. The kernel ends the process (SIGSEGV, SIGBUS).
 *
 * The mapping stays until {@linkcode munmap}; dropping `data` does not remove
 * it, as its address may be in use elsewhere. Mappings laid over one another
 * with `MAP_FIXED` are one from then on: unmapping either unmaps both. And
 * `MAP_FIXED` over anything that this function did not map, such as the heap,
 * destroys the process: `MAP_FIXED_NOREPLACE` is the safe way to an address.
 *
 * @param address Where to map: a hint, unless `flags` has `MAP_FIXED` or
 * `MAP_FIXED_NOREPLACE`; then a multiple of the page size. `null` leaves it to
 * the kernel.
 * @param length The length in bytes, above 0. The kernel maps whole pages; huge
 * pages need a multiple of theirs.
 * @param prot `PROT_NONE`, or any of `PROT_READ`, `PROT_WRITE`, `PROT_EXEC`.
 * @param flags `MAP_SHARED` or `MAP_PRIVATE`, and any other `MAP_*`.
 * @param fd The file; -1 with `MAP_ANONYMOUS`. It may be closed afterwards.
 * @param offset Where in the file, a multiple of the page size.
 * @returns The bytes and their address.
 * @throws {SyscallError} `EINVAL` for a length that is zero or negative,
 * neither of `MAP_SHARED` and `MAP_PRIVATE`, or what is not aligned;
 * `EACCES` if the descriptor's mode forbids the protection; `EPERM` if a seal
 * does; `EBADF`; `ENODEV` for a file that cannot be mapped; `EEXIST` with
 * `MAP_FIXED_NOREPLACE` if something is there; `ENOMEM`; `EOVERFLOW`.
 * @throws {RangeError} If an argument is not a whole number of its width, or
 * the mapping is longer than an `ArrayBuffer` can be.
 *
 * @example At an address of one's own
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

/** {@linkcode mmap}, with a say in how the registry remembers the buffer. */
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
  claim(mapped, buffer, (mapFlags & MAP_FIXED) !== 0, holdOf(buffer));
  return { data: new Uint8Array(buffer), address: mapped };
}

/**
 * `munmap(data)`: removes a mapping. See munmap(2).
 *
 * First every view of it is detached: its length is 0 from then on, so a view
 * that someone kept cannot crash the process. A native call that was given the
 * memory and has not ended still can (SIGSEGV), or reach what is mapped there
 * next: await it first. `MMap` of `@hostkit/hostkit/mmap` keeps the address
 * reserved for a while.
 *
 * @param data What {@linkcode mmap} returned, or another view of all of it.
 * @throws {SyscallError} `EINVAL` if `data` is not exactly a live mapping: a
 * part of one, memory of another origin, one unmapped before, or one whose
 * buffer was moved away (`transfer`, `postMessage`); such a one stays mapped.
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
