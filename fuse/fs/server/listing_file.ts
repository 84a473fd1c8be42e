/**
 * A listing of which several Workers each read a part. It is stored in a memfd,
 * since all threads of the process share its descriptor.
 *
 * @module
 */

import { cString, errno, libc, linuxLibc } from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { fstat, MFD_CLOEXEC } from "../../../posix/mod.ts";
import type { NodeDirent } from "../node.ts";
import { RawListing } from "./raw_listing.ts";

const NAME = cString("hostkit-listing");
/** The size of the stamp before the entries: a number unique to the listing. */
const STAMP_SIZE = 8;
/** The most listings that a Worker remembers. */
const MAX_KNOWN = 16;

type Entries = readonly NodeDirent[] | RawListing;

/** The listings that this Worker wrote or read, with stamps, by descriptor. */
const known = new Map<number, { stamp: number; entries: Entries }>();

/** Opens an empty listing. */
export function openListing(): number {
  const fd = linuxLibc().memfd_create(NAME, MFD_CLOEXEC);
  if (fd < 0) throw new SyscallError("memfd_create", errno());
  return fd;
}

/** Replaces the stored entries of a directory. */
export function writeListing(fd: number, entries: Entries): void {
  const listing = entries instanceof RawListing
    ? entries
    : RawListing.of(entries);
  const records = listing.records(0, Infinity);
  const bytes = new Uint8Array(new ArrayBuffer(STAMP_SIZE + records.length));
  const stamp = Math.random();
  new DataView(bytes.buffer).setFloat64(0, stamp);
  bytes.set(records, STAMP_SIZE);
  const { ftruncate, pwrite } = libc();
  if (ftruncate(fd, 0n) < 0) throw new SyscallError("ftruncate", errno());
  const n = pwrite(fd, bytes, BigInt(bytes.length), 0n);
  if (n !== bytes.length) throw new SyscallError("pwrite", errno());
  remember(fd, stamp, entries);
}

/** Returns the entries that were stored last; `undefined` if none were. */
export function readListing(fd: number): Entries | undefined {
  const head = read(fd, STAMP_SIZE);
  if (head === undefined) return undefined;
  const stamp = new DataView(head.buffer).getFloat64(0);
  const old = known.get(fd);
  if (old?.stamp === stamp) return old.entries;
  const records = read(fd, Number(fstat(fd).size))!.subarray(STAMP_SIZE);
  const entries = RawListing.from(records);
  remember(fd, stamp, entries);
  return entries;
}

function read(fd: number, size: number): Uint8Array<ArrayBuffer> | undefined {
  const bytes = new Uint8Array(new ArrayBuffer(size));
  const n = libc().pread(fd, bytes, BigInt(size), 0n);
  if (n < 0) throw new SyscallError("pread", errno());
  return n === size ? bytes : undefined;
}

function remember(fd: number, stamp: number, entries: Entries): void {
  known.delete(fd);
  known.set(fd, { stamp, entries });
  if (known.size > MAX_KNOWN) known.delete(known.keys().next().value!);
}
