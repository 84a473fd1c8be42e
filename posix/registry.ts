/**
 * The registry of live mappings and of the buffers over them.
 *
 * Every mapping that becomes an `ArrayBuffer` is claimed here, and given up
 * here before its pages are unmapped. Giving a mapping up detaches its buffer,
 * so that a stale view has length 0 instead of crashing the process.
 *
 * A mapping that `MAP_FIXED` placed over another joins its region: both buffers
 * cover some of the same pages, so they can only be given up together.
 *
 * @module
 */

import { libc, roundUp } from "../ffi/internal.ts";

/**
 * A reference to a buffer: weak if a finalizer unmaps the pages once the buffer
 * is unreachable.
 */
export type Hold = ArrayBuffer | WeakRef<ArrayBuffer>;

/** A range of pages, with every buffer over a part of it. */
export interface Region {
  /** The address of the first page. */
  readonly start: bigint;
  /** The address after the last page. */
  readonly end: bigint;
  /** The buffers, oldest first. */
  readonly holds: readonly Hold[];
}

const regions = new Set<Region>();

/** The region of each buffer, including buffers that were detached. */
const regionOf = new WeakMap<ArrayBuffer, Region>();

let pageSize: number | undefined;

/**
 * Registers a buffer over newly mapped pages, which replaced no other mapping.
 *
 * @param address The address of the first byte, page aligned.
 * @param buffer The buffer over the mapping.
 * @param hold The reference by which to remember the buffer.
 */
export function claim(address: bigint, buffer: ArrayBuffer, hold: Hold): void {
  const end = address + toWholePages(buffer.byteLength);
  addRegion({ start: address, end, holds: [hold] });
}

/**
 * Registers a buffer over pages that may have replaced other mappings
 * (`MAP_FIXED`), and joins their regions.
 *
 * @param address The address of the first byte, page aligned.
 * @param buffer The buffer over the mapping.
 * @param hold The reference by which to remember the buffer.
 */
export function claimOver(
  address: bigint,
  buffer: ArrayBuffer,
  hold: Hold,
): void {
  let start = address;
  let end = address + toWholePages(buffer.byteLength);
  let holds = [hold];
  for (const older of regions) {
    if (older.end <= address || end <= older.start) continue;
    regions.delete(older);
    if (older.start < start) start = older.start;
    if (older.end > end) end = older.end;
    holds = [...older.holds, ...holds];
  }
  addRegion({ start, end, holds });
}

function addRegion(region: Region): void {
  regions.add(region);
  for (const hold of region.holds) {
    const buffer = bufferOf(hold);
    if (buffer !== undefined) regionOf.set(buffer, region);
  }
}

/**
 * Gives a mapping up: detaches its buffer, and every other buffer over pages
 * of the same region.
 *
 * @param data A view of the whole mapping.
 * @returns The pages, which the caller must unmap; or `undefined`, with nothing
 * detached, if `data` is not a whole live mapping or its memory was transferred
 * to another buffer.
 */
export function giveUp(data: Uint8Array): Region | undefined {
  const buffer = data.buffer as ArrayBuffer;
  const region = regionOf.get(buffer);
  if (region === undefined || data.byteLength !== buffer.byteLength) {
    return undefined;
  }
  if (region.holds.some((hold) => bufferOf(hold)?.detached)) return undefined;
  for (const hold of region.holds) bufferOf(hold)?.transfer(0);
  regions.delete(region);
  return region;
}

/**
 * Gives up the region of a buffer that was garbage collected.
 *
 * @param address The address of the first byte.
 * @returns The pages, which the caller must unmap; or `undefined` while another
 * buffer covers some of them.
 */
export function giveUpDropped(address: bigint): Region | undefined {
  for (const region of regions) {
    if (address < region.start || region.end <= address) continue;
    if (region.holds.some((hold) => bufferOf(hold) !== undefined)) break;
    regions.delete(region);
    return region;
  }
  return undefined;
}

/** Returns whether no other buffer covers any page of a buffer. */
export function isAlone(buffer: ArrayBuffer): boolean {
  return regionOf.get(buffer)?.holds.length === 1;
}

function bufferOf(hold: Hold): ArrayBuffer | undefined {
  return hold instanceof WeakRef ? hold.deref() : hold;
}

function toWholePages(length: number): bigint {
  pageSize ??= libc().getpagesize();
  return BigInt(roundUp(length, pageSize));
}
