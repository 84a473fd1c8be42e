/**
 * Which mappings are alive, and which buffers show them.
 *
 * Every mapping that becomes an `ArrayBuffer` is claimed here, and given up
 * here before its pages go: detaching the buffer first is what turns a stale
 * view into one of length 0 instead of a crash.
 *
 * A mapping placed over another with `MAP_FIXED` joins it: both buffers show
 * some of the same pages, so they can only be given up together.
 *
 * @module
 */

import { libc } from "../ffi/libc.ts";
import { roundUp } from "../ffi/round_up.ts";

/**
 * How to reach a buffer: by itself, or weakly, where a finalizer is to unmap it
 * once it was dropped.
 */
export type Hold = ArrayBuffer | WeakRef<ArrayBuffer>;

/** A range of pages, and every buffer that shows a part of it. */
export interface Region {
  /** The address of the first page. */
  readonly start: bigint;
  /** The address after the last page. */
  readonly end: bigint;
  /** The buffers, oldest first. */
  readonly holds: readonly Hold[];
}

const regions = new Set<Region>();

/** Also of buffers that are detached: `detached` tells that they were. */
const regionOf = new WeakMap<ArrayBuffer, Region>();

let pageSize: number | undefined;

/**
 * Records a buffer over pages just mapped.
 *
 * @param address The address of the first byte, page aligned.
 * @param buffer The buffer over the mapping.
 * @param replaces Whether the pages may have replaced others (`MAP_FIXED`).
 * @param hold How to remember the buffer.
 */
export function claim(
  address: bigint,
  buffer: ArrayBuffer,
  replaces: boolean,
  hold: Hold,
): void {
  let start = address;
  let end = address + toWholePages(buffer.byteLength);
  let holds = [hold];
  if (replaces) {
    for (const older of regions) {
      if (older.end <= address || end <= older.start) continue;
      regions.delete(older);
      if (older.start < start) start = older.start;
      if (older.end > end) end = older.end;
      holds = [...older.holds, ...holds];
    }
  }
  const region = { start, end, holds };
  regions.add(region);
  for (const each of holds) {
    const shown = bufferOf(each);
    if (shown !== undefined) regionOf.set(shown, region);
  }
}

/**
 * Gives a mapping up: detaches its buffer, and every other buffer over pages
 * of the same region.
 *
 * @param data A view of the whole mapping.
 * @returns The pages, which are now the caller's to unmap; or `undefined` when
 * nothing was given up, as `data` is not exactly a live mapping, or the memory
 * was moved to a buffer that is not known here.
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
 * Gives up what a finalizer found dropped.
 *
 * @param address The address of the first byte.
 * @returns The pages, as {@linkcode giveUp}; or `undefined` while another
 * buffer shows some of them.
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

/** Whether a buffer alone shows its pages: nothing was laid over them. */
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
