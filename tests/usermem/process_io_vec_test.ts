import { assertEquals } from "@std/assert";
import { addressOf } from "../../ffi/mod.ts";
import { SyscallError } from "../../ffi/syscall_error.ts";
import {
  AddrRangeSeq,
  copyInVec,
  copyOutVec,
  ProcessIO,
  zeroOutVec,
} from "../../usermem/mod.ts";
import {
  Block,
  BlockSeq,
  BlockSeqReader,
  BlockSeqWriter,
  copySeq,
  ReaderFunc,
  WriterFunc,
} from "../../usermem/safemem/mod.ts";
import { outcome } from "./_case.ts";
import { PAGE, Pages } from "./_pages.ts";
import { assertRefused, EFAULT, LIMIT, rangeAt, test } from "./_process_io.ts";

// Many ranges take another way than few, and than those that need force.
for (const opts of [{}, { ignorePermissions: true }]) {
  const how = opts.ignorePermissions ? " with ignorePermissions" : "";

  test(`copyInVec() and copyOutVec() reach thousands of ranges of a ProcessIO${how}`, () => {
    using io = ProcessIO.self();
    const theirs = Uint8Array.from({ length: 30_000 }, (_, i) => i * 3);
    const address = addressOf(theirs);
    const places = Array.from({ length: 5_000 }, (_, i) => i * 6 + i % 3);
    const ars = AddrRangeSeq.from(
      places.flatMap((place) => [
        rangeAt(address + BigInt(place), 2),
        rangeAt(0n, 0),
      ]),
    );
    const mine = new Uint8Array(10_000);
    assertEquals(copyInVec(io, ars, mine, opts), 10_000);
    const wanted = places.flatMap((place) => [
      theirs[place]!,
      theirs[place + 1]!,
    ]);
    assertEquals(mine, new Uint8Array(wanted));
    const marked = theirs.slice();
    for (const place of places) marked.fill(99, place, place + 2);
    mine.fill(99);
    assertEquals(copyOutVec(io, ars, mine, opts), 10_000);
    assertEquals(theirs, marked);
    assertEquals(zeroOutVec(io, ars, 9_999, opts), 9_999);
    const last = places.at(-1)!;
    assertEquals(theirs.subarray(last, last + 2), new Uint8Array([0, 99]));
  });

  test(`copyInVec() stops at a bad range of a ProcessIO, before and after 1024${how}`, () => {
    using pages = new Pages(["rw-", "hole"]);
    using io = ProcessIO.self();
    for (const good of [0, 1, 5, 7, 8, 1023, 1024, 1025, 3000]) {
      const ranges = Array.from(
        { length: good },
        () => rangeAt(pages.at(0), 3),
      );
      const edge = rangeAt(pages.at(1, -2), 4);
      const beyond = rangeAt(LIMIT, 1);
      const dst = new Uint8Array(20_000);
      for (const [bad, before] of [[edge, 2], [beyond, 0]] as const) {
        const ars = AddrRangeSeq.from([...ranges, bad, ...ranges]);
        const wanted = { n: 3 * good + before, err: "EFAULT" };
        assertEquals(outcome(() => copyInVec(io, ars, dst, opts), {}), wanted);
        assertEquals(outcome(() => copyOutVec(io, ars, dst, opts), {}), wanted);
        // What the buffer does not reach is not looked at.
        const short = dst.subarray(0, 3 * good);
        assertEquals(copyInVec(io, ars, short, opts), short.length);
      }
    }
  });
}

test("copyInVec() and copyOutVec() of many ranges of a ProcessIO honour protection", () => {
  using pages = new Pages(["rw-", "r--", "---"]);
  using io = ProcessIO.self();
  const seqOf = (page: number) =>
    AddrRangeSeq.from([
      ...Array.from({ length: 20 }, (_, i) => rangeAt(pages.at(0, 7 * i), 5)),
      rangeAt(pages.at(page, -1), 3),
    ]);
  const bytes = new Uint8Array(103).fill(1);
  const wanted = { n: 101, err: "EFAULT" };
  assertEquals(outcome(() => copyOutVec(io, seqOf(1), bytes), {}), wanted);
  assertEquals(copyInVec(io, seqOf(1), bytes), 103);
  assertEquals(outcome(() => copyInVec(io, seqOf(2), bytes), {}), wanted);
});

