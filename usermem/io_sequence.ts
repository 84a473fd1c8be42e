import {
  checkBytes,
  checkMethod,
  checkOptional,
  showState,
} from "../ffi/internal.ts";
import { transferredOf } from "../posix/process_memory/internal.ts";
import { AddrRange } from "./addr_range.ts";
import { AddrRangeSeq, checkRanges } from "./addr_range_seq.ts";
import { BytesIO } from "./bytes_io.ts";
import type { IO, IOOpts } from "./io.ts";
import type { IOReader, IOWriter, Reader, Writer } from "./safemem/mod.ts";
import { copyInVec, copyOutVec, zeroOutVec } from "./vec.ts";

/**
 * The ranges of an address space that a readv(2) or writev(2) call is given.
 *
 * A sequence is immutable: copying does not advance it. A sequence without
 * bytes is not always empty, since the addresses of empty ranges are checked
 * too.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { AddrRange, AddrRangeSeq, BytesIO, IOSequence } from "@hostkit/hostkit/usermem";
 *
 * const io = new BytesIO(new TextEncoder().encode("barfoo"));
 * const ars = AddrRangeSeq.from([new AddrRange(3n, 6n), new AddrRange(0n, 3n)]);
 * const sequence = new IOSequence(io, ars);
 *
 * const dst = new Uint8Array(4);
 * assert.equal(sequence.dropFirst(1).copyIn(dst), 4);
 * assert.equal(new TextDecoder().decode(dst), "ooba");
 * ```
 */
export class IOSequence {
  /** The address space. */
  readonly io: IO;
  /** The ranges. */
  readonly addrs: AddrRangeSeq;
  /** The options for every access. */
  readonly opts: IOOpts | undefined;

  /**
   * Creates a sequence.
   *
   * @param io The address space.
   * @param addrs The ranges.
   * @param opts The options for every access.
   */
  constructor(io: IO, addrs: AddrRangeSeq, opts?: IOOpts) {
    this.io = checkMethod("io", io, "copyIn");
    this.addrs = checkRanges(addrs, "addrs");
    this.opts = checkOptional("opts", opts);
  }

  /** The total length of the ranges, in bytes. */
  get numBytes(): number {
    return this.addrs.numBytes;
  }

  /**
   * Returns the sequence without its first `n` bytes.
   *
   * @throws {RangeError} As {@linkcode AddrRangeSeq.dropFirst}.
   */
  dropFirst(n: number | bigint): IOSequence {
    return new IOSequence(this.io, this.addrs.dropFirst(n), this.opts);
  }

  /**
   * Returns the sequence of the first `n` bytes.
   *
   * @throws {RangeError} As {@linkcode AddrRangeSeq.takeFirst}.
   */
  takeFirst(n: number | bigint): IOSequence {
    return new IOSequence(this.io, this.addrs.takeFirst(n), this.opts);
  }

  /** Copies from the memory to `dst`, as {@linkcode copyInVec} does. */
  copyIn(dst: Uint8Array): number {
    return copyInVec(this.io, this.addrs, dst, this.opts);
  }

  /** Copies `src` to the memory, as {@linkcode copyOutVec} does. */
  copyOut(src: Uint8Array): number {
    return copyOutVec(this.io, this.addrs, src, this.opts);
  }

  /** Sets the memory to zero, as {@linkcode zeroOutVec} does. */
  zeroOut(n: number): number {
    return zeroOutVec(this.io, this.addrs, n, this.opts);
  }

  /** Copies from the memory to a Writer, as {@linkcode IO.copyInTo} does. */
  copyInTo(dst: Writer): number {
    return this.io.copyInTo(this.addrs, dst, this.opts);
  }

  /** Copies from a Reader to the memory, as {@linkcode IO.copyOutFrom} does. */
  copyOutFrom(src: Reader): number {
    return this.io.copyOutFrom(this.addrs, src, this.opts);
  }

  /** Returns a cursor that reads the sequence from its start. */
  reader(): IOSequenceReadWriter {
    return new IOSequenceReadWriter(this);
  }

