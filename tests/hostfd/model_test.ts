/**
 * Random transfers against a model of the file: an array of bytes and a
 * position.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { libc } from "../../ffi/libc.ts";
import {
  preadv2,
  pwritev2,
  RWF_APPEND,
  RWF_DSYNC,
  RWF_HIPRI,
} from "../../hostfd/mod.ts";
import { blockSeqOf } from "../../hostfd/_transfer.ts";
import { Block, BlockSeq, copySeq } from "../../usermem/safemem/mod.ts";
import { isQemu, rounds } from "../_support/platform.ts";
import { TestFile } from "./_files.ts";

/** Set to repeat a run that failed. */
const SEED = Number(
  Deno.env.get("HOSTKIT_SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0],
);
/** How many transfers are made. */
const ROUNDS = rounds(20_000);

/** The most bytes the file may have before it is written from its front. */
const FILE_MAX = 1 << 16;

/** Marsaglia's xorshift. */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 1;
  }

  /** Returns a whole number from 0 to `n` - 1. */
  below(n: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % n;
  }

  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }
}

/** What the file should be. */
class Model {
  readonly #bytes = new Uint8Array(2 * FILE_MAX);
  length = 0;
  position = 0;

  get content(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  empty(): void {
    this.#bytes.fill(0);
    this.length = this.position = 0;
  }

  /** What a read of `max` bytes gives; `null` at the end. */
  read(offset: number, max: number): Uint8Array | null {
    const at = offset < 0 ? this.position : offset;
    const bytes = this.content.slice(at, at + max);
    if (offset < 0) this.position += bytes.length;
    return bytes.length > 0 || max === 0 ? bytes : null;
  }

  write(offset: number, bytes: Uint8Array, append: boolean): void {
    const at = append ? this.length : offset < 0 ? this.position : offset;
    this.#bytes.set(bytes, at);
    if (bytes.length > 0) {
      this.length = Math.max(this.length, at + bytes.length);
      if (offset < 0) this.position = at + bytes.length;
    }
  }
}

/** Blocks of random number, sizes and kinds, over one buffer. */
function randomBlocks(random: Random, buffer: Uint8Array): BlockSeq {
  const blocks: Block[] = [];
  const count = random.oneIn(200) ? 1000 + random.below(100) : random.below(7);
  for (let at = 0; blocks.length < count;) {
    // Many are small, so that they fit, and none is empty, so that they count.
    const size = count < 1000 ? random.below(200) : 1 + random.below(4);
    const view = buffer.subarray(at, at + size);
    const block = Block.of(view);
    blocks.push(
      random.oneIn(4) && size > 0 ? Block.at(block.address, size) : block,
    );
    at += size;
  }
  const seq = BlockSeq.from(blocks);
  // A window on a sequence is one too.
  return random.oneIn(3)
    ? seq.dropFirst(random.below(40)).takeFirst(random.below(900))
    : seq;
}

function lengthOf(blocks: BlockSeq | Uint8Array): number {
  return blocks instanceof BlockSeq ? blocks.numBytes : blocks.length;
}

function gather(blocks: BlockSeq | Uint8Array): Uint8Array {
  const bytes = new Uint8Array(lengthOf(blocks));
  copySeq(BlockSeq.of(Block.of(bytes)), blockSeqOf(blocks));
  return bytes;
}

/** Returns some of the flags; under emulation there is no call that has any. */
function randomFlags(random: Random, of: readonly number[]): number {
  if (isQemu) return 0;
  return of.reduce((flags, flag) => random.oneIn(6) ? flags | flag : flags, 0);
}

/** A file, its model, and the memory that is moved. */
class Trial implements Disposable {
  readonly #file = TestFile.of(new Uint8Array(0));
  readonly #model = new Model();
  readonly #buffer = new Uint8Array(8192);
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Makes one transfer, and compares what it says. */
  step(): void {
    const random = this.#random;
    if (this.#model.length > FILE_MAX) this.#empty();
    const offset = random.oneIn(3) ? -1 : random.below(this.#model.length + 99);
    const blocks = random.oneIn(4)
      ? this.#buffer.subarray(0, random.below(500))
      : randomBlocks(random, this.#buffer);
    if (random.oneIn(2)) this.#read(blocks, offset);
    else this.#write(blocks, offset);
    assertEquals(this.#file.position, this.#model.position, "position");
  }

  #empty(): void {
    this.#model.empty();
    libc().ftruncate(this.#file.fd, 0n);
    libc().lseek(this.#file.fd, 0n, 0);
  }

  #read(dsts: BlockSeq | Uint8Array, offset: number): void {
    const flags = randomFlags(this.#random, [RWF_HIPRI]);
    const wanted = this.#model.read(offset, lengthOf(dsts));
    const n = preadv2(this.#file.fd, dsts, offset, flags);
    assertEquals(n, wanted?.length ?? null, "bytes read");
    if (wanted !== null) {
      assertSame(gather(dsts).subarray(0, wanted.length), wanted);
    }
  }

  #write(srcs: BlockSeq | Uint8Array, offset: number): void {
    const random = this.#random;
    for (let i = 0; i < 16; i++) {
      this.#buffer[random.below(this.#buffer.length)] = random.below(256);
    }
    const flags = randomFlags(random, [RWF_APPEND, RWF_DSYNC]);
    const bytes = gather(srcs);
    this.#model.write(offset, bytes, (flags & RWF_APPEND) !== 0);
    const n = pwritev2(this.#file.fd, srcs, offset, flags);
    assertEquals(n, bytes.length, "bytes written");
  }

  /** Compares the whole file. */
  check(): void {
    assertSame(this.#file.content, this.#model.content);
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }
}

Deno.test({
  name: "preadv2() and pwritev2() agree with a model of the file",
  ignore: Deno.build.os !== "linux",
  fn() {
    // deno-lint-ignore no-console -- what failed can be repeated
    console.log(`HOSTKIT_SEED=${SEED}`);
    using trial = new Trial(new Random(SEED));
    for (let round = 1; round <= ROUNDS; round++) {
      try {
        trial.step();
        if (round % 1000 === 0 || round === ROUNDS) trial.check();
      } catch (cause) {
        throw new Error(`HOSTKIT_SEED=${SEED}, round ${round}`, { cause });
      }
    }
  },
});

/** Fails unless both have the same bytes, and shows none of them. */
function assertSame(actual: Uint8Array, wanted: Uint8Array): void {
  assert(
    actual.length === wanted.length &&
      actual.every((byte, i) => byte === wanted[i]),
    "other bytes",
  );
}
