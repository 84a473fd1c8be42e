import { assert, assertThrows } from "@std/assert";
import {
  Block,
  BlockSeq,
  BlockSeqReader,
  BlockSeqWriter,
  compareAndSwapUint32,
  copy,
  copySeq,
  fromIOReader,
  fromIOWriter,
  fromVecReaderFunc,
  fromVecWriterFunc,
  iovecsFromBlockSeq,
  loadUint32,
  readFullToBlocks,
  swapUint32,
  swapUint64,
  toIOReader,
  toIOWriter,
  writeFullFromBlocks,
  zero,
  zeroSeq,
} from "../../usermem/safemem/mod.ts";
import { SyscallError } from "../../ffi/syscall_error.ts";
import {
  blocksOf,
  bytesOf,
  hexOf,
  ioReaderOf,
  ioWriterOf,
  type Json,
  outcome,
  readerOf,
  type Run,
  textOf,
  writerOf,
} from "./_case.ts";
import { PAGE, Pages } from "./_pages.ts";

/** Returns views of zeroes, or of another byte. */
function room(sizes: number[], fill: string = "\0"): Uint8Array[] {
  return sizes.map((size) => new Uint8Array(size).fill(fill.charCodeAt(0)));
}

function describeBlock(block: Block): Json {
  const { address, length, needSafecopy } = block;
  return {
    addr: hexOf(address),
    len: length,
    needSafecopy,
    string: `${block}`,
  };
}

function blockOf({ addr, len, needSafecopy }: Json): Block {
  return Block.at(BigInt(addr), Number(len), needSafecopy);
}

/** The area `block`. */
export const BLOCK: Record<string, Run> = {
  new: (input) => describeBlock(blockOf(input)),
  fromSlice: ({ len }) => describeBlock(Block.of(new Uint8Array(len))),
  DropFirst: (input) => describeBlock(blockOf(input).dropFirst(input.n)),
  TakeFirst: (input) => describeBlock(blockOf(input).takeFirst(input.n)),
};

function seqOfTriples({ blocks, dropFirst = 0 }: Json): BlockSeq {
  const list = blocks.map(([addr, len, needSafecopy]: Json) =>
    blockOf({ addr, len, needSafecopy })
  );
  return BlockSeq.from(list).dropFirst(dropFirst);
}

function describeSeq(blocks: BlockSeq): Json {
  const { numBytes, numBlocks, isEmpty } = blocks;
  return {
    numBytes,
    numBlocks,
    isEmpty,
    string: `${blocks}`,
    value: `${blocks}`,
  };
}

/** The area `blockSeq`. */
export const BLOCK_SEQ: Record<string, Run> = {
  chain: ({ pieces, ops }) => {
    let blocks = blocksOf(pieces.map(bytesOf));
    for (const [op, n] of ops) {
      if (op === "DropFirst") blocks = blocks.dropFirst(n);
      else if (op === "TakeFirst") blocks = blocks.takeFirst(n);
      else if (op === "Tail") blocks = blocks.tail();
      else if (op === "Head") blocks = BlockSeq.of(blocks.head());
      else throw new Error(`Unknown op ${op}`);
    }
    const texts = Array.from(blocks, (block) => textOf(block.toSlice()));
    return { ...describeSeq(blocks), blocks: texts };
  },
  FromSlice: (input) => describeSeq(seqOfTriples(input)),
  String: (input) => describeSeq(seqOfTriples(input)),
  IovecsFromBlockSeq: (input) => {
    const numbers = iovecsFromBlockSeq(seqOfTriples(input));
    const iovecs: Json[] = [];
    for (let i = 0; i < numbers.length; i += 2) {
      iovecs.push([hexOf(numbers[i]!), Number(numbers[i + 1]!)]);
    }
    return { iovecs };
  },
  CopySeq: ({ dstSizes, srcs }, expect) => {
    const dsts = room(dstSizes, ".");
    const result = outcome(
      () => copySeq(blocksOf(dsts), blocksOf(srcs.map(bytesOf))),
      expect,
    );
    return { ...result, dsts: dsts.map(textOf) };
  },
  ZeroSeq: ({ dstSizes, pieces }, expect) => {
    const dsts = dstSizes === undefined
      ? pieces.map(bytesOf)
      : room(dstSizes, ".");
    const result = outcome(() => zeroSeq(blocksOf(dsts)), expect);
    return { ...result, dsts: dsts.map(textOf), pieces: dsts.map(textOf) };
  },
};

