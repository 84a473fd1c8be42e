import { roundUp, show } from "../ffi/internal.ts";

/** An integer type of C: `i` for signed or `u` for unsigned, and the width. */
export type Scalar =
  | "i8"
  | "u8"
  | "i16"
  | "u16"
  | "i32"
  | "u32"
  | "i64"
  | "u64";

/**
 * The layout of a value in memory: an integer, an array as the layout of an
 * element and a length, or a struct as named layouts in order.
 *
 * @example Usage
 * ```ts
 * import type { Layout, ValueOf } from "@hostkit/hostkit/usermem";
 *
 * const ITIMERVAL = {
 *   interval: { sec: "i64", usec: "i64" },
 *   value: { sec: "i64", usec: "i64" },
 * } as const satisfies Layout;
 *
 * const once: ValueOf<typeof ITIMERVAL> = {
 *   interval: { sec: 0n, usec: 0n },
 *   value: { sec: 1n, usec: 500_000n },
 * };
 * ```
 */
export type Layout =
  | Scalar
  | readonly [element: Layout, length: number]
  | { readonly [name: string]: Layout };

/**
 * The value of a {@linkcode Layout}: a `bigint` for 64 bits and a `number` for
 * fewer, an array, or an object.
 */
export type ValueOf<L> = L extends "i64" | "u64" ? bigint
  : L extends Scalar ? number
  : L extends readonly [infer E, number] ? ValueOf<E>[]
  : { -readonly [K in keyof L]: ValueOf<L[K]> };

/**
 * The alignment of fields and elements: `"packed"` for none, or `"c"` for the
 * natural alignment that a C compiler uses on a 64-bit CPU.
 */
export type Alignment = "packed" | "c";

interface Codec {
  readonly size: number;
  get(view: DataView, at: number): number | bigint;
  set(view: DataView, at: number, value: never): void;
  fits(value: unknown): boolean;
}

/** Returns a test for integers from `min` to `max`. */
function within(min: number, max: number): (value: unknown) => boolean {
  return (value) =>
    Number.isInteger(value) && value as number >= min && value as number <= max;
}

const CODECS: Readonly<Record<Scalar, Codec>> = {
  i8: {
    size: 1,
    get: (view, at) => view.getInt8(at),
    set: (view, at, value) => view.setInt8(at, value),
    fits: within(-(2 ** 7), 2 ** 7 - 1),
  },
  u8: {
    size: 1,
    get: (view, at) => view.getUint8(at),
    set: (view, at, value) => view.setUint8(at, value),
    fits: within(0, 2 ** 8 - 1),
  },
  i16: {
    size: 2,
    get: (view, at) => view.getInt16(at, true),
    set: (view, at, value) => view.setInt16(at, value, true),
    fits: within(-(2 ** 15), 2 ** 15 - 1),
  },
  u16: {
    size: 2,
    get: (view, at) => view.getUint16(at, true),
    set: (view, at, value) => view.setUint16(at, value, true),
    fits: within(0, 2 ** 16 - 1),
  },
  i32: {
    size: 4,
    get: (view, at) => view.getInt32(at, true),
    set: (view, at, value) => view.setInt32(at, value, true),
    fits: within(-(2 ** 31), 2 ** 31 - 1),
  },
  u32: {
    size: 4,
    get: (view, at) => view.getUint32(at, true),
    set: (view, at, value) => view.setUint32(at, value, true),
    fits: within(0, 2 ** 32 - 1),
  },
  i64: {
    size: 8,
    get: (view, at) => view.getBigInt64(at, true),
    set: (view, at, value) => view.setBigInt64(at, value, true),
    fits: (value) =>
      typeof value === "bigint" && BigInt.asIntN(64, value) === value,
  },
  u64: {
    size: 8,
    get: (view, at) => view.getBigUint64(at, true),
    set: (view, at, value) => view.setBigUint64(at, value, true),
    fits: (value) =>
      typeof value === "bigint" && BigInt.asUintN(64, value) === value,
  },
};

