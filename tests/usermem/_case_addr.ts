import {
  AccessType,
  type AddrRange,
  AddrRangeSeq,
  BytesIO,
  copyInVec,
  copyObjectOut,
} from "../../usermem/mod.ts";
import * as usermem from "../../usermem/mod.ts";
import { COPY_STRING_INCREMENT } from "../../usermem/copy_string.ts";
import {
  hexOf,
  integerOf,
  type Json,
  outcome,
  pairOf,
  rangeOf,
  type Run,
  seqOf,
  textOf,
} from "./_case.ts";

function byteOrder(): Json {
  const io = new BytesIO(new Uint8Array(4));
  copyObjectOut(io, 0n, "u32", 0x01020304);
  return { bytes: textOf(io.bytes), value: textOf(io.bytes) };
}

/** The area `const`. */
export const CONST: Record<string, Run> = {
  PageSize: () => ({ value: usermem.PAGE_SIZE }),
  PageShift: () => ({ value: usermem.PAGE_SHIFT }),
  PageMask: () => ({ value: usermem.PAGE_MASK }),
  HugePageSize: () => ({ value: usermem.HUGE_PAGE_SIZE }),
  HugePageShift: () => ({ value: usermem.HUGE_PAGE_SHIFT }),
  HugePageMask: () => ({ value: usermem.HUGE_PAGE_MASK }),
  JumboPageSize: () => ({ value: usermem.JUMBO_PAGE_SIZE }),
  CacheLineSize: () => ({ value: usermem.CACHE_LINE_SIZE }),
  CopyStringIncrement: () => ({ value: COPY_STRING_INCREMENT }),
  ByteOrder: byteOrder,
};

/** An op that returns an address. */
function toAddr(round: (addr: bigint) => bigint): Run {
  return ({ addr }) => ({ addr: hexOf(round(BigInt(addr))) });
}

/** An op that returns an address, or 0 and that it wrapped. */
function toAddrOk(round: (addr: bigint) => bigint | undefined): Run {
  return ({ addr }) => {
    const rounded = round(BigInt(addr));
    return { addr: hexOf(rounded ?? 0n), ok: rounded !== undefined };
  };
}

/** The area `addr`. What wraps has no value here and is not compared. */
export const ADDR: Record<string, Run> = {
  RoundDown: toAddr(usermem.roundDown),
  HugeRoundDown: toAddr(usermem.hugeRoundDown),
  RoundUp: toAddrOk(usermem.roundUp),
  HugeRoundUp: toAddrOk(usermem.hugeRoundUp),
  MustRoundUp: toAddr(usermem.mustRoundUp),
  MustHugeRoundUp: toAddr(usermem.mustHugeRoundUp),
  PageOffset: ({ addr }) => ({
    value: hexOf(BigInt(usermem.pageOffset(BigInt(addr)))),
  }),
  HugePageOffset: ({ addr }) => ({
    value: hexOf(BigInt(usermem.hugePageOffset(BigInt(addr)))),
  }),
  IsPageAligned: ({ addr }) => ({ value: usermem.isPageAligned(BigInt(addr)) }),
  IsHugePageAligned: ({ addr }) => ({
    value: usermem.isHugePageAligned(BigInt(addr)),
  }),
  AddLength: ({ addr, length }, expect) => {
    const end = usermem.addLength(BigInt(addr), BigInt(length));
    return end === undefined
      ? { end: expect.end, ok: false }
      : { end: hexOf(end), ok: true };
  },
  ToRange: ({ addr, length }, expect) => {
    const range = usermem.toRange(BigInt(addr), BigInt(length));
    return range === undefined
      ? { range: expect.range, ok: false }
      : { range: pairOf(range), ok: true };
  },
  MustToRange: ({ addr, length }) => ({
    range: pairOf(usermem.mustToRange(BigInt(addr), BigInt(length))),
  }),
  CacheLineRoundDown: ({ value }) => ({
    value: hexOf(usermem.cacheLineRoundDown(BigInt(value))),
  }),
  CacheLineRoundUp: ({ value }) => {
    const rounded = usermem.cacheLineRoundUp(BigInt(value));
    return { value: hexOf(rounded ?? 0n), ok: rounded !== undefined };
  },
  ToPagesRoundUp: ({ value }) => {
    const pages = usermem.toPagesRoundUp(BigInt(value));
    return pages === undefined
      ? { ok: false }
      : { pages: hexOf(pages), ok: true };
  },
};

/** An op on one range, and an address where it takes one. */
function onRange(ask: (range: AddrRange, x: bigint) => unknown): Run {
  return ({ range, x = "0x0" }) => ({ value: ask(rangeOf(range), BigInt(x)) });
}

/** An op on two ranges. */
function onRanges(ask: (a: AddrRange, b: AddrRange) => unknown): Run {
  return ({ a, b }) => ({ value: ask(rangeOf(a), rangeOf(b)) });
}

