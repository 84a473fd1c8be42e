import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  cString,
  decodeBytes,
  encodeBytes,
  fromCString,
} from "../../ffi/c_string.ts";
import { isQemu, rounds } from "../_support/platform.ts";

/** Set this to a seed that failed to see it again. */
const SEED = Number(
  Deno.env.get("HOSTKIT_SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0],
);

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/** No tests of millions under emulation: here it is as good as any CPU. */
const ignore = isQemu;

/** Whether both have the same bytes; an assertion on each would take long. */
function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Fails unless the bytes survive, and are text where they are UTF-8. */
function check(bytes: Uint8Array): void {
  const text = decodeBytes(bytes);
  const back = encodeBytes(text);
  assert(sameBytes(back, bytes), `${bytes} became ${back}`);
  const lossy = DECODER.decode(bytes);
  if (sameBytes(ENCODER.encode(lossy), bytes)) assertEquals(text, lossy);
  else assert(!text.isWellFormed(), `${bytes} became text`);
}

/** Marsaglia's xorshift: the same numbers again from the same seed. */
function* randomNumbers(seed: number): Generator<number, never> {
  for (let state = seed | 1;;) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    yield state >>> 0;
  }
}

Deno.test("decodeBytes() and encodeBytes() keep every string of one byte", () => {
  for (let byte = 0; byte < 0x100; byte++) check(new Uint8Array([byte]));
});

Deno.test("decodeBytes() and encodeBytes() keep every string of two bytes", {
  ignore,
}, () => {
  for (let pair = 0; pair < 0x10000; pair++) {
    check(new Uint8Array([pair >> 8, pair & 0xff]));
  }
});

const RANDOM = rounds(20_000);

Deno.test(`decodeBytes() and encodeBytes() keep ${RANDOM} random byte strings`, () => {
  const numbers = randomNumbers(SEED);
  const next = (limit: number): number => numbers.next().value % limit;
  // The bytes at which the rules of UTF-8 change.
  const edges = [
    ...[0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2],
    ...[0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xf8, 0xfe, 0xff],
  ];
  for (let i = 0; i < RANDOM; i++) {
    const bytes = Uint8Array.from(
      { length: next(33) },
      () => next(2) === 0 ? next(0x100) : edges[next(edges.length)]!,
    );
    try {
      check(bytes);
    } catch (cause) {
      throw new Error(`HOSTKIT_SEED=${SEED}: ${bytes}`, { cause });
    }
  }
});

Deno.test("decodeBytes() and encodeBytes() keep every code point", {
  ignore,
}, () => {
  for (let code = 0; code <= 0x10ffff; code += 8) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const codes = Array.from({ length: 8 }, (_, i) => code + i);
    const text = String.fromCodePoint(...codes);
    const bytes = ENCODER.encode(text);
    if (decodeBytes(bytes) !== text || !sameBytes(encodeBytes(text), bytes)) {
      throw new Error(`Not kept: U+${code.toString(16)} and following`);
    }
  }
});

const ESCAPED:
  readonly (readonly [what: string, bytes: number[], text: string])[] = [
    ["a truncated pair", [0xc3], "\udcc3"],
    ["a truncated triple", [0xe2, 0x82], "\udce2\udc82"],
    ["a truncated quadruple", [0xf0, 0x9f, 0x98], "\udcf0\udc9f\udc98"],
    ["a lone continuation", [0x61, 0x80, 0x62], "a\udc80b"],
    ["an overlong pair", [0xc0, 0xaf], "\udcc0\udcaf"],
    ["an overlong triple", [0xe0, 0x80, 0xaf], "\udce0\udc80\udcaf"],
    [
      "an overlong quadruple",
      [0xf0, 0x80, 0x80, 0xaf],
      "\udcf0\udc80\udc80\udcaf",
    ],
    ["a surrogate as UTF-8", [0xed, 0xa0, 0x80], "\udced\udca0\udc80"],
    ["an escape as UTF-8", [0xed, 0xb2, 0x80], "\udced\udcb2\udc80"],
    [
      "a code above U+10FFFF",
      [0xf4, 0x90, 0x80, 0x80],
      "\udcf4\udc90\udc80\udc80",
    ],
    ["a byte that starts nothing", [0xff, 0x61], "\udcffa"],
    ["a start before a whole pair", [0xc3, 0xc3, 0xa9], "\udcc3é"],
    ["a stray byte after a euro sign", [0xe2, 0x82, 0xac, 0xe9], "€\udce9"],
  ];