/** The size and alignment of a value, in bytes. */
interface Extent {
  readonly size: number;
  readonly align: number;
}

function codecOf(scalar: string): Codec {
  if (Object.hasOwn(CODECS, scalar)) return CODECS[scalar as Scalar];
  throw new RangeError(`Cannot lay out "${scalar}": unknown type`);
}

function isArray(layout: Layout): layout is readonly [Layout, number] {
  return Array.isArray(layout);
}

/** Returns the size and alignment of a layout, in bytes. */
export function extentOf(layout: Layout, alignment: Alignment): Extent {
  if (typeof layout === "string") {
    const { size } = codecOf(layout);
    return { size, align: alignment === "c" ? size : 1 };
  }
  if (isArray(layout)) {
    const [element, length] = layout;
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new RangeError(`Cannot lay out ${show(length)} elements`);
    }
    const { size, align } = extentOf(element, alignment);
    return { size: size * length, align };
  }
  if (layout === null || typeof layout !== "object") {
    throw new RangeError(`Cannot lay out ${show(layout)}`);
  }
  let end = 0;
  let align = 1;
  for (const [, at, extent] of fieldsOf(layout, alignment)) {
    end = at + extent.size;
    align = Math.max(align, extent.align);
  }
  return { size: roundUp(end, align), align };
}

/** The property names that JavaScript sorts before all others. */
const INTEGER = /^(?:0|[1-9]\d*)$/;

/** Yields the name, offset and extent of each field of a struct. */
function* fieldsOf(
  layout: { readonly [name: string]: Layout },
  alignment: Alignment,
): Generator<[name: string, at: number, extent: Extent]> {
  let end = 0;
  for (const [name, field] of Object.entries(layout)) {
    if (INTEGER.test(name)) {
      throw new RangeError(
        `Cannot name a field ${name}: JavaScript orders integer names first`,
      );
    }
    const extent = extentOf(field, alignment);
    const at = roundUp(end, extent.align);
    yield [name, at, extent];
    end = at + extent.size;
  }
}

/** Decodes the value at `at`. */
export function decode(
  view: DataView,
  at: number,
  layout: Layout,
  alignment: Alignment,
): unknown {
  if (typeof layout === "string") return codecOf(layout).get(view, at);
  if (isArray(layout)) {
    const [element, length] = layout;
    const { size } = extentOf(element, alignment);
    return Array.from(
      { length },
      (_, i) => decode(view, at + i * size, element, alignment),
    );
  }
  return Object.fromEntries(
    Array.from(
      fieldsOf(layout, alignment),
      ([name, offset]) => [
        name,
        decode(view, at + offset, layout[name]!, alignment),
      ],
    ),
  );
}

/** Encodes a value at `at`; padding is unchanged. */
export function encode(
  view: DataView,
  at: number,
  layout: Layout,
  alignment: Alignment,
  value: unknown,
): void {
  if (typeof layout === "string") {
    const codec = codecOf(layout);
    if (!codec.fits(value)) {
      throw new RangeError(`Cannot store ${show(value)} as ${layout}`);
    }
    codec.set(view, at, value as never);
    return;
  }
  if (isArray(layout)) {
    const [element, length] = layout;
    const { size } = extentOf(element, alignment);
    const elements = value as readonly unknown[];
    if (elements?.length !== length) {
      throw new RangeError(
        `Cannot store ${
          show(elements?.length)
        } elements in an array of ${length}`,
      );
    }
    elements.forEach((each, i) =>
      encode(view, at + i * size, element, alignment, each)
    );
    return;
  }
  if (value === null || typeof value !== "object") {
    throw new RangeError(`Cannot store ${show(value)} as fields`);
  }
  const struct = value as Readonly<Record<string, unknown>>;
  for (const [name, offset] of fieldsOf(layout, alignment)) {
    encode(view, at + offset, layout[name]!, alignment, struct[name]);
  }
}