  /** Returns a cursor that writes the sequence from its start. */
  writer(): IOSequenceReadWriter {
    return new IOSequenceReadWriter(this);
  }
}

/**
 * The error of a write that did not fit into an {@linkcode IOSequence}.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { bytesIOSequence, EndOfIOSequenceError } from "@hostkit/hostkit/usermem";
 *
 * const writer = bytesIOSequence(new Uint8Array(4)).writer();
 * try {
 *   writer.write(new Uint8Array(6));
 * } catch (error) {
 *   assert(error instanceof EndOfIOSequenceError);
 *   assert.equal(error.transferred, 4);
 * }
 * ```
 */
export class EndOfIOSequenceError extends Error {
  /** The class's name. */
  override readonly name = "EndOfIOSequenceError";
  /** The number of bytes written before the end. */
  readonly transferred: number;

  /**
   * Creates the error of a write.
   *
   * @param transferred The number of bytes written.
   */
  constructor(transferred: number) {
    super("write beyond end of IOSequence");
    this.transferred = transferred;
  }
}

/**
 * A cursor that reads and writes an {@linkcode IOSequence}.
 *
 * Reading and writing share one position, which advances by the number of bytes
 * copied, even on an error.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { bytesIOSequence } from "@hostkit/hostkit/usermem";
 *
 * const reader = bytesIOSequence(new Uint8Array([1, 2, 3])).reader();
 * const dst = new Uint8Array(2);
 * assert.equal(reader.read(dst), 2);
 * assert.equal(reader.read(dst), 1);
 * assert.equal(reader.read(dst), null);
 * ```
 */
export class IOSequenceReadWriter implements IOReader, IOWriter {
  static {
    showState(this, (cursor) => ({ rest: cursor.#rest }));
  }

  #rest: IOSequence;

  /**
   * Creates a cursor at the start of a sequence.
   *
   * @param sequence The sequence.
   */
  constructor(sequence: IOSequence) {
    this.#rest = checkMethod("sequence", sequence, "copyInTo");
  }

  /** The number of bytes from the cursor to the end. */
  get numBytes(): number {
    return this.#rest.numBytes;
  }

  /**
   * Reads up to the length of a buffer.
   *
   * @param dst The destination.
   * @returns The number of bytes read, or `null` at the end, even if `dst` is
   * empty.
   * @throws {SyscallError} `EFAULT` if a part of the memory cannot be read.
   */
  read(dst: Uint8Array): number | null {
    const n = this.#advance(() => this.#rest.copyIn(dst));
    return n === 0 && this.numBytes === 0 ? null : n;
  }

  /**
   * Writes all bytes.
   *
   * @param src The bytes.
   * @returns The length of `src`.
   * @throws {SyscallError} `EFAULT` if a part of the memory cannot be written.
   * @throws {EndOfIOSequenceError} If the sequence ends before `src` does.
   */
  write(src: Uint8Array): number {
    const n = this.#advance(() => this.#rest.copyOut(src));
    if (n < src.length) throw new EndOfIOSequenceError(n);
    return n;
  }

  #advance(copy: () => number): number {
    let n = 0;
    try {
      return n = copy();
    } catch (error) {
      n = transferredOf(error);
      throw error;
    } finally {
      this.#rest = this.#rest.dropFirst(n);
    }
  }
}

/**
 * Returns the sequence of all bytes of a view, which shares their memory.
 *
 * @param bytes The view; an empty view gives a sequence of one empty range.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { bytesIOSequence } from "@hostkit/hostkit/usermem";
 *
 * const bytes = new Uint8Array(3);
 * assert.equal(bytesIOSequence(bytes).dropFirst(1).copyOut(new Uint8Array([5])), 1);
 * assert.deepEqual(bytes, new Uint8Array([0, 5, 0]));
 * ```
 */
export function bytesIOSequence(bytes: Uint8Array): IOSequence {
  const all = new AddrRange(0n, BigInt(checkBytes("bytes", bytes).length));
  return new IOSequence(new BytesIO(bytes), AddrRangeSeq.of(all));
}
