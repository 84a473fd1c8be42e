import { assertEquals, assertThrows } from "@std/assert";
import { libc } from "../../ffi/libc.ts";
import {
  readCalls,
  type TransferSymbols,
  writeCalls,
} from "../../hostfd/_calls.ts";
import { transfer } from "../../hostfd/_transfer.ts";
import { preadv2, pwritev2, RWF_DSYNC } from "../../hostfd/mod.ts";
import { O_RDONLY } from "../../posix/mod.ts";
import { Block, BlockSeq } from "../../usermem/safemem/mod.ts";
import { isQemu } from "../_support/platform.ts";
import { assertErrno, NOT_INT } from "../posix/throws.ts";
import { blocksOf, bytesOf, textOf } from "../usermem/_case.ts";
import { PAGE, Pages } from "../usermem/_pages.ts";
import { pipe, TestFile } from "./_files.ts";

const ignore = Deno.build.os !== "linux";

/** Returns `count` Blocks of one byte each. */
function singles(bytes: Uint8Array): BlockSeq {
  return blocksOf(Array.from(bytes, (_, i) => bytes.subarray(i, i + 1)));
}

Deno.test({
  name: "preadv2() accepts an offset of 64 bits",
  ignore,
  fn() {
    using file = TestFile.of(bytesOf("hello"));
    const dst = new Uint8Array(3);
    assertEquals(preadv2(file.fd, dst, 1n, 0), 3);
    assertEquals(textOf(dst), "ell");
    assertEquals(preadv2(file.fd, dst, 2n ** 62n, 0), null);
    assertEquals(pwritev2(file.fd, bytesOf("far"), 2n ** 40n, 0), 3);
    assertEquals(preadv2(file.fd, dst, 2 ** 40, 0), 3);
    assertEquals(textOf(dst), "far");
  },
});

Deno.test({
  name: "preadv2() and pwritev2() do nothing without a byte to move",
  ignore,
  fn() {
    for (const none of [new Uint8Array(0), BlockSeq.from([])]) {
      assertEquals(preadv2(-1, none, 0, 0), 0);
      assertEquals(pwritev2(-1, none, 0, 0), 0);
    }
  },
});

Deno.test("preadv2() throws RangeError for what is no integer of its size", () => {
  const dst = new Uint8Array(1);
  for (const value of NOT_INT) {
    assertThrows(() => preadv2(value, dst, 0, 0), RangeError);
  }
  for (const value of [NaN, 0.5, Infinity, 2 ** 53, 2n ** 63n]) {
    assertThrows(() => preadv2(0, dst, value, 0), RangeError);
    assertThrows(() => pwritev2(0, dst, value, 0), RangeError);
  }
  for (const value of [NaN, 0.5, Infinity, 2 ** 32]) {
    assertThrows(() => preadv2(0, dst, 0, value), RangeError);
    assertThrows(() => pwritev2(0, dst, 0, value), RangeError);
  }
});

Deno.test("preadv2() and pwritev2() throw TypeError for Blocks that are gone", () => {
  using file = TestFile.of(bytesOf("hello"));
  const parts = [new Uint8Array(2), new Uint8Array(2)];
  const [one, two] = [1, 2].map((count) =>
    BlockSeq.from(parts.slice(0, count).map((part) => Block.of(part)))
  );
  parts[0]!.buffer.transfer();
  for (const blocks of [one!, two!]) {
    assertThrows(() => preadv2(file.fd, blocks, 0, 0), TypeError, "detached");
    assertThrows(() => pwritev2(file.fd, blocks, 0, 0), TypeError, "detached");
  }
});

Deno.test("preadv2() throws TypeError for a detached buffer", () => {
  const dst = new Uint8Array(8);
  dst.buffer.transfer();
  assertThrows(() => preadv2(0, dst, 0, 0), TypeError);
  assertThrows(() => pwritev2(0, dst, 0, 0), TypeError);
});

Deno.test({
  name: "preadv2() reads into shared memory",
  ignore,
  fn() {
    using file = TestFile.of(bytesOf("hello"));
    const dst = new Uint8Array(new SharedArrayBuffer(8), 2, 3);
    assertEquals(preadv2(file.fd, dst, 0, 0), 3);
    assertEquals(textOf(dst), "hel");
  },
});

Deno.test({
  name: "preadv2() names the call that failed",
  ignore: ignore || isQemu,
  fn() {
    const dst = new Uint8Array(1);
    const two = blocksOf([new Uint8Array(1), new Uint8Array(1)]);
    assertErrno(() => preadv2(-1, dst, -1, 0), "EBADF", "read");
    assertErrno(() => preadv2(-1, dst, 0, 0), "EBADF", "pread");
    assertErrno(() => preadv2(-1, two, 0, 0), "EBADF", "preadv2");
    assertErrno(() => pwritev2(-1, dst, -1, 0), "EBADF", "write");
    assertErrno(() => pwritev2(-1, dst, 0, 0), "EBADF", "pwrite");
    assertErrno(() => pwritev2(-1, dst, 0, RWF_DSYNC), "EBADF", "pwritev2");
  },
});

