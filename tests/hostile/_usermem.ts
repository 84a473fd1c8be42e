import { MMap } from "../../mmap/mod.ts";
import * as usermem from "../../usermem/mod.ts";
import {
  Block,
  BlockSeq,
  BlockSeqReader,
  BlockSeqWriter,
} from "../../usermem/safemem/mod.ts";
import type { Own } from "./_own.ts";
import { type Row, row, type Table } from "./_table.ts";

const bytes = () => new Uint8Array(64);
const bytesIO = () => new usermem.BytesIO(bytes());
const range = () => new usermem.AddrRange(0n, 16n);
const seq = () => usermem.AddrRangeSeq.of(range());
const blocks = () => BlockSeq.of(Block.of(bytes()));
const sequence = () => usermem.bytesIOSequence(bytes());
const mmapIO = (own: Own) =>
  own.use(new usermem.MMapIO(own.use(MMap.anonymous(4096))));

/** The last parameter of every access. */
const OPTS = { opts: "options" } as const;

/** A wider address wraps to 64 bits, as documented. */
const WRAPS = { takes: { addr: "wide", start: "wide", end: "wide" } };

/** A larger number means all bytes. */
const AT_MOST = { takes: { n: "2^53 2^64 Infinity half" } };

const onAddr = (): Row => row({ addr: "big" }, () => [0x1000n], WRAPS);
const onLength = (): Row =>
  row({ addr: "big", n: "offset" }, () => [0x1000n, 8], WRAPS);

/** Returns the rows of the IO methods of a class. */
function io(
  name: string,
  make: (own: Own) => usermem.IO,
  at: (own: Own, io: usermem.IO) => bigint,
): Record<string, Row> {
  const on = (params: Row["params"], ...rest: (() => unknown)[]): Row =>
    row(params, (own) => {
      const target = make(own);
      return [target, at(own, target), ...rest.map((each) => each()), {}];
    }, WRAPS);
  const onRanges = (params: Row["params"], arg: () => unknown): Row =>
    row({ ars: "object", ...params }, (own) => {
      const target = make(own);
      const addr = at(own, target);
      const ars = usermem.AddrRangeSeq.of(
        new usermem.AddrRange(addr, addr + 16n),
      );
      return [target, ars, arg(), {}];
    });
  const all: Record<string, Row> = {
    copyOut: on({ addr: "big", src: "bytes", ...OPTS }, bytes),
    copyIn: on({ addr: "big", dst: "bytes", ...OPTS }, bytes),
    zeroOut: on({ addr: "big", n: "count", ...OPTS }, () => 8),
    copyOutFrom: onRanges(
      { src: "object", ...OPTS },
      () => new BlockSeqReader(blocks()),
    ),
    copyInTo: onRanges(
      { dst: "object", ...OPTS },
      () => new BlockSeqWriter(blocks()),
    ),
    copyInVec: onRanges({ dst: "bytes", ...OPTS }, bytes),
    copyOutVec: onRanges({ src: "bytes", ...OPTS }, bytes),
    swapUint32: on({ addr: "big", value: "count", ...OPTS }, () => 1),
    compareAndSwapUint32: on(
      { addr: "big", expected: "count", value: "count", ...OPTS },
      () => 0,
      () => 1,
    ),
    loadUint32: on({ addr: "big", ...OPTS }),
  };
  return Object.fromEntries(
    Object.entries(all).filter(([method]) =>
      name !== "BytesIO" || !method.endsWith("Vec")
    ).map(([method, each]) => [`${name}.${method}`, each]),
  );
}

const vec = (params: Row["params"], arg: () => unknown): Row =>
  row({ io: "object", ars: "object", ...params, ...OPTS }, () => [
    bytesIO(),
    seq(),
    arg(),
    {},
  ]);

const ofSequence = (params: Row["params"], arg: () => unknown): Row =>
  row(params, () => [sequence(), arg()]);

const self = (own: Own) => own.use(usermem.ProcessIO.self());

const unmap = ({ mmap }: usermem.MMapIO) => mmap.unmap();
const close = (target: usermem.ProcessIO) => target.close();

