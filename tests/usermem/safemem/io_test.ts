import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { SyscallError } from "../../../ffi/syscall_error.ts";
import {
  Block,
  BlockSeq,
  BlockSeqReader,
  BlockSeqWriter,
  copy,
  fromIOReader,
  fromIOWriter,
  fromVecReaderFunc,
  fromVecWriterFunc,
  readFullToBlocks,
  toIOReader,
  toIOWriter,
  writeFullFromBlocks,
} from "../../../usermem/safemem/mod.ts";
import { blocksOf, outcome } from "../_case.ts";
import { Pages } from "../_pages.ts";

/** Registers a test that needs Linux. */
function test(name: string, fn: () => void): void {
  Deno.test({ name, ignore: Deno.build.os !== "linux", fn });
}

/** A foreign Block of which only the first `good` bytes are there. */
function edgeOf(pages: Pages, good: number): Block {
  return Block.at(pages.at(1, -good), good + 4);
}

/** Returns the bytes of a foreign Block that are there. */
function bytesAt(pages: Pages, good: number): number[] {
  const bytes = new Uint8Array(good);
  copy(Block.of(bytes), Block.at(pages.at(1, -good), good));
  return [...bytes];
}

test("fromIOReader() fills foreign memory up to a fault, which it counts", () => {
  using pages = new Pages(["rw-", "---"]);
  const reader = fromIOReader({
    read: (dst) => dst.fill(7).length,
  });
  const dsts = BlockSeq.from([Block.of(new Uint8Array(2)), edgeOf(pages, 3)]);
  assertEquals(outcome(() => reader.readToBlocks(dsts), {}), {
    n: 5,
    err: "EFAULT",
  });
  assertEquals(bytesAt(pages, 3), [7, 7, 7]);
});

test("fromIOReader() keeps what came before the error of a read into foreign memory", () => {
  using pages = new Pages(["rw-", "---"]);
  const reader = fromIOReader({
    read(dst) {
      dst.fill(8);
      throw new SyscallError("read", 5, { transferred: 2 });
    },
  });
  const good = BlockSeq.of(Block.at(pages.at(1, -4), 4));
  assertEquals(outcome(() => reader.readToBlocks(good), {}), {
    n: 2,
    err: "EIO",
  });
  assertEquals(bytesAt(pages, 4), [8, 8, 0, 0]);
  // An error in copying back wins.
  const bad = BlockSeq.of(edgeOf(pages, 1));
  assertEquals(outcome(() => reader.readToBlocks(bad), {}), {
    n: 1,
    err: "EFAULT",
  });
});

test("fromIOWriter() writes what can be read of foreign memory first", () => {
  using pages = new Pages(["rw-", "---"]);
  const sizes: number[] = [];
  const writer = fromIOWriter({
    write(src) {
      sizes.push(src.length);
      return src.length;
    },
  });
  const srcs = BlockSeq.from([Block.of(new Uint8Array(2)), edgeOf(pages, 3)]);
  assertEquals(outcome(() => writer.writeFromBlocks(srcs), {}), {
    n: 5,
    err: "EFAULT",
  });
  assertEquals(sizes, [2, 3]);
  const broken = fromIOWriter({
    write() {
      throw new SyscallError("write", 5, { transferred: 1 });
    },
  });
  const edge = BlockSeq.of(edgeOf(pages, 3));
  assertEquals(outcome(() => broken.writeFromBlocks(edge), {}), {
    n: 1,
    err: "EIO",
  });
});

test("fromVecReaderFunc() copies back to foreign memory, at most what was read", () => {
  using pages = new Pages(["rw-", "---"]);
  const dsts = BlockSeq.from([
    Block.at(pages.at(1, -2), 2),
    Block.of(new Uint8Array(2)),
    edgeOf(pages, 1),
  ]);
  const read = (n: number) =>
    fromVecReaderFunc((views) => {
      views.forEach((view) => view.fill(n));
      return n;
    }).readToBlocks(dsts);
  assertEquals(read(1), 1);
  assertEquals(bytesAt(pages, 2), [1, 0]);
  assertEquals(outcome(() => read(9), {}), { n: 5, err: "EFAULT" });
  assertEquals(bytesAt(pages, 2), [9, 9]);
});

