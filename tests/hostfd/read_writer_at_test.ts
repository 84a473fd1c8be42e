import { assertEquals, assertThrows } from "@std/assert";
import {
  getReadWriterAt,
  putReadWriterAt,
  RWF_APPEND,
} from "../../hostfd/mod.ts";
import { Block, BlockSeq } from "../../usermem/safemem/mod.ts";
import { isQemu } from "../_support/platform.ts";
import { assertErrno } from "../posix/throws.ts";
import { blocksOf, bytesOf, textOf } from "../usermem/_case.ts";
import { Pages } from "../usermem/_pages.ts";
import { TestFile } from "./_files.ts";

const ignore = Deno.build.os !== "linux";
const BYTE = blocksOf([new Uint8Array(1)]);

Deno.test({
  name: "ReadWriterAt moves its offset and not the descriptor's",
  ignore,
  fn() {
    using file = TestFile.of(bytesOf("hello"), 4);
    using rw = getReadWriterAt(file.fd, 1, 0);
    const dst = new Uint8Array(3);
    assertEquals(rw.readToBlocks(blocksOf([dst])), 3);
    assertEquals(rw.writeFromBlocks(blocksOf([bytesOf("!!")])), 2);
    assertEquals(textOf(file.content), "hell!!");
    assertEquals(file.position, 4);
  },
});

Deno.test({
  name: "ReadWriterAt passes its flags to each transfer",
  ignore: ignore || isQemu,
  fn() {
    using file = TestFile.of(bytesOf("hello"));
    using rw = getReadWriterAt(file.fd, 0, RWF_APPEND);
    rw.writeFromBlocks(blocksOf([bytesOf("a")]));
    rw.writeFromBlocks(blocksOf([bytesOf("b")]));
    assertEquals(textOf(file.content), "helloab");
  },
});

Deno.test({
  name: "ReadWriterAt stays at its offset after a failure that moved nothing",
  ignore,
  fn() {
    using file = TestFile.of(bytesOf("hello"));
    using rw = getReadWriterAt(file.fd, 2, 0);
    const nowhere = BlockSeq.of(Block.at(8n, 1));
    assertErrno(() => rw.readToBlocks(nowhere), "EFAULT");
    const dst = new Uint8Array(3);
    assertEquals(rw.readToBlocks(blocksOf([dst])), 3);
    assertEquals(textOf(dst), "llo");
  },
});

Deno.test({
  name: "ReadWriterAt goes on after what a failed read had moved",
  ignore,
  fn() {
    using file = TestFile.of(
      Uint8Array.from({ length: 2000 }, (_, i) => i >> 3),
    );
    using pages = new Pages(["---"]);
    using rw = getReadWriterAt(file.fd, 0, 0);
    const blocks = Array.from(
      { length: 1024 },
      () => Block.of(new Uint8Array(1)),
    );
    blocks.push(Block.at(pages.at(0), 1));
    const error = assertThrows(() => rw.readToBlocks(BlockSeq.from(blocks)));
    assertEquals(error.transferred, 1024);
    const dst = new Uint8Array(1);
    rw.readToBlocks(blocksOf([dst]));
    assertEquals(dst[0], 1024 >> 3);
  },
});

Deno.test("ReadWriterAt fails with EBADF once it was put back", () => {
  const scoped = (() => {
    using rw = getReadWriterAt(0, -1, 0);
    return rw;
  })();
  assertErrno(() => scoped.readToBlocks(BYTE), "EBADF");
  assertErrno(() => scoped.writeFromBlocks(BYTE), "EBADF");
});

Deno.test({
  name: "A ReadWriterAt that was put back never reaches the next owner's file",
  ignore,
  fn() {
    using file = TestFile.of(bytesOf("hello"));
    const first = getReadWriterAt(0, 0, 0);
    putReadWriterAt(first);
    putReadWriterAt(first);
    using _next = getReadWriterAt(file.fd, 0, 0);
    const blocks = blocksOf([bytesOf("bye")]);
    assertErrno(() => first.writeFromBlocks(blocks), "EBADF");
    assertErrno(() => first.readToBlocks(blocks), "EBADF");
  },
});

Deno.test("getReadWriterAt() throws RangeError for what is no integer", () => {
  assertThrows(() => getReadWriterAt(0.5, 0, 0), RangeError);
  assertThrows(() => getReadWriterAt(0, 0.5, 0), RangeError);
  assertThrows(() => getReadWriterAt(0, 0, 0.5), RangeError);
});
