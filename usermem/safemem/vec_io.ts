import { checkFunction } from "../../ffi/internal.ts";
import {
  addingTransferred,
  transferredOf,
  withTransferred,
} from "../../posix/process_memory/internal.ts";
import { Block } from "./block.ts";
import type { BlockSeq } from "./block_seq.ts";
import { copy } from "./copy.ts";
import { type Reader, ReaderFunc, type Writer, WriterFunc } from "./io.ts";
import { allocateUpTo, readAvailable } from "./room.ts";

/**
 * Makes a {@linkcode Reader} from a function that fills a list of views.
 *
 * The function is called once for each read, but not for a read of no bytes.
 * Blocks that need system calls are represented by buffers, of at most
 * 2^31 - 4096 bytes, whose bytes are then copied to the Blocks.
 *
 * @param readVec Fills the views in order and returns the number of bytes, or
 * `null` at the end.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { Block, BlockSeq, fromVecReaderFunc } from "@hostkit/hostkit/safemem";
 *
 * const reader = fromVecReaderFunc((views) => {
 *   views.forEach((view, i) => view.fill(i));
 *   return 3;
 * });
 * const bytes = new Uint8Array([9, 9, 9]);
 * const dsts = [bytes.subarray(0, 2), bytes.subarray(2)].map(Block.of);
 * assert.equal(reader.readToBlocks(BlockSeq.from(dsts)), 3);
 * assert.deepEqual(bytes, new Uint8Array([0, 0, 1]));
 * ```
 */
export function fromVecReaderFunc(
  readVec: (dsts: Uint8Array[]) => number | null,
): Reader {
  checkFunction("readVec", readVec);
  return new ReaderFunc((dsts) => readViews(dsts, readVec));
}

/**
 * Makes a {@linkcode Writer} from a function that writes a list of views.
 *
 * The function is called once for each write, but not for a write of no bytes.
 * Blocks that need system calls are copied to buffers first, up to the first
 * byte that cannot be read.
 *
 * @param writeVec Writes the views' bytes in order and returns their number.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { Block, BlockSeq, fromVecWriterFunc } from "@hostkit/hostkit/safemem";
 *
 * const sizes: number[] = [];
 * const writer = fromVecWriterFunc((views) => {
 *   sizes.push(...views.map((view) => view.length));
 *   return 5;
 * });
 * const srcs = [new Uint8Array(2), new Uint8Array(3)].map(Block.of);
 * assert.equal(writer.writeFromBlocks(BlockSeq.from(srcs)), 5);
 * assert.deepEqual(sizes, [2, 3]);
 * ```
 */
export function fromVecWriterFunc(
  writeVec: (srcs: Uint8Array[]) => number,
): Writer {
  checkFunction("writeVec", writeVec);
  return new WriterFunc((srcs) => writeViews(srcs, writeVec));
}

/** Reads into views of the Blocks; an error of copying back takes precedence. */
export function readViews(
  dsts: BlockSeq,
  read: (views: Uint8Array[]) => number | null,
): number | null {
  if (dsts.isEmpty) return 0;
  const views: Uint8Array[] = [];
  for (const dst of dsts) {
    const view = dst.needSafecopy ? allocateUpTo(dst.length) : dst.toSlice();
    views.push(view);
    if (view.length < dst.length) break;
  }
  let n: number | null = 0;
  try {
    return n = read(views);
  } catch (error) {
    n = transferredOf(error);
    throw error;
  } finally {
    copyBack(dsts.takeFirst(n ?? 0), views);
  }
}

function copyBack(dsts: BlockSeq, views: Uint8Array[]): void {
  let done = 0;
  let i = 0;
  for (const dst of dsts) {
    const view = Block.of(views[i++]!);
    if (dst.needSafecopy) addingTransferred(done, () => copy(dst, view));
    done += dst.length;
  }
}

/** Writes from views of the Blocks; an error of the writer takes precedence. */
export function writeViews(
  srcs: BlockSeq,
  write: (views: Uint8Array[]) => number,
): number {
  const views: Uint8Array[] = [];
  let stop: unknown;
  for (const src of srcs) {
    if (!src.needSafecopy) {
      views.push(src.toSlice());
      continue;
    }
    const available = readAvailable(
      src.length,
      (part, done) => copy(Block.of(part), src.dropFirst(done)),
    );
    stop = available.stop;
    if (available.bytes.length > 0) views.push(available.bytes);
    if (available.bytes.length < src.length) break;
  }
  const n = views.length > 0 ? write(views) : 0;
  if (stop !== undefined) throw withTransferred(stop, n);
  return n;
}