test("fromVecWriterFunc() writes the foreign memory before a fault", () => {
  using pages = new Pages(["rw-", "---"]);
  const sizes: number[] = [];
  const writer = fromVecWriterFunc((views) => {
    sizes.push(...views.map((view) => view.length));
    return 4;
  });
  const good = Block.of(new Uint8Array(2));
  const srcs = BlockSeq.from([good, edgeOf(pages, 3), good]);
  assertEquals(outcome(() => writer.writeFromBlocks(srcs), {}), {
    n: 4,
    err: "EFAULT",
  });
  assertEquals(sizes, [2, 3]);
  const bad = BlockSeq.of(edgeOf(pages, 0));
  assertEquals(outcome(() => writer.writeFromBlocks(bad), {}), {
    n: 0,
    err: "EFAULT",
  });
  assertEquals(sizes, [2, 3]);
});

Deno.test("readFullToBlocks() and writeFullFromBlocks() raise the count of the error itself", () => {
  class Broken extends Error {
    readonly transferred = 1;
  }
  const error = new Broken();
  const steps = (n: number) => () => {
    if (n-- > 0) return 2;
    throw error;
  };
  const blocks = blocksOf([new Uint8Array(9)]);
  const read = { readToBlocks: steps(3) };
  assertStrictEquals(
    assertThrows(() => readFullToBlocks(read, blocks)),
    error,
  );
  assertEquals<number>(error.transferred, 7);
  const other = new Error("without a count");
  const write = {
    writeFromBlocks: () => {
      throw other;
    },
  };
  assertStrictEquals(
    assertThrows(() => writeFullFromBlocks(write, blocks)),
    other,
  );
  assertEquals(Reflect.get(other, "transferred"), 0);
});

Deno.test("writeFullFromBlocks() throws an error as it is that cannot be changed", () => {
  const frozen = Object.freeze(new Error("frozen"));
  for (const thrown of [frozen, "a string", undefined]) {
    const writer = {
      writeFromBlocks: () => {
        throw thrown;
      },
    };
    try {
      writeFullFromBlocks(writer, blocksOf([new Uint8Array(1)]));
    } catch (error) {
      assertStrictEquals(error, thrown);
    }
  }
});

Deno.test("readFullToBlocks() tells the end at once, or after what was read", () => {
  const reader = new BlockSeqReader(blocksOf([new Uint8Array(3)]));
  const dsts = blocksOf([new Uint8Array(5)]);
  assertEquals(readFullToBlocks(reader, dsts), 3);
  assertEquals(readFullToBlocks(reader, dsts), null);
  assertEquals(readFullToBlocks(reader, blocksOf([])), 0);
});

test("BlockSeqReader and BlockSeqWriter move over what was copied before a fault", () => {
  using pages = new Pages(["rw-", "---"]);
  const reader = new BlockSeqReader(blocksOf([new Uint8Array(9)]));
  const writer = new BlockSeqWriter(BlockSeq.of(edgeOf(pages, 3)));
  const edge = BlockSeq.of(edgeOf(pages, 2));
  assertEquals(outcome(() => reader.readToBlocks(edge), {}).n, 2);
  assertEquals(reader.blocks.numBytes, 7);
  const src = blocksOf([new Uint8Array(5)]);
  assertEquals(outcome(() => writer.writeFromBlocks(src), {}).n, 3);
  assertEquals(writer.blocks.numBytes, 4);
});

Deno.test("toIOReader() and toIOWriter() adapt to views and back", () => {
  const reader = toIOReader(
    new BlockSeqReader(blocksOf([new Uint8Array([1, 2, 3])])),
  );
  const dst = new Uint8Array(2);
  assertEquals(reader.read(dst), 2);
  assertEquals([...dst], [1, 2]);
  assertEquals(reader.read(dst), 1);
  assertEquals(reader.read(dst), null);
  const room = new Uint8Array(4);
  const writer = toIOWriter(new BlockSeqWriter(blocksOf([room])));
  assertEquals(writer.write(new Uint8Array([4, 5])), 2);
  assertEquals(outcome(() => writer.write(new Uint8Array(3).fill(6)), {}), {
    n: 2,
    err: "ErrEndOfBlockSeq",
  });
  assertEquals([...room], [4, 5, 6, 6]);
});

test("fromVecReaderFunc() and fromVecWriterFunc() take a Block of 2^46 bytes", () => {
  using pages = new Pages(["rw-", "---"]);
  const blocks = BlockSeq.of(Block.at(pages.at(1, -3), 2 ** 46));
  const reader = fromVecReaderFunc(([view]) => view!.fill(7, 0, 2) && 2);
  assertEquals(reader.readToBlocks(blocks), 2);
  let text = "";
  const writer = fromVecWriterFunc((views) => {
    text += views.join();
    return 3;
  });
  assertEquals(outcome(() => writer.writeFromBlocks(blocks), {}), {
    n: 3,
    err: "EFAULT",
  });
  assertEquals(text, "7,7,0");
});