/** The area `safememIO`. */
export const SAFEMEM_IO: Record<string, Run> = {
  FromIOReader: ({ reader: spec, dstSizes }, expect) => {
    const { reader, lens } = ioReaderOf(spec);
    const dsts = room(dstSizes);
    const result = outcome(
      () => fromIOReader(reader).readToBlocks(blocksOf(dsts)),
      expect,
    );
    return { ...result, dsts: dsts.map(textOf), readLens: lens };
  },
  ReadFullToBlocks: ({ reader: spec, dstSizes }, expect) => {
    const { reader, lens } = ioReaderOf(spec);
    const dsts = room(dstSizes);
    const result = outcome(
      () => readFullToBlocks(fromIOReader(reader), blocksOf(dsts)),
      expect,
    );
    return { ...result, dsts: dsts.map(textOf), readLens: lens };
  },
  FromIOWriter: ({ writer: spec, srcs }, expect) => {
    const { writer, lens, written } = ioWriterOf(spec);
    const result = outcome(
      () => fromIOWriter(writer).writeFromBlocks(blocksOf(srcs.map(bytesOf))),
      expect,
    );
    return { ...result, written: written(), writeLens: lens };
  },
  WriteFullFromBlocks: ({ writer: spec, srcs }, expect) => {
    const { writer, lens, written } = ioWriterOf(spec);
    const blocks = blocksOf(srcs.map(bytesOf));
    const result = outcome(
      () => writeFullFromBlocks(fromIOWriter(writer), blocks),
      expect,
    );
    return { ...result, written: written(), writeLens: lens };
  },
  BlockSeqReader: ({ blocks, reads }, expect) => {
    const reader = new BlockSeqReader(blocksOf(blocks.map(bytesOf)));
    const steps = reads.map((size: number, i: number): Json => {
      const dst = new Uint8Array(size);
      const result = outcome(
        () => reader.readToBlocks(blocksOf([dst])),
        expect.steps[i],
      );
      return { ...result, dst: textOf(dst) };
    });
    return { steps };
  },
  BlockSeqWriter: ({ size, writes }, expect) => {
    const bytes = new Uint8Array(size);
    const writer = new BlockSeqWriter(blocksOf([bytes]));
    const steps = writes.map((text: string, i: number): Json =>
      outcome(
        () => writer.writeFromBlocks(blocksOf([bytesOf(text)])),
        expect.steps[i],
      )
    );
    return { steps, mem: textOf(bytes) };
  },
  FromVecReaderFunc: ({ dstSizes, data, err }, expect) => {
    const dsts = room(dstSizes);
    const vecLens: number[] = [];
    let calls = 0;
    const reader = fromVecReaderFunc((views) => {
      calls++;
      vecLens.push(...views.map((view) => view.length));
      return readerOf({ kind: "script", data, err }).reader
        .readToBlocks(blocksOf(views));
    });
    const result = outcome(() => reader.readToBlocks(blocksOf(dsts)), expect);
    return { ...result, dsts: dsts.map(textOf), calls, vecLens };
  },
  FromVecWriterFunc: ({ srcs, n, err }, expect) => {
    const vecLens: number[] = [];
    let calls = 0;
    const writer = fromVecWriterFunc((views) => {
      calls++;
      vecLens.push(...views.map((view) => view.length));
      return writerOf({ kind: "script", n, err }).writer
        .writeFromBlocks(blocksOf(views));
    });
    const result = outcome(
      () => writer.writeFromBlocks(blocksOf(srcs.map(bytesOf))),
      expect,
    );
    return { ...result, calls, vecLens };
  },
  ToIOReader: ({ data, err, len }, expect) => {
    const { reader } = readerOf({ kind: "script", data, err });
    const dst = new Uint8Array(len);
    const result = outcome(() => toIOReader(reader).read(dst), expect);
    return { ...result, dst: textOf(dst) };
  },
  ToIOWriter: ({ writer: spec, src }, expect) => {
    const { writer, lens, written } = ioWriterOf(spec);
    const io = toIOWriter(fromIOWriter(writer));
    const result = outcome(() => io.write(bytesOf(src)), expect);
    return { ...result, written: written(), writeLens: lens };
  },
};

/** The errors of a processor that are `EFAULT` without a signal handler. */
const SIGNALS = ["SegvError", "BusError", "AlignmentError(4)"];

/** Does something in the first page of two, at an offset or before the fault. */
function onPages(
  { layout, offset, startBytesBeforeFault }: Json,
  expect: Json,
  operate: (address: bigint) => number,
): Json {
  using pages = new Pages(["rw-", /bus/.test(layout) ? "sigbus" : "---"]);
  const at = offset ?? PAGE - startBytesBeforeFault;
  const { n, err } = outcome(() => operate(pages.at(0, at)), expect);
  assert(err === null || err === "EFAULT");
  const signal = SIGNALS.includes(expect.err);
  return { n, err: signal && err === "EFAULT" ? expect.err : err };
}

function onWord(operate: (word: Block) => unknown): Run {
  return (input, expect) =>
    onPages(input, expect, (address) => {
      operate(Block.at(address, 4));
      return 0;
    });
}

const ATOMICS: Record<string, (block: Block) => unknown> = {
  SwapUint32: (block) => swapUint32(block, 1),
  SwapUint64: (block) => swapUint64(block, 1n),
  CompareAndSwapUint32: (block) => compareAndSwapUint32(block, 0, 1),
  LoadUint32: loadUint32,
};

/** The area `safecopy`. */
export const SAFECOPY: Record<string, Run> = {
  "Copy(safe<-unsafe)": (input, expect) =>
    onPages(input, expect, (address) => {
      const dst = Block.of(new Uint8Array(input.len));
      return copy(dst, Block.at(address, input.len));
    }),
  "Copy(unsafe<-safe)": (input, expect) =>
    onPages(input, expect, (address) => {
      const src = Block.of(new Uint8Array(input.len));
      return copy(Block.at(address, input.len), src);
    }),
  "Zero(unsafe)": (input, expect) =>
    onPages(input, expect, (address) => zero(Block.at(address, input.len))),
  SwapUint32: onWord(ATOMICS.SwapUint32!),
  CompareAndSwapUint32: onWord(ATOMICS.CompareAndSwapUint32!),
  LoadUint32: onWord(ATOMICS.LoadUint32!),
  shortBlockAtomics: ({ op, blockLen }) =>
    ATOMICS[op]!(Block.of(new Uint8Array(blockLen))),
  // One error stands for all three, and names the address as they do.
  errorString: ({ type }, { message }) => {
    const address = BigInt(/0x[0-9a-f]+/.exec(message)![0]);
    const { code, message: text } = assertThrows(() => {
      if (type === "AlignmentError") swapUint32(Block.at(address, 4), 1);
      else copy(Block.of(new Uint8Array(1)), Block.at(address, 1));
    }, SyscallError);
    const told = type === "AlignmentError" ? message : hexOf(address);
    return { translatesTo: code, message: text.includes(told) && message };
  },
};
