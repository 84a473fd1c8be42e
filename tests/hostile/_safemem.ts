import * as safemem from "../../usermem/safemem/mod.ts";
import { type Row, row, type Table } from "./_table.ts";

const { Block, BlockSeq } = safemem;

const block = () => Block.of(new Uint8Array(64));
const seq = () => BlockSeq.from([block(), block()]);
const reader = (): safemem.Reader => new safemem.BlockSeqReader(seq());
const writer = (): safemem.Writer => new safemem.BlockSeqWriter(seq());

/** The error of a writer that has no more room. */
const FULL = { throws: ["EndOfBlockSeqError"] };

/** Returns the row of a dropFirst() or takeFirst(). */
function first(make: () => unknown): Row {
  return row({ n: "count" }, () => [make(), 1]);
}

export const SAFEMEM: Table = {
  types: "Reader Writer IOReader IOWriter",
  rows: {
    compareAndSwapUint32: row(
      { block: "object", expected: "int", value: "int" },
      () => [block(), 0, 1],
    ),
    copy: row({ dst: "object", src: "object" }, () => [block(), block()]),
    copySeq: row({ dsts: "object", srcs: "object" }, () => [seq(), seq()]),
    fromIOReader: row({ reader: "object" }, () => [{ read: () => 0 }]),
    fromIOWriter: row({ writer: "object" }, () => [{ write: () => 0 }]),
    fromVecReaderFunc: row({ readVec: "callback" }, () => [() => 0]),
    fromVecWriterFunc: row({ writeVec: "callback" }, () => [() => 0]),
    iovecsFromBlockSeq: row({ blocks: "object", max: "count" }, () => [
      seq(),
      1,
    ], { takes: { max: "Infinity" } }),
    loadUint32: row({ block: "object" }, () => [block()]),
    readFullToBlocks: row(
      { reader: "object", dsts: "object" },
      () => [reader(), seq()],
    ),
    swapUint32: row({ block: "object", value: "int" }, () => [block(), 1]),
    swapUint64: row({ block: "object", value: "big" }, () => [block(), 1n]),
    toIOReader: row({ reader: "object" }, () => [reader()]),
    toIOWriter: row({ writer: "object" }, () => [writer()]),
    writeFullFromBlocks: row(
      { writer: "object", srcs: "object" },
      () => [writer(), seq()],
      FULL,
    ),
    zero: row({ dst: "object" }, () => [block()]),
    zeroSeq: row({ dsts: "object" }, () => [seq()]),
    Block: "private: Block.of() and Block.at() make one",
    BlockSeq: "private: BlockSeq.of() and BlockSeq.from() make one",
    "Block.of": row({ bytes: "bytes" }, () => [new Uint8Array(64)]),
    "Block.at": row(
      { address: "big", length: "count" },
      () => [16n, 8],
    ),
    "Block.dropFirst": first(block),
    "Block.takeFirst": first(block),
    "Block.toSlice": row({}, () => [block()]),
    "BlockSeq.of": row({ block: "object" }, () => [block()]),
    "BlockSeq.from": row({ blocks: "list" }, () => [[block()]], {
      words: { blocks: "a block" },
    }),
    "BlockSeq.head": row({}, () => [seq()]),
    "BlockSeq.tail": row({}, () => [seq()]),
    "BlockSeq.dropFirst": first(seq),
    "BlockSeq.takeFirst": first(seq),
    BlockSeqReader: row({ blocks: "object" }, () => [seq()]),
    "BlockSeqReader.readToBlocks": row(
      { dsts: "object" },
      () => [reader(), seq()],
    ),
    BlockSeqWriter: row({ blocks: "object" }, () => [seq()]),
    "BlockSeqWriter.writeFromBlocks": row(
      { srcs: "object" },
      () => [writer(), seq()],
      FULL,
    ),
    EndOfBlockSeqError: "an error, thrown by BlockSeqWriter",
    ReaderFunc: row({ read: "callback" }, () => [() => 0]),
    "ReaderFunc.readToBlocks": row(
      { dsts: "any" },
      () => [new safemem.ReaderFunc(() => 0), seq()],
    ),
    WriterFunc: row({ write: "callback" }, () => [() => 0]),
    "WriterFunc.writeFromBlocks": row(
      { srcs: "any" },
      () => [new safemem.WriterFunc(() => 0), seq()],
    ),
  },
};
