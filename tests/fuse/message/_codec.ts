/**
 * Another encoder of requests and decoder of replies than the library's own: it
 * goes by the tables of the header alone.
 *
 * @module
 */

import { fuseLayouts } from "../abi/_abi_tables.ts";

/** Where a field lies, and how wide it is, in bytes. */
interface Field {
  readonly at: number;
  readonly width: number;
}

/** The structs that are fields of other structs, by `struct.field`. */
const NESTED: Readonly<Record<string, string>> = {
  "fuse_entry_out.attr": "fuse_attr",
  "fuse_attr_out.attr": "fuse_attr",
  "fuse_lk_in.lk": "fuse_file_lock",
  "fuse_lk_out.lk": "fuse_file_lock",
  "fuse_statfs_out.st": "fuse_kstatfs",
  "fuse_statx_out.stat": "fuse_statx",
  "fuse_statx.atime": "fuse_sx_time",
  "fuse_statx.btime": "fuse_sx_time",
  "fuse_statx.ctime": "fuse_sx_time",
  "fuse_statx.mtime": "fuse_sx_time",
};

/** Returns a struct's size in bytes. */
export function sizeOf(struct: string): number {
  return fuseLayouts.get(struct)!.size;
}

/** Finds a field by its path, such as `lk.start`. */
function fieldOf(struct: string, path: string): Field {
  const layout = fuseLayouts.get(struct);
  const [name, ...rest] = path.split(".");
  const at = layout?.offset[name!];
  if (layout === undefined || at === undefined) {
    throw new Error(`The header has no ${struct}.${path}`);
  }
  const inner = NESTED[`${struct}.${name}`];
  if (inner !== undefined) {
    const field = fieldOf(inner, rest.join("."));
    return { at: at + field.at, width: field.width };
  }
  const next = Object.values(layout.offset).filter((other) => other > at);
  return { at, width: Math.min(layout.size, ...next) - at };
}

/** Reads a field as an unsigned number. */
export function getField(
  bytes: Uint8Array,
  start: number,
  struct: string,
  path: string,
): bigint {
  const { at, width } = fieldOf(struct, path);
  const field = bytes.slice(start + at, start + at + width).reverse();
  return BigInt(`0x${field.toHex()}`);
}

/** Writes a field, as many bytes of the value as it has. */
export function setField(
  bytes: Uint8Array,
  start: number,
  struct: string,
  path: string,
  value: bigint,
): void {
  const { at, width } = fieldOf(struct, path);
  const hex = BigInt.asUintN(8 * width, value).toString(16)
    .padStart(2 * width, "0");
  bytes.set(Uint8Array.fromHex(hex).reverse(), start + at);
}

/** Returns how many values a field may have, as a power of two. */
export function bitsOf(struct: string, path: string): number {
  return 8 * fieldOf(struct, path).width;
}

/** Joins bytes. */
export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Returns the value at a path such as `lock.start`. */
export function at(object: object, path: string): unknown {
  let value: unknown = object;
  for (const name of path.split(".")) {
    value = Reflect.get(value as object, name);
  }
  return value;
}