test("ProcessIO.copyOutFrom() reads once, and not for a range out of user space", () => {
  using pages = new Pages(["rw-", "---"]);
  using io = ProcessIO.self();
  const sizes: number[] = [];
  const src = Block.of(new Uint8Array(8).fill(7));
  const reader = new ReaderFunc((dsts) => {
    sizes.push(dsts.numBytes);
    return copySeq(dsts, BlockSeq.of(src));
  });
  const good = rangeAt(pages.at(0), 4);
  const empty = rangeAt(pages.at(0), 0);
  const far = rangeAt(LIMIT, 1);
  const edge = rangeAt(pages.at(1, -2), 4);

  assertEquals(io.copyOutFrom(AddrRangeSeq.from([good, good]), reader), 8);
  assertEquals(sizes, [8]);
  const ended = new ReaderFunc(() => null);
  assertEquals(io.copyOutFrom(AddrRangeSeq.from([good, edge]), ended), 0);
  assertEquals(io.copyOutFrom(AddrRangeSeq.of(empty), reader), 0);
  assertRefused(
    () => io.copyOutFrom(AddrRangeSeq.from([good, far]), reader),
    EFAULT,
  );
  assertEquals(sizes, [8]);
  assertRefused(
    () => io.copyOutFrom(AddrRangeSeq.from([good, edge]), reader),
    { ...EFAULT, transferred: 6 },
  );
});

test("ProcessIO.copyOutFrom() writes what a Reader gave before it failed", () => {
  using pages = new Pages(["rw-"]);
  using io = ProcessIO.self();
  const broken = new ReaderFunc((dsts) => {
    dsts.head().toSlice().fill(9, 0, 3);
    throw new SyscallError("read", 5, { transferred: 3 });
  });
  const ars = AddrRangeSeq.of(rangeAt(pages.at(0), 8));
  assertRefused(() => io.copyOutFrom(ars, broken), {
    code: "EIO",
    transferred: 3,
  });
  const dst = new Uint8Array(4);
  io.copyIn(pages.at(0), dst);
  assertEquals(dst, new Uint8Array([9, 9, 9, 0]));
});

test("ProcessIO.copyInTo() gives a Writer what can be read, and nothing else", () => {
  using pages = new Pages(["rw-", "---"]);
  using io = ProcessIO.self();
  const sizes: number[] = [];
  const writer = new WriterFunc((srcs) => {
    sizes.push(srcs.numBytes);
    return Math.min(srcs.numBytes, 5);
  });
  const good = rangeAt(pages.at(0), 4);
  const edge = rangeAt(pages.at(1, -2), 4);
  const bad = rangeAt(pages.at(1), 4);
  const far = rangeAt(LIMIT, 1);

  assertEquals(io.copyInTo(AddrRangeSeq.from([good, good]), writer), 5);
  assertRefused(() => io.copyInTo(AddrRangeSeq.from([edge, good]), writer), {
    ...EFAULT,
    transferred: 2,
  });
  assertEquals(sizes, [8, 2]);
  assertRefused(() => io.copyInTo(AddrRangeSeq.of(bad), writer), EFAULT);
  assertRefused(
    () => io.copyInTo(AddrRangeSeq.from([good, far]), writer),
    EFAULT,
  );
  assertEquals(io.copyInTo(AddrRangeSeq.of(rangeAt(0n, 0)), writer), 0);
  assertEquals(sizes, [8, 2]);
});

test("ProcessIO copies a range of many gigabytes up to a fault", () => {
  using pages = new Pages(["rw-", "rw-", "---"]);
  using io = ProcessIO.self();
  const start = pages.at(1, -3);
  const ars = AddrRangeSeq.of(rangeAt(start, 2 ** 38));
  const there = PAGE + 3;
  const src = new Uint8Array(there).fill(7);

  // As many bytes as the Reader has, those before a fault, or none.
  const few = new BlockSeqReader(BlockSeq.of(Block.of(src.subarray(0, 5))));
  assertEquals(io.copyOutFrom(ars, few), 5);
  const endless = new ReaderFunc((dsts) => {
    const n = copySeq(dsts, BlockSeq.of(Block.of(src)));
    return n + copySeq(dsts.dropFirst(n), BlockSeq.of(Block.of(src)));
  });
  assertRefused(() => io.copyOutFrom(ars, endless), {
    ...EFAULT,
    transferred: there,
  });

  const copy = new Uint8Array(there + 1);
  const writer = new BlockSeqWriter(BlockSeq.of(Block.of(copy)));
  assertRefused(() => io.copyInTo(ars, writer), {
    ...EFAULT,
    transferred: there,
  });
  assertEquals(copy.lastIndexOf(7), there - 1);
  const nowhere = AddrRangeSeq.of(rangeAt(pages.at(2), 2 ** 38));
  assertRefused(() => io.copyInTo(nowhere, writer), EFAULT);
  assertRefused(() => io.copyOutFrom(nowhere, endless), EFAULT);
});

test("ProcessIO.copyInTo() gives a Writer more than it reads at once", () => {
  using io = ProcessIO.self();
  const bytes = new Uint8Array((5 << 20) + 7);
  for (let i = 0; i < bytes.length; i += 1000) bytes[i] = i / 1000;
  const copy = new Uint8Array(bytes.length);
  let writes = 0;
  const writer = new WriterFunc((srcs) => {
    writes++;
    return copySeq(BlockSeq.of(Block.of(copy)), srcs);
  });
  const ars = AddrRangeSeq.of(rangeAt(addressOf(bytes), bytes.length));
  assertEquals([io.copyInTo(ars, writer), writes], [bytes.length, 1]);
  assertEquals(copy, bytes);
});