for (const [what, bytes, text] of ESCAPED) {
  Deno.test(`decodeBytes() escapes ${what}`, () => {
    assertEquals(decodeBytes(new Uint8Array(bytes)), text);
    check(new Uint8Array(bytes));
  });
}

/** Short and long strings are decoded in different ways. */
const LONG = "a".repeat(100);

Deno.test("decodeBytes() does the same in a long string", () => {
  for (const [, bytes, text] of ESCAPED) {
    const long = new Uint8Array([...ENCODER.encode(LONG), ...bytes]);
    assertEquals(decodeBytes(long), LONG + text);
    check(long);
  }
});

Deno.test("decodeBytes() keeps a byte order mark", () => {
  for (const tail of ["", "a", LONG]) {
    const bytes = new Uint8Array([0xef, 0xbb, 0xbf, ...ENCODER.encode(tail)]);
    assertEquals(decodeBytes(bytes), "\ufeff" + tail);
  }
});

Deno.test("decodeBytes() reads a part of a buffer, shared memory too", () => {
  for (const buffer of [new ArrayBuffer(8), new SharedArrayBuffer(8)]) {
    const whole = new Uint8Array(buffer);
    whole.set([0x78, 0xc3, 0xa9, 0xff, 0x78]);
    assertEquals(decodeBytes(whole.subarray(1, 4)), "é\udcff");
  }
  const shared = new Uint8Array(new SharedArrayBuffer(LONG.length));
  shared.set(ENCODER.encode(LONG));
  assertEquals(decodeBytes(shared), LONG);
});

Deno.test("encodeBytes() turns other lone surrogates into U+FFFD", () => {
  for (
    const lone of ["\ud800", "\udbff", "\udc00", "\udc7f", "\udd00", "\udfff"]
  ) {
    assertEquals(
      encodeBytes(`${lone}é\udcff`),
      new Uint8Array([0xef, 0xbf, 0xbd, 0xc3, 0xa9, 0xff]),
    );
  }
});

Deno.test("encodeBytes() sees no escape in half a surrogate pair", () => {
  assertEquals(
    encodeBytes("\ud800\udc80\udc80"),
    new Uint8Array([0xf0, 0x90, 0x82, 0x80, 0x80]),
  );
});

Deno.test("cString() ends in one NUL", () => {
  assertEquals(cString(""), new Uint8Array([0]));
  assertEquals(cString("é"), new Uint8Array([0xc3, 0xa9, 0]));
  assertEquals(cString("a\udcff"), new Uint8Array([0x61, 0xff, 0]));
  assertEquals(cString("\ud800"), new Uint8Array([0xef, 0xbf, 0xbd, 0]));
});

Deno.test("cString() throws TypeError on a NUL, at any place", () => {
  for (const text of ["\0", "\0a", "a\0b", "a\0", "a\0\udcff", "\udcff\0"]) {
    assertThrows(() => cString(text), TypeError, JSON.stringify(text));
  }
});

Deno.test("fromCString() stops at the first NUL, or at the end", () => {
  assertEquals(fromCString(new Uint8Array()), "");
  assertEquals(fromCString(new Uint8Array([0, 0x61])), "");
  assertEquals(fromCString(new Uint8Array([0x61, 0, 0x62, 0])), "a");
  assertEquals(fromCString(new Uint8Array([0x61, 0xff])), "a\udcff");
});