/** The area `addrRange`. */
export const ADDR_RANGE: Record<string, Run> = {
  WellFormed: onRange((range) => range.wellFormed),
  String: onRange((range) => `${range}`),
  Length: onRange((range) => hexOf(range.length)),
  IsPageAligned: onRange((range) => range.isPageAligned),
  IsHugePageAligned: onRange((range) => range.isHugePageAligned),
  Contains: onRange((range, x) => range.contains(x)),
  CanSplitAt: onRange((range, x) => range.canSplitAt(x)),
  Overlaps: onRanges((a, b) => a.overlaps(b)),
  IsSupersetOf: onRanges((a, b) => a.isSupersetOf(b)),
  Intersect: ({ a, b }) => {
    const common = rangeOf(a).intersect(rangeOf(b));
    return { length: hexOf(common.length), range: pairOf(common) };
  },
};

function describe(seq: AddrRangeSeq): Json {
  return {
    isEmpty: seq.isEmpty,
    numBytes: integerOf(seq.numBytes64),
    numRanges: seq.numRanges,
    ranges: Array.from(seq, pairOf),
    string: `${seq}`,
  };
}

function chain({ ranges, ops }: Json): Json {
  let seq = seqOf(ranges);
  for (const [op, n] of ops) {
    if (op === "Tail") seq = seq.tail();
    else if (op === "DropFirst") seq = seq.dropFirst(BigInt(n));
    else if (op === "TakeFirst") seq = seq.takeFirst(BigInt(n));
    else throw new Error(`Unknown op ${op}`);
  }
  return describe(seq);
}

/** The area `addrRangeSeq`. */
export const ADDR_RANGE_SEQ: Record<string, Run> = {
  FromSlice: ({ ranges }) => describe(seqOf(ranges)),
  Of: ({ range }) => describe(AddrRangeSeq.of(rangeOf(range))),
  DropFirst: ({ ranges, n }) => describe(seqOf(ranges).dropFirst(BigInt(n))),
  TakeFirst: ({ ranges, n }) => describe(seqOf(ranges).takeFirst(BigInt(n))),
  Head: ({ ranges }) => ({ head: pairOf(seqOf(ranges).head()) }),
  Tail: ({ ranges }) => describe(seqOf(ranges).tail()),
  chain,
  chainDivergent: (input, { documented }) => {
    const actual = chain(input);
    const keys = Object.keys(documented);
    return {
      documented: Object.fromEntries(keys.map((key) => [key, actual[key]])),
    };
  },
  iterateTail: ({ ranges }) => {
    const steps: Json[] = [];
    for (let seq = seqOf(ranges); !seq.isEmpty; seq = seq.tail()) {
      const { numBytes, numRanges } = seq;
      steps.push({ numBytes, numRanges, head: pairOf(seq.head()) });
    }
    return { steps };
  },
  iterateDropOne: ({ ranges }) => {
    const steps: Json[] = [];
    for (let seq = seqOf(ranges); !seq.isEmpty;) {
      const head = seq.head();
      steps.push({ numBytes: seq.numBytes, head: pairOf(head) });
      seq = seq.dropFirst(head.length === 0n ? 0 : 1);
    }
    return { steps };
  },
  documentedLoop: ({ ranges, takeFirst }) => {
    let seq = seqOf(ranges).takeFirst(takeFirst);
    let bytes = 0n;
    for (let i = 0; i < 1000 && !seq.isEmpty; i++) {
      const { length } = seq.head();
      bytes += length;
      seq = seq.dropFirst(length);
    }
    return { bytes: Number(bytes), terminates: seq.isEmpty };
  },
  copyInVecOnTruncated: ({ ranges, takeFirst, len }, expect) => {
    const io = new BytesIO(new Uint8Array(64));
    const seq = seqOf(ranges).takeFirst(takeFirst);
    return outcome(() => copyInVec(io, seq, new Uint8Array(len)), expect);
  },
};

function accessOf(text: string): AccessType {
  return new AccessType({
    read: text[0] === "r",
    write: text[1] === "w",
    execute: text[2] === "x",
  });
}

function presetOf(name: string): AccessType {
  const key = name.replace(/(?<=.)[A-Z]/g, "_$&").toUpperCase();
  return AccessType[key as "READ"];
}

/** The area `accessType`. */
export const ACCESS_TYPE: Record<string, Run> = {
  String: (input) => ({ value: `${new AccessType(input)}` }),
  Prot: (input) => ({ value: new AccessType(input).prot }),
  Any: (input) => ({ value: new AccessType(input).any }),
  Effective: (input) => ({ value: `${new AccessType(input).effective()}` }),
  SupersetOf: ({ a, b }) => ({ value: accessOf(a).supersetOf(accessOf(b)) }),
  Intersect: ({ a, b }) => ({
    value: `${accessOf(a).intersect(accessOf(b))}`,
  }),
  Union: ({ a, b }) => ({ value: `${accessOf(a).union(accessOf(b))}` }),
  preset: ({ name }) => ({ value: `${presetOf(name)}` }),
};
