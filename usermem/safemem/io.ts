import { checkFunction, checkInstance, checkMethod } from "../../ffi/check.ts";
import { showState } from "../../ffi/show_state.ts";
import { BlockSeq } from "./block_seq.ts";
import { counting } from "../../posix/process_memory/errors.ts";

/**
 * Something that fills Blocks.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { Block, BlockSeq, type Reader, zeroSeq } from "@hostkit/hostkit/safemem";
 *
 * const zeroes: Reader = { readToBlocks: zeroSeq };
 * assert.equal(zeroes.readToBlocks(BlockSeq.of(Block.of(new Uint8Array(4)))), 4);
 * ```
 */
export interface Reader {
  /**
   * Fills the Blocks from the front.
   *
   * An error is thrown with the number of bytes read before it as
   * `transferred`, which callers may raise: throw a new one each time.
   *
   * @param dsts Where the bytes go.
   * @returns The number of bytes read, which may be fewer than there is room
   * for, or `null` at the end, when there is none.
   */
  readToBlocks(dsts: BlockSeq): number | null;
}

/**
 * Something that takes the bytes of Blocks.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { Block, BlockSeq, type Writer } from "@hostkit/hostkit/safemem";
 *
 * const sink: Writer = { writeFromBlocks: (srcs) => srcs.numBytes };
 * assert.equal(sink.writeFromBlocks(BlockSeq.of(Block.of(new Uint8Array(4)))), 4);
 * ```
 */
export interface Writer {
  /**
   * Takes the Blocks' bytes from the front.
   *
   * An error is thrown with the number of bytes taken before it as
   * `transferred`, which callers may raise: throw a new one each time.
   *
   * @param srcs Where the bytes come from.
   * @returns The number of bytes taken, which may be fewer than there are.
   */
  writeFromBlocks(srcs: BlockSeq): number;
}

/**
 * A {@linkcode Reader} of a function.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { BlockSeq, ReaderFunc } from "@hostkit/hostkit/safemem";
 *
 * const ended = new ReaderFunc(() => null);
 * assert.equal(ended.readToBlocks(BlockSeq.from([])), null);
 * ```
 */
export class ReaderFunc implements Reader {
  static {
    showState(this, (reader) => ({ read: reader.#read }));
  }

  readonly #read: (dsts: BlockSeq) => number | null;

  /**
   * Makes a Reader of a function.
   *
   * @param read What {@linkcode Reader.readToBlocks} does.
   */
  constructor(read: (dsts: BlockSeq) => number | null) {
    checkFunction("read", read);
    this.#read = read;
  }

  /** Calls the function. */
  readToBlocks(dsts: BlockSeq): number | null {
    return this.#read(dsts);
  }
}

/**
 * A {@linkcode Writer} of a function.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { BlockSeq, WriterFunc } from "@hostkit/hostkit/safemem";
 *
 * const full = new WriterFunc(() => 0);
 * assert.equal(full.writeFromBlocks(BlockSeq.from([])), 0);
 * ```
 */
export class WriterFunc implements Writer {
  static {
    showState(this, (writer) => ({ write: writer.#write }));
  }

  readonly #write: (srcs: BlockSeq) => number;

  /**
   * Makes a Writer of a function.
   *
   * @param write What {@linkcode Writer.writeFromBlocks} does.
   */
  constructor(write: (srcs: BlockSeq) => number) {
    checkFunction("write", write);
    this.#write = write;
  }

  /** Calls the function. */
  writeFromBlocks(srcs: BlockSeq): number {
    return this.#write(srcs);
  }
}

/**
 * Reads until the Blocks are full or the Reader ends.
 *
 * A Reader that keeps answering 0 is asked for ever.
 *
 * @param reader The Reader.
 * @param dsts Where the bytes go.
 * @returns The number of bytes read, or `null` if the Reader was at its end.
 * @throws What the Reader throws, with the count of all bytes read before.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { Block, BlockSeq, readFullToBlocks, zero } from "@hostkit/hostkit/safemem";
 *
 * const slow = { readToBlocks: (dsts: BlockSeq) => zero(dsts.head().takeFirst(1)) };
 * const bytes = new Uint8Array([1, 2, 3]);
 * assert.equal(readFullToBlocks(slow, BlockSeq.of(Block.of(bytes))), 3);
 * assert.deepEqual(bytes, new Uint8Array(3));
 * ```
 */
export function readFullToBlocks(
  reader: Reader,
  dsts: BlockSeq,
): number | null {
  checkMethod("reader", reader, "readToBlocks");
  checkInstance("dsts", dsts, BlockSeq);
  let done = 0;
  for (let rest = dsts; !rest.isEmpty;) {
    const n = counting(done, () => reader.readToBlocks(rest));
    if (n === null) return done || null;
    done += n;
    rest = rest.dropFirst(n);
  }
  return done;
}

/**
 * Writes until all of the Blocks' bytes are taken.
 *
 * A Writer that keeps answering 0 is asked for ever.
 *
 * @param writer The Writer.
 * @param srcs Where the bytes come from.
 * @returns The number of bytes written: the sequence's length.
 * @throws What the Writer throws, with the count of all bytes written before.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { Block, BlockSeq, writeFullFromBlocks } from "@hostkit/hostkit/safemem";
 *
 * const slow = { writeFromBlocks: () => 1 };
 * const srcs = BlockSeq.of(Block.of(new Uint8Array(3)));
 * assert.equal(writeFullFromBlocks(slow, srcs), 3);
 * ```
 */
export function writeFullFromBlocks(writer: Writer, srcs: BlockSeq): number {
  checkMethod("writer", writer, "writeFromBlocks");
  checkInstance("srcs", srcs, BlockSeq);
  let done = 0;
  for (let rest = srcs; !rest.isEmpty;) {
    const n = counting(done, () => writer.writeFromBlocks(rest));
    done += n;
    rest = rest.dropFirst(n);
  }
  return done;
}
