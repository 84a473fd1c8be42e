import { checkFunction } from "../../ffi/check.ts";
import { Block } from "./block.ts";
import type { BlockSeq } from "./block_seq.ts";
import { copy } from "./copy.ts";
import {
  counting,
  transferredOf,
  withTransferred,
} from "../../posix/process_memory/errors.ts";
import { type Reader, ReaderFunc, type Writer, WriterFunc } from "./io.ts";
import { readWhatIsThere, roomFor } from "./room.ts";

/**
 * Returns a {@linkcode Reader} of a function that fills a list of views.
 *
 * The function is called once for a read that has room, never for one that has
 * none. Blocks that need system calls get views of their own, of at most 2 GiB
 * less a page, copied back.
 *
 * @param readVec Fills the views in order and returns how many bytes, or `null`
 * at the end.
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
 * Returns a {@linkcode Writer} of a function that takes a list of views.
 *
 * The function is called once for a write of at least one byte. Blocks that
 * need system calls are copied to views first, up to a byte that cannot be read.
 *
 * @param writeVec Takes the views' bytes in order and returns how many.
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

/** Reads into views of the Blocks; an error in copying back wins. */
export function readViews(
  dsts: BlockSeq,
  read: (views: Uint8Array[]) => number | null,
): number | null {
  if (dsts.isEmpty) return 0;
  const views: Uint8Array[] = [];
  for (const dst of dsts) {
    const view = dst.needSafecopy ? roomFor(dst.length) : dst.toSlice();
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
    if (dst.needSafecopy) counting(done, () => copy(dst, view));
    done += dst.length;
  }
}

/** Writes from views of the Blocks; an error in writing wins. */
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
    const there = readWhatIsThere(
      src.length,
      (part, done) => copy(Block.of(part), src.dropFirst(done)),
    );
    stop = there.stop;
    if (there.bytes.length > 0) views.push(there.bytes);
    if (there.bytes.length < src.length) break;
  }
  const n = views.length > 0 ? write(views) : 0;
  if (stop !== undefined) throw withTransferred(stop, n);
  return n;
}
