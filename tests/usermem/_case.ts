/**
 * What all areas of usermem-cases.json share: its encodings, and the readers,
 * writers and address spaces that its cases describe.
 *
 * @module
 */

import { errnoNumber } from "../../ffi/errno.ts";
import { SyscallError } from "../../ffi/syscall_error.ts";
import {
  AddrRange,
  AddrRangeSeq,
  BytesIO,
  EndOfIOSequenceError,
  type IO,
} from "../../usermem/mod.ts";
import { fault, transferredOf } from "../../posix/process_memory/errors.ts";
import {
  Block,
  BlockSeq,
  BlockSeqReader,
  BlockSeqWriter,
  copySeq,
  EndOfBlockSeqError,
  fromIOReader,
  fromIOWriter,
  type IOReader,
  type IOWriter,
  type Reader,
  ReaderFunc,
  type Writer,
  WriterFunc,
} from "../../usermem/safemem/mod.ts";

/** A value out of the table, whose shape depends on the case. */
// deno-lint-ignore no-explicit-any
export type Json = any;

/** Runs one case: returns what `expect` should be. */
export type Run = (input: Json, expect: Json) => Json;

/** Decodes bytes: one character for each. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Encodes bytes. */
export function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** Encodes an address. */
export function hexOf(address: bigint): string {
  return `0x${address.toString(16)}`;
}

/** Encodes an integer: as a string where a number is not exact. */
export function integerOf(n: bigint): number | string {
  return Number.isSafeInteger(Number(n)) ? Number(n) : String(n);
}

/** Decodes a range. */
export function rangeOf([start, end]: [string, string]): AddrRange {
  return new AddrRange(BigInt(start), BigInt(end));
}

/** Encodes a range. */
export function pairOf({ start, end }: AddrRange): [string, string] {
  return [hexOf(start), hexOf(end)];
}

/** Decodes a list of ranges. */
export function seqOf(ranges: [string, string][]): AddrRangeSeq {
  return AddrRangeSeq.from(ranges.map(rangeOf));
}

/** Makes a sequence of one Block for each list of bytes. */
export function blocksOf(pieces: readonly Uint8Array[]): BlockSeq {
  return BlockSeq.from(pieces.map((piece) => Block.of(piece)));
}

/** What a transfer came to. */
export interface Outcome {
  n: number;
  err: string | null;
}

/**
 * Makes a transfer and says what it came to.
 *
 * The table's end of file can come with the last bytes; ours comes with the next
 * read, so that such a transfer went well here. For the same reason a fault that
 * the table's end of file hides shows.
 */
export function outcome(transfer: () => number | null, expect: Json): Outcome {
  const ended = expect.err === "EOF" && expect.n > 0;
  let result: Outcome;
  try {
    const n = transfer();
    result = { n: n ?? 0, err: n === null ? "EOF" : null };
  } catch (error) {
    result = { n: transferredOf(error), err: nameOf(error) };
  }
  const same = result.err === null || result.err === "EFAULT";
  return ended && same ? { ...result, err: "EOF" } : result;
}

/** Returns an error's name in the table; a RangeError is a panic. */
export function nameOf(error: unknown): string {
  if (error instanceof SyscallError) return error.code;
  if (error instanceof EndOfIOSequenceError) return "ErrEndOfIOSequence";
  if (error instanceof EndOfBlockSeqError) return "ErrEndOfBlockSeq";
  throw error;
}

/** Ends a scripted step: with a count, or with the error that is written. */
function finish(n: number, err: string | null): number | null {
  if (err === null) return n;
  if (err === "EOF") return n || null;
  throw new SyscallError("script", errnoNumber(err)!, { transferred: n });
}

/** An IOReader of a spec, and the lengths it was asked for. */
export function ioReaderOf(spec: Json): { reader: IOReader; lens: number[] } {
  const lens: number[] = [];
  let ended = false;
  let rest = bytesOf(spec.data ?? "");
  const steps: Json[] = [...(spec.steps ?? [])];
  const take = (dst: Uint8Array, max: number): number => {
    const part = rest.subarray(0, Math.min(max, dst.length));
    dst.set(part);
    rest = rest.subarray(part.length);
    return part.length;
  };
  const read = (dst: Uint8Array): number | null => {
    // The read that tells the end which the table's reader told before.
    if (ended) return null;
    lens.push(dst.length);
    if (spec.kind === "script") {
      const step = steps.shift() ?? { data: "", err: "EOF" };
      rest = bytesOf(step.data);
      ended = step.err === "EOF";
      return finish(take(dst, Infinity), step.err);
    }
    const n = take(dst, spec.kind === "singleByte" ? 1 : Infinity);
    return n > 0 || dst.length === 0 || spec.kind === "eofHiding" ? n : null;
  };
  return { reader: { read }, lens };
}

