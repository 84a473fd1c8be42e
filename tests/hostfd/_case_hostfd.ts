import { libc } from "../../ffi/libc.ts";
import {
  getReadWriterAt,
  MAX_READ_WRITE_IOV,
  preadv2,
  pwritev2,
} from "../../hostfd/mod.ts";
import { Block, BlockSeq } from "../../usermem/safemem/mod.ts";
import {
  blocksOf,
  bytesOf,
  type Json,
  outcome,
  type Run,
  textOf,
} from "../usermem/_case.ts";
import { PAGE, Pages } from "../usermem/_pages.ts";
import { pipe, TestFile } from "./_files.ts";

type Moved = number | null | Promise<number | null>;

/** What a case transfers with. */
export interface Transfers {
  preadv2(fd: number, dsts: BlockSeq, offset: number, flags: number): Moved;
  pwritev2(fd: number, srcs: BlockSeq, offset: number, flags: number): Moved;
  /** Returns a reader and writer from an offset on. */
  at(fd: number, offset: number): {
    readToBlocks(dsts: BlockSeq): Moved;
    writeFromBlocks(srcs: BlockSeq): Moved;
  };
}

/** {@linkcode outcome} of a transfer that may take its time. */
async function outcomeOf(transfer: () => Moved, expect: Json): Promise<Json> {
  let result: () => number | null;
  try {
    const n = await transfer();
    result = () => n;
  } catch (error) {
    result = () => {
      throw error;
    };
  }
  return outcome(result, expect);
}

/** Opens what a case transfers to or from. */
function openTarget({ file, fd, pipe: content, fileOffset }: Json): TestFile {
  if (fd !== undefined) return new TestFile(fd);
  if (content === undefined) {
    return TestFile.of(bytesOf(file ?? "\0".repeat(8192)), fileOffset);
  }
  const [reader, writer] = pipe();
  libc().write(writer, bytesOf(content), BigInt(content.length));
  libc().close(writer);
  return new TestFile(reader);
}

/** Memory that faults after some bytes, of one page at most. */
function faulting(pages: Pages, before: number, length: number): BlockSeq {
  return BlockSeq.of(Block.at(pages.at(0, PAGE - before), length));
}

async function preadv2Case(
  { preadv2 }: Transfers,
  input: Json,
  expect: Json,
): Promise<Json> {
  using target = openTarget(input);
  using pages = new Pages(["rw-"]);
  const { dstSizes, faultAfterBytes, offset, flags } = input;
  const dsts = dstSizes.map((size: number) => new Uint8Array(size));
  const blocks = faultAfterBytes === undefined
    ? blocksOf(dsts)
    : faulting(pages, faultAfterBytes, dstSizes[0]);
  return {
    ...await outcomeOf(() => preadv2(target.fd, blocks, offset, flags), expect),
    dsts: dsts.map(textOf),
    fileOffsetAfter: target.position,
  };
}

async function pwritev2Case(
  { pwritev2 }: Transfers,
  input: Json,
  expect: Json,
): Promise<Json> {
  using target = openTarget(input);
  using pages = new Pages(["rw-"]);
  const { srcs, srcSizes, faultAfterBytes, offset, flags } = input;
  const blocks = faultAfterBytes === undefined
    ? blocksOf(srcs.map(bytesOf))
    : faulting(pages, faultAfterBytes, srcSizes[0]);
  return {
    ...await outcomeOf(
      () => pwritev2(target.fd, blocks, offset, flags),
      expect,
    ),
    fileAfter: textOf(target.content),
    fileOffsetAfter: target.position,
  };
}

function digits(length: number): string {
  return "0123456789".repeat(Math.ceil(length / 10)).slice(0, length);
}

async function preadv2Batched(
  { preadv2 }: Transfers,
  input: Json,
  expect: Json,
): Promise<Json> {
  const { fileLen, fileOffset, oneByteBlocks, thenFaultingBlockOf } = input;
  using target = TestFile.of(bytesOf(digits(fileLen)), fileOffset);
  using pages = new Pages([]);
  const bytes = new Uint8Array(oneByteBlocks);
  const blocks = Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))
    .map((view) => Block.of(view));
  if (thenFaultingBlockOf !== undefined) {
    blocks.push(Block.at(pages.at(0), thenFaultingBlockOf));
  }
  const { n, err } = await outcomeOf(
    () => preadv2(target.fd, BlockSeq.from(blocks), input.offset, 0),
    expect,
  );
  const from = input.offset < 0 ? fileOffset : input.offset;
  if (textOf(bytes.subarray(0, n)) !== digits(fileLen).slice(from, from + n)) {
    throw new Error("The bytes are not the file's");
  }
  // Where the table loses the count of the batches before a failure, ours
  // tells it.
  const lost = thenFaultingBlockOf !== undefined && n === oneByteBlocks;
  return { n: lost ? 0 : n, err, fileOffsetAfter: target.position };
}

async function pwritev2Batched(
  { pwritev2 }: Transfers,
  input: Json,
  expect: Json,
): Promise<Json> {
  const { fileOffset, offset, oneByteBlocks } = input;
  using target = TestFile.of(new Uint8Array(0), fileOffset);
  const text = digits(oneByteBlocks);
  const blocks = blocksOf(Array.from(text, (digit) => bytesOf(digit)));
  const result = await outcomeOf(
    () => pwritev2(target.fd, blocks, offset, 0),
    expect,
  );
  const { content, position } = target;
  if (textOf(content) !== "\0".repeat(offset) + text) {
    throw new Error("The file's bytes are not the Blocks'");
  }
  return {
    ...result,
    fileOffsetAfter: position,
    fileLenAfter: content.length,
  };
}

async function readWriterAt(
  transfers: Transfers,
  { file, fileOffset, offset, steps }: Json,
  expect: Json,
): Promise<Json> {
  using target = TestFile.of(bytesOf(file), fileOffset);
  const rw = transfers.at(target.fd, offset);
  const results: Json[] = [];
  for (const [i, { op, len, src }] of steps.entries()) {
    const wanted = expect.steps[i];
    if (op === "WriteFromBlocks") {
      const srcs = blocksOf([bytesOf(src)]);
      results.push(await outcomeOf(() => rw.writeFromBlocks(srcs), wanted));
      continue;
    }
    const dst = new Uint8Array(len);
    const dsts = blocksOf([dst]);
    const result = await outcomeOf(() => rw.readToBlocks(dsts), wanted);
    results.push({ ...result, dst: textOf(dst) });
  }
  return {
    steps: results,
    fileAfter: textOf(target.content),
    fileOffsetAfter: target.position,
  };
}

/** The area `hostfd`, with any way to transfer. */
export function hostfdCases(transfers: Transfers): Record<string, Run> {
  const run = (
    operation: (transfers: Transfers, input: Json, expect: Json) => Json,
  ): Run =>
  (input, expect) => operation(transfers, input, expect);
  return {
    "hostfd.MaxReadWriteIov": () => ({ value: MAX_READ_WRITE_IOV }),
    Preadv2: run(preadv2Case),
    Pwritev2: run(pwritev2Case),
    Preadv2Batched: run(preadv2Batched),
    Pwritev2Batched: run(pwritev2Batched),
    ReadWriterAt: run(readWriterAt),
  };
}

/** The area `hostfd`. */
export const HOSTFD: Record<string, Run> = hostfdCases({
  preadv2,
  pwritev2,
  at: (fd, offset) => getReadWriterAt(fd, offset, 0),
});
