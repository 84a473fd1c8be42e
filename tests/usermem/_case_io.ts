import {
  type AddrRangeSeq,
  AddrRangeSeq as Seq,
  bytesIOSequence,
  copyInt32StringInVec,
  copyInt32StringsInVec,
  copyInVec,
  copyObjectIn,
  copyObjectOut,
  copyOutVec,
  copyStringIn,
  IOReadWriter,
  IOSequence,
  type Layout,
  PartialStringError,
  zeroOutVec,
} from "../../usermem/mod.ts";
import { encodeBytes } from "../../ffi/c_string.ts";
import {
  bytesOf,
  ioOf,
  type Json,
  outcome,
  pairOf,
  rangeOf,
  readerOf,
  type Run,
  seqOf,
  textOf,
  writerOf,
} from "./_case.ts";

function arsOf(input: Json): AddrRangeSeq {
  return input.arsOf === undefined
    ? seqOf(input.ars)
    : Seq.of(rangeOf(input.arsOf));
}

/** An op on a word: its value counts only without an error. */
function onWord(
  operate: (io: ReturnType<typeof ioOf>, input: Json) => number,
): Run {
  return (input, expect) => {
    const io = ioOf(input);
    let value = 0;
    const { err } = outcome(() => {
      value = operate(io, input);
      return 0;
    }, expect);
    return { err, mem: io.mem, value };
  };
}

/** The area `bytesIO`. */
export const BYTES_IO: Record<string, Run> = {
  CopyOut: (input, expect) => {
    const io = ioOf(input);
    const src = bytesOf(input.src);
    const result = outcome(() => io.copyOut(BigInt(input.addr), src), expect);
    return { ...result, mem: io.mem };
  },
  CopyIn: (input, expect) => {
    const io = ioOf(input);
    const dst = new Uint8Array(input.len);
    const result = outcome(() => io.copyIn(BigInt(input.addr), dst), expect);
    return { ...result, dst: textOf(dst) };
  },
  ZeroOut: (input, expect) => {
    const io = ioOf(input);
    const result = outcome(
      () => io.zeroOut(BigInt(input.addr), Number(input.toZero)),
      expect,
    );
    return { ...result, mem: io.mem };
  },
  CopyOutFrom: (input, expect) => {
    const io = ioOf(input);
    const { reader, sizes } = readerOf(input.src);
    const result = outcome(() => {
      const n = io.copyOutFrom(arsOf(input), reader);
      // Here the end of file is told as a transfer of nothing.
      return expect.err === "EOF" && n === 0 ? null : n;
    }, expect);
    return { ...result, mem: io.mem, readToBlocksNumBytes: sizes };
  },
  CopyInTo: (input, expect) => {
    const io = ioOf(input);
    const { writer, sizes, written } = writerOf(input.dst);
    const result = outcome(() => io.copyInTo(arsOf(input), writer), expect);
    return { ...result, written: written(), writeFromBlocksNumBytes: sizes };
  },
  SwapUint32: onWord((io, input) =>
    io.swapUint32(BigInt(input.addr), input.new)
  ),
  CompareAndSwapUint32: onWord((io, input) =>
    io.compareAndSwapUint32(BigInt(input.addr), input.old, input.new)
  ),
  LoadUint32: onWord((io, input) => io.loadUint32(BigInt(input.addr))),
};

/** The area `copyString`. */
export const COPY_STRING: Record<string, Run> = {
  CopyStringIn: (input, expect) => {
    const io = ioOf(input);
    let str = "";
    const { err } = outcome(() => {
      try {
        str = copyStringIn(io, BigInt(input.addr), input.maxlen);
      } catch (error) {
        if (error instanceof PartialStringError) str = error.partial;
        throw error;
      }
      return 0;
    }, expect);
    return { str: textOf(encodeBytes(str)), err, calls: io.calls };
  },
};

/** The area `vec`. */
export const VEC: Record<string, Run> = {
  CopyInVec: (input, expect) => {
    const io = ioOf(input);
    const dst = new Uint8Array(input.len);
    const result = outcome(() => copyInVec(io, arsOf(input), dst), expect);
    return { ...result, dst: textOf(dst), calls: io.calls };
  },
  CopyOutVec: (input, expect) => {
    const io = ioOf(input);
    const src = bytesOf(input.src);
    const result = outcome(() => copyOutVec(io, arsOf(input), src), expect);
    return { ...result, mem: io.mem, calls: io.calls };
  },
  ZeroOutVec: (input, expect) => {
    const io = ioOf(input);
    const n = Number(input.toZero);
    const result = outcome(() => zeroOutVec(io, arsOf(input), n), expect);
    return { ...result, mem: io.mem, calls: io.calls };
  },
};

/** The area `int32`. */
export const INT32: Record<string, Run> = {
  CopyInt32StringsInVec: (input, expect) => {
    const dsts = new Int32Array(input.initial);
    const result = outcome(
      () => copyInt32StringsInVec(ioOf(input), arsOf(input), dsts),
      expect,
    );
    return { ...result, final: [...dsts] };
  },
  CopyInt32StringInVec: (input, expect) => {
    const dst = new Int32Array([input.initial]);
    const result = outcome(
      () => copyInt32StringInVec(ioOf(input), arsOf(input), dst),
      expect,
    );
    return { ...result, final: dst[0] };
  },
};

