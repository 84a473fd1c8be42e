/**
 * A WebAssembly module that sums bytes, sixteen at a time (SIMD).
 *
 * @module
 */

/** The largest part that `sum` may be given: 2^24 times 255 is below 2^32. */
export const LARGEST_PART: number = 2 ** 24;

const I32 = 0x7f;
const V128 = 0x7b;

/** Returns an unsigned number as LEB128. */
function leb(value: number): number[] {
  return value < 128
    ? [value]
    : [value % 128 + 128, ...leb(Math.floor(value / 128))];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...leb(content.length), ...content];
}

/** A bound for all memories: 4 GiB. */
const MAX_PAGES = 65_536;

// (func (export "sum") (param $at i32) (param $end i32) (result i32)
//   (local $sums v128)
// deno-fmt-ignore
const BODY = [
  1, 1, V128,
  0x02, 0x40,                   // block
  0x03, 0x40,                   //   loop
  0x20, 0,                      //     local.get $at
  0x20, 1,                      //     local.get $end
  0x4f,                         //     i32.ge_u
  0x0d, 1,                      //     br_if 1
  0x20, 0,                      //     local.get $at
  0xfd, 0x00, 4, 0,             //     v128.load align=16
  0xfd, 0x7d,                   //     i16x8.extadd_pairwise_i8x16_u
  0xfd, 0x7f,                   //     i32x4.extadd_pairwise_i16x8_u
  0x20, 2,                      //     local.get $sums
  0xfd, 0xae, 0x01,             //     i32x4.add
  0x21, 2,                      //     local.set $sums
  0x20, 0, 0x41, 16, 0x6a,      //     $at + 16
  0x21, 0,                      //     local.set $at
  0x0c, 0,                      //     br 0
  0x0b, 0x0b,                   // end end
  0x20, 2, 0xfd, 0x1b, 0,       // i32x4.extract_lane 0 $sums
  0x20, 2, 0xfd, 0x1b, 1, 0x6a, // + lane 1
  0x20, 2, 0xfd, 0x1b, 2, 0x6a, // + lane 2
  0x20, 2, 0xfd, 0x1b, 3, 0x6a, // + lane 3
  0x0b,                         // end
];

// Compiled once: code that was used before is faster.
const MODULE = new WebAssembly.Module(
  new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // magic, version
    ...section(1, [1, 0x60, 2, I32, I32, 1, I32]), // type 0
    // (import "m" "m" (memory 1 65536 shared))
    ...section(2, [1, 1, 0x6d, 1, 0x6d, 2, 3, 1, ...leb(MAX_PAGES)]),
    ...section(3, [1, 0]), // function 0 has type 0
    ...section(7, [1, 3, 0x73, 0x75, 0x6d, 0, 0]), // (export "sum" (func 0))
    ...section(10, [1, ...leb(BODY.length), ...BODY]),
  ]),
);

/**
 * Returns a function that sums the bytes of a shared memory from a position to
 * another, both multiples of 16 and at most {@linkcode LARGEST_PART} apart.
 */
export function summing(
  memory: WebAssembly.Memory,
): (at: number, end: number) => number {
  const { exports } = new WebAssembly.Instance(MODULE, { m: { m: memory } });
  const sum = exports.sum as (at: number, end: number) => number;
  // WebAssembly's integers have no sign, those it returns have.
  return (at, end) => sum(at, end) >>> 0;
}
