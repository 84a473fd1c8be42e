import { checkBytes, checkU64 } from "../../ffi/check.ts";
import { libc } from "../../ffi/libc.ts";
import { viewAt } from "../../ffi/runtime.ts";
import { showState } from "../../ffi/show_state.ts";
import { checkCount, hex } from "../../posix/process_memory/errors.ts";

const ADDRESS_MAX = (1n << 64n) - 1n;

/**
 * A range of bytes that never changes its place or length: JavaScript's own,
 * or of this process's memory at an address.
 *
 * Memory at an address may not be there when it is used, so a Block over it
 * says {@linkcode Block.needSafecopy} and the functions of this module reach it
 * through process_vm_readv(2), which answers `EFAULT`.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { Block, copy } from "@hostkit/hostkit/safemem";
 *
 * const bytes = new Uint8Array(8);
 * assert.equal(copy(Block.of(bytes), Block.of(new Uint8Array([1, 2, 3]))), 3);
 * assert.deepEqual(bytes.slice(0, 4), new Uint8Array([1, 2, 3, 0]));
 *
 * // Nothing is mapped at address 16.
 * assert.throws(() => copy(Block.of(bytes), Block.at(16n, 8)), { code: "EFAULT" });
 * ```
 */
export class Block {
  static {
    showState(
      this,
      (block) =>
        block.#isGone || block.#bytes === undefined
          ? `${block}`
          : { bytes: block.#bytes },
    );
  }

  static readonly #ZERO = new Block(new Uint8Array(0), 0n, 0, false);

  /** The length in bytes. */
  readonly length: number;
  /** Whether touching the memory may fault, so that system calls do it. */
  readonly needSafecopy: boolean;
  readonly #bytes: Uint8Array | undefined;
  readonly #address: bigint;

  private constructor(
    bytes: Uint8Array | undefined,
    address: bigint,
    length: number,
    needSafecopy: boolean,
  ) {
    this.#bytes = bytes;
    this.#address = address;
    this.length = length;
    this.needSafecopy = needSafecopy;
  }

  /**
   * Returns the Block of a view's bytes, which stay shared with it.
   *
   * Once the buffer is detached, or resized to end before them, every use of the
   * bytes is a TypeError.
   *
   * @param bytes The view; its length counts as it is now.
   * @throws {TypeError} If the view's buffer is detached.
   */
  static of(bytes: Uint8Array): Block {
    checkBytes("bytes", bytes);
    if (bytes.length === 0) return Block.#ZERO;
    return new Block(ofFixedLength(bytes), 0n, bytes.length, false);
  }

  /**
   * Returns the Block of this process's memory at an address.
   *
   * @param address The address of the first byte.
   * @param length The length in bytes.
   * @param needSafecopy Whether to reach the memory by system calls. With
   * `false` it is touched directly, and the process dies if it is not there.
   * @throws {RangeError} If the range reaches 2^64, or the length is not a
   * whole number from 0 to 2^53 - 1.
   */
  static at(
    address: bigint,
    length: number,
    needSafecopy: boolean = true,
  ): Block {
    checkCount(length);
    checkU64("address", address);
    if (address + BigInt(length) > ADDRESS_MAX) {
      throw new RangeError(`Cannot have ${length} bytes at ${hex(address)}`);
    }
    return new Block(undefined, address, length, needSafecopy);
  }

  /**
   * The address of the first byte; `0n` for an empty view.
   *
   * Where the memory is JavaScript's, it holds while the view is alive.
   *
   * @tags allow-ffi
   * @throws {TypeError} If the memory's buffer was detached, or shrunk.
   */
  get address(): bigint {
    return this.#bytes === undefined
      ? this.#address
      : libc().addressOf(this.#checked(this.#bytes));
  }

  /** Whether the buffer has lost the bytes. */
  get #isGone(): boolean {
    return this.#bytes !== undefined && this.#bytes.length !== this.length;
  }

  /** Returns the view, which must still have all of the bytes. */
  #checked(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    if (this.#isGone) {
      throw new TypeError("Cannot use a buffer that was detached or shrunk");
    }
    return bytes as Uint8Array<ArrayBuffer>;
  }

  /**
   * Returns the Block without its first `n` bytes; empty when `n` is more.
   *
   * @throws {RangeError} If `n` is not a whole number from 0 to 2^53 - 1.
   */
  dropFirst(n: number): Block {
    checkCount(n);
    if (n >= this.length) return Block.#ZERO;
    return n === 0 ? this : this.#part(n, this.length);
  }

  /**
   * Returns the Block's first `n` bytes; all when `n` is more.
   *
   * @throws {RangeError} If `n` is not a whole number from 0 to 2^53 - 1.
   */
  takeFirst(n: number): Block {
    checkCount(n);
    if (n === 0) return Block.#ZERO;
    return n >= this.length ? this : this.#part(0, n);
  }

  #part(start: number, end: number): Block {
    return new Block(
      this.#bytes && this.#checked(this.#bytes).subarray(start, end),
      this.#address + BigInt(start),
      end - start,
      this.needSafecopy,
    );
  }

  /**
   * Returns a view of the bytes themselves, not a copy.
   *
   * **Unsafe** where {@linkcode Block.needSafecopy} is set: touching a page of
   * it that cannot be accessed ends the process.
   *
   * @throws {TypeError} If the memory's buffer was detached, or shrunk.
   */
  toSlice(): Uint8Array {
    if (this.#bytes !== undefined) return this.#checked(this.#bytes);
    if (this.length === 0) return new Uint8Array(0);
    return new Uint8Array(viewAt(this.#address, this.length));
  }

  /**
   * Returns `[0x1000-0x1010)`, with a `*` behind it where system calls are
   * needed, or `<nil>` for an empty Block without an address.
   *
   * @tags allow-ffi
   */
  toString(): string {
    if (this.#isGone) return "<detached>";
    const start = this.address;
    if (start === 0n && this.length === 0) return "<nil>";
    const end = hex(start + BigInt(this.length));
    return `[${hex(start)}-${end})${this.needSafecopy ? "*" : ""}`;
  }
}

/** Returns a view of the same bytes that does not follow its buffer's length. */
function ofFixedLength(bytes: Uint8Array): Uint8Array {
  const { resizable, growable } = bytes.buffer as
    & Partial<ArrayBuffer>
    & Partial<SharedArrayBuffer>;
  return resizable || growable ? bytes.subarray(0, bytes.length) : bytes;
}
