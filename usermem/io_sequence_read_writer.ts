import { showState } from "../ffi/show_state.ts";
import type { IOSequence } from "./io_sequence.ts";
import { transferredOf } from "../posix/process_memory/errors.ts";
import type { IOReader, IOWriter } from "./safemem/mod.ts";

/**
 * A write to an {@linkcode IOSequence} that had no room for all of it.
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
   * Describes one write.
   *
   * @param transferred The number of bytes that found room.
   */
  constructor(transferred: number) {
    super("write beyond end of IOSequence");
    this.transferred = transferred;
  }
}

/**
 * A cursor that reads and writes an {@linkcode IOSequence}.
 *
 * It moves over what was copied, failure or not; reading and writing share it.
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
   * Puts a cursor at the front of a sequence.
   *
   * @param sequence The sequence.
   */
  constructor(sequence: IOSequence) {
    this.#rest = sequence;
  }

  /** The number of bytes from the cursor to the end. */
  get numBytes(): number {
    return this.#rest.numBytes;
  }

  /**
   * Reads what there is, up to the length of a buffer.
   *
   * @param dst Where the bytes go.
   * @returns The number of bytes, or `null` at the end, even for no bytes.
   * @throws {SyscallError} `EFAULT` where the memory cannot be read.
   */
  read(dst: Uint8Array): number | null {
    const n = this.#advance(() => this.#rest.copyIn(dst));
    return n === 0 && this.numBytes === 0 ? null : n;
  }

  /**
   * Writes all of some bytes.
   *
   * @param src The bytes.
   * @returns The length of `src`.
   * @throws {SyscallError} `EFAULT` where the memory cannot be written.
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