function sequenceScript(input: Json, expect: Json): Json {
  const io = ioOf(input);
  let sequence = new IOSequence(io, arsOf(input));
  let cursor: ReturnType<IOSequence["reader"]> | undefined;
  const size = ({ numBytes, addrs }: IOSequence): Json => ({
    numBytes,
    numRanges: addrs.numRanges,
  });
  const steps = input.steps.map((step: Json, i: number): Json => {
    const src = bytesOf(step.src ?? "");
    const dst = new Uint8Array(step.len ?? 0);
    const count = (transfer: () => number | null): Json =>
      outcome(transfer, expect.steps[i]);
    const into = (transfer: () => number | null): Json => ({
      ...count(transfer),
      dst: textOf(dst),
    });
    switch (step.op) {
      case "CopyOut":
        return count(() => sequence.copyOut(src));
      case "CopyIn":
        return into(() => sequence.copyIn(dst));
      case "ZeroOut":
        return count(() => sequence.zeroOut(step.toZero ?? step.n));
      case "NumBytes":
        return { numBytes: sequence.numBytes };
      case "DropFirst":
        return size(sequence = sequence.dropFirst(step.n));
      case "TakeFirst":
        return size(sequence = sequence.takeFirst(step.n));
      case "Read":
        cursor ??= sequence.reader();
        return into(() => cursor!.read(dst));
      case "Write":
        cursor ??= sequence.writer();
        return count(() => cursor!.write(src));
      case "Len":
        cursor ??= sequence.reader();
        return { len: cursor.numBytes };
      default:
        throw new Error(`Unknown step ${step.op}`);
    }
  });
  return { mem: io.mem, steps };
}

/** The area `ioSequence`. */
export const IO_SEQUENCE: Record<string, Run> = {
  script: sequenceScript,
  BytesIOSequence: ({ data }) => {
    const { addrs, numBytes } = bytesIOSequence(bytesOf(data));
    const { isEmpty, numRanges } = addrs;
    const ranges = Array.from(addrs, pairOf);
    return { isEmpty, numBytes, numRanges, ranges, string: `${addrs}` };
  },
};

/** The area `ioReadWriter`. */
export const IO_READ_WRITER: Record<string, Run> = {
  script: (input, expect) => {
    const io = ioOf(input);
    const cursor = new IOReadWriter(io, BigInt(input.addr));
    const steps = input.steps.map((step: Json, i: number): Json => {
      const dst = new Uint8Array(step.len ?? 0);
      const result = outcome(
        () =>
          step.op === "Read"
            ? cursor.read(dst)
            : cursor.write(bytesOf(step.src)),
        expect.steps[i],
      );
      const addr = `0x${cursor.addr.toString(16)}`;
      return step.op === "Read"
        ? { ...result, addr, dst: textOf(dst) }
        : { ...result, addr };
    });
    return { mem: io.mem, steps };
  },
};

/** Translates a layout; one that the table calls unsupported keeps its name. */
function layoutOf(layout: Json): Layout {
  if (typeof layout === "string") return layout as Layout;
  return layout.array === undefined
    ? Object.fromEntries(
      layout.struct.map(([name, type]: Json) => [name, layoutOf(type)]),
    )
    : [layoutOf(layout.array), layout.len];
}

/** Decodes a value: 64-bit integers are strings in the table. */
function valueOf(layout: Layout, value: Json): Json {
  if (typeof layout === "string") {
    return layout.endsWith("64") ? BigInt(value) : value;
  }
  if (Array.isArray(layout)) {
    return value.map((each: Json) => valueOf(layout[0], each));
  }
  return Object.fromEntries(
    Object.entries(layout).map(([name, type]) => [
      name,
      valueOf(type as Layout, value[name]),
    ]),
  );
}

/** Encodes a value. */
function jsonOf(value: Json): Json {
  return JSON.parse(
    JSON.stringify(
      value,
      (_, each) => typeof each === "bigint" ? String(each) : each,
    ),
  );
}

/** The area `object`. */
export const OBJECT: Record<string, Run> = {
  CopyObjectOut: (input, expect) => {
    if (input.unsupportedType !== undefined) return unsupported(input);
    const io = ioOf(input);
    const layout = layoutOf(input.layout);
    const value = valueOf(layout, input.value);
    const result = outcome(
      () => copyObjectOut(io, BigInt(input.addr), layout, value),
      expect,
    );
    return { ...result, mem: io.mem };
  },
  CopyObjectIn: (input, expect) => {
    if (input.unsupportedType !== undefined) return unsupported(input);
    const io = ioOf(input);
    const layout = layoutOf(input.layout);
    let value = input.initial;
    const result = outcome(() => {
      value = jsonOf(copyObjectIn(io, BigInt(input.addr), layout));
      return io.asked;
    }, expect);
    return { ...result, value };
  },
};

function unsupported({ unsupportedType }: Json): Json {
  const layout = unsupportedType as Layout;
  const io = bytesIOSequence(new Uint8Array(16)).io;
  copyObjectOut(io, 0n, layout, 0 as never);
}