export const USERMEM: Table = {
  constants: /^((HUGE_|JUMBO_)?PAGE_\w+|CACHE_LINE_SIZE)$/,
  types: "Addr Accesses IO IOOpts MMapIOOptions MemoryMapping ObjectOpts " +
    "Alignment Layout Scalar ValueOf",
  ends: { MMapIO: unmap, ProcessIO: close },
  rows: {
    addLength: onLength(),
    bytesIOSequence: row({ bytes: "bytes" }, () => [bytes()]),
    cacheLineRoundDown: onAddr(),
    cacheLineRoundUp: onAddr(),
    copyInVec: vec({ dst: "bytes" }, bytes),
    copyInt32StringInVec: row(
      { io: "object", ars: "object", dst: "object", ...OPTS },
      () => [text(), seq(), new Int32Array(1), {}],
    ),
    copyInt32StringsInVec: row(
      { io: "object", ars: "object", dsts: "object", ...OPTS },
      () => [text(), seq(), new Int32Array(2), {}],
    ),
    copyObjectIn: row(
      { io: "object", addr: "big", layout: "object", ...OPTS },
      () => [bytesIO(), 0n, { a: "u32" }, {}],
      {
        words: { layout: "lay out" },
        takes: { layout: "object", addr: "wide" },
        fields: { align: "list" },
      },
    ),
    copyObjectOut: row(
      { io: "object", addr: "big", layout: "object", value: "object", ...OPTS },
      () => [bytesIO(), 0n, { a: "u32" }, { a: 1 }, {}],
      {
        words: { layout: "lay out", value: "store" },
        takes: { layout: "object", addr: "wide" },
        fields: { align: "list" },
      },
    ),
    copyOutVec: vec({ src: "bytes" }, bytes),
    copyStringIn: row(
      { io: "object", addr: "big", maxLength: "count", ...OPTS },
      () => [bytesIO(), 0n, 16, {}],
      WRAPS,
    ),
    hugePageOffset: onAddr(),
    hugeRoundDown: onAddr(),
    hugeRoundUp: onAddr(),
    iovecsIOSequence: row(
      { io: "object", addr: "big", count: "count", ...OPTS },
      () => [bytesIO(), 0n, 1, {}],
      WRAPS,
    ),
    isHugePageAligned: onAddr(),
    isPageAligned: onAddr(),
    mustHugeRoundUp: onAddr(),
    mustRoundUp: onAddr(),
    mustToRange: onLength(),
    pageOffset: onAddr(),
    readCString: row(
      { address: "big", maxLength: "count" },
      (own) => [own.page().address, 16],
      { takes: { address: "wide" } },
    ),
    roundDown: onAddr(),
    roundUp: onAddr(),
    toPagesRoundUp: row({ n: "offset" }, () => [1]),
    toRange: onLength(),
    zeroOutVec: { ...vec({ n: "count" }, () => 8), rule: AT_MOST },
    AccessType: row({ accesses: "options" }, () => [{ read: true }]),
    "AccessType.effective": row({}, () => [usermem.AccessType.READ]),
    "AccessType.intersect": row({ other: "object" }, () => [
      usermem.AccessType.READ,
      usermem.AccessType.WRITE,
    ]),
    "AccessType.union": row({ other: "object" }, () => [
      usermem.AccessType.READ,
      usermem.AccessType.WRITE,
    ]),
    "AccessType.supersetOf": row({ other: "object" }, () => [
      usermem.AccessType.READ,
      usermem.AccessType.WRITE,
    ]),
    AddrRange: row({ start: "big", end: "big" }, () => [0n, 16n], WRAPS),
    "AddrRange.contains": row({ addr: "big" }, () => [range(), 1n], WRAPS),
    "AddrRange.overlaps": row({ other: "object" }, () => [range(), range()]),
    "AddrRange.isSupersetOf": row({ other: "object" }, () => [
      range(),
      range(),
    ]),
    "AddrRange.intersect": row({ other: "object" }, () => [range(), range()]),
    "AddrRange.canSplitAt": row({ addr: "big" }, () => [range(), 1n], WRAPS),
    AddrRangeSeq: "private: AddrRangeSeq.of() and from() make one",
    "AddrRangeSeq.of": row({ range: "object" }, () => [range()]),
    "AddrRangeSeq.from": row({ ranges: "list" }, () => [[range()]], {
      words: { ranges: "a range" },
    }),
    "AddrRangeSeq.head": row({}, () => [seq()]),
    "AddrRangeSeq.tail": row({}, () => [seq()]),
    "AddrRangeSeq.dropFirst": row({ n: "offset" }, () => [seq(), 1]),
    "AddrRangeSeq.takeFirst": row({ n: "offset" }, () => [seq(), 1]),
    BytesIO: row({ bytes: "bytes" }, () => [bytes()]),
    ...io("BytesIO", bytesIO, () => 0n),
    EndOfIOSequenceError: "an error, thrown by IOSequenceReadWriter",
    IOReadWriter: row(
      { io: "object", addr: "big", ...OPTS },
      () => [bytesIO(), 0n, {}],
      WRAPS,
    ),
    "IOReadWriter.read": row({ dst: "bytes" }, () => [
      new usermem.IOReadWriter(bytesIO(), 0n),
      new Uint8Array(8),
    ]),
    "IOReadWriter.write": row({ src: "bytes" }, () => [
      new usermem.IOReadWriter(bytesIO(), 0n),
      new Uint8Array(8),
    ]),
    IOSequence: row({ io: "object", addrs: "object", ...OPTS }, () => [
      bytesIO(),
      seq(),
      {},
    ]),
    "IOSequence.dropFirst": ofSequence({ n: "offset" }, () => 1),
    "IOSequence.takeFirst": ofSequence({ n: "offset" }, () => 1),
    "IOSequence.copyIn": ofSequence({ dst: "bytes" }, bytes),
    "IOSequence.copyOut": ofSequence({ src: "bytes" }, bytes),
    "IOSequence.zeroOut": {
      ...ofSequence({ n: "count" }, () => 1),
      rule: AT_MOST,
    },
    "IOSequence.copyInTo": {
      ...ofSequence({ dst: "object" }, () => new BlockSeqWriter(blocks())),
      rule: { throws: ["EndOfBlockSeqError"] },
    },
    "IOSequence.copyOutFrom": ofSequence(
      { src: "object" },
      () => new BlockSeqReader(blocks()),
    ),
    "IOSequence.reader": row({}, () => [sequence()]),
    "IOSequence.writer": row({}, () => [sequence()]),
    IOSequenceReadWriter: row({ sequence: "object" }, () => [sequence()]),
    "IOSequenceReadWriter.read": row({ dst: "bytes" }, () => [
      sequence().reader(),
      bytes(),
    ]),
    "IOSequenceReadWriter.write": row({ src: "bytes" }, () => [
      sequence().writer(),
      bytes(),
    ], { throws: ["EndOfIOSequenceError"] }),
    MMapIO: row({ mmap: "object", options: "options" }, (own) => [
      own.use(MMap.anonymous(4096)),
      {},
    ]),
    ...io("MMapIO", mmapIO, () => 0n),
    "MMapIO.close": row({}, (own) => [mmapIO(own)]),
    PartialStringError: "an error, thrown by copyStringIn()",
    ProcessIO: "private: ProcessIO.self() and of() make one",
    "ProcessIO.self": row({}, () => []),
    "ProcessIO.of": row({ pid: "count" }, () => [Deno.pid]),
    ...io("ProcessIO", self, (own) => own.page().address),
    "ProcessIO.maps": row({ options: "options" }, (own) => [self(own), {}]),
    "ProcessIO.args": row({}, (own) => [self(own)]),
    "ProcessIO.environ": row({}, (own) => [self(own)]),
    "ProcessIO.close": row({}, (own) => [self(own)]),
  },
};

function text(): usermem.BytesIO {
  return new usermem.BytesIO(new TextEncoder().encode("12 34           "));
}
