import { checkBytes, checkU64, libc, showState } from "../../ffi/internal.ts";
import { viewAt } from "../../ffi/mod.ts";
import { checkCount, hex } from "../../posix/process_memory/internal.ts";
import { ADDR_MAX } from "../addr.ts";

/**
 * An immutable reference to a range of bytes: of a JavaScript buffer, or of
 * this process's memory at an address.
 *
 * Memory at an address may be unmapped when it is used. Therefore a Block over
 * such memory has {@linkcode Block.needSafecopy} set, and the functions of this
 * module access it through process_vm_readv(2), which fails with `EFAULT`.
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
  /** Whether the memory must be accessed by system calls, since it may fault. */
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
   * Returns the Block of a view's bytes, which shares their memory.
   *
   * After the buffer is detached, or resized to end before the bytes, every use
   * of them throws a TypeError.
   *
   * @param bytes The view; the Block keeps its current length.
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
   * @param needSafecopy Whether to access the memory by system calls. With
   * `false` it is accessed directly, which kills the process if it is unmapped.
   * @throws {RangeError} If the end of the range is 2^64 or more, or the length
   * is not an integer from 0 to 2^53 - 1.
   */
  static at(
    address: bigint,
    length: number,
    needSafecopy: boolean = true,
  ): Block {
    checkCount(length);
    checkU64("address", address);
    if (address + BigInt(length) > ADDR_MAX) {
      throw new RangeError(`Cannot address ${length} bytes at ${hex(address)}`);
    }
    return new Block(undefined, address, length, needSafecopy);
  }

  /**
   * The address of the first byte; `0n` for an empty view.
   *
   * The address of a JavaScript buffer is valid while the view is alive.
   *
   * @tags allow-ffi
   * @throws {TypeError} If the buffer was detached or shrunk.
   */
  get address(): bigint {
    return this.#bytes === undefined
      ? this.#address
      : libc().addressOf(this.#checked(this.#bytes));
  }

  /** Whether the buffer was detached, or shrunk below the bytes. */
  get #isGone(): boolean {
    return this.#bytes !== undefined && this.#bytes.length !== this.length;
  }

  /** Checks that the buffer still has all of the bytes, and returns the view. */
  #checked(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    if (this.#isGone) {
      throw new TypeError("Cannot use a buffer that was detached or shrunk");
    }
    return bytes as Uint8Array<ArrayBuffer>;
  }

  /**
   * Returns the Block without its first `n` bytes, which is empty if there are
   * fewer.
   *
   * @throws {RangeError} If `n` is not an integer from 0 to 2^53 - 1.
   */
  dropFirst(n: number): Block {
    checkCount(n);
    if (n >= this.length) return Block.#ZERO;
    return n === 0 ? this : this.#part(n, this.length);
  }

  /**
   * Returns the Block's first `n` bytes, or all if there are fewer.
   *
   * @throws {RangeError} If `n` is not an integer from 0 to 2^53 - 1.
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
   * **Unsafe** if {@linkcode Block.needSafecopy} is set: accessing an unmapped
   * or protected page through the view kills the process.
   *
   * @throws {TypeError} If the buffer was detached or shrunk.
   */
  toSlice(): Uint8Array {
    if (this.#bytes !== undefined) return this.#checked(this.#bytes);
    if (this.length === 0) return new Uint8Array(0);
    return new Uint8Array(viewAt(this.#address, this.length));
  }

  /**
   * Formats the Block as `[0x1000-0x1010)`, followed by `*` if it needs system
   * calls, or as `<nil>` for an empty Block without an address.
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

/** Returns a view of the same bytes whose length does not track the buffer's. */
function ofFixedLength(bytes: Uint8Array): Uint8Array {
  const { resizable, growable } = bytes.buffer as
    & Partial<ArrayBuffer>
    & Partial<SharedArrayBuffer>;
  return resizable || growable ? bytes.subarray(0, bytes.length) : bytes;
}
