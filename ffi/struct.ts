/**
 * C struct layouts, each declared as a list of fields.
 *
 * Offsets follow the natural alignment of the ABI, which is the same on every
 * supported CPU; a test compares each struct with the C compiler's layout.
 *
 * @module
 */

import { roundUp } from "./round_up.ts";

const SIZES = {
  u8: 1,
  u16: 2,
  i16: 2,
  u32: 4,
  i32: 4,
  u64: 8,
  i64: 8,
} as const;

/** A scalar, a nested struct, or an array of either. */
export type FieldType =
  | keyof typeof SIZES
  | Struct
  | readonly [keyof typeof SIZES | Struct, number];

/** The layout of a C struct. */
export interface Struct<Name extends string = string> {
  /** The struct's name in C, e.g. `"fuse_attr"`. */
  readonly cName: string;
  /** The header that declares the struct, e.g. `"linux/fuse.h"`. */
  readonly header: string;
  /** `sizeof`, in bytes. */
  readonly size: number;
  /** `_Alignof`, in bytes. */
  readonly align: number;
  /** `offsetof` of each field, in bytes. */
  readonly offset: Readonly<Record<Name, number>>;
}

function sizeAndAlign(type: FieldType): [size: number, align: number] {
  if (typeof type === "string") return [SIZES[type], SIZES[type]];
  if ("cName" in type) return [type.size, type.align];
  const [size, align] = sizeAndAlign(type[0]);
  return [size * type[1], align];
}

/**
 * Computes the layout of a C struct.
 *
 * @param header The header that declares the struct, without brackets.
 * @param cName The name of the struct, without `struct`.
 * @param fields The fields in order, each with its type.
 */
export function struct<const F extends Record<string, FieldType>>(
  header: string,
  cName: string,
  fields: F,
): Struct<keyof F & string> {
  const offset: Record<string, number> = {};
  let end = 0;
  let align = 1;
  for (const [name, type] of Object.entries(fields)) {
    const [size, alignment] = sizeAndAlign(type);
    offset[name] = roundUp(end, alignment);
    end = offset[name] + size;
    align = Math.max(align, alignment);
  }
  return Object.freeze({
    cName,
    header,
    size: roundUp(end, align),
    align,
    offset: Object.freeze(offset) as Record<keyof F & string, number>,
  });
}