/** An IOWriter of a spec, what it took, and the lengths it was given. */
export function ioWriterOf(
  spec: Json,
): { writer: IOWriter; lens: number[]; written: () => string } {
  const lens: number[] = [];
  let written = "";
  const steps: Json[] = [...(spec.steps ?? [])];
  const write = (src: Uint8Array): number => {
    lens.push(src.length);
    const step = spec.kind === "script"
      ? steps.shift() ?? { n: 0, err: null }
      : { n: room(), err: null };
    const n = Math.min(step.n, src.length);
    written += textOf(src.subarray(0, n));
    return finish(n, step.err)!;
  };
  const room = (): number => {
    if (spec.kind === "limited") return spec.limit - written.length;
    return spec.kind === "singleByte" ? 1 : Infinity;
  };
  return { writer: { write }, lens, written: () => written };
}

/** A Reader of a spec, and the room it was given at each call. */
export function readerOf(spec: Json): { reader: Reader; sizes: number[] } {
  const sizes: number[] = [];
  const inner = plainReaderOf(spec);
  const reader = new ReaderFunc((dsts) => {
    sizes.push(dsts.numBytes);
    return inner.readToBlocks(dsts);
  });
  return { reader, sizes };
}

function plainReaderOf(spec: Json): Reader {
  switch (spec.kind) {
    case "FromIOReader":
      return fromIOReader(ioReaderOf(spec.reader).reader);
    case "BlockSeqReader":
      return new BlockSeqReader(blocksOf(spec.blocks.map(bytesOf)));
    case "script":
      return new ReaderFunc((dsts) =>
        finish(copySeq(dsts, blocksOf([bytesOf(spec.data)])), spec.err)
      );
    default:
      throw new Error(`Unknown reader ${spec.kind}`);
  }
}

/** A Writer of a spec, what it took, and the bytes it was given at each call. */
export function writerOf(
  spec: Json,
): { writer: Writer; sizes: number[]; written: () => string } {
  const sizes: number[] = [];
  const { writer: inner, written } = plainWriterOf(spec);
  const writer = new WriterFunc((srcs) => {
    sizes.push(srcs.numBytes);
    return inner.writeFromBlocks(srcs);
  });
  return { writer, sizes, written };
}

function plainWriterOf(spec: Json): { writer: Writer; written: () => string } {
  switch (spec.kind) {
    case "FromIOWriter": {
      const { writer, written } = ioWriterOf(spec.writer);
      return { writer: fromIOWriter(writer), written };
    }
    case "BlockSeqWriter": {
      const pieces = spec.sizes.map((size: number) => new Uint8Array(size));
      const writer = new BlockSeqWriter(blocksOf(pieces));
      return { writer, written: () => pieces.map(textOf).join("") };
    }
    case "script": {
      let written = "";
      const writer = new WriterFunc((srcs) => {
        const taken = new Uint8Array(Math.min(spec.n, srcs.numBytes));
        copySeq(blocksOf([taken]), srcs);
        written += textOf(taken);
        return finish(taken.length, spec.err)!;
      });
      return { writer, written: () => written };
    }
    default:
      throw new Error(`Unknown writer ${spec.kind}`);
  }
}

/** An address space of a spec that keeps a list of the calls made to it. */
export class CaseIO extends BytesIO {
  /** The calls: method, address, length. */
  readonly calls: [string, string, number][] = [];
  readonly #base: bigint;

  constructor(spec: Json) {
    super(bytesOf(spec.data));
    this.#base = spec.kind === "window" ? BigInt(spec.base) : 0n;
  }

  /** The memory, encoded. */
  get mem(): string {
    return textOf(this.bytes);
  }

  /** The number of bytes moved by all calls, had they all been whole. */
  get asked(): number {
    return this.calls.reduce((sum, [, , length]) => sum + length, 0);
  }

  override copyOut(addr: bigint, src: Uint8Array): number {
    this.calls.push(["CopyOut", hexOf(addr), src.length]);
    return super.copyOut(this.#within(addr, src.length), src);
  }

  override copyIn(addr: bigint, dst: Uint8Array): number {
    this.calls.push(["CopyIn", hexOf(addr), dst.length]);
    return super.copyIn(this.#within(addr, dst.length), dst);
  }

  override zeroOut(addr: bigint, n: number): number {
    this.calls.push(["ZeroOut", hexOf(addr), n]);
    return super.zeroOut(this.#within(addr, n), n);
  }

  #within(addr: bigint, length: number): bigint {
    if (addr < this.#base && length > 0) throw fault("window", addr);
    return addr - this.#base;
  }
}

/** Makes the address space of a case. */
export function ioOf({ io }: Json): CaseIO & IO {
  return new CaseIO(io);
}
