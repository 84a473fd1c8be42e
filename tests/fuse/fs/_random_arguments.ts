/**
 * What random system calls are made of.
 *
 * @module
 */

import type { RandomBelow } from "../_random.ts";

const NAMES: readonly (readonly [name: string, weight: number])[] = [
  ["a", 20],
  ["b", 20],
  ["c", 20],
  ["d", 15],
  ["e", 15],
  ["\u00e9", 5],
  ["n".repeat(255), 2],
  ["n".repeat(256), 1],
  ["\u{1f600}".repeat(64), 1],
];
const WEIGHTED = NAMES.flatMap(([name, weight]) => Array(weight).fill(name));
/** How many files are open, at most. */
const SLOTS = 6;
const NOBODY = 0xffff_ffff;

/** Draws what calls are made of, and notes it. */
export class Random {
  /** All that was drawn, in words. */
  readonly drawn: (string | number)[] = [];
  /** Where it is drawn from, unnoted. */
  readonly below: RandomBelow;

  constructor(below: RandomBelow) {
    this.below = below;
  }

  #note<T extends string | number>(value: T): T {
    this.drawn.push(value);
    return value;
  }

  /** One of some values. */
  one<T extends string | number>(...of: readonly T[]): T {
    return this.#note(of[this.below(of.length)]!);
  }

  /** A number below a limit. */
  number(limit: number): number {
    return this.#note(this.below(limit));
  }

  /** A path of a few names, none of them `..`. */
  path(depth = 3): string {
    const length = [1, 1, 2, 2, depth][this.below(5)]!;
    const names = Array.from(
      { length },
      () => WEIGHTED[this.below(WEIGHTED.length)] as string,
    );
    return this.#note(names.join("/"));
  }

  /** Which of the open files. */
  slot(): number {
    return this.number(SLOTS);
  }

  /** A place in a file. */
  position(): number {
    const end = 2 ** 21;
    return this.one(
      0,
      1,
      4095,
      4096,
      5000,
      8192,
      100_000,
      end - 5,
      end,
      3 * end,
    );
  }

  /** So many bytes. */
  bytes(size: number): Uint8Array<ArrayBuffer> {
    const [first, step] = [this.number(256), this.below(256)];
    const bytes = new Uint8Array(size);
    for (let i = 0; i < size; i++) bytes[i] = first + i * step + (i >> 8);
    return bytes;
  }

  /** What is written. */
  data(): Uint8Array<ArrayBuffer> {
    return this.bytes(this.one(0, 1, 10, 4096, 4097, 10_000, 70_000));
  }

  /** An access control list, most of them valid. */
  acl(): Uint8Array {
    const entry = (tag: number, id = NOBODY) => [tag, this.number(8), id];
    const entries = [entry(1), entry(4), entry(32)];
    if (this.below(10) < 7) {
      entries.push(entry(16), entry(2, this.one(1000, 1001)));
      if (this.below(2) === 0) entries.push(entry(8, 2000));
    }
    if (this.below(20) === 0) entries.pop();
    entries.sort(([a], [b]) => a! - b!);
    const view = new DataView(new ArrayBuffer(4 + 8 * entries.length));
    view.setUint32(0, 2, true);
    for (const [i, [tag, rights, id]] of entries.entries()) {
      view.setUint16(4 + 8 * i, tag!, true);
      view.setUint16(6 + 8 * i, rights!, true);
      view.setUint32(8 + 8 * i, id!, true);
    }
    return new Uint8Array(view.buffer);
  }
}