Deno.test({
  name: "preadv2() throws what happened after 1024 Blocks, with their count",
  ignore,
  fn() {
    using file = TestFile.of(new Uint8Array(4000).fill(7), 10);
    using pages = new Pages(["---"]);
    const bytes = new Uint8Array(1024);
    const bad = Block.at(pages.at(0), 10);
    for (const offset of [-1, 0]) {
      const error = assertThrows(() =>
        preadv2(file.fd, BlockSeq.from([...singles(bytes), bad]), offset, 0)
      );
      assertEquals([error.code, error.transferred], ["EFAULT", 1024]);
      assertEquals(file.position, 1034);
    }
    const error = assertThrows(() =>
      pwritev2(file.fd, BlockSeq.from([...singles(bytes), bad]), 0, 0)
    );
    assertEquals([error.code, error.transferred], ["EFAULT", 1024]);
  },
});

Deno.test({
  name: "pwritev2() writes 3000 Blocks to a pipe in order",
  ignore,
  fn() {
    const [reader, writer] = pipe();
    using from = new TestFile(reader);
    using to = new TestFile(writer);
    const bytes = Uint8Array.from({ length: 3000 }, (_, i) => i);
    assertEquals(pwritev2(to.fd, singles(bytes), -1, 0), 3000);
    const back = new Uint8Array(3000);
    assertEquals(preadv2(from.fd, singles(back), -1, 0), 3000);
    assertEquals(back, bytes);
  },
});

Deno.test({
  name: "preadv2() fills foreign memory up to what cannot be written",
  ignore: ignore || isQemu,
  fn() {
    using file = TestFile.of(new Uint8Array(PAGE).fill(1));
    using pages = new Pages(["rw-", "r--"]);
    const dsts = BlockSeq.from([
      Block.of(new Uint8Array(5)),
      Block.at(pages.at(1, -20), 30),
      Block.of(new Uint8Array(5)),
    ]);
    assertEquals(preadv2(file.fd, dsts, 0, 0), 25);
    assertEquals(preadv2(file.fd, dsts.dropFirst(5), 0, 0), 20);
    assertErrno(() => preadv2(file.fd, dsts.dropFirst(25), 0, 0), "EFAULT");
  },
});

Deno.test({
  name: "preadv2() takes memory at an address that may be touched as a view",
  ignore,
  fn() {
    using file = TestFile.of(bytesOf("hello"));
    using pages = new Pages(["rw-"]);
    const block = Block.at(pages.at(0), 5, false);
    assertEquals(preadv2(file.fd, BlockSeq.of(block), 0, 0), 5);
    assertEquals(textOf(block.toSlice()), "hello");
  },
});

Deno.test({
  name: "pwritev2() throws EBADF where only reading is allowed",
  ignore,
  fn() {
    const path = new TextEncoder().encode("/dev/null\0");
    using file = new TestFile(libc().open(path, O_RDONLY, 0));
    assertErrno(() => pwritev2(file.fd, new Uint8Array(1), -1, 0), "EBADF");
  },
});

/**
 * The functions of a libc that has no preadv2, and which of them were called.
 */
function oldLibc(): { symbols: () => TransferSymbols; called: string[] } {
  const called: string[] = [];
  const old = new Proxy(libc(), {
    get(target, name: keyof TransferSymbols) {
      if (name === "preadv2" || name === "pwritev2") return null;
      return (...args: unknown[]) => {
        called.push(name);
        return Reflect.apply(target[name]!, undefined, args);
      };
    },
  });
  return { symbols: () => old, called };
}

Deno.test({
  name: "preadv2() without preadv2(2) reads with readv(2) and preadv(2)",
  ignore,
  fn() {
    using file = TestFile.of(bytesOf("hello world"), 2);
    const { symbols, called } = oldLibc();
    const read = readCalls(symbols);
    const write = writeCalls(symbols);
    const pieces = [new Uint8Array(2), new Uint8Array(3)];
    const blocks = blocksOf(pieces);

    assertEquals(transfer(read, file.fd, blocks, -1n, 0), 5);
    assertEquals(pieces.map(textOf), ["ll", "o w"]);
    assertEquals(transfer(read, file.fd, blocks, 6n, 0), 5);
    assertEquals(pieces.map(textOf), ["wo", "rld"]);
    assertEquals(transfer(write, file.fd, blocks, 0n, 0), 5);
    assertEquals(transfer(write, file.fd, blocks, -1n, 0), 5);
    assertEquals(textOf(file.content), "world wworld");
    assertEquals(called, ["readv", "preadv", "pwritev", "writev"]);

    for (const calls of [read, write]) {
      const name = `p${calls.name}v2`;
      for (const dst of [blocks, new Uint8Array(1)]) {
        const move = () => transfer(calls, file.fd, dst, 0n, RWF_DSYNC);
        assertErrno(move, "ENOSYS", name);
      }
    }
  },
});
