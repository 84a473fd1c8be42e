import {
  checkFunction,
  checkInstance,
  checkMethod,
  showState,
} from "../../ffi/internal.ts";
import { addingTransferred } from "../../posix/process_memory/internal.ts";
import { BlockSeq } from "./block_seq.ts";

/**
 * A source of bytes that fills Blocks.
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
   * Reads bytes into the Blocks, in order.
   *
   * The `transferred` of an error is the number of bytes read before. Callers
   * may increase it, so throw a new error each time.
   *
   * @param dsts The destination.
   * @returns The number of bytes read, which may be less than the length of the
   * Blocks, or `null` at the end if none were read.
   */
  readToBlocks(dsts: BlockSeq): number | null;
}

/**
 * A destination for the bytes of Blocks.
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
   * Writes the bytes of the Blocks, in order.
   *
   * The `transferred` of an error is the number of bytes written before.
   * Callers may increase it, so throw a new error each time.
   *
   * @param srcs The source.
   * @returns The number of bytes written, which may be less than the length of
   * the Blocks.
   */
  writeFromBlocks(srcs: BlockSeq): number;
}

/**
 * A {@linkcode Reader} that calls a function.
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
   * Creates a Reader from a function.
   *
   * @param read The implementation of {@linkcode Reader.readToBlocks}.
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
 * A {@linkcode Writer} that calls a function.
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
   * Creates a Writer from a function.
   *
   * @param write The implementation of {@linkcode Writer.writeFromBlocks}.
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
 * If the Reader always returns 0, this never returns.
 *
 * @param reader The Reader.
 * @param dsts The destination.
 * @returns The number of bytes read, or `null` if the Reader was at its end.
 * @throws The error of the Reader; its `transferred` counts all bytes read.
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
    const n = addingTransferred(done, () => reader.readToBlocks(rest));
    if (n === null) return done || null;
    done += n;
    rest = rest.dropFirst(n);
  }
  return done;
}

/**
 * Writes until all bytes of the Blocks are written.
 *
 * If the Writer always returns 0, this never returns.
 *
 * @param writer The Writer.
 * @param srcs The source.
 * @returns The number of bytes written: the sequence's length.
 * @throws The error of the Writer; its `transferred` counts all bytes written.
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
    const n = addingTransferred(done, () => writer.writeFromBlocks(rest));
    done += n;
    rest = rest.dropFirst(n);
  }
  return done;
}
