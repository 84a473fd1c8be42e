/**
 * Values that an argument of a kind must not have, made anew for each call.
 *
 * @module
 */

/** The purpose of a parameter, which decides which values are hostile. */
export type Kind =
  | "fd"
  | "int"
  | "number"
  | "u32"
  | "u64"
  | "count"
  | "offset"
  | "ms"
  | "big"
  | "bytes"
  | "text"
  | "callback"
  | "list"
  | "object"
  | "options"
  | "flag"
  | "any";

/** A value, its name, and whether it must be refused. */
export interface Hostile {
  readonly name: string;
  readonly value: unknown;
  readonly mustFail: boolean;
}

/** The error of a callback, which a function may pass on. */
export class OfCallback extends Error {}

/** Values that are hostile to any parameter that does not want their type. */
const FOREIGN: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  string: () => "text",
  object: () => ({}),
  symbol: () => Symbol("symbol"),
  function: () => () => 7,
  boolean: () => true,
};

const NUMBERS: Readonly<Record<string, () => unknown>> = {
  bigint: () => 77n,
  NaN: () => NaN,
  half: () => 0.5,
  "2^53": () => 2 ** 53,
  "2^64": () => 2 ** 64,
  "-2^64": () => -(2 ** 64),
  Infinity: () => Infinity,
};

function pick(from: typeof FOREIGN, ...names: string[]): typeof FOREIGN {
  return Object.fromEntries(names.map((name) => [name, from[name]!]));
}

function without(from: typeof FOREIGN, ...names: string[]): typeof FOREIGN {
  return Object.fromEntries(
    Object.entries(from).filter(([name]) => !names.includes(name)),
  );
}

function detached(): Uint8Array {
  const bytes = new Uint8Array(new ArrayBuffer(64));
  bytes.buffer.transfer();
  return bytes;
}

function shrunk(): Uint8Array {
  const buffer = new ArrayBuffer(64, { maxByteLength: 128 });
  const bytes = new Uint8Array(buffer, 32, 32);
  buffer.resize(16);
  return bytes;
}

function resizable(): Uint8Array {
  return new Uint8Array(new ArrayBuffer(64, { maxByteLength: 128 }));
}

const NO_NUMBER = without(FOREIGN, "undefined");
const INT = {
  ...NO_NUMBER,
  ...NUMBERS,
  "2^32": () => 2 ** 32,
};
const U32 = {
  ...FOREIGN,
  ...NUMBERS,
  "2^32": () => 2 ** 32,
  "-1": () => -1,
};
const COUNT = { ...NO_NUMBER, ...NUMBERS, "-1": () => -1 };
const BYTES = {
  ...FOREIGN,
  number: () => 77,
  array: () => [1, 2],
  "Uint16Array": () => new Uint16Array(4),
  DataView: () => new DataView(new ArrayBuffer(8)),
  ArrayBuffer: () => new ArrayBuffer(8),
  detached,
};

/** The values that must be refused. */
const REFUSED: Readonly<Record<Kind, typeof FOREIGN>> = {
  fd: INT,
  int: INT,
  number: { ...NO_NUMBER, ...pick(NUMBERS, "bigint", "NaN") },
  u32: U32,
  u64: {
    ...FOREIGN,
    ...without(NUMBERS, "bigint"),
    number: () => 77,
    wide: () => 2n ** 64n,
    "-1": () => -1n,
  },
  count: COUNT,
  offset: {
    ...NO_NUMBER,
    ...without(NUMBERS, "bigint"),
    wide: () => 2n ** 64n,
  },
  ms: { ...NO_NUMBER, ...pick(NUMBERS, "bigint", "NaN") },
  big: {
    ...FOREIGN,
    ...without(NUMBERS, "bigint"),
    number: () => 77,
    wide: () => 2n ** 64n,
  },
  bytes: BYTES,
  text: {
    ...without(FOREIGN, "string"),
    number: () => 77,
    array: () => ["text"],
    NUL: () => "a\0b",
  },
  callback: { ...without(FOREIGN, "function"), number: () => 77 },
  list: { ...FOREIGN, number: () => 77 },
  object: { ...FOREIGN, number: () => 77, array: () => [] },
  options: {
    ...without(FOREIGN, "undefined", "object"),
    number: () => 77,
    bigint: () => 77n,
    array: () => [],
  },
  flag: without(FOREIGN, "undefined", "boolean"),
  any: {},
};

/** Values that are refused or have the documented effect. */
const ODD: Readonly<Record<Kind, typeof FOREIGN>> = {
  fd: { "-1": () => -1, closed: () => 2 ** 30, undefined: () => undefined },
  int: { "-1": () => -1, undefined: () => undefined },
  number: NUMBERS,
  u32: {},
  u64: {},
  count: { undefined: () => undefined, huge: () => 2 ** 52 },
  offset: {
    "-1": () => -1,
    "2^62": () => 2n ** 62n,
    undefined: () => undefined,
  },
  ms: { "-1": () => -1, undefined: () => undefined },
  big: { "-1": () => -1n, null: () => null },
  bytes: {
    empty: () => new Uint8Array(0),
    shared: () => new Uint8Array(new SharedArrayBuffer(64)),
    resizable,
    shrunk,
  },
  text: {
    empty: () => "",
    surrogate: () => "\udc80",
    long: () => "x".repeat(5000),
  },
  callback: {
    thrower: () => () => {
      throw new OfCallback("of the callback");
    },
  },
  list: { empty: () => [], mixed: () => [undefined, "text", 77] },
  object: {},
  flag: {},
  options: pick(FOREIGN, "undefined", "object"),
  any: { ...FOREIGN, ...NUMBERS, ...pick(BYTES, "detached") },
};

/** Returns all values that are hostile to a kind. */
export function hostileTo(kind: Kind): Hostile[] {
  const of = (values: typeof FOREIGN, mustFail: boolean): Hostile[] =>
    Object.entries(values)
      .map(([name, make]) => ({ name, value: make(), mustFail }));
  return [...of(ODD[kind], false), ...of(REFUSED[kind], true)];
}
