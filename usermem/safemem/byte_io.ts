import { checkMethod } from "../../ffi/internal.ts";
import { addingTransferred } from "../../posix/process_memory/internal.ts";
import { Block } from "./block.ts";
import { BlockSeq } from "./block_seq.ts";
import {
  type Reader,
  ReaderFunc,
  writeFullFromBlocks,
  type Writer,
  WriterFunc,
} from "./io.ts";
import { readViews, writeViews } from "./vec_io.ts";

/** A source of bytes. */
export interface IOReader {
  /**
   * Reads bytes into a view, from its start. The `transferred` of an error is
   * the number of bytes read before.
   *
   * @returns The number of bytes read, or `null` at the end.
   */
  read(dst: Uint8Array): number | null;
}

/** A destination for bytes. */
export interface IOWriter {
  /**
   * Writes the bytes of a view, from its start. The `transferred` of an error
   * is the number of bytes written before.
   *
   * @returns The number of bytes written.
   */
  write(src: Uint8Array): number;
}

/**
 * Returns a {@linkcode Reader} that fills one Block after the other.
 *
 * It stops at the first Block that was not filled. If the source ends after
 * some bytes, only the next read returns `null`.
 *
 * @param reader The source, which is called once for each Block.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { Block, BlockSeq, fromIOReader } from "@hostkit/hostkit/safemem";
 *
 * const sizes: number[] = [];
 * const reader = fromIOReader({ read: (dst) => sizes.push(dst.length) });
 * const dsts = [new Uint8Array(1), new Uint8Array(4), new Uint8Array(9)].map(Block.of);
 * assert.equal(reader.readToBlocks(BlockSeq.from(dsts)), 1 + 2);
 * assert.deepEqual(sizes, [1, 4]);
 * ```
 */
export function fromIOReader(reader: IOReader): Reader {
  checkMethod("reader", reader, "read");
  return new ReaderFunc((dsts) => {
    let done = 0;
    for (const dst of dsts) {
      const n = addingTransferred(done, () => readBlock(reader, dst));
      if (n === null) return done || null;
      done += n;
      if (n < dst.length) break;
    }
    return done;
  });
}

function readBlock(reader: IOReader, dst: Block): number | null {
  return dst.needSafecopy
    ? readViews(BlockSeq.of(dst), ([view]) => reader.read(view!))
    : reader.read(dst.toSlice());
}

/**
 * Returns a {@linkcode Writer} that writes one Block after the other.
 *
 * It stops at the first Block that was not written completely.
 *
 * @param writer The destination, which is called once for each Block.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { Block, BlockSeq, fromIOWriter } from "@hostkit/hostkit/safemem";
 *
 * const writer = fromIOWriter({ write: (src) => Math.min(src.length, 3) });
 * const srcs = [new Uint8Array(2), new Uint8Array(4), new Uint8Array(1)].map(Block.of);
 * assert.equal(writer.writeFromBlocks(BlockSeq.from(srcs)), 2 + 3);
 * ```
 */
export function fromIOWriter(writer: IOWriter): Writer {
  checkMethod("writer", writer, "write");
  return new WriterFunc((srcs) => {
    let done = 0;
    for (const src of srcs) {
      const n = addingTransferred(done, () => writeBlock(writer, src));
      done += n;
      if (n < src.length) break;
    }
    return done;
  });
}

function writeBlock(writer: IOWriter, src: Block): number {
  return src.needSafecopy
    ? writeViews(BlockSeq.of(src), ([view]) => writer.write(view!))
    : writer.write(src.toSlice());
}

/**
 * Returns an {@linkcode IOReader} that calls a Reader once for each read.
 *
 * @param reader The Reader.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { toIOReader, zeroSeq } from "@hostkit/hostkit/safemem";
 *
 * const zeroes = toIOReader({ readToBlocks: zeroSeq });
 * assert.equal(zeroes.read(new Uint8Array(3)), 3);
 * ```
 */
export function toIOReader(reader: Reader): IOReader {
  checkMethod("reader", reader, "readToBlocks");
  return { read: (dst) => reader.readToBlocks(BlockSeq.of(Block.of(dst))) };
}

/**
 * Returns an {@linkcode IOWriter} that calls a Writer until all bytes of a
 * write are written.
 *
 * @param writer The Writer.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { toIOWriter } from "@hostkit/hostkit/safemem";
 *
 * const sink = toIOWriter({ writeFromBlocks: () => 1 });
 * assert.equal(sink.write(new Uint8Array(3)), 3);
 * ```
 */
export function toIOWriter(writer: Writer): IOWriter {
  checkMethod("writer", writer, "writeFromBlocks");
  return {
    write: (src) => writeFullFromBlocks(writer, BlockSeq.of(Block.of(src))),
  };
}
